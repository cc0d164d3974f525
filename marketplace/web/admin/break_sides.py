"""The three sides of a break next to each other: what each knows of it, and where to look at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.reconciliation.break_queries import Asked, BreakDetail
from marketplace.reconciliation.read_line_queries import LineRow
from marketplace.web.admin.explain import entry_url
from marketplace.web.admin.kept_words import plain_text
from marketplace.web.admin.reconciliation_figures import kind_text
from marketplace.web.order_parts import Fact
from marketplace.web.pages import money_text, time_text

_NOTHING = Text("Nothing")


@dataclass(frozen=True, slots=True)
class Link:
    """Where something can be looked at."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one side knows."""

    title: str
    amount: str
    is_missing: bool
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]


def sides(found: BreakDetail, corrections: Sequence[Asked]) -> tuple[Side, ...]:
    """Return provider, ledger and rows."""
    return (_provider(found), _ledger(found, corrections), _rows(found))


def _provider(found: BreakDetail) -> Side:
    line = found.line
    if line is None:
        facts = [Fact(_("Object"), found.row.object_id)] if found.row.object_id else []
        return Side(_("The provider"), _NOTHING, is_missing=True, facts=tuple(facts), links=())
    facts = [
        Fact(_("Line"), line.line_id),
        Fact(_("Kind"), kind_text(line.kind)),
        Fact(_("Object"), line.source_id or _("None")),
        Fact(_("Amount"), money_text(line.amount_minor, line.currency)),
        Fact(_("Fee"), money_text(line.fee_minor, line.currency)),
        Fact(_("Made"), time_text(line.made_at)),
    ]
    if line.source_status:
        facts.append(Fact(_("Status there"), plain_text(line.source_status.lower())))
    if found.account_id:
        facts.append(Fact(_("Seller's account"), found.account_id))
    url = url_for("admin.reconciliation_lines", currency=line.currency, kind=line.kind)
    shown = Link(_("Lines of this kind"), url)
    return Side(
        _("The provider"),
        money_text(line.net_minor, line.currency),
        is_missing=False,
        facts=tuple(facts),
        links=() if found.account_id else (shown,),
    )


def _ledger(found: BreakDetail, corrections: Sequence[Asked]) -> Side:
    booked = [each for each in corrections if each.entry_id is not None]
    facts = [Fact(_("Entry"), found.entry_key)] if found.entry_key else []
    facts += [Fact(_("Text"), found.entry_text)] if found.entry_text else []
    facts += [Fact(_correction_label(each), money_text(each.amount_minor, each.currency)) for each in booked]
    links = (
        [Link(_("Entry %(number)s", number=found.entry_id), entry_url(found.entry_id))]
        if found.entry_key and found.entry_id
        else []
    )
    links += [Link(_("The correcting entry"), entry_url(each.entry_id)) for each in booked if each.entry_id]
    amount = _booked(found, found.line)
    return Side(_("The ledger"), amount, is_missing=amount == _NOTHING, facts=tuple(facts), links=tuple(links))


def _links(found: BreakDetail) -> list[Link]:
    """Return our rows that it is about."""
    payment, event = found.row.payment_id, found.event_id
    links = []
    if payment is not None:
        links.append(Link(_("Payment %(number)s", number=payment), url_for("admin.payment", payment_id=payment)))
    if number := found.refund_number:
        links.append(Link(_("Refund %(number)s", number=number), url_for("admin.refunds", refund=number)))
    if number := found.payout_number:
        links.append(Link(_("Payout %(number)s", number=number), url_for("admin.payout", number=number)))
    if number := found.dispute_number:
        links.append(Link(_("Dispute %(number)s", number=number), url_for("admin.dispute", number=number)))
    if event is not None:
        links.append(Link(_("Event %(number)s", number=event), url_for("admin.event", event_row_id=event)))
    return links


def _rows(found: BreakDetail) -> Side:
    row, line, links = found.row, found.line, _links(found)
    facts = [] if found.event_id is None else [Fact(_("Message"), found.event_type or "")]
    moved = line.row_minor if line else None
    amount = _NOTHING if moved is None or line is None else money_text(moved, line.currency)
    if line is None and row.currency and found.subject.partition(":")[0] in {"payment", "refund", "receipt"}:
        amount = money_text(-row.difference_minor, row.currency)
    return Side(_("Our rows"), amount, is_missing=amount == _NOTHING, facts=tuple(facts), links=tuple(links))


def _booked(found: BreakDetail, line: LineRow | None) -> str:
    row = found.row
    if line is not None:
        return _NOTHING if line.booked_minor is None else money_text(line.booked_minor, line.currency)
    if found.subject.startswith("entry:") and row.currency:
        return money_text(-row.difference_minor, row.currency)
    return _NOTHING


def _correction_label(each: Asked) -> str:
    return (
        _("Correction %(number)s, undone", number=each.id)
        if each.undone_at
        else _("Correction %(number)s", number=each.id)
    )
