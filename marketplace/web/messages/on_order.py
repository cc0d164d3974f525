"""The part of an order's page that shows what its two sides last wrote, with the form to write more."""

from dataclasses import dataclass

from flask import url_for

from marketplace.language import gettext as _
from marketplace.messages import block_queries, queries
from marketplace.numerals import number_text
from marketplace.paging import Cursor
from marketplace.web import message_parts
from marketplace.web.message_parts import Halt, MessageForm, MessageView, files_hint
from marketplace.web.messages.talk import file_url, report_url

_LATEST = Cursor(size=3)


@dataclass(frozen=True, slots=True)
class OrderTalk:
    """What templates/components/order_talk.html shows."""

    messages: tuple[MessageView, ...]
    note: str
    url: str
    """The whole conversation; "" while nobody has written."""
    form: MessageForm
    action: str
    files_hint: str
    halt: Halt | None
    """Why they don't write to each other now."""


def order_talk(order_id: int, number: str, viewer_id: int, other: str, other_id: int) -> OrderTalk:
    """Return the latest messages about an order as one of its sides reads them; `other` is how the other is called."""
    found = queries.about_order(order_id)
    rows = queries.messages_of(found.id, _LATEST).rows if found else ()
    between = found.between(viewer_id) if found else block_queries.between(viewer_id, other_id)
    unread = found.unread(viewer_id) if found else 0
    return OrderTalk(
        messages=message_parts.views(
            tuple(reversed(rows)), viewer_id=viewer_id, other=other, file_url=file_url, report_url=report_url
        ),
        note=_("%(number)s not read yet", number=number_text(unread))
        if unread
        else _("You and %(other)s", other=other),
        url=url_for("messages.conversation", conversation_id=found.id) if found else "",
        form=message_parts.empty_form(),
        action=url_for("messages.write_about_order", number=number),
        files_hint=files_hint(),
        halt=message_parts.halt(between, other, found.id if found else None),
    )
