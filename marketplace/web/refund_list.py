"""The list of refunds as buyers and sellers see it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.paging import Listed
from marketplace.refunds.queries import RefundRow
from marketplace.web import refund_parts
from marketplace.web.console import Console
from marketplace.web.lists import Pager, Tab
from marketplace.web.refund_parts import Side
from marketplace.web.shop.cards import picture_url
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands there when nothing does, and the one way on."""

    title: str
    text: str
    action: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """What one side reads around the list; `when` says the date that matters to it."""

    note: str
    when_label: str
    when: Callable[[RefundRow], str]
    amount_label: str
    empty: Empty


@dataclass(frozen=True, slots=True)
class ListedRefund:
    """One refund in the list."""

    number: str
    title: str
    url: str
    picture_url: str
    order: str
    reason: str
    badge: Badge
    when: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RefundsPage:
    """What templates/refunds/list.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    rows: tuple[ListedRefund, ...]
    when_label: str
    amount_label: str
    pager: Pager
    is_oldest_first: bool
    empty: Empty


def show(
    listed: Listed[RefundRow],
    side: Side,
    console: Console,
    words: Words,
    pager: Pager,
    *,
    tabs: tuple[Tab, ...] = (),
    is_oldest_first: bool = False,
) -> ResponseReturnValue:
    """Return the page of some refunds for one side."""
    page = RefundsPage(
        title="Refunds",
        console=console,
        note=words.note,
        tabs=tabs,
        rows=tuple(_row(row, side, words.when(row)) for row in listed.rows),
        when_label=words.when_label,
        amount_label=words.amount_label,
        pager=pager,
        is_oldest_first=is_oldest_first,
        empty=words.empty,
    )
    return render_template("refunds/list.html", page=page)


def _row(row: RefundRow, side: Side, when: str) -> ListedRefund:
    return ListedRefund(
        number=row.number,
        title=row.title,
        url=refund_parts.refund_url(row, side),
        picture_url=picture_url(row.picture_file),
        order=row.order_number,
        reason=row.reason.label,
        badge=refund_parts.badge(row),
        when=when,
        amount=refund_parts.amount(row),
        explain_url=refund_parts.explain_url(row, side),
    )
