"""What the page of writing a listing shows: ready texts and addresses, and what the typed price brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.catalog import unsaved_rules
from marketplace.catalog.picture_queries import OwnPicture
from marketplace.catalog.shelf_queries import OwnListing, ShelfTab
from marketplace.catalog.states import LISTING
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import percent
from marketplace.payments.fee_queries import Asked, Quote
from marketplace.web import tax_words
from marketplace.web.console import Console, seller_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money, money_text
from marketplace.web.picture_parts import picture_url
from marketplace.web.seller.forms import ListingForm
from marketplace.web.seller.listing_text import Kept
from marketplace.web.wording import Badge

_NEW_TITLES = {"car": Text("New car"), "part": Text("New part")}
_BADGES = {
    ShelfTab.ACTIVE: Badge(Text("Active"), "ok"),
    ShelfTab.PAUSED: Badge(Text("Paused"), "wait"),
    ShelfTab.DRAFT: Badge(Text("Draft"), "mute"),
    ShelfTab.SOLD_OUT: Badge(Text("Sold out"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the seller receives when one is sold alone."""

    title: str
    rows: tuple[MoneyRow, ...]


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What templates/seller/listing.html shows beside the form."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    is_new: bool
    currency: str
    """The currency that stays; "" for a new listing, which may choose."""
    attributes: tuple[Any, ...]
    """The form's fields that only this kind of listing has."""
    is_car: bool
    publish_label: str
    """The button that saves and publishes; "" for what buyers see already."""
    pause_url: str
    copy_url: str
    shop_url: str
    promote_url: str
    """Where it is promoted with credits; "" for what buyers don't see."""
    preview_url: str
    """Where its seller alone sees it as buyers will; "" where buyers do."""
    units: tuple[Fact, ...]
    preview: Preview | None
    pictures: tuple[str, ...]
    """Addresses of the pictures, small."""
    pictures_url: str
    """Where they are added and put in order; "" before the listing is saved once."""
    variants_url: str
    """Where a part is sold in variants; "" for a car and before the listing is saved once."""
    auction_url: str
    """Where one piece is put up for auction; "" for what buyers do not see, and for what is sold in variants."""
    has_variants: bool
    """Whether price and stock are said there."""
    kept: Kept
    drop_key: str
    """Which text can be thrown away; "" where none is kept."""


def build(
    kind: str,
    own: OwnListing | None,
    quote: Quote | None,
    form: ListingForm,
    kept: Kept,
    pictures: Sequence[OwnPicture] = (),
) -> ListingPage:
    """Return the page around `form`; `own` is None for a new listing, `quote` where no price can be read."""
    is_shown = own is not None and own.tab in {ShelfTab.ACTIVE, ShelfTab.SOLD_OUT}
    return ListingPage(
        title=own.title if own else _NEW_TITLES[kind],
        console=seller_console("listings"),
        badges=(tab_badge(own.tab),) if own else (),
        note="" if own else _("It is saved as a draft first. Buyers see it when you publish it."),
        is_new=own is None,
        currency=own.price.currency if own else "",
        attributes=tuple(form.attributes),
        is_car=kind == "car",
        publish_label="" if is_shown else _("Save and publish"),
        pause_url=url_for("seller.pause", listing_id=own.listing_id)
        if own and LISTING.can(own.status, "pause")
        else "",
        copy_url=url_for("seller.copy", listing_id=own.listing_id) if own else "",
        shop_url=url_for("shop.listing", slug=own.slug) if own and is_shown else "",
        promote_url=url_for("seller.promote", listing_id=own.listing_id) if own and is_shown else "",
        preview_url=url_for("seller.preview", listing_id=own.listing_id) if own and not is_shown else "",
        units=_units(own) if own else (),
        preview=_preview(quote) if quote else None,
        pictures=tuple(picture_url(each.file_name) for each in pictures),
        pictures_url=url_for("seller.pictures", listing_id=own.listing_id) if own else "",
        variants_url=url_for("seller.variants", listing_id=own.listing_id) if own and kind == "part" else "",
        auction_url=_auction_url(own) if own and is_shown else "",
        has_variants=own is not None and bool(own.options),
        kept=kept,
        drop_key=unsaved_rules.key_of(own.listing_id) if own and kept.version else "",
    )


def _auction_url(own: OwnListing) -> str:
    return "" if own.options or not own.in_stock else url_for("seller.new_auction", listing_id=own.listing_id)


def tab_badge(tab: ShelfTab) -> Badge:
    """Return how a listing stands, as a badge."""
    return _BADGES[tab]


def _units(own: OwnListing) -> tuple[Fact, ...]:
    return (
        Fact(_("In stock"), str(own.in_stock)),
        Fact(_("Set aside for buyers"), str(own.set_aside)),
        Fact(pgettext("units", "Sold"), str(own.sold)),
    )


def _preview(quote: Quote) -> Preview:
    asked, share = quote.asked, quote.share
    fixed = Money(quote.processing.fixed_minor, share.gross.currency)
    rows = [
        MoneyRow(_("Price"), money(asked.price), ""),
        MoneyRow(_("Delivery"), money(asked.delivery), ""),
        *(() if asked.is_tax_included else _tax(asked)),
        MoneyRow(_("The buyer pays"), money(share.gross), ""),
        *(_tax(asked) if asked.is_tax_included else ()),
        MoneyRow(_("Platform fee"), _minus(share.platform_fee), "", note=percent(quote.platform_basis_points)),
        MoneyRow(
            _("Card fee"),
            _minus(share.processing_fee),
            "",
            note=f"{percent(quote.processing.basis_points)} + {money(fixed)}",
        ),
        MoneyRow(_("You receive"), money(share.net), "", is_total=True),
    ]
    return Preview(_("You receive %(amount)s", amount=money(share.net)), tuple(rows))


def _tax(asked: Asked) -> Sequence[MoneyRow]:
    label, note = tax_words.label(is_included=asked.is_tax_included), _("Yours to pass on to the tax office")
    return [MoneyRow(label, money(asked.tax), "", note=note)] if asked.tax else []


def _minus(amount: Money) -> str:
    return money_text(-amount.minor, amount.currency)
