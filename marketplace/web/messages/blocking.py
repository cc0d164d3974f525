"""Block the other side of a conversation, let them write again, and the list of who is blocked."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.messages import block_queries, blocking, queries
from marketplace.messages.block_queries import BlockRow
from marketplace.messages.queries import ConversationRow
from marketplace.paging import every
from marketplace.web import guards, lists
from marketplace.web.console import Console, buyer_console, own_console, seller_console
from marketplace.web.lists import Tools
from marketplace.web.pages import date_text
from marketplace.web.stored_words import about_text

_CSV_COLUMNS = texts("Name", "Met about", "Blocked (UTC)")


@dataclass(frozen=True, slots=True)
class BlockPage:
    """What templates/messages/block.html shows."""

    title: str
    console: Console
    crumb: str
    back_url: str
    other: str
    action: str
    order_url: str
    """The order they have with each other; "" for a question."""
    report_url: str


@dataclass(frozen=True, slots=True)
class BlockedPerson:
    """One person whom the viewer blocks."""

    name: str
    subject: str
    url: str
    since: str
    lift_url: str


@dataclass(frozen=True, slots=True)
class BlockedPage:
    """What templates/messages/blocked.html shows."""

    title: str
    console: Console
    rows: tuple[BlockedPerson, ...]
    tools: Tools


@guards.signed_in
def ask_block(conversation_id: int) -> ResponseReturnValue:
    """Say what blocking the other side means, and ask whether to do it."""
    found = _found(conversation_id)
    is_buyer = guards.viewer().user_id == found.buyer_id
    other = found.shop if is_buyer else found.buyer
    side = "buyer" if is_buyer else "seller"
    page = BlockPage(
        title=_("Block %(other)s?", other=other),
        console=buyer_console("messages") if is_buyer else seller_console("messages"),
        crumb=about_text(found.subject),
        back_url=url_for("messages.conversation", conversation_id=found.id),
        other=other,
        action=url_for("messages.block", conversation_id=found.id),
        order_url=url_for(f"{side}.order", number=found.order_number) if found.order_number else "",
        report_url=url_for("messages.report", conversation_id=found.id),
    )
    return render_template("messages/block.html", page=page)


@guards.signed_in
def block(conversation_id: int) -> ResponseReturnValue:
    """Block the other side of a conversation of the viewer's."""
    found, viewer_id = _found(conversation_id), guards.viewer().user_id
    other = found.shop if viewer_id == found.buyer_id else found.buyer
    lock = f"blocker:{viewer_id}"
    is_new = db.atomic(blocking.block, (lock,), user_id=viewer_id, conversation_id=found.id, now=clock.now())
    flash(
        _("%(other)s can't write to you any more.", other=other)
        if is_new
        else _("%(other)s is blocked already.", other=other),
        "ok",
    )
    return redirect(url_for("messages.conversation", conversation_id=found.id), code=303)


@guards.signed_in
def unblock(conversation_id: int) -> ResponseReturnValue:
    """Let the other side of a conversation of the viewer's write again."""
    found, viewer_id = _found(conversation_id), guards.viewer().user_id
    other = found.shop if viewer_id == found.buyer_id else found.buyer
    lock = f"blocker:{viewer_id}"
    is_lifted = db.atomic(blocking.lift, (lock,), user_id=viewer_id, conversation_id=found.id, now=clock.now())
    flash(
        _("%(other)s can write to you again.", other=other)
        if is_lifted
        else _("You have not blocked %(other)s.", other=other),
        "ok",
    )
    return redirect(url_for("messages.conversation", conversation_id=found.id), code=303)


@guards.signed_in
def blocked() -> ResponseReturnValue:
    """List whom the viewer blocks, the last blocked first."""
    viewer, asked = guards.viewer(), lists.asked()
    read = partial(block_queries.blocked_by, viewer.user_id, asked.period)
    if asked.is_csv:
        return lists.csv_file("blocked", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    page = BlockedPage(
        title=_("Blocked people"),
        console=own_console("blocked", is_seller=viewer.is_seller, is_admin=viewer.is_admin),
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed),
    )
    return render_template("messages/blocked.html", page=page)


def _found(conversation_id: int) -> ConversationRow:
    return queries.conversation_of(conversation_id, guards.viewer().user_id)


def _row(row: BlockRow) -> BlockedPerson:
    return BlockedPerson(
        name=row.name,
        subject=about_text(row.subject),
        url=url_for("messages.conversation", conversation_id=row.conversation_id),
        since=date_text(row.blocked_at),
        lift_url=url_for("messages.unblock", conversation_id=row.conversation_id),
    )


def _csv_row(row: BlockRow) -> tuple[object, ...]:
    return (row.name, about_text(row.subject), row.blocked_at)
