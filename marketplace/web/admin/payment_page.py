"""What the admin's payment page shows: ready texts and addresses, made from what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace import clock
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.disputes.page_queries import DisputeRow
from marketplace.language import Text, ngettext, pgettext
from marketplace.language import gettext as _
from marketplace.ledger.queries import PostingRow
from marketplace.payment_methods.queries import UseRow
from marketplace.payments.admin_queries import Call, PaymentRecord, ProviderLine, SellerShare, Tracker
from marketplace.payments.queries import Decline, Receipt
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.order_queries import PaidIn
from marketplace.provider_events.queries import EventSummary
from marketplace.refunds.queries import RefundRow
from marketplace.risk.queries import RiskRow
from marketplace.wallets.rules import WALLET
from marketplace.web import dispute_parts, explaining, payout_parts, refund_parts, wording
from marketplace.web.admin import payment_figures, payment_record, refund_page, returning, risk_words
from marketplace.web.admin.call_words import KINDS, request_text
from marketplace.web.admin.events import EventRow, event_rows, shown
from marketplace.web.admin.explain import entry_url
from marketplace.web.admin.payment_record import TrackerView
from marketplace.web.admin.risk_words import RiskLink
from marketplace.web.console import Console, admin_console
from marketplace.web.dispute_parts import DisputeLink
from marketplace.web.explaining import LedgerRow, Sum
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.payout_parts import PayoutLink
from marketplace.web.refund_parts import RefundLink
from marketplace.web.wording import Badge, TimelineEntry

_LABELS = {
    "payment": Text("Payment"),
    "payment_tracker": Text("Tracker"),
    "payment_transaction": Text("Share"),
    "outbound_call": Text("Call"),
    "refund": Text("Refund"),
    "dispute": Text("Dispute"),
    "purchase": Text("Purchase"),
    "risk_review": Text("Check"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    record: PaymentRecord
    trackers: Sequence[Tracker]
    declines: Sequence[Decline]
    shares: Sequence[SellerShare]
    refunds: Sequence[RefundRow]
    disputes: Sequence[DisputeRow]
    payouts: Sequence[PaidIn]
    receipts: Sequence[Receipt]
    calls: Sequence[Call]
    events: Sequence[EventSummary]
    postings: Sequence[PostingRow]
    provider_lines: Sequence[ProviderLine]
    changes: Sequence[Change]
    used: UseRow | None
    risk: RiskRow | None


@dataclass(frozen=True, slots=True)
class DeclineRow:
    """One refused try, with the provider's own words."""

    charge: str
    when: str
    code: str
    decline_code: str
    reason: str
    data: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure that opens to its rows."""

    text: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One seller's share."""

    order: str
    shop: str
    badges: tuple[Badge, ...]
    gross: Amount
    subsidy: Amount | None
    platform_fee: Amount
    card_fee: Amount
    net: Amount
    hold: str
    hold_url: str
    failure: str
    refund_url: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to the provider."""

    kind: str
    url: str
    attempt: str
    badge: Badge
    key: str
    object: str
    when: str
    error: str
    request: str


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """The ledger entries about the payment, in one currency."""

    currency: str
    rows: tuple[LedgerRow, ...]
    total: Sum


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What templates/admin/payment.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    figures: tuple[MoneyRow, ...]
    facts: tuple[Fact, ...]
    metadata: str
    risk: RiskLink | None
    """How risky it looked; None while nobody has looked."""
    diagnose_url: str
    log_url: str
    receipt: str
    receipt_action: str
    """Where a return that did not reach the buyer is sent again; "" where nothing has to be."""
    trackers: tuple[TrackerView, ...]
    declines: tuple[DeclineRow, ...]
    shares: tuple[ShareRow, ...]
    refunds: tuple[RefundLink, ...]
    disputes: tuple[DisputeLink, ...]
    payouts: tuple[PayoutLink, ...]
    provider_lines: tuple[Fact, ...]
    calls: tuple[CallRow, ...]
    events: tuple[EventRow, ...]
    ledgers: tuple[LedgerTable, ...]
    entries: tuple[TimelineEntry, ...]
    unseen: str
    """Why no provider knows of it; "" for one that a provider takes."""


_UNSEEN = {
    WALLET: Text("Paid from the buyer's wallet: no provider knows of it."),
    BANK_TRANSFER: Text("Paid by bank transfer: no provider knows of it."),
}


def build(facts: Facts) -> PaymentPage:
    """Return the page of the payment in `facts`."""
    record = facts.record
    return PaymentPage(
        title=_("Payment %(number)s", number=record.id),
        console=admin_console("payments"),
        badges=(wording.payment_badge(record.status), *dispute_parts.order_badges(facts.disputes)),
        note=f"{record.buyer_name}, {record.buyer_email}",
        figures=payment_figures.rows(record, facts.shares, facts.receipts, facts.provider_lines),
        facts=payment_record.facts(record, facts.used),
        unseen=_UNSEEN.get(record.provider, ""),
        metadata=shown(record.metadata) if record.metadata else "",
        risk=risk_words.link(facts.risk) if facts.risk else None,
        diagnose_url=url_for("admin.diagnose_payment", payment_id=record.id),
        log_url=url_for("admin.payment_log", payment_id=record.id),
        receipt=returning.text(facts.receipts),
        receipt_action=returning.action(record.id, facts.receipts),
        trackers=tuple(payment_record.tracker_view(tracker) for tracker in facts.trackers),
        declines=tuple(_decline(decline) for decline in facts.declines),
        shares=tuple(_share(record.id, each) for each in facts.shares),
        refunds=refund_parts.box(facts.refunds, "admin"),
        payouts=payout_parts.box(facts.payouts, "admin"),
        disputes=dispute_parts.box(facts.disputes, "admin"),
        provider_lines=tuple(_provider_line(line) for line in facts.provider_lines),
        calls=tuple(_call(call) for call in facts.calls),
        events=event_rows(tuple(facts.events), clock.now()),
        ledgers=_ledgers(facts.postings),
        entries=wording.audit(
            facts.changes, {**_LABELS, "unapplied_receipt": pgettext("money that came in", "Receipt")}
        ),
    )


def _decline(decline: Decline) -> DeclineRow:
    return DeclineRow(
        charge=decline.charge_id,
        when=time_text(decline.failed_at),
        code=decline.code,
        decline_code=decline.decline_code or "",
        reason=decline.reason,
        data=shown(decline.error_data) if decline.error_data else "",
    )


def _share(payment_id: int, each: SellerShare) -> ShareRow:
    share = each.share

    def amount(minor: int, figure: str) -> Amount:
        url = url_for("admin.explain_payment", payment_id=payment_id, figure=figure, order=each.order_number)
        return Amount(money_text(minor, share.currency), url)

    hold = ""
    if share.planned_release_date is not None and share.hold_reason is not None:
        until = date_text(share.planned_release_date)
        hold = ngettext(
            "%(reason)s, %(days)s days, until %(until)s",
            "%(reason)s, %(days)s days, until %(until)s",
            share.days_to_hold or 0,
            reason=wording.hold_text(share.hold_reason),
            days=share.days_to_hold,
            until=until,
        )
    failure = f"{share.failure_code}: {share.failure_reason}" if share.failure_code else ""
    return ShareRow(
        order=each.order_number,
        shop=each.shop_name,
        badges=wording.once(
            wording.badge(share.status), wording.fulfilment_badge(each.order_status, is_collected=each.is_collected)
        ),
        gross=amount(share.gross_minor, "gross"),
        subsidy=amount(share.subsidy_minor, "subsidy") if share.subsidy_minor else None,
        platform_fee=amount(share.platform_fee_minor, "platform-fee"),
        card_fee=amount(share.processing_fee_minor, "card-fee"),
        net=amount(share.net_minor, "net"),
        hold=hold,
        hold_url=url_for("admin.hold", payment_id=payment_id, share_id=share.id),
        failure=failure,
        refund_url=refund_page.start_url(each),
    )


def _provider_line(line: ProviderLine) -> Fact:
    minors = (line.amount_minor, line.fee_minor, line.net_minor)
    gross, fee, net = (money_text(minor, line.currency) for minor in minors)
    return Fact(
        f"{line.provider_id}, {line.kind}", _("%(gross)s less %(fee)s is %(net)s", gross=gross, fee=fee, net=net)
    )


def _call(call: Call) -> CallRow:
    return CallRow(
        kind=KINDS[call.kind],
        url=url_for("admin.call", call_id=call.id),
        attempt=ngettext(
            "Attempt %(attempt)s, sent once",
            "Attempt %(attempt)s, sent %(times)s times",
            call.sends,
            attempt=call.attempt,
            times=call.sends,
        ),
        badge=wording.badge(call.status),
        key=call.idempotency_key,
        object=call.provider_object_id or "",
        when=time_text(call.first_sent_at or call.created_at),
        error=f"{call.error_code}: {call.error_message or ''}" if call.error_code else "",
        request=request_text(call.request),
    )


def _ledgers(postings: Sequence[PostingRow]) -> tuple[LedgerTable, ...]:
    tables = []
    for currency in dict.fromkeys(posting.currency for posting in postings):
        own = [posting for posting in postings if posting.currency == currency]
        left = sum(posting.amount_minor for posting in own)
        total = explaining.ledger_total(own, currency, left)
        tables.append(LedgerTable(currency, explaining.ledger_table(own, 1, entry_url), total))
    return tuple(tables)
