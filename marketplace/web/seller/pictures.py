"""The pictures of a listing: sent several at once, put in order, described, taken away. All of it without a script."""

import re
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import MultipleFileField

from marketplace import clock, db
from marketplace.catalog import picture_flows, picture_operations, picture_queries, shelf_queries
from marketplace.catalog.picture_flows import FOLDER, SentPicture
from marketplace.catalog.picture_operations import Arrangement
from marketplace.catalog.picture_queries import OwnPicture
from marketplace.catalog.rules import LONGEST_ALT
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.errors import Invalid
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.media import picture_names
from marketplace.media.pictures import LARGEST_PICTURE_BYTES
from marketplace.web import guards, lists, uploads
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, seller_console
from marketplace.web.forms import Form
from marketplace.web.picture_parts import picture_url
from marketplace.web.seller.listing_page import tab_badge
from marketplace.web.wording import Badge

_DEED = re.compile(r"(up|down|main|remove):([0-9]{1,18})", re.ASCII)
_TOLD_AT_ONCE = 5
_HINT = Text("JPEG, PNG or WebP, 15 MB each. Several at once. Where they were taken is removed.")


class PicturesForm(Form):
    """Pictures to be added."""

    pictures = MultipleFileField(
        Text("Pictures"), description=_HINT, render_kw={"accept": "image/jpeg,image/png,image/webp", "multiple": True}
    )


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One picture in the list; `alt_hint` is what is read out while nothing is said."""

    picture_id: int
    url: str
    label: str
    alt: str
    alt_hint: str
    is_main: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class PicturesPage:
    """What templates/seller/pictures.html shows."""

    title: str
    console: Console
    badge: Badge
    note: str
    listing_title: str
    listing_url: str
    arrange_url: str
    rows: tuple[PictureRow, ...]
    are_drawn: bool
    room: int
    longest_alt: int


@uploads.allow_many
@guards.seller_only
def pictures(listing_id: int) -> ResponseReturnValue:
    """Show the pictures of the seller's own listing, or add what is a picture among the files that were sent."""
    own = _own(listing_id)
    return _add(own) if request.method == "POST" else _show(own, PicturesForm(None))


def _add(own: OwnListing) -> ResponseReturnValue:
    """Add pictures; say of each file that is none why it is not."""
    listing_id, form = own.listing_id, PicturesForm(None)
    found = [file for file in request.files.getlist("pictures") if file.filename]
    try:
        # Nothing is read of files that there is no room for.
        sent = [
            SentPicture(file.filename or "", file.stream.read(LARGEST_PICTURE_BYTES + 1))
            for file in found[: _most() + 1]
        ]
        added = picture_flows.add(
            sent,
            seller_id=guards.viewer().user_id,
            listing_id=listing_id,
            most=_most(),
            store=uploads.store(FOLDER),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show(own, form, 422)
    if not added.count:
        blame(form, Invalid(" ".join(added.refused[:_TOLD_AT_ONCE]), field="pictures"))
        return _show(own, form, 422)
    flash(ngettext("%(number)s picture added.", "%(number)s pictures added.", added.count, number=added.count), "ok")
    for why in added.refused[:_TOLD_AT_ONCE]:
        flash(why, "bad")
    return redirect(url_for("seller.pictures", listing_id=listing_id), code=303)


@guards.seller_only
def arrange_pictures(listing_id: int) -> ResponseReturnValue:
    """Put the pictures of the seller's own listing in the form's order, with its words, and do what was pressed."""
    own, said = _own(listing_id), request.form
    order = lists.ids(said.getlist("picture"))
    pressed = _DEED.fullmatch(said.get("deed", ""))
    verb, picture_id = (pressed[1], int(pressed[2])) if pressed else ("", 0)
    wanted = Arrangement(
        order=_moved(order, verb, picture_id),
        alts={each: said[f"alt-{each}"] for each in order if f"alt-{each}" in said},
        removed=[picture_id] if verb == "remove" else [],
    )
    try:
        db.atomic(
            picture_operations.arrange,
            (f"listing-pictures:{listing_id}",),
            seller_id=guards.viewer().user_id,
            listing_id=listing_id,
            wanted=wanted,
        )
    except Invalid as error:
        form = PicturesForm(None)
        blame(form, error)
        return _show(own, form, 422)
    flash(str(_DONE[verb]), "ok")
    return redirect(url_for("seller.pictures", listing_id=listing_id), code=303)


_DONE = {
    "": Text("Saved."),
    "up": Text("Moved one place forward."),
    "down": Text("Moved one place back."),
    "main": Text("This is the main picture now."),
    "remove": Text("The picture is taken away."),
}


def _moved(order: list[int], verb: str, picture_id: int) -> list[int]:
    """Return the order with one picture moved."""
    if picture_id not in order or verb == "remove":
        return order
    place = order.index(picture_id)
    rest = [each for each in order if each != picture_id]
    at = {"up": max(place - 1, 0), "down": place + 1, "main": 0}.get(verb, place)
    return [*rest[:at], picture_id, *rest[at:]]


def _own(listing_id: int) -> OwnListing:
    return shelf_queries.own_listing(listing_id, guards.viewer().user_id)


def _most() -> int:
    return int(current_app.extensions["settings"].media.pictures_per_listing)


def _show(own: OwnListing, form: PicturesForm, status: int = 200) -> ResponseReturnValue:
    found = picture_queries.of_listing(own.listing_id, guards.viewer().user_id)
    drawn = [each for each in found if picture_names.is_drawn(each.file_name)]
    most = _most()
    page = PicturesPage(
        title=_("Pictures of %(title)s", title=own.title),
        console=seller_console("listings"),
        badge=tab_badge(own.tab),
        note=_(
            "%(number)s of %(most)s. The first is the main one: buyers see it in lists, baskets and orders.",
            number=len(found),
            most=most,
        ),
        listing_title=own.title,
        listing_url=url_for("seller.edit", listing_id=own.listing_id),
        arrange_url=url_for("seller.arrange_pictures", listing_id=own.listing_id),
        rows=tuple(_row(each, place, len(found), own.title) for place, each in enumerate(found, start=1)),
        are_drawn=bool(drawn),
        room=most - len(found) + len(drawn),
        longest_alt=LONGEST_ALT,
    )
    return render_template("seller/pictures.html", page=page, form=form), status


def _row(picture: OwnPicture, place: int, count: int, title: str) -> PictureRow:
    return PictureRow(
        picture_id=picture.picture_id,
        url=picture_url(picture.file_name),
        label=_("Picture %(place)s of %(count)s", place=place, count=count),
        alt=picture.alt,
        alt_hint=title,
        is_main=place == 1,
        is_last=place == count,
    )
