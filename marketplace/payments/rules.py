"""How much each side gets, and until when money is held. Pure; minor units and basis points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.errors import Invalid
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


@dataclass(frozen=True)
class ProcessingRate:
    """What the provider takes of a payment: a rate, and a fixed part in minor units per payment."""

    basis_points: int
    fixed_minor: int


@dataclass(frozen=True)
class Share:
    """One seller's share of a payment: net = gross - platform fee - processing fee."""

    gross: Money
    platform_fee: Money
    processing_fee: Money

    @property
    def net(self) -> Money:
        """What the seller receives."""
        return self.gross - self.platform_fee - self.processing_fee


def shares(grosses: Sequence[Money], platform_fees: Sequence[Money], processing: ProcessingRate) -> list[Share]:
    """Return the sellers' shares of one payment, given what the platform takes of each (S0.12, C8).

    The processing fee is taken once per payment and spread by largest remainder in proportion to the gross, so the
    parts sum to it exactly. It never takes more than a payment has left after the platform fees.
    """
    currency = grosses[0].currency
    total = Money.total(grosses, currency)
    left = [gross - fee for gross, fee in zip(grosses, platform_fees, strict=True)]
    if not total:
        return [Share(gross, fee, Money.zero(currency)) for gross, fee in zip(grosses, platform_fees, strict=True)]
    wanted = total.share(processing.basis_points) + Money(processing.fixed_minor, currency)
    taken = min(wanted, Money.total(left, currency))
    parts = _within(taken.split([gross.minor for gross in grosses]), left)
    return [Share(*triple) for triple in zip(grosses, platform_fees, parts, strict=True)]


def check_extension(days: int) -> None:
    """Raise Invalid unless a hold may be extended by `days`: by a day to a quarter of a year at a time."""
    if not 1 <= days <= _LONGEST_EXTENSION_DAYS:
        raise Invalid(f"Extend by 1 to {_LONGEST_EXTENSION_DAYS} days.", field="days")


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
