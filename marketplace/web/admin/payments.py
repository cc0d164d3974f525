"""Payments: the list with its search, and one payment with everything that is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.disputes import page_queries as dispute_queries
from marketplace.disputes import queries as asked_of_banks
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.ledger import queries as ledger
from marketplace.paging import every
from marketplace.payment_methods import queries as methods
from marketplace.payments import admin_queries, queries, search_queries, timeline_queries
from marketplace.payments.admin_queries import SellerShare
from marketplace.payments.search_queries import PaymentSummary, Sought
from marketplace.payments.tabs import PaymentTab
from marketplace.payouts import order_queries as payouts
from marketplace.payouts import queries as payout_queries
from marketplace.provider_events import queries as provider_events
from marketplace.refunds import queries as refund_queries
from marketplace.refunds.queries import RefundRow
from marketplace.risk import queries as risk
from marketplace.web import guards, lists, wording
from marketplace.web.admin import packages, payment_page
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.payment_lists import payment_chips, payment_tabs
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts(
    "Payment", "Started (UTC)", "Buyer", "E-mail", "Purchase", "Status", "Tracker", "Declines", "Provider",
    "Provider's payment", "Currency", "Amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment in the list."""

    title: str
    note: str
    url: str
    buyer: str
    email: str
    purchase: str
    badge: Badge
    tracker: Badge
    declines: int
    intent: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """What templates/admin/payments.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[PaymentRow, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool


@guards.admin_only
def payments() -> ResponseReturnValue:
    """List payments, newest first, found by any id, number or e-mail address."""
    tab, text = lists.choice(PaymentTab, "status") or PaymentTab.ALL, lists.search_text()
    currency = request.args.get("currency", "")
    currency = currency if lists.is_currency(currency) else ""
    asked = lists.asked(
        *lists.BY_TIME_AND_AMOUNT, status="" if tab is PaymentTab.ALL else tab.value, currency=currency, q=text
    )
    named = provider_events.payments_named(text) if "_" in text else ()
    sought = Sought(text, tab, asked.period, currency, tuple(named))
    read = partial(search_queries.payments, sought)
    if asked.is_csv:
        return lists.csv_file("payments", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), search_queries.counts(sought)
    page = PaymentsPage(
        title=_("Payments"),
        console=admin_console("payments"),
        tabs=payment_tabs(asked, tab, counts),
        text=text,
        rows=tuple(_row(payment) for payment in listed.rows),
        tools=asked.tools(listed, payment_chips(tab, currency, text)),
        list_url=url_for("admin.payments"),
        is_narrowed=asked.url() != url_for("admin.payments"),
    )
    return render_template("admin/payments.html", page=page)


@guards.admin_only
def payment(payment_id: int) -> ResponseReturnValue:
    """Show one payment: record, tracker, shares, calls, events, ledger, history."""
    record, trackers = admin_queries.payment(payment_id), admin_queries.trackers(payment_id)
    shares = admin_queries.seller_shares(payment_id)
    refunds, disputes = _refunds(payment_id, shares), dispute_queries.disputes_of_payment(payment_id)
    share_ids, refund_ids = [each.share.id for each in shares], [refund.id for refund in refunds]
    others = {**asked_of_banks.calls_of([one.id for one in disputes]), **payout_queries.calls_of(share_ids)}
    calls = admin_queries.calls(payment_id, refund_ids, others)
    receipts, assessed = queries.receipts_of(payment_id), risk.of_payment(payment_id)
    facts = payment_page.Facts(
        record=record,
        used=methods.use_of(payment_id),
        trackers=trackers,
        declines=queries.declines_of([payment_id]),
        shares=shares,
        refunds=refunds,
        disputes=disputes,
        payouts=payouts.payouts_of(share_ids),
        receipts=receipts,
        calls=calls,
        events=provider_events.events_of_payment(payment_id),
        postings=ledger.postings_of_payment(payment_id),
        provider_lines=admin_queries.provider_lines(payment_id),
        changes=timeline_queries.changes_of(
            {
                "payment": [payment_id],
                "payment_tracker": [tracker.id for tracker in trackers],
                "payment_transaction": share_ids,
                "refund": refund_ids,
                "dispute": [dispute.id for dispute in disputes],
                "outbound_call": [call.id for call in calls],
                "risk_review": [assessed.review_id] if assessed and assessed.review_id else [],
                "unapplied_receipt": [receipt.id for receipt in receipts],
                "purchase": [record.purchase_id] if record.purchase_id is not None else [],
            }
        ),
        risk=assessed,
    )
    package = packages.box(payment_id) if record.credits_to_add else None
    return render_template("admin/payment.html", page=payment_page.build(facts), package=package)


def _refunds(payment_id: int, shares: Sequence[SellerShare]) -> list[RefundRow]:
    of_orders = refund_queries.refunds_of_orders(each.share.order_id for each in shares)
    return [refund for refund in of_orders if refund.payment_id == payment_id]


def _row(payment: PaymentSummary) -> PaymentRow:
    return PaymentRow(
        title=_("Payment %(number)s", number=payment.id),
        note=time_text(payment.created_at),
        url=url_for("admin.payment", payment_id=payment.id),
        buyer=payment.buyer_name,
        email=payment.buyer_email,
        purchase=payment.purchase_number or "",
        badge=wording.payment_badge(payment.status),
        tracker=wording.badge(payment.tracker_status, _("No tracker")),
        declines=payment.declines,
        intent=payment.provider_payment_id or "",
        amount=money_text(payment.amount_minor, payment.currency),
        explain_url=url_for("admin.explain_payment", payment_id=payment.id, figure="amount"),
    )


def _csv_row(payment: PaymentSummary) -> tuple[object, ...]:
    tracker = payment.tracker_status.label if payment.tracker_status else ""
    who = (payment.buyer_name, payment.buyer_email, payment.purchase_number)
    how = (payment.status.label, tracker, payment.declines, payment.provider, payment.provider_payment_id)
    amount = decimal(payment.amount_minor, payment.currency)
    return (payment.id, payment.created_at, *who, *how, payment.currency, amount)
