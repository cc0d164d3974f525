"""One share in words: its state, the rule behind it, what it waits for, and the next step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.disputes.queries import OpenDispute
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments.states import HoldReason, TransactionStatus
from marketplace.payouts.balance_queries import ShareRow
from marketplace.payouts.balance_rules import SellerFacts, Wait
from marketplace.payouts.pot_queries import Pot
from marketplace.payouts.rules import SkipCause
from marketplace.web.pages import date_text, decimal, money_text

_TONES = {
    TransactionStatus.HELD: "hold",
    TransactionStatus.AVAILABLE: "ok",
    TransactionStatus.TRANSFERRING: "wait",
    TransactionStatus.PAID_OUT: "mute",
    TransactionStatus.REFUNDED: "mute",
}
_BLOCKED = frozenset({Wait.STOP, Wait.DISPUTE, Wait.REFUND, Wait.REVIEW, Wait.CHECK})
_ASKED = frozenset({Wait.DISPUTE, Wait.REVIEW})
_BANK_ASKS = Text("The buyer's bank asks about the payment")
_WAITS = {
    Wait.STOP: Text("Stopped by us"),
    Wait.DISPUTE: Text("A dispute is open, and the buyer's bank decides"),
    Wait.REFUND: Text("A refund is open"),
    Wait.REVIEW: Text("Being looked at"),
    Wait.CHECK: Text("We are checking the payment"),
    Wait.SENDING: Text("The parcel is not sent yet"),
    Wait.ARRIVAL: Text("Nobody has said yet that it arrived"),
    Wait.HOLD: Text("The hold is not over"),
    Wait.SETTLING: Text("The card payment is on its way to our balance"),
    Wait.RUN: Text("Your next day of payouts"),
    Wait.REQUEST: Text("You are paid when you ask for it"),
    Wait.TRANSFER: Text("Being sent to your account at the provider"),
    Wait.REFUSED: Text("The provider did not take the payout"),
    Wait.BANK: Text("On its way to your bank"),
    Wait.FAILED: Text("Your bank did not take it"),
    Wait.NOTHING: "",
}
_STEPS = {
    Wait.SENDING: (Text("Send the parcel"), "seller.order"),
    Wait.REFUND: (Text("See the refund"), "seller.refunds"),
    Wait.DISPUTE: (Text("See the dispute"), "seller.disputes"),
    Wait.REVIEW: (Text("Open the order"), "seller.order"),
    Wait.CHECK: (Text("Open the order"), "seller.order"),
    Wait.STOP: (Text("Open the order"), "seller.order"),
    Wait.REQUEST: (Text("Withdraw it"), "seller.withdraw"),
}
STEPS_OF_SKIP = {
    SkipCause.NO_ACCOUNT: (Text("Set up payouts"), "seller.payout_setup"),
    SkipCause.UNDER_REVIEW: (Text("Open payout setup"), "seller.payout_setup"),
    SkipCause.RESTRICTED: (Text("Open payout setup"), "seller.payout_setup"),
    SkipCause.DISCONNECTED: (Text("Set up payouts"), "seller.payout_setup"),
    SkipCause.BELOW_MINIMUM: (Text("Change the minimum"), "seller.payout_schedule"),
}
"""What helps where something stands in the way of every payout."""
_UNLESS = Text("%(day)s, if\N{NO-BREAK SPACE}nothing\N{NO-BREAK SPACE}stops\N{NO-BREAK SPACE}it")
_AS_ALWAYS = Text("Released %(days)s days after payment once delivered")
_RELEASED = {
    HoldReason.NEW_SELLER: Text("Released %(days)s days after payment once delivered because your shop is new"),
    HoldReason.FRAUD_REVIEW: Text("Released %(days)s days after payment once delivered because we look at the payment"),
    HoldReason.DISPUTE: Text("Released %(days)s days after payment once delivered because of a dispute"),
    HoldReason.MANUAL: Text("Released %(days)s days after payment once delivered, extended by us"),
}


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One share in the list."""

    number: str
    url: str
    state: str
    tone: str
    amount: str
    explain_url: str
    rule: str
    waits: str
    until: str
    payout: str
    action: str
    action_url: str


def line(
    row: ShareRow, seller: SellerFacts, currency: str, now: datetime, dispute: OpenDispute | None = None
) -> ShareLine:
    """Return one share as texts; `dispute` is the open one about it."""
    gone = row.status in {TransactionStatus.PAID_OUT, TransactionStatus.REFUNDED} or (
        row.status is TransactionStatus.TRANSFERRING and not row.left_minor
    )
    action, action_url = _answer(dispute) if dispute and row.why.wait in _ASKED else _action(row, seller)
    until = row.why.until
    return ShareLine(
        number=row.order_number,
        url=url_for("seller.order", number=row.order_number),
        state=row.status.label,
        tone="bad" if row.why.wait in _BLOCKED | {Wait.REFUSED, Wait.FAILED} else _TONES[row.status],
        amount=money_text(row.paid_out_minor if gone else row.left_minor, currency),
        explain_url=url_for("seller.explain_share", pot=_pot(row).value, number=row.order_number),
        rule=rule(row, seller),
        waits=_BANK_ASKS if dispute and row.why.wait is Wait.REVIEW else waits(row, seller),
        until=_day(until, now) if until else "",
        payout=_payout(row, now),
        action=action,
        action_url=action_url,
    )


