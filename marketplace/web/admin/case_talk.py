"""What buyer and seller wrote about an order, on the page of its refund or dispute: that is the reason to read it."""

from collections.abc import Sequence

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.messages import case_queries
from marketplace.messages.case_queries import CaseMessage
from marketplace.payments.timeline_queries import Change
from marketplace.web import guards, message_parts, wording
from marketplace.web.admin.reported import file_url
from marketplace.web.message_parts import MessageView
from marketplace.web.pages import date_text, time_text
from marketplace.web.wording import TimelineEntry

_LONGEST_SHOWN = 300
_MOST_IN_EVIDENCE = 30
"""The bank takes 20,000 characters of a text."""


def of_orders(order_ids: Sequence[int], ground: str) -> tuple[CaseMessage, ...]:
    """Return what was written about some orders, and keep that the viewer has read it because of `ground`."""
    found = case_queries.messages_of_orders(order_ids)
    looked_at = [each.message.conversation_id for each in found]
    case_queries.note_look(looked_at, admin_id=guards.viewer().user_id, ground=ground, now=clock.now())
    return found


def views(messages: Sequence[CaseMessage]) -> tuple[MessageView, ...]:
    """Return the messages ready to be placed."""
    return message_parts.case_views(messages, file_url)


def timeline(
    changes: Sequence[Change], labels: dict[str, str], messages: Sequence[CaseMessage]
) -> tuple[TimelineEntry, ...]:
    """Return what happened and what was written, newest first."""
    written = [
        TimelineEntry(
            title=_("The seller wrote") if each.is_seller else _("The buyer wrote"),
            when=time_text(each.message.sent_at),
            when_iso=each.message.sent_at.isoformat(),
            detail=_short(each),
            actor=each.author,
            source=_("message"),
        )
        for each in messages
    ]
    return tuple(sorted((*wording.audit(changes, labels), *written), key=lambda entry: entry.when_iso, reverse=True))


def sentences(messages: Sequence[CaseMessage], order_id: int) -> tuple[str, ...]:
    """Return what was written about one order as lines for the evidence; hidden messages are left out."""
    return tuple(
        f"{date_text(each.message.sent_at)}: {'the seller' if each.is_seller else 'the buyer'} wrote: “{_short(each)}”"
        for each in messages[-_MOST_IN_EVIDENCE:]
        if each.order_id == order_id and each.message.hidden_reason is None
    )


def _short(each: CaseMessage) -> str:
    message = each.message
    if message.hidden_reason is not None:
        return _("Hidden: %(why)s", why=message.hidden_reason)
    files = ", ".join(file.file_name for file in message.files)
    words = " ".join(message.text.split()) or f"[{files}]"
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN].rstrip()}…"
