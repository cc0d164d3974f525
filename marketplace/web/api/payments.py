"""Payments for programs: the list, one of them, and what they come to (S1.19, S1.20, S2.9)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from flask import url_for

from marketplace.checkout import queries as checkout
from marketplace.credits import queries as credit_queries
from marketplace.orders import queries as orders
from marketplace.orders.queries import PurchaseOrder
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.paging import Cursor
from marketplace.payment_records.states import HAS_MONEY, PaymentStatus
from marketplace.payments import flow_queries, queries, search_queries, timeline_queries
from marketplace.payments.queries import Attempt
from marketplace.payments.search_queries import Sought
from marketplace.payments.tabs import PaymentTab
from marketplace.payments.timeline_queries import Change
from marketplace.web import guards, lists, wording
from marketplace.web.api import payment_shapes as shapes
from marketplace.web.api.answers import amount
from marketplace.web.api.payment_shapes import (
    CurrencySpent,
    Payment,
    PaymentRow,
    Payments,
    PaymentsAsked,
    PaymentState,
    PaymentStats,
)

_OPEN = frozenset({PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.CANCELLED})
_SHOWN_LETTERS = 4


def payments(query: PaymentsAsked) -> Payments:
    """Return a page of the viewer's attempts to pay, newest first."""
    user_id = guards.viewer().user_id
    tab = lists.member(PaymentTab, query.status.value if query.status else "") or PaymentTab.ALL
    sought = Sought(query.q.strip(), tab, currency=query.currency or "")
    passed = 0 if query.after is not None else (query.page - 1) * query.page_size
    after = search_queries.row_before(user_id, sought, passed) if passed else query.after
    total = tab.count_of(search_queries.counts_of_buyer(user_id, sought))
    rows: Sequence[Attempt] = ()
    more = None
    if after is not None or not passed:
        found = search_queries.attempts_of_buyer(user_id, sought, Cursor(after=after, size=query.page_size))
        rows, more = found.rows, found.next_after
    return Payments(
        payments=[PaymentRow(**_facts(row)) for row in rows],
        total_count=total,
        page=query.page if query.after is None else 1,
        page_size=query.page_size,
        has_more=more is not None,
        next=_next(query, more) if more else None,
    )


def payment(payment_id: int) -> Payment:
    """Return one of the viewer's attempts to pay with everything that happened to it."""
    viewer = guards.viewer()
    attempt = queries.attempt_of_buyer(payment_id, viewer.user_id)
    siblings = orders.orders_of_purchase(attempt.purchase_id) if attempt.purchase_id is not None else []
    is_failed = attempt.status is PaymentStatus.FAILED
    return Payment(
        **_facts(attempt),
        orders=[order.number for order in siblings],
        provider_session_id=short(checkout.session_of(payment_id, viewer.user_id)),
        provider_payment_id=short(attempt.provider_payment_id),
        error_message=wording.decline_text(attempt.error_code) if is_failed else None,
        verification_attempts=attempt.verification_attempts,
        can_retry=attempt.status in _OPEN and _is_open(attempt, siblings),
        declines=[
            shapes.Decline(
                code=each.code,
                decline_code=each.decline_code,
                reason=wording.decline_text(each.code, each.decline_code),
                failed_at=each.failed_at,
            )
            for each in queries.declines_of([payment_id])
        ],
        changes=[
            shapes.Change(status=change.to_status, at=change.at, by=_by(change, viewer.user_id))
            for change in timeline_queries.changes_of({"payment": [payment_id]})
        ],
    )


def status(payment_id: int) -> PaymentState:
    """Return how one of the viewer's attempts to pay stands; the provider is not asked."""
    attempt = queries.attempt_of_buyer(payment_id, guards.viewer().user_id)
    verified = attempt.status in HAS_MONEY
    return PaymentState(payment_id=payment_id, status=attempt.status, payment_verified=verified)


def stats() -> PaymentStats:
    """Return what the viewer has paid in all, and how their attempts ended."""
    user_id = guards.viewer().user_id
    totals, counts = flow_queries.buyer_totals(user_id), search_queries.counts_of_buyer(user_id, Sought())
    spent = [
        CurrencySpent(
            currency=each.currency,
            paid=amount(each.paid_minor, each.currency),
            refunded=amount(each.refunded_minor, each.currency),
            spent=amount(each.spent_minor, each.currency),
            payments=each.payments,
        )
        for each in totals
    ]
    in_dollars = sum(each.spent_minor for each in totals if each.currency == "USD")
    return PaymentStats(
        total_spent_usd=amount(in_dollars, "USD"),
        spent=spent,
        total_credits_purchased=credit_queries.held(user_id).bought,
        total_payments=sum(counts.values()),
        **{f"{each.value}_payments": counts.get(each, 0) for each in PaymentStatus},
    )


def _facts(attempt: Attempt) -> Mapping[str, Any]:
    return {
        "id": attempt.id,
        "purchase_number": attempt.purchase_number,
        "amount": amount(attempt.amount_minor, attempt.currency),
        "amount_cents": attempt.amount_minor,
        "currency": attempt.currency,
        "status": attempt.status,
        "provider": attempt.provider,
        "package_name": attempt.package_name,
        "credits_to_add": attempt.credits_to_add,
        "credits_added": attempt.credits_added_at is not None,
        "error_code": attempt.error_code,
        "created_at": attempt.created_at,
        "completed_at": attempt.completed_at,
        "expires_at": attempt.expires_at,
        "url": url_for("api.payment", payment_id=attempt.id),
    }


def _is_open(attempt: Attempt, siblings: Sequence[PurchaseOrder]) -> bool:
    if attempt.credits_to_add:
        return attempt.purchase_status is PurchaseStatus.OPEN
    return any(order.status is OrderStatus.PENDING for order in siblings)


def _next(query: PaymentsAsked, after: int) -> str:
    given: dict[str, Any] = {"status": query.status.value if query.status else None, "currency": query.currency}
    return url_for("api.payments", after=after, page_size=query.page_size, q=query.q or None, **given)


def short(provider_id: str | None) -> str | None:
    """Return an id of the provider's so that it can be told from others, and not be used."""
    if not provider_id:
        return None
    kind = provider_id.split("_")[0]
    return f"{kind}_…{provider_id[-_SHOWN_LETTERS:]}"


def _by(change: Change, user_id: int) -> Literal["you", "us", "somebody else"]:
    if change.actor_user_id is None:
        return "us"
    return "you" if change.actor_user_id == user_id else "somebody else"