def rule(row: ShareRow, seller: SellerFacts) -> str:
    """Return by which rule the share is released or paid, or what became of it."""
    if row.status is TransactionStatus.HELD:
        days = row.facts.days_to_hold or 0
        return _(_RELEASED.get(row.facts.hold_reason or HoldReason.STANDARD, _AS_ALWAYS), days=days)
    if row.status is TransactionStatus.AVAILABLE:
        return _("Paid on your next day of payouts") if row.why.payout_at else _("Paid when you ask for it")
    if row.status is TransactionStatus.TRANSFERRING:
        return _("Payout %(number)s", number=row.payout_number) if row.payout_number else _("Taken up by a payout")
    if row.status is TransactionStatus.PAID_OUT:
        if row.payout_number and row.paid_out_minor:
            return _("Payout %(number)s", number=row.payout_number)
        return _("It paid what you owed")
    return _("The buyer has it back")


def waits(row: ShareRow, seller: SellerFacts) -> str:
    """Return what the share waits for; "" for nothing."""
    if row.why.wait is Wait.SKIPPED and seller.skip is not None:
        return seller.skip.words
    if row.why.wait in {Wait.REFUSED, Wait.FAILED} and row.payout_failure:
        return _(row.payout_failure)
    return _WAITS.get(row.why.wait, "")


def csv_row(row: ShareRow, seller: SellerFacts, currency: str) -> tuple[object, ...]:
    """Return one share for the file."""
    amounts = (row.net_minor, -row.taken_minor, -row.netted_minor, row.left_minor, row.paid_out_minor)
    words = (rule(row, seller), waits(row, seller))
    return (
        row.id, row.order_number, row.status.label, currency, *(decimal(minor, currency) for minor in amounts),
        *words, row.why.until, row.why.payout_at, row.payout_number,
    )  # fmt: skip


def _pot(row: ShareRow) -> Pot:
    if row.status is TransactionStatus.PAID_OUT or row.status is TransactionStatus.REFUNDED:
        return Pot.PAID_OUT
    if row.status is TransactionStatus.TRANSFERRING:
        if not row.left_minor:
            return Pot.ON_ITS_WAY
        return Pot.BLOCKED if row.facts.blocks else Pot.SENDING
    if row.facts.blocks:
        return Pot.BLOCKED
    return Pot.WAITING if row.status is TransactionStatus.HELD else Pot.AVAILABLE


def _payout(row: ShareRow, now: datetime) -> str:
    if row.why.wait is Wait.BANK and row.why.until is not None:
        return _day(row.why.until, now)
    if row.why.payout_at is None:
        return _("When you ask for it") if row.status in {TransactionStatus.HELD, TransactionStatus.AVAILABLE} else ""
    day = _day(row.why.payout_at, now)
    if row.why.wait in {Wait.RUN, Wait.HOLD, Wait.ARRIVAL} or (row.why.wait is Wait.SETTLING and row.why.until):
        return day
    return _("Once nothing stops it") if row.why.payout_at.date() <= now.date() else _(_UNLESS, day=day)


def _day(moment: datetime, now: datetime) -> str:
    return _("Today") if moment.date() <= now.date() else date_text(moment)


def _answer(dispute: OpenDispute) -> tuple[str, str]:
    """Return what helps while a dispute keeps a share: the bank hears what the seller knows until its date."""
    step = (
        _("Answer the bank by %(day)s", day=date_text(dispute.answer_by)) if dispute.answer_by else _("See the dispute")
    )
    return step, url_for("seller.dispute", number=dispute.number)


def _action(row: ShareRow, seller: SellerFacts) -> tuple[str, str]:
    """Return the next step and where it is taken; what needs no step but time has no address."""
    wait, until = row.why.wait, row.why.until
    if wait is Wait.SKIPPED and seller.skip is not None:
        step, endpoint = STEPS_OF_SKIP.get(seller.skip, (_("See your payouts"), "seller.payouts"))
        return step, url_for(endpoint)
    if wait in _STEPS:
        step, endpoint = _STEPS[wait]
        number: dict[str, Any] = {"number": row.order_number} if endpoint == "seller.order" else {}
        return step, url_for(endpoint, **number)
    if wait in {Wait.HOLD, Wait.ARRIVAL, Wait.RUN, Wait.SETTLING} and until is not None:
        return _("Wait until %(day)s", day=date_text(until)), ""
    if row.payout_number and row.status in {TransactionStatus.TRANSFERRING, TransactionStatus.PAID_OUT}:
        return _("See the payout"), url_for("seller.payout", number=row.payout_number)
    return "", ""
