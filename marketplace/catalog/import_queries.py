"""What sellers read of files of listings: how far one is, what was wrong in it, and all they offer as such a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.catalog.import_models import ListingImport, ListingImportFault
from marketplace.catalog.import_parsing import COLUMNS, VARIANT
from marketplace.catalog.import_terms import kilograms_of
from marketplace.catalog.models import CarDetails, Listing, PartDetails
from marketplace.catalog.operations import CarFacts, PartFacts
from marketplace.catalog.states import ListingStatus
from marketplace.delivery.models import DeliveryProfile
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money

_AT_ONCE = 500
_IMPORT = (
    ListingImport.id,
    ListingImport.file_name,
    ListingImport.encoding,
    ListingImport.separator,
    ListingImport.rows_total,
    ListingImport.rows_done,
    ListingImport.created,
    ListingImport.changed,
    ListingImport.same,
    ListingImport.bad,
    ListingImport.sent_at,
    ListingImport.finished_at,
)
_OF_SELLER = select(*_IMPORT).where(ListingImport.seller_id == bindparam("seller_id"))
_ONE = _OF_SELLER.where(ListingImport.id == bindparam("import_id"))
_LATEST = _OF_SELLER.order_by(ListingImport.id.desc()).limit(10)
_FAULTS = (
    select(ListingImportFault.line, ListingImportFault.sku, ListingImportFault.field, ListingImportFault.reason)
    .where(ListingImportFault.import_id == bindparam("import_id"))
    .order_by(ListingImportFault.line)
)
_OWN = (
    "id",
    "parent_id",
    "sku",
    "kind",
    "status",
    "title",
    "description",
    "currency",
    "in_stock",
    "price_minor",
    "delivery_minor",
    "weight_grams",
    "tax_category",
    "option_names",
    "option_values",
)
_parent = Listing.__table__.alias("parent")
_SHELF = (
    select(
        *(Listing.__table__.c[name] for name in _OWN),
        *(PartDetails.__table__.c[name] for name in PartFacts.__dataclass_fields__),
        *(CarDetails.__table__.c[name] for name in CarFacts.__dataclass_fields__),
    )
    .add_columns(DeliveryProfile.name.label("delivery_profile"), _parent.c.sku.label("parent_sku"))
    .select_from(Listing)
    .outerjoin(_parent, _parent.c.id == Listing.parent_id)
    .outerjoin(DeliveryProfile, DeliveryProfile.id == Listing.delivery_profile_id)
    .outerjoin(PartDetails, PartDetails.listing_id == Listing.id)
    .outerjoin(CarDetails, CarDetails.listing_id == Listing.id)
    .where(
        Listing.seller_id == bindparam("seller_id"),
        Listing.id > bindparam("after"),
        Listing.status != ListingStatus.DROPPED,
    )
    .order_by(Listing.id)
    .limit(_AT_ONCE)
)
_WRITTEN = {ListingStatus.OFFERED: ListingStatus.ACTIVE, ListingStatus.WITHHELD: ListingStatus.PAUSED}
"""How a file writes whether a variant is offered: as it does of listings."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A file that was sent, how it was read, and what came of its rows so far."""

    import_id: int
    file_name: str
    encoding: str
    separator: str
    rows_total: int
    rows_done: int
    created: int
    changed: int
    same: int
    bad: int
    sent_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class FaultRow:
    """Why a row was not taken."""

    line: int
    key: str
    column: str
    reason: str


def latest(seller_id: int) -> tuple[ImportRow, ...]:
    """Return the last ten files of a seller, newest first."""
    return tuple(ImportRow(*row) for row in map(tuple, db.read(_LATEST, {"seller_id": seller_id})))


def one(import_id: int, seller_id: int) -> ImportRow:
    """Return a file of the seller's; raises NotFound for anybody else's."""
    row = db.read_one(_ONE, {"import_id": import_id, "seller_id": seller_id})
    if row is None:
        raise NotFound(_("There is no such import."))
    return ImportRow(*tuple(row))


def faults(import_id: int, *, most: int) -> Sequence[FaultRow]:
    """Return at most `most` rows of a file that were not taken, by line."""
    return [FaultRow(*row) for row in map(tuple, db.read(_FAULTS.limit(most), {"import_id": import_id}))]


def exported(seller_id: int) -> Iterator[tuple[str | int | Money, ...]]:
    """Yield all listings of a seller, and their variants, as rows of such a file in the order of `COLUMNS`.

    One without a key of the seller's own is named by # and our number. Amounts are Money, the shop's to write.
    """
    after = 0
    while rows := db.read(_SHELF, {"seller_id": seller_id, "after": after}):
        for row in rows:
            written = {
                "sku": row.sku or f"#{row.id}",
                "kind": VARIANT if row.parent_id else row.kind.value,
                "parent": (row.parent_sku or f"#{row.parent_id}") if row.parent_id else "",
                **_cells("option", row.option_names),
                **_cells("value", row.option_values),
                "status": _WRITTEN.get(row.status, row.status).value,
                "price": Money(row.price_minor, row.currency),
                "delivery": Money(row.delivery_minor, row.currency),
                "seen_stock": row.in_stock,
                "weight_kg": kilograms_of(row.weight_grams) if row.weight_grams else "",
                "tax_category": row.tax_category.value,
            }
            cells = (written[name] if name in written else getattr(row, name) for name in COLUMNS)
            yield tuple("" if cell is None else cell for cell in cells)
        after = rows[-1].id


def _cells(word: str, said: Sequence[str]) -> dict[str, str]:
    """Return the two cells of the names of options, or of the values of a variant: option_1, option_2."""
    return {f"{word}_{place}": said[place - 1] if place <= len(said) else "" for place in (1, 2)}
