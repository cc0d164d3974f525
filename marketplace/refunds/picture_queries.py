"""What the refund pages show of a request's pictures. Whoever may see the refund may see them, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, String, any_, bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.refunds.models import RefundPicture, RefundPictureLook


@dataclass(frozen=True, slots=True)
class RefundPictureRow:
    """One picture of a request."""

    id: int
    file_name: str
    stored_name: str
    media_type: str
    size_bytes: int
    added_at: datetime
    removed_at: datetime | None
    """When the buyer took it away; then its file is gone."""


_ROWS = (
    select(
        RefundPicture.id,
        RefundPicture.file_name,
        RefundPicture.stored_name,
        RefundPicture.media_type,
        RefundPicture.size_bytes,
        RefundPicture.added_at,
        RefundPicture.removed_at,
    )
    .where(RefundPicture.refund_id == bindparam("refund_id"))
    .order_by(RefundPicture.id)
)
_ONE = _ROWS.where(RefundPicture.id == bindparam("picture_id"), RefundPicture.removed_at.is_(None))
_KEPT = select(RefundPicture.stored_name).where(
    RefundPicture.stored_name == any_(bindparam("names", type_=ARRAY(String))), RefundPicture.removed_at.is_(None)
)


def pictures_of(refund_id: int) -> Sequence[RefundPictureRow]:
    """Return the pictures of a request, those that were taken away too, in the order in which they came."""
    return [RefundPictureRow(*tuple(row)) for row in db.read(_ROWS, {"refund_id": refund_id})]


def picture_of(refund_id: int, picture_id: int) -> RefundPictureRow:
    """Return one picture of a request; raises NotFound for another's."""
    found = db.read_one(_ONE, {"refund_id": refund_id, "picture_id": picture_id})
    if found is None:
        raise NotFound(_("There is no such picture."))
    return RefundPictureRow(*tuple(found))


def note_look(refund_id: int, *, admin_id: int, now: datetime) -> None:
    """Keep that an admin sees the pictures of a request. Runs alone, outside `atomic`."""
    columns = ["picture_id", "admin_id", "looked_at"]
    shown = select(RefundPicture.id, literal(admin_id), literal(now)).where(
        RefundPicture.refund_id == refund_id, RefundPicture.removed_at.is_(None)
    )
    # The same admin in two windows at once.
    db.append(insert(RefundPictureLook).from_select(columns, shown).on_conflict_do_nothing())


def kept_among(names: Sequence[str]) -> set[str]:
    """Return those of `names`, files of the store, whose picture a request has."""
    asked = {original for name in names for original in picture_names.originals_of(name)}
    kept = {row.stored_name for row in db.read(_KEPT, {"names": sorted(asked)})}
    return {name for name in names if not kept.isdisjoint(picture_names.originals_of(name))}
