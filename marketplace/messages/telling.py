"""Who is told what of messages: that something waits to be read, once until it is; and what became of a report."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.messages.models import Conversation, Message, Part
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.reports.models import Report


def received(session: Session, conversation: Conversation, message: Message, *, to: Part, now: datetime) -> None:
    """Tell the other side that a message waits. Its text stays where it is: it may be hidden later."""
    user_id = conversation.seller_id if to is Part.SELLER else conversation.buyer_id
    kind = NotificationKind.MESSAGE_RECEIVED
    if conversation.listing_id is not None:
        kind = NotificationKind.QUESTION_ASKED if to is Part.SELLER else NotificationKind.QUESTION_ANSWERED
    facts = {"conversation": conversation.id, "about": conversation.subject, "from": _name(session, conversation, to)}
    notifications.tell_new(session, [NewFact(user_id, kind, "message", message.id, facts)], now=now)


def reported(session: Session, report: Report, *, now: datetime) -> None:
    """Tell the admins that a report waits; those it is about are left out."""
    admins = select(User.id).where(User.is_admin, User.id.not_in([report.author_id, report.reporter_id]))
    facts = {"number": report.number, "report": report.id, "reason": report.reason.label}
    told = [
        NewFact(user_id, NotificationKind.REPORT_RECEIVED, "report", report.id, facts)
        for user_id in session.execute(admins.order_by(User.id)).scalars()
    ]
    notifications.tell_new(session, told, now=now)


def decided(session: Session, report: Report, *, about: str, url_id: int, hidden: bool, now: datetime) -> None:
    """Tell the reporter what became of it, and the author when something of theirs was hidden or they are stopped."""
    decision = report.decision.value if report.decision else ""
    facts = {
        "number": report.number,
        "about": about,
        "subject": report.subject.value,
        "url_id": url_id,
        "decision": decision,
        "note": report.note,
    }
    told = [NewFact(report.reporter_id, NotificationKind.REPORT_DECIDED, "report", report.id, facts)]
    if hidden:
        kind = {"review": NotificationKind.REVIEW_HIDDEN}.get(report.subject.value, NotificationKind.MESSAGE_HIDDEN)
        told.append(NewFact(report.author_id, kind, "report", report.id, facts))
    notifications.tell_new(session, told, now=now)


def _name(session: Session, conversation: Conversation, to: Part) -> str:
    if to is Part.SELLER:
        return session.execute(select(User.name).where(User.id == conversation.buyer_id)).scalar_one()
    return session.execute(select(Shop.name).where(Shop.seller_id == conversation.seller_id)).scalar_one()
