"""What the page of a part's variants shows: one row of fields each, and what was wrong in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.catalog import variant_rules
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.catalog.variant_queries import OwnVariant
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.amounts import amount_text
from marketplace.web.console import Console, seller_console
from marketplace.web.seller.listing_page import tab_badge
from marketplace.web.wording import Badge

_FIRST = (Text("Side"), Text("left, right"))
_SECOND = (Text("Diameter"), "280 mm, 300 mm")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: its name in the form, what is read out, what stands in it, and what is wrong with that."""

    name: str
    label: str
    value: str
    hint: str = ""
    error: str = ""
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant in the table."""

    variant_id: int
    name: str
    price: Entry
    in_stock: Entry
    sku: Entry
    seen_stock: int
    is_offered: bool
    note: str
    """Units set aside and sold; "" for none."""


@dataclass(frozen=True, slots=True)
class OptionNames:
    """An option with the fields that rename it: its own name and those of its values, each with the one it has."""

    place: int
    title: str
    name: Entry
    values: tuple[tuple[str, Entry], ...]


@dataclass(frozen=True, slots=True)
class VariantsPage:
    """What templates/seller/variants.html shows; `begin` are the fields before there are variants."""

    title: str
    console: Console
    badge: Badge
    listing_title: str
    listing_url: str
    several_url: str
    drop_url: str
    currency: str
    wrong: str
    """What is wrong where no field is to blame, "" for nothing."""
    begin: tuple[Entry, ...]
    in_stock: int
    """Units of the listing that are not counted any more once it has variants."""
    rows: tuple[VariantRow, ...]
    options: tuple[OptionNames, ...]
    """The names of the options and their values; none before there are variants."""
    more: tuple[Entry, ...]
    """The fields of one more variant; none where there is no room."""


def build(
    own: OwnListing, variants: Sequence[OwnVariant], typed: Mapping[str, str], error: Invalid | None
) -> VariantsPage:
    """Return the page with what was `typed` where something was wrong; `error` names the field."""
    field = error.field or "" if error else ""
    fields = _Fields(typed, field, error.message if error else "")
    begin = () if own.options else _begin(fields)
    rows = tuple(_row(each, fields, is_typed="save" in typed.get("deed", "")) for each in variants)
    options = _options(own, variants, fields)
    more = _more(own, fields) if own.options and len(variants) < variant_rules.MOST_VARIANTS else ()
    shown = {entry.name for entry in (*begin, *more)}
    shown |= {option.name.name for option in options}
    shown |= {entry.name for row in rows for entry in (row.price, row.in_stock, row.sku)}
    return VariantsPage(
        title=_("Variants"),
        console=seller_console("listings"),
        badge=tab_badge(own.tab),
        listing_title=own.title,
        listing_url=url_for("seller.edit", listing_id=own.listing_id),
        several_url=url_for("seller.several_variants", listing_id=own.listing_id),
        drop_url=url_for("seller.drop_variant", listing_id=own.listing_id),
        currency=own.price.currency,
        wrong=error.message if error and field not in shown else "",
        begin=begin,
        in_stock=own.in_stock,
        rows=rows,
        options=options,
        more=more,
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """What was typed, and which field is wrong."""

    typed: Mapping[str, str]
    wrong: str
    message: str

    def entry(
        self,
        name: str,
        label: str,
        stored: str = "",
        *,
        hint: str = "",
        is_number: bool = False,
        is_optional: bool = False,
    ) -> Entry:
        """Return a field with what was typed in it, else with what is stored."""
        error = self.message if name == self.wrong else ""
        return Entry(name, label, self.typed.get(name, stored), hint, error, is_number, is_optional)


def _begin(fields: _Fields) -> tuple[Entry, ...]:
    found = []
    for place, (name, values) in enumerate((_FIRST, _SECOND), start=1):
        is_second = place > 1
        order = _("Then by") if is_second else _("Buyers choose by")
        found.append(
            fields.entry(f"name-{place}", order, hint=_("Such as %(example)s", example=name), is_optional=is_second)
        )
        label = _("Its values, with commas between")
        found.append(
            fields.entry(f"values-{place}", label, hint=_("Such as %(example)s", example=values), is_optional=is_second)
        )
    return tuple(found)


def _row(variant: OwnVariant, fields: _Fields, *, is_typed: bool) -> VariantRow:
    number, name = variant.variant_id, ", ".join(variant.values)
    aside, sold = variant.set_aside, variant.sold
    units = (
        _("%(number)s set aside", number=aside) if aside else "",
        _("%(number)s sold", number=sold) if sold else "",
    )
    price = amount_text(variant.price.minor, variant.price.currency)
    return VariantRow(
        variant_id=number,
        name=name,
        price=fields.entry(f"price-{number}", _("Price of %(name)s", name=name), price, is_number=True),
        in_stock=fields.entry(
            f"in_stock-{number}", _("Units of %(name)s in stock", name=name), str(variant.in_stock), is_number=True
        ),
        sku=fields.entry(f"sku-{number}", _("Your own key of %(name)s", name=name), variant.sku),
        seen_stock=variant.in_stock,
        is_offered=f"offered-{number}" in fields.typed if is_typed else variant.is_offered,
        note=", ".join(filter(None, units)),
    )


def _options(own: OwnListing, variants: Sequence[OwnVariant], fields: _Fields) -> tuple[OptionNames, ...]:
    if not variants:
        return ()
    found = []
    for place, name in enumerate(own.options, start=1):
        known = dict.fromkeys(variant.values[place - 1] for variant in variants)
        values = tuple(
            (value, fields.entry(f"word-{place}-{number}", _("New name of “%(value)s”", value=value), value))
            for number, value in enumerate(known)
        )
        label = _("What buyers choose by")
        found.append(OptionNames(place, name, fields.entry(f"option-{place}", label, name), values))
    return tuple(found)


def _more(own: OwnListing, fields: _Fields) -> tuple[Entry, ...]:
    price = amount_text(own.price.minor, own.price.currency)
    return (
        *(fields.entry(f"value-{place}", name) for place, name in enumerate(own.options, start=1)),
        fields.entry("price", _("Price of one, %(currency)s", currency=own.price.currency), price, is_number=True),
        fields.entry("in_stock", _("Units in stock"), "1", is_number=True),
        fields.entry("sku", _("Your own key"), is_optional=True),
    )
