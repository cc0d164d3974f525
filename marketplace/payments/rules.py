"""How much each side gets, and until when money is held. Pure; minor units and basis points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.money import Money

_LONGEST_EXTENSION_DAYS = 90


class RefundRule(StrEnum):
    """The rules that send money back without a person (S4.10)."""

    SELLER_CANCELS = "seller_cancels"
    BUYER_CANCELS = "buyer_cancels"
    SOLD_OUT = "sold_out"
    PAID_TWICE = "paid_twice"
    PAID_ELSEWHERE = "paid_elsewhere"
    NOBODYS = "nobodys"
    PAYMENT_REFUSED = "payment_refused"


@dataclass(frozen=True)
class ProcessingRate:
    """What the provider takes of a payment: a rate, and a fixed part in minor units per payment."""

    basis_points: int
    fixed_minor: int


NO_PROCESSING = ProcessingRate(0, 0)
"""Of a payment that no provider takes, because its buyer's wallet pays it."""


@dataclass(frozen=True)
class Share:
    """One seller's share of a payment: net = gross + subsidy - platform fee - processing fee."""

    gross: Money
    """What the buyer pays."""
    platform_fee: Money
    processing_fee: Money
    subsidy: Money
    """What the marketplace adds, because its own discount code lowered the gross."""

    @property
    def net(self) -> Money:
        """What the seller receives."""
        return self.gross + self.subsidy - self.platform_fee - self.processing_fee


def shares(
    grosses: Sequence[Money],
    platform_fees: Sequence[Money],
    processing: ProcessingRate,
    subsidies: Sequence[Money] | None = None,
) -> list[Share]:
    """Return the sellers' shares of one payment, given what the platform takes of each (S0.12, C8).

    The processing fee is taken once per payment and spread by largest remainder in proportion to the gross, so the
    parts sum to it exactly. It never takes more than a payment has left after the platform fees. `subsidies` are what
    the marketplace adds to each; the processing fee is of what buyers pay, so it takes nothing of them by its rate.
    """
    currency = grosses[0].currency
    nothing = Money.zero(currency)
    added = subsidies or [nothing] * len(grosses)
    total = Money.total(grosses, currency)
    left = [gross + more - fee for gross, more, fee in zip(grosses, added, platform_fees, strict=True)]
    if not total:
        return [
            Share(gross, fee, nothing, more) for gross, fee, more in zip(grosses, platform_fees, added, strict=True)
        ]
    wanted = total.share(processing.basis_points) + Money(processing.fixed_minor, currency)
    taken = min(wanted, Money.total(left, currency))
    parts = _within(taken.split([gross.minor for gross in grosses]), left)
    return [Share(*share) for share in zip(grosses, platform_fees, parts, added, strict=True)]


def subsidy_back(subsidy: Money, *, taken: Money, after: Money, gross: Money) -> Money:
    """Return what of its part of a discount the marketplace takes back when `after` of `gross` is with the buyer again.

    `taken` is what it took back before. Pro rata of what was paid, so that any sequence of parts ends at the whole to
    the cent; nothing for an order of which nothing was paid.
    """
    if not gross:
        return Money.zero(subsidy.currency)
    due = subsidy.split([after.minor, (gross - after).minor])[0]
    return max(due - taken, Money.zero(subsidy.currency))


def check_extension(days: int) -> None:
    """Raise Invalid unless a hold may be extended by `days`: by a day to a quarter of a year at a time."""
    if not 1 <= days <= _LONGEST_EXTENSION_DAYS:
        raise Invalid(_("Extend by 1 to %(number)s days.", number=_LONGEST_EXTENSION_DAYS), field="days")


def _within(parts: Sequence[Money], limits: Sequence[Money]) -> list[Money]:
    """Return `parts` with what exceeds a limit moved to the first others that have room; `limits` sum to as much."""
    kept = [min(part, limit) for part, limit in zip(parts, limits, strict=True)]
    over = Money.total(parts, parts[0].currency) - Money.total(kept, parts[0].currency)
    for place, limit in enumerate(limits):
        more = min(over, limit - kept[place])
        kept[place], over = kept[place] + more, over - more
    return kept


def release_date(paid_at: datetime, days_to_hold: int) -> datetime:
    """Return when a hold that begins at `paid_at` ends (S0.9: paid plus 30 days)."""
    return paid_at + timedelta(days=days_to_hold)


def needs_second_approver(amount: Money, limit_minor: int) -> bool:
    """Return whether `amount` is above what one admin may send back or write off alone."""
    return amount.minor > limit_minor
