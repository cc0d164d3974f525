"""Report a message or a conversation; decide such a report: leave it, hide it, stop its writer."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.messages import telling
from marketplace.messages.models import Conversation, Message
from marketplace.reports import operations as reports
from marketplace.reports.models import Subject
from marketplace.reports.rules import Decision, Reason


def report(
    session: Session,
    *,
    reporter_id: int,
    conversation_id: int,
    message_id: int | None,
    reason: Reason,
    text: str,
    now: datetime,
) -> str:
    """Report a message of the other side, or all of a conversation with None; return the report's number.

    Raises NotFound for a stranger's, and what `reports.operations.report` raises.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or reporter_id not in {conversation.buyer_id, conversation.seller_id}:
        raise NotFound(_("There is no such conversation among yours."))
    other = conversation.seller_id if reporter_id == conversation.buyer_id else conversation.buyer_id
    subject, subject_id, author_id = Subject.CONVERSATION, conversation.id, other
    if message_id is not None:
        message = session.get(Message, message_id)
        if message is None or message.conversation_id != conversation.id:
            raise NotFound(_("There is no such message."))
        subject, subject_id, author_id = Subject.MESSAGE, message.id, message.author_id
    row = reports.report(
        session,
        subject=subject,
        subject_id=subject_id,
        author_id=author_id,
        reporter_id=reporter_id,
        reason=reason,
        text=text,
        now=now,
    )
    telling.reported(session, row, now=now)
    return row.number


def decide(session: Session, *, admin_id: int, report_id: int, decision: Decision, note: str, now: datetime) -> None:
    """Decide a report of a message or a conversation. Raises what `reports.operations.decide` raises.

    A hidden message is read as hidden by both sides, with its files; Invalid for hiding a whole conversation.
    """
    row = reports.decide(session, admin_id=admin_id, report_id=report_id, decision=decision, note=note, now=now)
    if row.subject is Subject.CONVERSATION:
        if decision is Decision.HIDDEN:
            raise Invalid(_("Hide single messages, or stop the person from writing."), field="decision")
        conversation = session.get_one(Conversation, row.subject_id)
    else:
        message = session.get_one(Message, row.subject_id)
        conversation = session.get_one(Conversation, message.conversation_id)
        if decision is not Decision.LEFT and message.hidden_at is None:
            message.hidden_at, message.hidden_reason = now, row.note
    telling.decided(
        session,
        row,
        about=conversation.subject,
        url_id=conversation.id,
        hidden=decision is not Decision.LEFT,
        now=now,
    )
