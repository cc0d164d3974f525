"""The mail job: make mails of what was told, and hand them over, a try at a time.

Nothing here is part of a deed. Facts are found in the notifications after they have committed, so a mail server that
refuses, hangs or dies costs mails time and money nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import structlog

from marketplace import db
from marketplace.errors import Invalid
from marketplace.failpoints import Failpoint, reach
from marketplace.mails import composing, operations, queries, rules, smtp
from marketplace.mails.composing import Sender, Written
from marketplace.mails.queries import Due
from marketplace.mails.smtp import Connection, Lost, Refused, Server, ServerDown

log = structlog.get_logger()

BATCH = 200
"""How many facts become mails in one transaction."""
_SECONDS = 30.0
"""How long one run sends; the rest is for the next."""

Write = Callable[[Due], Written]


class Outdated(Exception):
    """What a mail would say is not so any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Office:
    """All that a mail needs but its fact: the server, who writes, and what it says, with the files that go along."""

    server: Server
    sender: Sender
    write: Write


def queue_new(now: datetime) -> int:
    """Make mails of what was told since the last run, nothing of what was told before the first; return how many."""
    desk, moment = queries.desk(), queries.moment()
    if desk.begun_at is None:
        db.atomic(operations.begin, (), moment=moment, now=now)
        return 0
    made = 0
    while facts := queries.unmailed(desk.floor_id, BATCH):
        made += db.atomic(operations.queue, ["mail:queue"], facts=facts, now=now)
        if len(facts) < BATCH:
            break
    if moment.newest_id > desk.floor_id:
        db.atomic(operations.move_on, (), moment=moment)
    return made


def stop_queueing() -> None:
    """Remember that no mail server is set, so that setting one later does not bring what is old by then."""
    if queries.desk().begun_at is not None:
        db.atomic(operations.pause, ())


def send_due(office: Office, now: datetime) -> int:
    """Hand over what is due, for half a minute at most; return how many mails the server has taken.

    A server that does not answer is left alone for longer each time. No try is counted for that.
    """
    desk = queries.desk()
    if desk.paused_until is not None and desk.paused_until > now:
        return 0
    waiting = queries.due(now, BATCH)
    if not waiting:
        return 0
    try:
        sent = _send_all(office, waiting, now)
    except (ServerDown, Lost) as trouble:
        log.warning("mail server trouble", reason=str(trouble))
        db.atomic(operations.server_failed, (), reason=str(trouble), now=now)
        return 0
    if desk.failures:
        db.atomic(operations.server_answered, ())
    return sent


def _send_all(office: Office, waiting: Sequence[Due], now: datetime) -> int:
    db.forbid_open_transaction()
    until, sent = time.monotonic() + _SECONDS, 0
    with smtp.connected(office.server) as connection:
        for mail in waiting:
            if time.monotonic() > until:
                break
            if db.atomic(operations.claim, (), due=mail, now=now):
                sent += _send(office, connection, mail, now)
    return sent


def _send(office: Office, connection: Connection, mail: Due, now: datetime) -> bool:
    """Try one mail and record what became of it; return whether the server has it. Raises ServerDown and Lost."""
    try:
        address = rules.wire_address(mail.email)
        message = _message(office, mail, office.write(mail), address, now)
    except Outdated as reason:
        db.atomic(operations.skip, (), mail_id=mail.mail_id, reason=str(reason), now=now)
        return False
    except Invalid as error:
        return _not_sent(mail, error.message, is_final=True, now=now)
    except Exception as error:  # words that can't be made hold up one mail, not all that wait behind it
        log.exception("a mail could not be written", mail=mail.mail_id)
        return _not_sent(mail, f"It could not be written: {type(error).__name__}: {error}", is_final=False, now=now)
    reach(Failpoint.CALL, "smtp")
    try:
        connection.send(message, office.sender.address, address)
    except Refused as refusal:
        return _not_sent(mail, str(refusal), is_final=refusal.is_final, now=now)
    except (ServerDown, Lost) as trouble:
        _not_sent(mail, str(trouble), is_final=False, now=now)
        raise
    reach(Failpoint.ANSWERED, "smtp")
    line = str(message["Subject"])
    db.atomic(operations.sent, (), mail_id=mail.mail_id, address=mail.email, subject_line=line, now=now)
    return True


def _message(office: Office, mail: Due, written: Written, address: str, now: datetime) -> EmailMessage:
    host = office.sender.address.rpartition("@")[2]
    return composing.message(
        written,
        sender=office.sender,
        to_name=mail.name,
        to_address=address,
        message_id=composing.message_id(queries.installation(), mail.notification_id, host),
        now=now,
    )


def _not_sent(mail: Due, reason: str, *, is_final: bool, now: datetime) -> bool:
    db.atomic(
        operations.not_sent,
        (),
        mail_id=mail.mail_id,
        address=mail.email,
        reason=reason,
        is_final=is_final,
        now=now,
    )
    return False
