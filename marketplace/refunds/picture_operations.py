"""What a buyer shows of what is wrong: pictures of a request, kept while nobody has decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace.errors import Invalid, NotFound
from marketplace.media.storing import StoredFile
from marketplace.refunds import rules
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
    """Keep pictures with one's own request; return the stored names of those that were not there yet.

    Raises NotFound for another's refund, AlreadyThere once it is decided, Invalid for more than a request keeps.
    """
    refund = session.get(Refund, refund_id)
    if refund is None or refund.buyer_id != buyer_id:
        raise NotFound("There is no such refund.")
    return keep(session, refund_id=refund_id, pictures=pictures, now=now)


def keep(session: Session, *, refund_id: int, pictures: Sequence[NewPicture], now: datetime) -> frozenset[str]:
    """Keep pictures with a request, whoever sends them; return and raise as `add` does."""
    there = select(RefundPicture.digest).where(RefundPicture.refund_id == refund_id)
    known = set(session.execute(there).scalars())
    new = {each.digest: each.file for each in pictures if each.digest not in known}
    if not new:
        return frozenset()
    refund = session.get_one(Refund, refund_id)
    if not refund.machine.can(refund.status, "withdraw"):
        raise AlreadyThere(f"This refund is already decided: {refund.status.label.lower()}.")
    free = rules.MOST_PICTURES - len(known)
    if len(new) > free:
        room = f"There is room for {free} more." if free else "There is no room for more."
        raise Invalid(f"A request keeps at most {rules.MOST_PICTURES} pictures. {room}", field="pictures")
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
