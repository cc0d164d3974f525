"""The pictures of a refund request: the form that takes them, and how each of the three sides sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import MultipleFileField

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.media.pictures import LARGEST_PICTURE_BYTES
from marketplace.numerals import number_text
from marketplace.refunds import picture_queries, rules
from marketplace.refunds.picture_flows import FOLDER, THUMB, SentPicture
from marketplace.refunds.picture_queries import RefundPictureRow
from marketplace.refunds.queries import RefundRow
from marketplace.web import uploads
from marketplace.web.forms import Form
from marketplace.web.pages import time_text
from marketplace.web.refund_parts import Side
from marketplace.web.wording import TimelineEntry

_WEBP = "image/webp"


class PicturesForm(Form):
    """Pictures of what is wrong."""

    pictures = MultipleFileField(
        Text("Pictures of it"),
        render_kw={"accept": "image/jpeg,image/png,image/webp", "multiple": True},
    )

    def __init__(self, *data: Any, **settings: Any) -> None:
        super().__init__(*data, **settings)
        self.pictures.description = hint()


@dataclass(frozen=True, slots=True)
class PictureView:
    """One picture: `url` is the whole of it, `thumb_url` a small one."""

    url: str
    thumb_url: str
    alt: str
    name: str
    note: str
    remove_url: str
    """Where its buyer takes it away; "" for others, and once the request is decided."""


@dataclass(frozen=True, slots=True)
class PicturesPanel:
    """The pictures of a request; `add_url` is "" where none can be added."""

    pictures: tuple[PictureView, ...]
    add_url: str = ""


def hint() -> str:
    """Return what is said below the field for pictures."""
    return _(
        "Up to %(number)s JPEG, PNG or WebP, 15 MB each. The seller and we see them, nobody else. "
        "Where a picture was taken is removed.",
        number=rules.MOST_PICTURES,
    )


def sent() -> list[SentPicture]:
    """Return the pictures of the request that came in, each no further than it may be long, and one more than fit."""
    found = [file for file in request.files.getlist("pictures") if file.filename]
    return [
        SentPicture(file.filename or "", file.stream.read(LARGEST_PICTURE_BYTES + 1))
        for file in found[: rules.MOST_PICTURES + 1]
    ]


def views(row: RefundRow, side: Side, pictures: Sequence[RefundPictureRow]) -> tuple[PictureView, ...]:
    """Return the pictures of a refund as one side sees them, without those that were taken away."""
    found = [each for each in pictures if each.removed_at is None]
    return tuple(_view(row, side, each, place, len(found)) for place, each in enumerate(found, start=1))


def in_time(
    entries: Iterable[TimelineEntry], row: RefundRow, side: Side, pictures: Sequence[RefundPictureRow]
) -> list[TimelineEntry]:
    """Return what happened with what became of the pictures since the request, oldest first: added, taken away."""
    later = [
        (each.added_at, _("Picture %(name)s was added", name=each.file_name))
        for each in pictures
        if each.added_at > row.asked_at
    ]
    gone = [
        (each.removed_at, _("Picture %(name)s was taken away", name=each.file_name))
        for each in pictures
        if each.removed_at
    ]
    who = _("You") if side == "buyer" else _("The buyer") if side == "seller" else row.buyer_name
    told = [
        TimelineEntry(title, time_text(when), when.isoformat(), "", who, _("on the site"))
        for when, title in (*later, *gone)
    ]
    return sorted((*entries, *told), key=lambda entry: entry.when_iso)


def panel(row: RefundRow, side: Side, pictures: Sequence[RefundPictureRow]) -> PicturesPanel:
    """Return what the page of a refund shows of its pictures; its buyer may add some while nobody has decided."""
    shown = views(row, side, pictures)
    can_add = side == "buyer" and row.can_be_withdrawn and len(shown) < rules.MOST_PICTURES
    return PicturesPanel(shown, url_for("buyer.add_refund_pictures", number=row.number) if can_add else "")


def send(row: RefundRow, picture_id: int) -> ResponseReturnValue:
    """Return a picture of a refund that the viewer may see, small where the address asks for that. Raises NotFound."""
    found = picture_queries.picture_of(row.id, picture_id)
    wanted = picture_names.sized_name(found.stored_name, THUMB) if "small" in request.args else found.stored_name
    media_type = found.media_type if wanted == found.stored_name else _WEBP
    return uploads.send(uploads.store(FOLDER).open(wanted), file_name=found.file_name, media_type=media_type)


def _view(row: RefundRow, side: Side, picture: RefundPictureRow, place: int, count: int) -> PictureView:
    url = url_for(f"{side}.refund_picture", number=row.number, picture_id=picture.id)
    may_go = side == "buyer" and row.can_be_withdrawn
    return PictureView(
        url=url,
        thumb_url=f"{url}?small=1",
        alt=_("Picture %(place)s of %(count)s that the buyer sent", place=place, count=count),
        name=picture.file_name,
        note=f"{number_text(max(picture.size_bytes // 1024, 1))} KB, {time_text(picture.added_at)}",
        remove_url=url_for("buyer.remove_refund_picture", number=row.number, picture_id=picture.id) if may_go else "",
    )
