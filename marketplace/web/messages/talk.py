"""A conversation: read it, write in it; begin one about an order or about a listing."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.messages import block_queries, flows, operations, queries
from marketplace.messages.flows import Letter
from marketplace.messages.operations import Sent
from marketplace.messages.queries import AskedListing, ConversationRow
from marketplace.orders import queries as orders
from marketplace.paging import Cursor, Listed
from marketplace.web import guards, lists, message_parts, uploads
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, buyer_console, seller_console
from marketplace.web.message_parts import Halt, MessageForm, MessageView, files_hint
from marketplace.web.stored_words import about_text


@dataclass(frozen=True, slots=True)
class TalkPage:
    """What templates/messages/conversation.html shows."""

    title: str
    console: Console
    note: str
    about_label: str
    about_url: str
    messages: tuple[MessageView, ...]
    earlier_url: str
    later_url: str
    action: str
    files_hint: str
    report_url: str
    block_url: str
    block_label: str
    advice: str
    halt: Halt | None
    """Why they don't write to each other now; then there is no form."""


@guards.signed_in
def conversation(conversation_id: int) -> ResponseReturnValue:
    """Show a conversation of the viewer's; what is shown counts as read."""
    viewer_id = guards.viewer().user_id
    found = queries.conversation_of(conversation_id, viewer_id)
    cursor = Cursor(lists.row_id("before"), lists.row_id("after"))
    listed = queries.messages_of(found.id, cursor)
    if listed.rows and found.unread(viewer_id):
        upto = max(row.id for row in listed.rows)
        db.atomic(operations.mark_read, (), user_id=viewer_id, conversation_id=found.id, upto=upto, now=clock.now())
        guards.forget_counts()
    return _show(found, listed, message_parts.empty_form())


@uploads.takes_files
@guards.signed_in
def write(conversation_id: int) -> ResponseReturnValue:
    """Send a message in a conversation of the viewer's."""
    found, form = queries.conversation_of(conversation_id, guards.viewer().user_id), MessageForm()

    def send(letter: Letter) -> Sent:
        return flows.reply(letter, conversation_id=found.id, store=uploads.store(flows.FOLDER), now=clock.now())

    def again() -> ResponseReturnValue:
        return _show(found, queries.messages_of(found.id, Cursor()), form, 422)

    return _send(form, send, again)


@guards.signed_in
def file(conversation_id: int, file_id: int) -> ResponseReturnValue:
    """Return a file of a conversation of the viewer's."""
    found = queries.file_of(queries.conversation_of(conversation_id, guards.viewer().user_id).id, file_id)
    content = uploads.store(flows.FOLDER).open(found.stored_name)
    return uploads.send(content, file_name=found.file_name, media_type=found.media_type)


@guards.signed_in
def about_order(number: str) -> ResponseReturnValue:
    """Show the conversation about an order, or begin it."""
    order_id, page = _order_page(number)
    if (found := queries.about_order(order_id)) is not None:
        return redirect(url_for("messages.conversation", conversation_id=found.id), code=303)
    return render_template("messages/conversation.html", page=page, form=message_parts.empty_form())


@uploads.takes_files
@guards.signed_in
def write_about_order(number: str) -> ResponseReturnValue:
    """Write to the other side of an order."""
    _order_id, page = _order_page(number)
    form = MessageForm()

    def send(letter: Letter) -> Sent:
        return flows.write_about_order(letter, number=number, store=uploads.store(flows.FOLDER), now=clock.now())

    return _send(form, send, lambda: (render_template("messages/conversation.html", page=page, form=form), 422))


@guards.signed_in
def about_listing(slug: str) -> ResponseReturnValue:
    """Show what the viewer asked about a listing, or begin it."""
    listing = _listing(slug)
    if listing.seller_id == guards.viewer().user_id:
        return _own_listing(slug)
    if (found := queries.about_listing(listing.id, guards.viewer().user_id)) is not None:
        return redirect(url_for("messages.conversation", conversation_id=found.id), code=303)
    page = _question_page(listing, slug)
    return render_template("messages/conversation.html", page=page, form=message_parts.empty_form())


@uploads.takes_files
@guards.signed_in
def ask(slug: str) -> ResponseReturnValue:
    """Ask the seller of a listing."""
    listing, form = _listing(slug), MessageForm()
    if listing.seller_id == guards.viewer().user_id:
        return _own_listing(slug)
    page = _question_page(listing, slug)

    def send(letter: Letter) -> Sent:
        return flows.ask(letter, listing_id=listing.id, store=uploads.store(flows.FOLDER), now=clock.now())

    return _send(form, send, lambda: (render_template("messages/conversation.html", page=page, form=form), 422))


def file_url(conversation_id: int, file_id: int) -> str:
    """Return where one of the two sides gets a file."""
    return url_for("messages.file", conversation_id=conversation_id, file_id=file_id)


def report_url(conversation_id: int, message_id: int) -> str:
    """Return where a message is reported."""
    return url_for("messages.report", conversation_id=conversation_id, message=message_id)


