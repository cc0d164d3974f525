"""What a seller would receive for a sale at the rates of now: the same rules as at checkout, read for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace import db
from marketplace.money import Money
from marketplace.payments import fees
from marketplace.payments.rules import ProcessingRate, Share, shares


@dataclass(frozen=True, slots=True)
class Asked:
    """What a seller asks for one unit: the goods of a category, the delivery, and the sales tax on the goods."""

    price: Money
    delivery: Money
    tax: Money
    category: str

    @property
    def gross(self) -> Money:
        """What the buyer pays."""
        return self.price + self.delivery + self.tax


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
