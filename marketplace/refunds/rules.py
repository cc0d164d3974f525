"""How much goes back, who bears it, who may decide. Pure; the plan shown is the plan that executes (DESIGN 4.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import rules as payment_rules

ASK_WITHIN = timedelta(days=120)
"""How long after the payment buyers may ask for money back."""
TARGET_WORKING_DAYS = 2
MOST_PICTURES = 5
MOST_PICTURES_EVER = 20
"""Those that were taken away again count too: a request is no place to try pictures out."""
_SATURDAY = 5


class RefundReason(Labelled):
    """Why money goes back: the seven reasons of buyers (S2.14), and the one that is no wish."""

    NOT_RECEIVED = "not_received", Text("It did not arrive")
    DAMAGED = "damaged", Text("It arrived damaged")
    DEFECTIVE = "defective", Text("It does not work")
    NOT_AS_DESCRIBED = "not_as_described", Text("It is not as described")
    WRONG_ITEM = "wrong_item", Text("I got something else")
    CHANGED_MIND = "changed_mind", Text("I changed my mind")
    OTHER = "other", Text("Something else")
    CANCELLED = "cancelled", Text("The order was cancelled")


ASKED_FOR = tuple(reason for reason in RefundReason if reason is not RefundReason.CANCELLED)
"""The reasons a person may choose."""


class RefundOrigin(StrEnum):
    """Where a refund came from."""

    BUYER = "buyer"
    ADMIN = "admin"
    SELLER = "seller"
    PROVIDER = "provider"
    """Made in the provider's dashboard and mirrored here (scar S20)."""
    BUYER_CANCELLED = "buyer_cancelled"
    """Sent by a rule, because the buyer cancelled the order before it was sent; as are the next two."""
    SELLER_CANCELLED = "seller_cancelled"
    PAYMENT_REFUSED = "payment_refused"

    @property
    def is_automatic(self) -> bool:
        """Return whether a rule sent the money back, and nobody decided an amount."""
        return self in {RefundOrigin.BUYER_CANCELLED, RefundOrigin.SELLER_CANCELLED, RefundOrigin.PAYMENT_REFUSED}


class FeeBearer(StrEnum):
    """Who pays for the processing fee that the provider keeps."""

    SELLER = "seller"
    PLATFORM = "platform"


# Refusals by their codes (https://docs.stripe.com/error-codes), and the one that no provider says (S31, S37).
_NOT_SENT = {
    "balance_insufficient": Text("The balance at the provider is too low. Add money there, then approve it again."),
    "charge_already_refunded": Text("All of the payment has gone back already, by another refund at the provider."),
    "charge_disputed": Text(
        "The buyer's bank disputes the payment and takes it back. A refund as well would pay twice."
    ),
    "insufficient_funds": Text("The balance at the provider is too low. Add money there, then approve it again."),
    "not_found": Text(
        "The provider did not answer for a day and has no such refund. Look there before approving it again."
    ),
}


_ALL_OF_IT = Text(
    "This order was cancelled before it was sent, so all that is left of its money goes back. Approve that amount "
    "once what stands in its way is gone."
)


@dataclass(frozen=True)
class Standing:
    """One order's money before a refund, minor units inside Money."""

    gross: Money
    platform_fee: Money
    processing_fee: Money
    refunded: Money
    """Already taken for other refunds of this order."""
    reserved: Money
    """Counted against the order: taken, and asked for by others."""
    held: Money
    """Still held for the seller."""
    available: Money
    """Released to the seller and not yet paid out."""
    transferred: Money
    """Sent to the seller's account at the provider, from where it could be taken back."""
    subsidy: Money
    """What the marketplace added to the gross, because its own discount had lowered it."""
    subsidy_taken: Money
    """What of that it took back already."""

    @property
    def left(self) -> Money:
        """What can still be refunded."""
        return self.gross - self.reserved

    def without_requests(self) -> "Standing":
        """Return it as a refund sees it that has happened: what others only ask for does not stand in its way."""
        return replace(self, reserved=self.refunded)