def _send(
    form: MessageForm, send: Callable[[Letter], Sent], again: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """Send what the form says; where that is refused, show the form with the reason and what was typed."""
    if not form.validate():
        return again()
    try:
        sent = send(message_parts.letter_of(form))
    except Invalid as error:
        blame(form, error)
        return again()
    except (Conflict, NotAllowed) as error:
        form.form_errors.append(error.message)
        return again()
    flash(_("Sent.") if sent.is_new else _("It was sent already."), "ok")
    return redirect(f"{url_for('messages.conversation', conversation_id=sent.conversation_id)}#write", code=303)


def _show(
    found: ConversationRow, listed: Listed[queries.MessageRow], form: MessageForm, code: int = 200
) -> ResponseReturnValue:
    viewer_id = guards.viewer().user_id
    is_buyer = viewer_id == found.buyer_id
    other = found.shop if is_buyer else found.buyer
    label, url = _about(found, is_buyer=is_buyer)
    here = url_for("messages.conversation", conversation_id=found.id)
    halt = message_parts.halt(found.between(viewer_id), other, found.id)
    page = TalkPage(
        title=f"{about_text(found.subject)}: {other}",
        console=_console(is_buyer=is_buyer),
        note=_("A question about a listing") if found.order_id is None else _("About an order"),
        about_label=label,
        about_url=url,
        messages=message_parts.views(
            tuple(reversed(listed.rows)), viewer_id=viewer_id, other=other, file_url=file_url, report_url=report_url
        ),
        earlier_url=f"{here}?after={listed.next_after}" if listed.next_after else "",
        later_url=f"{here}?before={listed.previous_before}" if listed.previous_before else "",
        action=url_for("messages.write", conversation_id=found.id),
        files_hint=files_hint(),
        report_url=url_for("messages.report", conversation_id=found.id),
        block_url="" if halt and halt.list_url else url_for("messages.ask_block", conversation_id=found.id),
        block_label=_("Block %(other)s", other=other),
        advice=_ADVICE,
        halt=halt,
    )
    return render_template("messages/conversation.html", page=page, form=form), code


def _about(found: ConversationRow, *, is_buyer: bool) -> tuple[str, str]:
    if found.order_number is not None:
        side = "buyer" if is_buyer else "seller"
        return _("Open the order"), url_for(f"{side}.order", number=found.order_number)
    if found.listing_is_active and found.listing_slug:
        return _("See the listing"), url_for("shop.listing", slug=found.listing_slug)
    return "", ""


def _order_page(number: str) -> tuple[int, TalkPage]:
    """Return an order's id and the page on which its first message is written. Raises NotFound for a stranger's."""
    viewer_id, known = guards.viewer().user_id, lists.number(number)
    try:
        order = orders.buyer_order(known, viewer_id)
        other, other_id, is_buyer = order.shop_name, order.seller_id, True
    except NotFound:
        order = orders.seller_order(known, viewer_id)
        other, other_id, is_buyer = order.buyer_name, order.buyer_id, False
    side = "buyer" if is_buyer else "seller"
    return order.id, _first(
        title=_("Order %(number)s: %(other)s", number=order.number, other=other),
        is_buyer=is_buyer,
        note=_("About an order"),
        about=(_("Open the order"), url_for(f"{side}.order", number=order.number)),
        action=url_for("messages.write_about_order", number=order.number),
        halt=message_parts.halt(block_queries.between(viewer_id, other_id), other, None),
    )


def _question_page(listing: AskedListing, slug: str) -> TalkPage:
    between = block_queries.between(guards.viewer().user_id, listing.seller_id)
    return _first(
        title=_("Ask %(shop)s: %(title)s", shop=listing.shop, title=listing.title),
        is_buyer=True,
        note=_("A question about a listing"),
        about=(_("See the listing"), url_for("shop.listing", slug=slug)),
        action=url_for("messages.ask", slug=slug),
        halt=message_parts.halt(between, listing.shop, None),
    )


def _first(
    *, title: str, is_buyer: bool, note: str, about: tuple[str, str], action: str, halt: Halt | None
) -> TalkPage:
    return TalkPage(
        title=title,
        console=_console(is_buyer=is_buyer),
        note=note,
        about_label=about[0],
        about_url=about[1],
        messages=(),
        earlier_url="",
        later_url="",
        action=action,
        files_hint=files_hint(),
        report_url="",
        block_url="",
        block_label="",
        advice=_ADVICE,
        halt=halt,
    )


def _listing(slug: str) -> AskedListing:
    found = queries.listing_to_ask(slug) if slug.isascii() and slug.isprintable() else None
    if found is None:
        raise NotFound(_("This listing is not for sale any more, or never was."))
    return found


def _own_listing(slug: str) -> ResponseReturnValue:
    flash(_("This is your own listing. Buyers who ask about it are in your messages."), "info")
    return redirect(url_for("shop.listing", slug=slug), code=303)


def _console(*, is_buyer: bool) -> Console:
    return buyer_console("messages") if is_buyer else seller_console("messages")


_ADVICE = Text(
    "Keep to this page: we can help with what was written here. Nobody of us ever asks for a password or a card."
)
