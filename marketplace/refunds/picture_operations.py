"""What a buyer shows of what is wrong: pictures of a request, added and taken away while nobody has decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.media.storing import StoredFile
from marketplace.refunds import rules, telling
from marketplace.refunds.models import Refund, RefundPicture
from marketplace.transitions import AlreadyThere


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture whose file lies in the store already; `digest` tells it from others by what was sent."""

    file: StoredFile
    digest: str


def add(
    session: Session, *, buyer_id: int, refund_id: int, pictures: Sequence[NewPicture], now: datetime
) -> frozenset[str]:
    """Keep pictures with one's own request, and tell seller and admins; return the names of those not there yet.

    Raises NotFound for another's refund, AlreadyThere once it is decided, Invalid for more than a request keeps.
    """
    refund = _own(session, buyer_id, refund_id)
    kept = keep(session, refund_id=refund_id, pictures=pictures, now=now)
    if kept:
        new = select(func.min(RefundPicture.id)).where(RefundPicture.stored_name.in_(kept))
        telling.pictures_added(session, refund, session.execute(new).scalar_one(), len(kept), now=now)
    return kept


def remove(session: Session, *, buyer_id: int, refund_id: int, picture_id: int, now: datetime) -> str:
    """Take a picture of one's own request away, and tell the admins who have seen it; return its stored name.

    Raises NotFound for another's refund or picture, AlreadyThere once the request is decided.
    """
    refund = _own(session, buyer_id, refund_id)
    picture = session.get(RefundPicture, picture_id)
    if picture is None or picture.refund_id != refund.id or picture.removed_at is not None:
        raise NotFound(_("There is no such picture."))
    _check_open(refund)
    picture.removed_at = now
    telling.picture_removed(session, refund, picture, now=now)
    return picture.stored_name


def keep(session: Session, *, refund_id: int, pictures: Sequence[NewPicture], now: datetime) -> frozenset[str]:
    """Keep pictures with a request, whoever sends them; return and raise as `add` does."""
    there = select(RefundPicture.digest, RefundPicture.removed_at).where(RefundPicture.refund_id == refund_id)
    rows_there = session.execute(there).all()
    known = {row.digest for row in rows_there if row.removed_at is None}
    new = {each.digest: each.file for each in pictures if each.digest not in known}
    if not new:
        return frozenset()
    _check_open(session.get_one(Refund, refund_id))
    free = rules.MOST_PICTURES - len(known)
    if len(new) > free:
        most = _("A request keeps at most %(number)s pictures.", number=rules.MOST_PICTURES)
        room = _("There is room for %(number)s more.", number=free) if free else _("There is no room for more.")
        raise Invalid(f"{most} {room}", field="pictures")
    if len(rows_there) + len(new) > rules.MOST_PICTURES_EVER:
        raise Invalid(
            _("You have sent %(number)s pictures already. Keep those that are there.", number=len(rows_there)),
            field="pictures",
        )
    rows = [
        {
            "refund_id": refund_id,
            "file_name": file.file_name,
            "stored_name": file.stored_name,
            "media_type": file.media_type,
            "size_bytes": file.size_bytes,
            "digest": digest,
            "added_at": now,
        }
        for digest, file in new.items()
    ]
    session.execute(insert(RefundPicture), rows)
    return frozenset(file.stored_name for file in new.values())


def _own(session: Session, buyer_id: int, refund_id: int) -> Refund:
    refund = session.get(Refund, refund_id)
    if refund is None or refund.buyer_id != buyer_id:
        raise NotFound(_("There is no such refund."))
    return refund


def _check_open(refund: Refund) -> None:
    if not refund.machine.can(refund.status, "withdraw"):
        raise AlreadyThere(_("This refund is already decided: %(status)s.", status=refund.status.label.lower()))