@dataclass(frozen=True)
class Plan:
    """Who gives what for one refund: the parts sum to `amount` and `subsidy_back`."""

    amount: Money
    from_platform: Money
    """Platform fee given back."""
    from_cost: Money
    """Kept processing fee borne by the platform."""
    from_held: Money
    from_available: Money
    from_debt: Money
    """Recorded as the seller's debt and netted from what else is available, and from coming sales."""
    can_take_back: Money
    """What of the debt an admin may have taken back from the seller's account at the provider; never by itself."""
    subsidy_back: Money
    """What the marketplace gets back of its part of the discount."""

    @property
    def fingerprint(self) -> str:
        """Return what names exactly this plan: a form carries it, so that no other plan is executed than was seen."""
        parts = (self.from_platform, self.from_cost, self.from_held, self.from_available, self.from_debt)
        return "-".join(str(part.minor) for part in (self.amount, *parts, self.can_take_back, self.subsidy_back))

    @property
    def from_seller(self) -> Money:
        """All that the seller bears."""
        return self.from_held + self.from_available + self.from_debt


def plan_refund(amount: Money, standing: Standing, bearer: FeeBearer) -> Plan:
    """Return who gives what when `amount` goes back to the buyer.

    Fees go back pro rata of all that was refunded so far, this one included, less what earlier refunds gave: any
    sequence of parts ends at the whole to the cent (scar S30). The provider keeps its fee; `bearer` pays for it.
    Where the marketplace bore a discount, the seller was paid more than the buyer has paid: that part comes back pro
    rata too, so that nobody gains. Raises Invalid for nothing or less, Conflict for more than is left.
    """
    check_amount(amount, standing.left)
    subsidy_back = payment_rules.subsidy_back(
        standing.subsidy, taken=standing.subsidy_taken, after=standing.refunded + amount, gross=standing.gross
    )
    sold = standing.gross + standing.subsidy
    before = standing.refunded + standing.subsidy_taken
    after = before + amount + subsidy_back
    given_before, given_after = (_part(standing.platform_fee, undone, sold) for undone in (before, after))
    from_platform = given_after - given_before
    from_cost = Money.zero(amount.currency)
    if bearer == FeeBearer.PLATFORM:
        # Of what the platform fee leaves: two parts rounded side by side could give more than goes back.
        whole = sold - standing.platform_fee
        from_cost = _part(standing.processing_fee, after - given_after, whole) - _part(
            standing.processing_fee, before - given_before, whole
        )
    rest = amount + subsidy_back - from_platform - from_cost
    from_held = min(rest, standing.held)
    from_available = min(rest - from_held, standing.available)
    from_debt = rest - from_held - from_available
    can_take_back = min(from_debt, standing.transferred)
    return Plan(amount, from_platform, from_cost, from_held, from_available, from_debt, can_take_back, subsidy_back)


def plan_rest(standing: Standing, bearer: FeeBearer) -> Plan | None:
    """Return who gives what when all that is left goes back, open requests included; None when nothing is left."""
    alone = standing.without_requests()
    return plan_refund(alone.left, alone, bearer) if alone.left else None


def why_not_sent(code: str) -> str:
    """Return why the provider did not send a refund, in words for the admin who decides again."""
    return _NOT_SENT.get(code, _("The provider refused it: %(code)s.", code=code))


def check_seen(plan: Plan, seen: str | None) -> None:
    """Raise Conflict when `plan` is not the one whose fingerprint an admin has seen; None is no page's word."""
    if seen is not None and seen != plan.fingerprint:
        raise Conflict(
            _("The money has moved since you looked, so this refund would do something else now. Look again.")
        )


def check_not_disputed(*, is_disputed: bool) -> None:
    """Raise NotAllowed while the buyer's bank takes the payment back: a refund as well would pay twice (scar S31)."""
    if is_disputed:
        raise NotAllowed(_NOT_SENT["charge_disputed"])


