"""A buyer's attempts to pay: the list and one of them (S1.1, S1.6, S1.21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.orders import queries as orders
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.paging import every
from marketplace.payment_methods import queries as method_queries
from marketplace.payment_methods.queries import UseRow
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments import queries, search_queries, timeline_queries
from marketplace.payments.queries import Attempt, Decline, Receipt
from marketplace.payments.search_queries import Sought
from marketplace.payments.tabs import PaymentTab
from marketplace.wallets.rules import WALLET
from marketplace.web import guards, lists, wallet_parts, wording
from marketplace.web.console import Console, buyer_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact, MoneyRow, RelatedOrder
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.payment_lists import payment_chips, payment_tabs
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry

_TITLES = {
    ("payment", "begin"): Text("Payment started"),
    ("payment", "process"): Text("The payment is being processed"),
    ("payment", "complete"): Text("Paid"),
    ("payment", "fail"): Text("The payment was refused"),
    ("payment", "expire"): Text("The payment page closed"),
    ("payment", "cancel"): Text("The payment was cancelled"),
    ("payment", "refund_part"): Text("Partly refunded"),
    ("payment", "refund"): Text("Refunded"),
    ("payment", "unrefund"): Text("The refund came back"),
    ("unapplied_receipt", "begin"): Text("The money could not be used"),
    ("unapplied_receipt", "send_back"): Text("The money is on its way back"),
    ("unapplied_receipt", "confirm"): Text("The money went back"),
    ("unapplied_receipt", "fail"): Text("Sending the money back failed, we try again"),
}
_TAKEN_BACK = Text("The credits were taken back")
_CSV_COLUMNS = texts("Payment", "Started (UTC)", "Paid (UTC)", "Purchase", "Status", "Reason", "Currency", "Amount")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One attempt in the list."""

    title: str
    note: str
    url: str
    purchase: str
    badge: Badge
    reason: str
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """What templates/buyer/payments.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[PaymentRow, ...]
    tools: Tools
    is_narrowed: bool


@dataclass(frozen=True, slots=True)
class DeclineView:
    """One refused try, for the person who pays."""

    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What templates/buyer/payment.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    money_rows: tuple[MoneyRow, ...]
    facts: tuple[Fact, ...]
    orders: tuple[RelatedOrder, ...]
    declines: tuple[DeclineView, ...]
    returned: str
    entries: tuple[TimelineEntry, ...]
    retry_url: str
    retry_label: str
    check_url: str
    is_undecided: bool
    """It may change any moment, so the page asks for itself again."""


@guards.signed_in
def payments() -> ResponseReturnValue:
    """List the viewer's attempts to pay, from the moment Pay was pressed."""
    viewer = guards.viewer()
    tab, text = lists.choice(PaymentTab, "status") or PaymentTab.ALL, lists.search_text()
    currency = request.args.get("currency", "")
    currency = currency if lists.is_currency(currency) else ""
    asked = lists.asked(
        *lists.BY_TIME_AND_AMOUNT, status="" if tab is PaymentTab.ALL else tab.value, currency=currency, q=text
    )
    sought = Sought(text, tab, asked.period, currency)
    read = partial(search_queries.attempts_of_buyer, viewer.user_id, sought)
    if asked.is_csv:
        return lists.csv_file("payments", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), search_queries.counts_of_buyer(viewer.user_id, sought)
    page = PaymentsPage(
        title=_("Payments"),
        console=buyer_console("payments"),
        tabs=payment_tabs(asked, tab, counts),
        text=text,
        rows=tuple(_row(attempt) for attempt in listed.rows),
        tools=asked.tools(listed, payment_chips(tab, currency, text)),
        is_narrowed=asked.url() != url_for("buyer.payments"),
    )
    return render_template("buyer/payments.html", page=page)


@guards.signed_in
def payment(payment_id: int) -> ResponseReturnValue:
    """Show one of the viewer's own attempts to pay with everything that happened to it."""
    viewer = guards.viewer()
    attempt = queries.attempt_of_buyer(payment_id, viewer.user_id)
    receipts = queries.receipts_of(payment_id)
    declines = queries.declines_of([payment_id])
    subjects = {"payment": [payment_id], "unapplied_receipt": [receipt.id for receipt in receipts]}
    siblings = orders.orders_of_purchase(attempt.purchase_id) if attempt.purchase_id is not None else []
    can_retry = attempt.status in _OPEN and any(order.status is OrderStatus.PENDING for order in siblings)
    is_transfer = attempt.provider == BANK_TRANSFER and attempt.status is PaymentStatus.PENDING
    if attempt.credits_to_add:
        can_retry = attempt.status in _OPEN and attempt.purchase_status is PurchaseStatus.OPEN
    page = PaymentPage(
        title=_("Payment %(number)s", number=payment_id),
        console=buyer_console("payments"),
        badge=wording.payment_badge(attempt.status),
        note=_("Started %(day)s", day=time_text(attempt.created_at)),
        money_rows=(_amount_row(attempt),),
        facts=_facts(attempt, method_queries.use_of(payment_id)),
        orders=tuple(
            RelatedOrder(
                _("Order %(number)s", number=order.number), url_for("buyer.order", number=order.number), order.shop_name
            )
            for order in siblings
        ),
        declines=decline_views(declines),
        returned=_returned(receipts),
        entries=wording.timeline(
            timeline_queries.changes_of(subjects), declines, _titles(attempt), viewer.user_id, _("Support")
        ),
        retry_url=_retry_url(attempt) if can_retry else "",
        retry_label=_("What to transfer") if is_transfer else _retry_label(attempt.status),
        check_url=""
        if is_transfer or attempt.status not in _UNDECIDED
        else url_for("checkout.verify", payment_id=payment_id),
        is_undecided=attempt.status in _UNDECIDED,
    )
    return render_template("buyer/payment.html", page=page)


