"""The sweeps behind the tick: they find what has no document and what has moved on, and write in short transactions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from marketplace import db
from marketplace.invoices import fee_queries, following_queries, missing_queries, operations, rules
from marketplace.invoices.following_queries import Open
from marketplace.invoices.missing_queries import MOST, Cause
from marketplace.invoices.rules import InvoiceKind
from marketplace.statements import rules as months

_CAME_BACK = "The money did not stay with the buyer after all."
_NEVER_PAID = "The order was given up without a payment."


def make_due(*, now: datetime) -> int:
    """Make an invoice for each order that was paid or is being paid, a credit note for each sum that went back.

    Also for what happened before there were invoices. Returns how many were made.
    """
    wanted, made = missing_queries.missing(), 0
    order_ids = [each.source_id for each in wanted if each.cause is Cause.ORDER]
    if order_ids:
        orders = missing_queries.sold_orders(order_ids)
        for seller_id, some in _by_seller(orders, lambda order: order.seller.seller_id):
            made += _made(operations.invoice_orders, InvoiceKind.INVOICE, seller_id, orders=some, now=now)
        # What was paid and went back before anybody looked has an invoice only now, and is missing only now.
        wanted = missing_queries.missing()
    if any(each.cause is not Cause.ORDER for each in wanted):
        for seller_id, some in _by_seller(missing_queries.gone_back(wanted), lambda gone: gone.seller_id):
            made += _made(operations.credit, InvoiceKind.CREDIT_NOTE, seller_id, gone=some, now=now)
    if len(order_ids) < MOST and len(wanted) < MOST and missing_queries.moves_mark(now):
        db.atomic(operations.reach, ["invoices"], name=missing_queries.SALES, at=now)
    return made


def bill_months(*, now: datetime) -> int:
    """Make the commission invoices of the next month whose statements are closed; return how many were made."""
    reached = missing_queries.mark(fee_queries.MONTHS)
    month = fee_queries.closed_after(reached.date() if reached else date(1999, 1, 1))
    if month is None:
        return 0
    made = 0
    for some in _batches(fee_queries.fees_of(month)):
        made += _made(operations.bill_commissions, InvoiceKind.COMMISSION, None, months=some, now=now)
    db.atomic(operations.reach, ["invoices"], name=fee_queries.MONTHS, at=months.start_of(month))
    return made


def follow_due(*, now: datetime) -> int:
    """Bring every open document to where it belongs: handed over, paid, overdue, cancelled; return how many moved."""
    moved, last = 0, 0
    while found := following_queries.open_documents(last):
        steps = [(each, rules.steps(each.standing, now)) for each in found]
        moved += _stepped(steps, now)
        last = found[-1].id
        if len(found) < MOST:
            break
    if gone := following_queries.without_cause():
        moved += db.atomic(operations.move, ["invoices"], ids=gone, verb="cancel", because=_CAME_BACK, now=now)
    return moved


def _stepped(steps: Sequence[tuple[Open, Sequence[str]]], now: datetime) -> int:
    def ids(verb: str) -> list[int]:
        return [each.id for each, verbs in steps if verb in verbs]

    moved = 0
    if drafts := ids("send"):
        moved += db.atomic(operations.hand_over, ["invoices"], ids=drafts, now=now)
    # What was paid before it was handed over is settled with that.
    arrived = [each for each, verbs in steps if "settle" in verbs and (each.standing.is_due or "send" not in verbs)]
    if arrived:
        paid = [(each.id, each.paid_at or now) for each in arrived]
        moved += db.atomic(operations.settle, ["invoices"], paid=paid, now=now)
    for verb, because in (("lapse", None), ("cancel", _NEVER_PAID)):
        if some := ids(verb):
            moved += db.atomic(operations.move, ["invoices"], ids=some, verb=verb, because=because, now=now)
    return moved


def _made(operation: Any, kind: InvoiceKind, issuer_id: int | None, **values: Any) -> int:
    lock = f"series:{rules.series_key(kind, issuer_id)}"
    return len(db.atomic(operation, [lock], **values))


def _by_seller(rows: Iterable[Any], seller_of: Any) -> Iterable[tuple[int, tuple[Any, ...]]]:
    """Yield rows in batches of one seller's, in the order in which they came."""
    for seller_id, group in groupby(sorted(rows, key=seller_of), key=seller_of):
        for some in _batches(tuple(group)):
            yield seller_id, some


def _batches(rows: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    return (tuple(rows[start : start + rules.BATCH]) for start in range(0, len(rows), rules.BATCH))