def check_gives_all(origin: RefundOrigin, *, amount: Money | None, left: Money) -> None:
    """Raise NotAllowed when a refund of a cancelled order would leave money behind; no amount is a rejection.

    `left` is what the order has beside this refund. Nothing was sent and nothing will be: who kept a part would keep
    it for nothing.
    """
    if origin.is_automatic and left.minor > (amount.minor if amount else 0):
        raise NotAllowed(_ALL_OF_IT)


def check_amount(amount: Money, left: Money) -> None:
    """Raise Invalid for nothing or less (scar S27), Conflict for more than is left (scar S22)."""
    if amount.minor <= 0:
        raise Invalid(_("Enter an amount above zero."), field="amount")
    if left < amount:
        raise Conflict(_("That is more than can still be refunded of this order."))


def amount_of_percentage(gross: Money, percent: int) -> Money:
    """Return `percent` of `gross` (S2.16: 25 % of 80.00 is 20.00); raises Invalid outside 1 to 100."""
    if not 1 <= percent <= 100:
        raise Invalid(_("Enter a percentage from 1 to 100."), field="percent")
    return gross.share(percent * 100)


def amount_of_lines(
    chosen: Sequence[Money], subtotal: Money, tax: Money, taxed: Sequence[Money] | None = None
) -> Money:
    """Return what was paid for the chosen units with their part of the order's tax; delivery stays out.

    `taxed` is what of them the tax is of, where that is not what was paid; `subtotal` is that of all units.
    """
    goods = Money.total(chosen, subtotal.currency)
    if not goods:
        raise Invalid(_("Choose at least one item."), field="lines")
    return goods + _part(tax, goods if taxed is None else Money.total(taxed, subtotal.currency), subtotal)


def check_reason(reason: RefundReason) -> RefundReason:
    """Return `reason`; raises Invalid for one that nobody may choose."""
    if reason not in ASKED_FOR:
        raise Invalid(_("Choose a reason."), field="reason")
    return reason


def shares_of(amount: Money, left: Sequence[Money]) -> list[Money]:
    """Return how a refund made at the provider is spread over a payment's orders: by what each has left."""
    return amount.split([one.minor for one in left])


def may_be_asked(paid_at: datetime | None, left: Money, now: datetime) -> bool:
    """Return whether a buyer may ask for money of an order now: it was paid, not too long ago, and some is left."""
    return paid_at is not None and left.minor > 0 and now - paid_at <= ASK_WITHIN


def answer_due(asked_at: datetime) -> datetime:
    """Return until when a request is to be answered: two working days, weekends left out."""
    return asked_at + days_to_answer(asked_at.weekday())


def days_to_answer(weekday: int) -> timedelta:
    """Return how long two working days are from a weekday on, Monday being 0."""
    days, working = 0, 0
    while working < TARGET_WORKING_DAYS:
        days += 1
        working += (weekday + days) % 7 < _SATURDAY
    return timedelta(days=days)


def check_asked_in_time(paid_at: datetime, now: datetime) -> None:
    """Raise NotAllowed when the time to ask for money back is over (120 days after the payment)."""
    if now - paid_at > ASK_WITHIN:
        raise NotAllowed(_("Refunds can be asked for within 120 days of the payment."))


def check_approver(admin_id: int, *, buyer_id: int, seller_id: int, first_approver_id: int | None) -> None:
    """Raise NotAllowed for an admin who is a party of the order, or who would be both approvers (invariant I23)."""
    if admin_id in {buyer_id, seller_id}:
        raise NotAllowed(_("You are a party of this order. Another admin must decide."))
    if admin_id == first_approver_id:
        raise NotAllowed(_("You have approved this already. A second admin must confirm it."))


def _part(fee: Money, refunded: Money, gross: Money) -> Money:
    """Return the part of `fee` that belongs to `refunded` of `gross`, rounded to whole minor units."""
    return fee.split([refunded.minor, (gross - refunded).minor])[0] if gross else Money.zero(fee.currency)


def check_notes(notes: str) -> str:
    """Return what an admin writes to both sides, at most 2,000 characters of it; raises Invalid for nothing."""
    text = notes.strip()
    if not text:
        raise Invalid(_("Give the reason; both sides read it."), field="notes")
    return text[:2_000]
