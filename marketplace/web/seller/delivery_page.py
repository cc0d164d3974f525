"""What the pages of delivery profiles show: ready texts and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.catalog.delivering_queries import Having
from marketplace.delivery.rules import Method, Profile, Zone
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web import delivery_words
from marketplace.web.console import Console, seller_console

STANDARD = Text("Standard")


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One profile in the list."""

    name: str
    url: str
    """Where it is changed; "" for the standard one and for archived ones."""
    where: str
    prices: str
    listings: str
    is_archived: bool


@dataclass(frozen=True, slots=True)
class MoveChoice:
    """One line of a menu of profiles: its value says currency and profile."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """What templates/seller/delivery.html shows."""

    title: str
    console: Console
    rows: tuple[ProfileRow, ...]
    from_choices: tuple[MoveChoice, ...]
    to_choices: tuple[MoveChoice, ...]


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone of a profile."""

    where: str
    url: str
    price: str
    days: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """What templates/seller/delivery_profile.html shows beside its form."""

    title: str
    console: Console
    note: str
    zones: tuple[ZoneRow, ...]
    new_zone_url: str
    archive_url: str
    warning: str
    """What buyers will run into; "" for nothing."""


@dataclass(frozen=True, slots=True)
class ZonePage:
    """What templates/seller/delivery_zone.html shows around its form; `back` is the profile's name and address."""

    title: str
    console: Console
    note: str
    is_new_profile: bool
    currency: str
    back_label: str
    back_url: str


@dataclass(frozen=True, slots=True)
class SentByView:
    """What templates/components/listing_delivery_form.html shows beside its form."""

    action: str
    form: object
    note: str
    profiles_url: str


def list_page(profiles: Sequence[Profile], having: Sequence[Having]) -> ListPage:
    """Return the list of a seller's profiles, the standard one first, archived ones last."""
    counts = {row.profile_id: row.listings for row in having if row.profile_id}
    standard = sum(row.listings for row in having if row.profile_id is None)
    first = ProfileRow(
        STANDARD, "", _("Everywhere"), _("What each listing asks for delivery"), _listings(standard), is_archived=False
    )
    ordered = sorted(profiles, key=lambda profile: profile.is_archived)
    return ListPage(
        title=_("Delivery"),
        console=seller_console("delivery"),
        rows=(first, *(_row(profile, counts.get(profile.profile_id, 0)) for profile in ordered)),
        from_choices=tuple(_from(row, profiles) for row in having),
        to_choices=_to(profiles, having),
    )


def profile_page(profile: Profile, having: Sequence[Having]) -> ProfilePage:
    """Return the page of one profile."""
    own = [row for row in having if row.profile_id == profile.profile_id]
    count, without = sum(row.listings for row in own), sum(row.without_weight for row in own)
    weighs = any(zone.method is Method.BY_WEIGHT for zone in profile.zones)
    warning = _weightless(without) if weighs and without else ""
    return ProfilePage(
        title=profile.name,
        console=seller_console("delivery"),
        note=ngettext(
            "In %(currency)s. %(number)s listing sent by it.",
            "In %(currency)s. %(number)s listings sent by it.",
            count,
            currency=profile.currency,
            number=number_text(count),
        ),
        zones=tuple(_zone_row(profile, zone) for zone in profile.zones),
        new_zone_url=url_for("seller.new_zone", profile_id=profile.profile_id),
        archive_url="" if count else url_for("seller.archive", profile_id=profile.profile_id),
        warning=warning,
    )


def zone_page(profile: Profile, zone: Zone | None) -> ZonePage:
    """Return the page of one zone; None for a new one."""
    return ZonePage(
        title=delivery_words.where(zone) if zone else _("New zone"),
        console=seller_console("delivery"),
        note=_("Amounts in %(currency)s.", currency=profile.currency),
        is_new_profile=False,
        currency=profile.currency,
        back_label=profile.name,
        back_url=url_for("seller.profile", profile_id=profile.profile_id),
    )


def new_profile_page() -> ZonePage:
    """Return the page that asks for a new profile with its first zone."""
    return ZonePage(
        title=_("New profile"),
        console=seller_console("delivery"),
        note=_("Begin with the country most of your buyers live in; lists show its price. More zones come after."),
        is_new_profile=True,
        currency="",
        back_label="",
        back_url="",
    )


def _row(profile: Profile, listings: int) -> ProfileRow:
    return ProfileRow(
        profile.name,
        "" if profile.is_archived else url_for("seller.profile", profile_id=profile.profile_id),
        "; ".join(delivery_words.where(zone) for zone in profile.zones),
        "; ".join(delivery_words.price(zone, profile.currency) for zone in profile.zones[:1]),
        _listings(listings),
        is_archived=profile.is_archived,
    )


def _zone_row(profile: Profile, zone: Zone) -> ZoneRow:
    ids: dict[str, Any] = {"profile_id": profile.profile_id, "zone_id": zone.zone_id}
    return ZoneRow(
        delivery_words.where(zone),
        url_for("seller.zone", **ids),
        delivery_words.price(zone, profile.currency),
        _("%(days)s after payment", days=delivery_words.days(profile, zone)),
        url_for("seller.remove_zone", **ids) if len(profile.zones) > 1 else "",
    )


def _from(row: Having, profiles: Sequence[Profile]) -> MoveChoice:
    names = {profile.profile_id: profile.name for profile in profiles}
    name = names.get(row.profile_id or 0, STANDARD)
    return MoveChoice(f"{row.currency}:{row.profile_id or 0}", f"{name}, {row.currency}: {_listings(row.listings)}")


def _to(profiles: Sequence[Profile], having: Sequence[Having]) -> tuple[MoveChoice, ...]:
    kept = [profile for profile in profiles if not profile.is_archived]
    currencies = sorted({row.currency for row in having})
    standard = [MoveChoice(f"{currency}:0", f"{STANDARD}, {currency}") for currency in currencies] if kept else []
    own = [
        MoveChoice(f"{profile.currency}:{profile.profile_id}", f"{profile.name}, {profile.currency}")
        for profile in kept
    ]
    return (*own, *standard)


def _listings(count: int) -> str:
    return ngettext("%(number)s listing", "%(number)s listings", count, number=number_text(count))


def _weightless(count: int) -> str:
    return ngettext(
        "%(number)s listing without a weight: charged like the lightest parcel.",
        "%(number)s listings without a weight: charged like the lightest parcel.",
        count,
        number=number_text(count),
    )
