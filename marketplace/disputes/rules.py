"""Whose share a dispute is about, and who bears a loss. Pure; amounts are minor units inside Money."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import rules as payment_rules


class DisputeKind(StrEnum):
    """What the bank does. An inquiry may become a chargeback; a warning is neither and moves nothing."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    WARNING = "warning"


class FeeBearer(StrEnum):
    """Who pays the provider's fee for a dispute that is lost. After a win the platform always does."""

    PLATFORM = "platform"
    SELLER = "seller"


class EvidenceState(StrEnum):
    """How far our answer to the bank is."""

    DRAFT = "draft"
    SENDING = "sending"
    SUBMITTED = "submitted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Disputable:
    """One share of the payment: what its buyer paid, and what of that nobody has given or taken back."""

    gross: Money
    left: Money


@dataclass(frozen=True)
class Bearing:
    """One share's money before a loss."""

    gross: Money
    platform_fee: Money
    given_back: Money
    """What refunds and lost disputes gave back to the buyer so far."""
    held: Money
    available: Money
    subsidy: Money
    """What the marketplace added to the gross for its own discount, and what of that it took back so far."""
    subsidy_taken: Money


@dataclass(frozen=True)
class Loss:
    """Who gives what for one share's part of a lost dispute: what was lost, the fee, and the subsidy taken back."""

    lost: Money
    fee: Money
    """The part of the dispute's fee that the seller bears."""
    from_platform: Money
    """Platform fee given back."""
    from_held: Money
    from_available: Money
    from_debt: Money
    subsidy_back: Money
    """What the marketplace gets back of its part of the discount."""


def assign(amount: Money, shares: Sequence[Disputable]) -> list[Money]:
    """Return which share bears how much of a disputed `amount`; the parts sum to it.

    The whole payment: each share its gross. An amount that equals exactly one order's total: that order. Else by what
    is left, by largest remainder. An admin may decide otherwise.
    """
    if amount == Money.total((share.gross for share in shares), amount.currency):
        return [share.gross for share in shares]
    nothing = Money.zero(amount.currency)
    alike = [place for place, share in enumerate(shares) if share.gross == amount and amount <= share.left]
    if len(alike) == 1:
        return [amount if place == alike[0] else nothing for place in range(len(shares))]
    left = [max(share.left.minor, 0) for share in shares]
    # Where refunds have taken too much of it, no share bears more than its buyer paid.
    return amount.split(left if amount.minor <= sum(left) else [share.gross.minor for share in shares])


def check_assignment(parts: Sequence[Money], amount: Money, shares: Sequence[Disputable]) -> None:
    """Raise Invalid unless `parts` sum to `amount` and none is below zero or above what its buyer paid."""
    if any(part.minor < 0 or share.gross < part for part, share in zip(parts, shares, strict=True)):
        raise Invalid(_("A part is between nothing and what was paid for the order."), field="parts")
    if Money.total(parts, amount.currency) != amount:
        raise Invalid(_("The parts must add up to the disputed amount."), field="parts")


def plan_loss(lost: Money, fee: Money, bearing: Bearing) -> Loss:
    """Return who gives what when the bank keeps `lost` of a share; `fee` is what its seller pays of the fee.

    As with a refund of the same amount: the platform fee goes back pro rata of all that went back so far, so that any
    sequence ends at the whole to the cent, and the seller bears the rest from held, then available, then as a debt. The
    marketplace's part of a discount comes back as with a refund.
    """
    after = min(bearing.given_back + lost, bearing.gross)
    before = min(bearing.given_back, bearing.gross)
    subsidy_back = payment_rules.subsidy_back(
        bearing.subsidy, taken=bearing.subsidy_taken, after=after, gross=bearing.gross
    )
    sold, undone = bearing.gross + bearing.subsidy, before + bearing.subsidy_taken
    from_platform = _part(bearing.platform_fee, undone + after - before + subsidy_back, sold) - _part(
        bearing.platform_fee, undone, sold
    )
    rest = lost + subsidy_back - from_platform + fee
    from_held = min(rest, bearing.held)
    from_available = min(rest - from_held, bearing.available)
    from_debt = rest - from_held - from_available
    return Loss(lost, fee, from_platform, from_held, from_available, from_debt, subsidy_back)


def _part(fee: Money, given_back: Money, gross: Money) -> Money:
    """Return the part of `fee` that belongs to `given_back` of `gross`, rounded to whole minor units."""
    if not gross:
        return Money.zero(fee.currency)
    return fee.split([given_back.minor, (gross - given_back).minor])[0]
