"""What a seller would receive for a sale at the rates of now: the same rules as at checkout, read for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marketplace import db
from marketplace.money import Money
from marketplace.payments import fees
from marketplace.payments.rules import ProcessingRate, Share, shares
from marketplace.taxes.rules import TaxCategory, Taxing, tax_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a seller asks for one unit: the goods of a category, the delivery, and the tax on or in what is taxed."""

    price: Money
    delivery: Money
    tax: Money
    category: str
    is_tax_included: bool = False

    @property
    def gross(self) -> Money:
        """What the buyer pays."""
        asked = self.price + self.delivery
        return asked if self.is_tax_included else asked + self.tax


def asked_at_home(
    price: Money, delivery: Money, category: str, taxing: Taxing, tax_category: TaxCategory, day: date
) -> Asked:
    """Return what a seller asks on a day for one unit that goes to the shop's own country."""
    rate = taxing.rate(tax_category, "", day)
    taxed = price + delivery if taxing.taxes_delivery("", day) else price
    tax = tax_of(taxed, rate, is_included=taxing.is_included)
    return Asked(price, delivery, tax, category, taxing.is_included)


@dataclass(frozen=True, slots=True)
class Quote:
    """What becomes of `asked` when one unit is sold alone, and the rates behind it."""

    asked: Asked
    share: Share
    platform_basis_points: int
    processing: ProcessingRate


def quotes(seller_id: int, asked: Sequence[Asked], now: datetime) -> list[Quote]:
    """Return what `seller_id` would receive for each of `asked` if it were sold at `now`, in one query."""
    valid = db.read(fees.valid_schedules(channel=fees.STANDARD, seller_ids=[seller_id], now=now))
    found = []
    for one in asked:
        agreement = fees.agreement_of(valid, one.price.currency)
        [platform] = agreement.platform_fees(seller_id, one.gross, {one.category: one.price})
        [share] = shares([one.gross], [platform.fee], agreement.processing)
        found.append(Quote(one, share, platform.basis_points, agreement.processing))
    return found
