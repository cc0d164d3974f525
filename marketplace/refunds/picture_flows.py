"""Where pictures of a request meet the store: written anew, stored, written down; or nothing stays behind."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.media import picture_names, pictures
from marketplace.media.storing import FileStore, StoredFile, shown_name
from marketplace.refunds import picture_operations, rules
from marketplace.refunds.picture_operations import NewPicture

FOLDER = "refunds"
"""The folder of the store where pictures of requests lie."""
THUMB = 320


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as it came in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture written anew, and the files that make it: itself, and a small one where it is larger."""

    new: NewPicture
    files: dict[str, bytes]


def take(sent: Sequence[SentPicture]) -> list[Taken]:
    """Return pictures written anew; raises Invalid, naming the file, for what is none, and for too many at once."""
    if len(sent) > rules.MOST_PICTURES:
        raise Invalid(_("A request keeps at most %(number)s pictures.", number=rules.MOST_PICTURES), field="pictures")
    return [_taken(each) for each in sent]


def open_with(
    taken: Sequence[Taken],
    operation: Callable[..., int],
    locks: Sequence[str],
    *,
    store: FileStore,
    now: datetime,
    **values: Any,
) -> int:
    """Open a refund by `operation` together with its pictures: both or neither; return the refund's id.

    Raises what the operation raises.
    """

    def write(session: Session) -> tuple[int, frozenset[str]]:
        refund_id = operation(session, now=now, **values)
        new = [each.new for each in taken]
        return refund_id, picture_operations.keep(session, refund_id=refund_id, pictures=new, now=now)

    return _written(taken, write, locks, store)[0]


def add(taken: Sequence[Taken], *, buyer_id: int, refund_id: int, store: FileStore, now: datetime) -> int:
    """Add pictures to one's own request; return how many were not there yet.

    Raises Invalid for nothing sent, and what `picture_operations.add` raises.
    """
    if not taken:
        raise Invalid(_("Choose a picture."), field="pictures")
    new = [each.new for each in taken]

    def write(session: Session) -> tuple[int, frozenset[str]]:
        kept = picture_operations.add(session, buyer_id=buyer_id, refund_id=refund_id, pictures=new, now=now)
        return refund_id, kept

    return len(_written(taken, write, [f"refund-pictures:{refund_id}"], store)[1])


def remove(*, buyer_id: int, refund_id: int, picture_id: int, store: FileStore, now: datetime) -> None:
    """Take a picture of one's own request away, its files too. Raises what `picture_operations.remove` raises."""
    name = db.atomic(
        picture_operations.remove,
        (f"refund-pictures:{refund_id}",),
        buyer_id=buyer_id,
        refund_id=refund_id,
        picture_id=picture_id,
        now=now,
    )
    # Stopped between the two, the files are swept later: no picture that is shown has them.
    for each in (name, picture_names.sized_name(name, THUMB)):
        store.drop(each)


def _taken(sent: SentPicture) -> Taken:
    try:
        picture = pictures.rewritten(sent.content)
    except Invalid as error:
        raise Invalid(f"{shown_name(sent.name)}: {error.message}", field="pictures") from error
    name = picture_names.new_name(picture.width, picture.height, picture.ending)
    files = {name: picture.content}
    if THUMB in picture_names.widths_of(name):
        files[picture_names.sized_name(name, THUMB)] = pictures.sized(picture.content, THUMB)
    shown = f"{shown_name(sent.name).rpartition('.')[0] or 'picture'}.{picture.ending}"
    stored = StoredFile(shown, name, picture.media_type, len(picture.content))
    return Taken(NewPicture(stored, hashlib.sha256(sent.content).hexdigest()), files)


def _written(
    taken: Sequence[Taken],
    write: Callable[[Session], tuple[int, frozenset[str]]],
    locks: Sequence[str],
    store: FileStore,
) -> tuple[int, frozenset[str]]:
    """Return what `write` returns, the stored names that it has kept second; drop the files of all others."""
    kept: frozenset[str] = frozenset()
    try:
        for each in taken:
            for name, content in each.files.items():
                store.put(name, content)
        written = db.atomic(write, locks)
        kept = written[1]
    finally:
        for each in taken:
            if each.new.file.stored_name not in kept:
                for name in each.files:
                    store.drop(name)
    return written
