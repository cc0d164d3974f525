"""What a report is about, as an admin sees it, and which operation decides it; conversations only for a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.disputes import page_queries as disputes
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.messages import case_queries, flows, moderating, queries, rules
from marketplace.messages.queries import ConversationRow
from marketplace.paging import Cursor
from marketplace.refunds import queries as refunds
from marketplace.reports.queries import ReportRow, Subject
from marketplace.reviews import operations as reviews
from marketplace.reviews import queries as review_queries
from marketplace.reviews.queries import ReviewRow
from marketplace.web import guards, message_parts, uploads
from marketplace.web.console import Console, admin_console
from marketplace.web.message_parts import MessageView
from marketplace.web.order_parts import Fact
from marketplace.web.pages import time_text

_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """What was written, in the order in which it was; `heading` says where."""

    heading: str
    note: str
    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """What templates/admin/conversation.html shows."""

    title: str
    console: Console
    note: str
    shown: Shown
    facts: tuple[Fact, ...]
    looks: tuple[Fact, ...]


def decider(subject: Subject) -> Callable[..., None]:
    """Return the operation that decides a report about this kind of thing."""
    return _DECIDERS[subject]


def shown(row: ReportRow, *, admin_id: int, now: datetime) -> Shown:
    """Return what a report is about; of a conversation it is kept that this admin looks."""
    if row.subject is Subject.REVIEW:
        return _review(review_queries.review(row.subject_id))
    conversation_id = row.subject_id
    if row.subject is Subject.MESSAGE:
        conversation_id = case_queries.conversation_with(row.subject_id)
    case_queries.note_look([conversation_id], admin_id=admin_id, ground=row.number, now=now)
    return _conversation(queries.conversation(conversation_id), row.subject_id if row.subject is Subject.MESSAGE else 0)


@guards.admin_only
def conversation(conversation_id: int) -> ResponseReturnValue:
    """Show a conversation where a report, a refund or a dispute gives the reason; the look is kept."""
    found, grounds = queries.conversation(conversation_id), _grounds(conversation_id)
    ground = request.args.get("for") or next(iter(grounds), "")
    rules.check_ground(ground, grounds)
    case_queries.note_look([found.id], admin_id=guards.viewer().user_id, ground=ground, now=clock.now())
    page = ConversationPage(
        title=_("Conversation about %(subject)s", subject=found.subject),
        console=admin_console("reports"),
        note=_("You read it because of %(ground)s. That is kept.", ground=ground),
        shown=_conversation(found, 0),
        facts=(
            Fact(_("Buyer"), found.buyer),
            Fact(_("Shop"), found.shop),
            Fact(_("Reasons to read it"), ", ".join(grounds)),
        ),
        looks=tuple(
            Fact(_("%(admin)s, for %(ground)s", admin=look.admin, ground=look.ground), time_text(look.looked_at))
            for look in case_queries.looks_at(found.id)
        ),
    )
    return render_template("admin/conversation.html", page=page)


@guards.admin_only
def conversation_file(conversation_id: int, file_id: int) -> ResponseReturnValue:
    """Return a file of a conversation that there is a reason to read."""
    if not _grounds(conversation_id):
        raise NotFound(_("There is no such file."))
    found = queries.file_of(conversation_id, file_id)
    content = uploads.store(flows.FOLDER).open(found.stored_name)
    return uploads.send(content, file_name=found.file_name, media_type=found.media_type)


def file_url(conversation_id: int, file_id: int) -> str:
    """Return where an admin gets a file of a conversation."""
    return url_for("admin.conversation_file", conversation_id=conversation_id, file_id=file_id)


def _grounds(conversation_id: int) -> list[str]:
    """Return the numbers of what gives a reason to read a conversation. Raises NotFound without such a one."""
    order_id = queries.conversation(conversation_id).order_id
    found = case_queries.reports_of(conversation_id)
    if order_id is not None:
        found += [refund.number for refund in refunds.refunds_of_orders([order_id])]
        found += [dispute.number for dispute in disputes.disputes_of_order(order_id)]
    return found


def _review(found: ReviewRow) -> Shown:
    note = _(
        "%(goods)s of 5 stars for the goods, %(seller)s for %(shop)s",
        goods=found.goods_stars,
        seller=found.seller_stars,
        shop=found.shop,
    )
    return Shown(_("Review of %(title)s", title=found.title), note, message_parts.of_review(found))


def _conversation(found: ConversationRow, reported_id: int) -> Shown:
    listed = queries.messages_of(found.id, Cursor(size=_MOST_SHOWN))
    messages = message_parts.told(
        tuple(reversed(listed.rows)), {found.buyer_id: found.buyer, found.seller_id: found.shop}, found.seller_id,
        file_url, reported_id,
    )  # fmt: skip
    note = (
        _("The latest %(number)s messages.", number=_MOST_SHOWN)
        if listed.next_after
        else _("%(buyer)s and %(shop)s", buyer=found.buyer, shop=found.shop)
    )
    return Shown(found.subject, note, messages)


_DECIDERS: dict[Subject, Callable[..., None]] = {
    Subject.CONVERSATION: moderating.decide,
    Subject.MESSAGE: moderating.decide,
    Subject.REVIEW: reviews.decide,
}
