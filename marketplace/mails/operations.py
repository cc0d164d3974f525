"""Queue mails for facts, record what became of each, and remember who wants which."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts.models import User
from marketplace.errors import NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.mails import rules
from marketplace.mails.models import Mail, MailDesk, MailSilence
from marketplace.mails.queries import Due, Moment, Unmailed
from marketplace.mails.states import MailStatus
from marketplace.mails.topics import Topic, may_be_silenced

_JOB = Actor.job("mail")


def begin(session: Session, *, moment: Moment, now: datetime) -> None:
    """Mail what is told from now on; what was told before stays in the app only."""
    row = desk(session)
    row.begun_at = now
    row.floor_id, row.marked_id, row.marked_xid = moment.newest_id, moment.newest_id, moment.next_xid


def pause(session: Session) -> None:
    """Mail nothing while no mail server is set; what is told meanwhile is not mailed later."""
    desk(session).begun_at = None


def note_reminded(session: Session, *, day: date) -> None:
    """Remember that sellers were reminded on `day` of what they must send."""
    desk(session).reminded_on = day


def desk(session: Session) -> MailDesk:
    """Return the row that says where the job stands, made on first use."""
    row = session.get(MailDesk, 1)
    if row is None:
        row = MailDesk(id=1)
        session.add(row)
        session.flush()
    return row


def queue(session: Session, *, facts: Sequence[Unmailed], now: datetime) -> int:
    """Make one mail for each of `facts`, those nobody needs as skipped; return how many wait to be sent."""
    known = set(
        session.scalars(
            select(Mail.notification_id).where(Mail.notification_id.in_([fact.notification_id for fact in facts]))
        )
    )
    made = [(_mail(fact, now), fact) for fact in facts if fact.notification_id not in known]
    session.add_all([mail for mail, _fact in made])
    session.flush()
    ids = [mail.id for mail, _fact in made]
    history.begin(session, Mail, ids, actor=_JOB, at=now, because="Somebody was told something.")
    reasons = {mail.id: _reason(fact) for mail, fact in made}
    for reason in sorted({text for text in reasons.values() if text}):
        skipped = [mail_id for mail_id, text in reasons.items() if text == reason]
        history.move_many(session, Mail, skipped, "skip", actor=_JOB, at=now, because=reason, values={"note": reason})
    return sum(not reason for reason in reasons.values())


def move_on(session: Session, *, moment: Moment) -> None:
    """Look no more at notifications that are dealt with; nothing that commits late is left behind.

    The numbers of rows are given before their transactions commit. So the floor rises to the newest row of an earlier
    look only when every transaction that was open then has ended.
    """
    row = desk(session)
    if moment.oldest_xid >= row.marked_xid:
        row.floor_id = max(row.floor_id, row.marked_id)
        row.marked_id, row.marked_xid = moment.newest_id, moment.next_xid


def claim(session: Session, *, due: Due, now: datetime) -> bool:
    """Take a mail up for one try, and put the next one on the clock; return whether it is to be sent now.

    Whoever dies between the server's answer and `sent` sends it again then, with the same Message-ID.
    """
    row = session.get_one(Mail, due.mail_id)
    if row.status is not MailStatus.QUEUED or row.next_attempt_at > now:
        return False
    is_silenced = session.get(MailSilence, (row.user_id, row.topic)) is not None
    is_read = due.read_at is not None
    reason = rules.reason_to_skip(row.kind.value, row.topic, due.facts, is_silenced=is_silenced, is_read=is_read)
    if reason:
        skip(session, mail_id=row.id, reason=reason, now=now)
        return False
    row.tries += 1
    row.next_attempt_at = rules.next_try(row.tries, now) or now + rules.TRIES_AFTER[-1]
    return True


def sent(session: Session, *, mail_id: int, address: str, subject_line: str, now: datetime) -> None:
    """Record that the server has taken a mail."""
    row = session.get_one(Mail, mail_id)
    row.address, row.subject_line, row.sent_at, row.note = address, subject_line, now, ""
    history.move(session, row, "send", actor=_JOB, at=now)


def not_sent(session: Session, *, mail_id: int, address: str, reason: str, is_final: bool, now: datetime) -> None:
    """Record why a try did not work; the mail is failed when that is final or was the last try."""
    row = session.get_one(Mail, mail_id)
    row.address, row.note = address, reason
    if is_final or rules.next_try(row.tries, now) is None:
        history.move(session, row, "fail", actor=_JOB, at=now, because=reason)


def skip(session: Session, *, mail_id: int, reason: str, now: datetime) -> None:
    """Record that a mail is not needed, and why."""
    row = session.get_one(Mail, mail_id)
    row.note = reason
    history.move(session, row, "skip", actor=_JOB, at=now, because=reason)


def retry(session: Session, *, mail_id: int, admin_id: int, now: datetime) -> None:
    """Queue a failed mail again with fresh tries. Raises AlreadyThere for one that is not failed, NotFound for none."""
    row = session.get(Mail, mail_id)
    if row is None:
        raise NotFound(_("There is no such mail."))
    history.move(session, row, "retry", actor=Actor.user(admin_id), at=now)
    row.tries, row.next_attempt_at, row.note = 0, now, ""


def retry_all(session: Session, *, admin_id: int, most: int, now: datetime) -> int:
    """Queue the failed mails again, the oldest first and at most `most`; return how many."""
    failed = select(Mail.id).where(Mail.status == MailStatus.FAILED).order_by(Mail.id).limit(most)
    again = {"tries": 0, "next_attempt_at": now, "note": ""}
    ids = list(session.scalars(failed))
    return len(history.move_many(session, Mail, ids, "retry", actor=Actor.user(admin_id), at=now, values=again))


def server_failed(session: Session, *, reason: str, now: datetime) -> None:
    """Leave the server alone for a while: the longer, the more often it did not answer."""
    row = desk(session)
    row.failures += 1
    row.paused_until, row.trouble = rules.pause_until(row.failures, now), reason


def server_answered(session: Session) -> None:
    """Forget the trouble with the server."""
    row = desk(session)
    row.failures, row.paused_until, row.trouble = 0, None, ""


def choose(session: Session, *, user_id: int, topic: Topic, is_wanted: bool, now: datetime) -> None:
    """Turn the mails of one topic on or off for a person. Raises NotAllowed for one that is always on."""
    if not (is_wanted or may_be_silenced(topic)):
        raise NotAllowed(_("These mails can't be turned off."))
    known = session.get(MailSilence, (user_id, topic))
    if is_wanted and known is not None:
        session.execute(delete(MailSilence).where(MailSilence.user_id == user_id, MailSilence.topic == topic))
    elif not is_wanted and known is None:
        if session.get(User, user_id) is None:
            raise NotFound(_("There is no such person."))
        session.add(MailSilence(user_id=user_id, topic=topic, since=now))


def choose_all(session: Session, *, user_id: int, wanted: Mapping[Topic, bool], now: datetime) -> None:
    """Turn the mails of several topics on or off for a person."""
    for topic, is_wanted in wanted.items():
        choose(session, user_id=user_id, topic=topic, is_wanted=is_wanted, now=now)


def _mail(fact: Unmailed, now: datetime) -> Mail:
    return Mail(
        notification_id=fact.notification_id,
        user_id=fact.user_id,
        kind=fact.kind,
        topic=fact.topic,
        next_attempt_at=rules.due_at(fact.topic, now),
        queued_at=now,
    )


def _reason(fact: Unmailed) -> str:
    return rules.reason_to_skip(
        fact.kind.value, fact.topic, fact.facts, is_silenced=fact.is_silenced, is_read=fact.is_read
    )
