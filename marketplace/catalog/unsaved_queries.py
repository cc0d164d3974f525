"""What sellers read of their text that is not saved yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.catalog import unsaved_rules
from marketplace.catalog.models import ListingKind
from marketplace.catalog.unsaved_models import UnsavedListing


@dataclass(frozen=True)
class Unsaved:
    """Text of one form; `fields` by the form's names."""

    kind: ListingKind
    key: str
    fields: Mapping[str, str]
    version: int
    kept_at: datetime

    @property
    def title(self) -> str:
        """What was typed as title, "" for nothing."""
        return self.fields.get("title", "").strip()


_ROWS = (
    select(
        UnsavedListing.kind,
        UnsavedListing.key,
        UnsavedListing.fields,
        UnsavedListing.version,
        UnsavedListing.kept_at,
    )
    .where(UnsavedListing.seller_id == bindparam("seller_id"))
    .order_by(UnsavedListing.kept_at.desc())
)
_ONE = _ROWS.where(UnsavedListing.key == bindparam("key"))


def unsaved(seller_id: int, key: str) -> Unsaved | None:
    """Return the seller's own text of a form, or None."""
    row = db.read_one(_ONE, {"seller_id": seller_id, "key": key})
    return None if row is None else Unsaved(*tuple(row))


def new_listings(seller_id: int) -> Sequence[Unsaved]:
    """Return the texts of new listings that a seller has begun, the latest first."""
    rows = [Unsaved(*tuple(row)) for row in db.read(_ROWS, {"seller_id": seller_id})]
    return [each for each in rows if unsaved_rules.listing_of(each.key) is None]
