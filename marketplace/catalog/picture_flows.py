"""Where pictures meet the store: checked and stored before they are written, sized in a job, lost ones swept.

Nothing stays behind when writing fails; what a killed process leaves is found a day later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from marketplace import db
from marketplace.catalog import picture_operations, picture_queries
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.media import picture_names, pictures
from marketplace.media.file_rules import shown_name
from marketplace.media.pictures import Rewritten
from marketplace.media.storing import FileStore

log = structlog.get_logger()
FOLDER = "media"
"""The folder of the store where pictures lie."""


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as it came in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """How many pictures were added, and why others were not: in words, each with the name of its file."""

    count: int
    refused: tuple[str, ...]


def add(
    sent: Sequence[SentPicture], *, seller_id: int, listing_id: int, most: int, store: FileStore, now: datetime
) -> Added:
    """Add what is a picture among `sent` to a listing; sizes are made in a job.

    Raises NotFound for another seller's listing, Invalid for nothing sent and for more than `most` pictures in all.
    """
    if not sent:
        raise Invalid(_("Choose a picture."), field="pictures")
    room = partial(picture_operations.check_room, seller_id=seller_id, listing_id=listing_id, most=most)
    db.atomic(room, (), more=len(sent))
    kept, refused = _checked(sent)
    if kept:
        _store_and_write(kept, seller_id=seller_id, listing_id=listing_id, most=most, store=store, now=now)
    return Added(len(kept), tuple(refused))


def make_sizes(store: FileStore, *, listing_id: int | None = None) -> int:
    """Make the smaller sizes of new pictures, of one listing or of all; return of how many.

    Safe to repeat: what is there already is written over with the same. A picture whose file is gone is passed over.
    """
    done = 0
    for picture_id, file_name in picture_queries.unsized(listing_id):
        try:
            with store.open(file_name) as file:
                content = file.read()
        except NotFound:
            log.warning("a picture of a listing has no file", picture_id=picture_id, file_name=file_name)
        else:
            for width in picture_names.widths_of(file_name):
                store.put(picture_names.sized_name(file_name, width), pictures.sized(content, width))
            done += 1
        db.atomic(picture_operations.mark_sized, (), picture_ids=[picture_id])
    return done


def sweep(store: FileStore, *, before: datetime) -> int:
    """Delete the files of the store that no listing shows and nothing wrote since `before`; return how many.

    `before` is system time, at least as long ago as a request and a job together can take.
    """
    lost = picture_queries.shown_nowhere(list(store.names_before(before)))
    for name in lost:
        store.drop(name)
    return len(lost)


def _checked(sent: Sequence[SentPicture]) -> tuple[list[Rewritten], list[str]]:
    kept, refused = [], []
    for each in sent:
        try:
            kept.append(pictures.rewritten(each.content))
        except Invalid as error:
            refused.append(f"{shown_name(each.name)}: {error.message}")
    return kept, refused


def _store_and_write(
    kept: Sequence[Rewritten], *, seller_id: int, listing_id: int, most: int, store: FileStore, now: datetime
) -> None:
    names = [picture_names.new_name(each.width, each.height, each.ending) for each in kept]
    is_written = False
    try:
        for name, each in zip(names, kept, strict=True):
            store.put(name, each.content)
        db.atomic(
            picture_operations.add_pictures,
            (f"listing-pictures:{listing_id}",),
            seller_id=seller_id,
            listing_id=listing_id,
            names=names,
            most=most,
            now=now,
        )
        is_written = True
    finally:
        if not is_written:
            for name in names:
                store.drop(name)
