"""Two parts of the demo shop that come in variants, and how they are put on the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalog import variant_operations
from marketplace.catalog.models import Listing
from marketplace.catalog.variant_operations import VariantChange
from marketplace.demo.parts import NEW, DemoPart
from marketplace.demo.people import HARBOUR, RIVERA
from marketplace.money import Money


@dataclass(frozen=True)
class DemoVariants:
    """A part, what buyers choose by, and of each variant its price, its units and its key."""

    part: DemoPart
    options: Mapping[str, tuple[str, ...]]
    each: tuple[tuple[int, int, str], ...]


# fmt: off
VARIED_PARTS = (
    DemoVariants(
        DemoPart(HARBOUR, "brake_disc", "brakes", "Front brake disc, coated, single", "Zimmermann", "100.3300", NEW,
                 "Volkswagen Golf V, VI and VII, Audi A3 8P, Seat Leon", 46_50, 9_80, 0,
                 "One disc. Measure the old one across before you order: the same car came with four sizes."),
        {"Diameter": ("280 mm", "288 mm", "312 mm", "345 mm")},
        ((46_50, 14, "DISC-280"), (52_75, 9, "DISC-288"), (61_20, 2, "DISC-312"), (89_90, 0, "DISC-345")),
    ),
    DemoVariants(
        DemoPart(RIVERA, "mirror", "body", "Door mirror housing, painted", "Alkar", "6343", NEW,
                 "Ford Ranger 2012 to 2018", 34_90, 7_50, 0,
                 "Housing only: glass and motor of the old one fit. Painted by us, ready to clip on."),
        {"Side": ("left", "right"), "Colour": ("black", "frozen white", "race red")},
        ((34_90, 5, "MH-L-BK"), (39_90, 3, "MH-L-WH"), (39_90, 0, "MH-L-RD"),
         (34_90, 6, "MH-R-BK"), (39_90, 1, "MH-R-WH"), (39_90, 2, "MH-R-RD")),
    ),
)
# fmt: on


def offer(session: Session, *, seller_id: int, listing_id: int, wanted: DemoVariants, now: datetime) -> None:
    """Offer a listing in the variants of the demo."""
    mine = {"seller_id": seller_id, "listing_id": listing_id}
    names, values = list(wanted.options), list(wanted.options.values())
    variant_operations.offer_in_variants(session, **mine, names=names, values=values, now=now)
    rows = session.execute(select(Listing).where(Listing.parent_id == listing_id).order_by(Listing.id)).scalars().all()
    changes = [
        VariantChange(row.id, Money(price, row.currency), units, row.in_stock, sku, is_offered=True)
        for row, (price, units, sku) in zip(rows, wanted.each, strict=True)
    ]
    variant_operations.change(session, **mine, changes=changes, now=now)