def _retry_label(status: PaymentStatus) -> str:
    return _("Go on paying") if status is PaymentStatus.PENDING else _("Pay again")


_OPEN = frozenset({PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.CANCELLED})
_WITHOUT_PAGE = frozenset({WALLET, BANK_TRANSFER})
_UNDECIDED = frozenset({PaymentStatus.PENDING, PaymentStatus.PROCESSING})


def decline_views(declines: Sequence[Decline]) -> tuple[DeclineView, ...]:
    """Return refused tries in words for the person who pays."""
    return tuple(
        DeclineView(time_text(decline.failed_at), wording.decline_text(decline.code, decline.decline_code))
        for decline in declines
    )


def reason_of(attempt: Attempt) -> str:
    """Return why an attempt did not end in money, in words; "" when it did or may still."""
    if attempt.status is PaymentStatus.FAILED:
        return wording.decline_text(attempt.error_code)
    if attempt.status is PaymentStatus.EXPIRED and attempt.provider == BANK_TRANSFER:
        return _("The transfer did not come in time.")
    if attempt.status is PaymentStatus.EXPIRED:
        return _("Nobody paid before the payment page closed.")
    return _("The payment was stopped before anything was taken.") if attempt.status is PaymentStatus.CANCELLED else ""


def _row(attempt: Attempt) -> PaymentRow:
    return PaymentRow(
        title=_("Payment %(number)s", number=attempt.id),
        note=time_text(attempt.created_at),
        url=url_for("buyer.payment", payment_id=attempt.id),
        purchase=attempt.purchase_number or attempt.package_name or "",
        badge=wording.payment_badge(attempt.status),
        reason=reason_of(attempt),
        amount=money_text(attempt.amount_minor, attempt.currency),
        explain_url=_explain_url(attempt),
    )


def _amount_row(attempt: Attempt) -> MoneyRow:
    amount = money_text(attempt.amount_minor, attempt.currency)
    note = attempt.package_name or _("For the whole purchase")
    return MoneyRow(_("Amount"), amount, _explain_url(attempt), note, is_total=True)


def _titles(attempt: Attempt) -> Mapping[tuple[str, str], str]:
    """Return what the steps of a payment are called: money of a package goes back because its credits do."""
    return {**_TITLES, ("unapplied_receipt", "begin"): _TAKEN_BACK} if attempt.credits_added_at else _TITLES


def _retry_url(attempt: Attempt) -> str:
    if attempt.credits_to_add:
        return url_for("credits.retry", payment_id=attempt.id)
    return url_for("checkout.retry", purchase_id=attempt.purchase_id)


def _explain_url(attempt: Attempt) -> str:
    return url_for("buyer.explain_payment", payment_id=attempt.id, figure="amount")


def _facts(attempt: Attempt, used: UseRow | None) -> tuple[Fact, ...]:
    moments = (
        (_("Started"), attempt.created_at),
        (_("Paid"), attempt.completed_at),
        (_("Page closes"), attempt.expires_at if attempt.provider not in _WITHOUT_PAGE else None),
    )
    facts = [
        Fact(_("Payment"), str(attempt.id)),
        Fact(_("Purchase"), attempt.purchase_number or _("None")),
        *_package_facts(attempt),
        Fact(_("Status"), attempt.status.label),
        Fact(_("Paid through"), wallet_parts.provider_text(attempt.provider)),
        *([Fact(_("Paid with"), used.name, _method_url(used))] if used else []),
        *(Fact(label, time_text(moment)) for label, moment in moments if moment is not None),
    ]
    if attempt.provider in _WITHOUT_PAGE:
        return tuple(facts)
    return (
        *facts,
        Fact(_("Times we asked the provider"), number_text(attempt.verification_attempts)),
        Fact(_("Reference"), attempt.provider_payment_id or _("None yet")),
    )


def _method_url(used: UseRow) -> str:
    return url_for("buyer.methods", _anchor=f"method-{used.method_id}") if used.method_id else ""


def _package_facts(attempt: Attempt) -> Sequence[Fact]:
    if not attempt.credits_to_add:
        return ()
    added = time_text(attempt.credits_added_at) if attempt.credits_added_at else _("Not yet")
    return (
        Fact(_("Package"), attempt.package_name or ""),
        Fact(_("Credits"), number_text(attempt.credits_to_add)),
        Fact(_("Credits added"), added),
    )


def _returned(receipts: Sequence[Receipt]) -> str:
    if not receipts:
        return ""
    receipt = receipts[0]
    return _(
        "%(cause)s %(status)s: %(amount)s.",
        cause=as_read(receipt.cause),
        status=receipt.status.label,
        amount=money_text(receipt.amount_minor, receipt.currency),
    )


def _csv_row(attempt: Attempt) -> tuple[object, ...]:
    what = (attempt.purchase_number or attempt.package_name, attempt.status.label, reason_of(attempt))
    amount = decimal(attempt.amount_minor, attempt.currency)
    return (attempt.id, attempt.created_at, attempt.completed_at, *what, attempt.currency, amount)
