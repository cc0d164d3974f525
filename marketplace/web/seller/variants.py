"""The variants of a part: offered in some, price, stock and key of each, one more, one less. All without a script."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import (
    bulk_operations,
    rules,
    shelf_queries,
    variant_operations,
    variant_queries,
    variant_renaming,
    variant_rules,
)
from marketplace.catalog.bulk_operations import BulkChange, Deed
from marketplace.catalog.shelf_queries import OwnListing
from marketplace.catalog.variant_operations import NewVariant, VariantChange
from marketplace.catalog.variant_queries import OwnVariant
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.web import guards, lists
from marketplace.web.seller import variants_page

_TOLD_AT_ONCE = 5
_NOTHING: Mapping[str, str] = {}


@guards.seller_only
def variants(listing_id: int) -> ResponseReturnValue:
    """Show the variants of the seller's own part, or write what was changed in them."""
    own = _own(listing_id)
    return _write(own) if request.method == "POST" else _show(own)


@guards.seller_only
def several_variants(listing_id: int) -> ResponseReturnValue:
    """Change price, stock or offer of the chosen variants of the seller's own part."""
    own = _own(listing_id)
    known = {each.variant_id for each in variant_queries.of_listing(listing_id, guards.viewer().user_id)}
    chosen = {each: _seen(each) for each in lists.ids(request.form.getlist("chosen")) if each in known}
    deed = next((each for each in Deed if each.value == request.form.get("deed")), None)
    if not chosen or deed is None:
        flash(_("Choose some variants, and what to do with them."), "wait")
        return _back(own)
    try:
        result = db.atomic(
            bulk_operations.change_several,
            (),
            seller_id=guards.viewer().user_id,
            seen_stocks=chosen,
            change=BulkChange(deed, request.form.get("value", "")),
            now=clock.now(),
        )
    except Invalid as error:
        flash(error.message, "bad")
        return _back(own)
    if result.changed:
        flash(_changed(result.changed), "ok")
    for title, why in result.refused[:_TOLD_AT_ONCE]:
        flash(f"{title}: {why}", "bad")
    if len(result.refused) > _TOLD_AT_ONCE:
        flash(_("%(number)s others were not changed either.", number=len(result.refused) - _TOLD_AT_ONCE), "bad")
    return _back(own)


@guards.seller_only
def drop_variant(listing_id: int) -> ResponseReturnValue:
    """Take a variant out of the seller's own part."""
    own = _own(listing_id)
    [variant_id] = lists.ids(request.form.getlist("variant"))[:1] or [0]
    mine = {"seller_id": guards.viewer().user_id, "listing_id": listing_id}
    try:
        has_others = db.atomic(variant_operations.drop, (), **mine, variant_id=variant_id, now=clock.now())
    except DomainError as error:
        flash(error.message, "wait")
        return _back(own)
    if has_others:
        flash(_("It is taken out. Orders of it stay as they are."), "ok")
        return _back(own)
    flash(_("That was the last one. The listing is sold as one thing again: say how many there are."), "wait")
    return redirect(url_for("seller.edit", listing_id=listing_id), code=303)


def _write(own: OwnListing) -> ResponseReturnValue:
    deeds = {"begin": _begin, "save": _save, "add": _add, "rename": _rename}
    deed = deeds.get(request.form.get("deed", ""))
    if deed is None:
        return _show(own, Invalid(_("Nothing was sent that can be saved.")))
    try:
        said = deed(own)
    except Invalid as error:
        return _show(own, error)
    except Conflict as error:
        flash(error.message, "wait")
        return _back(own)
    flash(said, "ok")
    return _back(own)


def _begin(own: OwnListing) -> str:
    names = [request.form.get(f"name-{place}", "") for place in range(1, variant_rules.MOST_OPTIONS + 1)]
    for place, name in enumerate(names, start=1):
        if request.form.get(f"values-{place}", "").strip() and not name.strip():
            raise Invalid(_("Say what these are values of."), field=f"name-{place}")
    given = [place for place, name in enumerate(names, start=1) if name.strip()] or [1]
    values = [
        variant_rules.listed_values(request.form.get(f"values-{place}", ""), field=f"values-{place}") for place in given
    ]
    made = db.atomic(
        variant_operations.offer_in_variants,
        (),
        seller_id=guards.viewer().user_id,
        listing_id=own.listing_id,
        names=names,
        values=values,
        now=clock.now(),
    )
    return _("It is sold in %(number)s variants now. Say how many you have of each.", number=made)


def _save(own: OwnListing) -> str:
    mine = {"seller_id": guards.viewer().user_id, "listing_id": own.listing_id}
    known = [each.variant_id for each in variant_queries.of_listing(own.listing_id, guards.viewer().user_id)]
    sent = set(lists.ids(request.form.getlist("variant")))
    changes = [_typed_change(variant_id, own.price.currency) for variant_id in known if variant_id in sent]
    changed = db.atomic(variant_operations.change, (), **mine, changes=changes, now=clock.now())
    return _changed(changed) if changed else _("Saved. Nothing was different.")


def _add(own: OwnListing) -> str:
    form = request.form
    variant = NewVariant(
        values=[form.get(f"value-{place}", "") for place in range(1, len(own.options) + 1)],
        price=rules.typed_amount(form.get("price", ""), own.price.currency, field="price"),
        units=rules.typed_units(form.get("in_stock", ""), field="in_stock"),
        sku=form.get("sku", ""),
    )
    mine = {"seller_id": guards.viewer().user_id, "listing_id": own.listing_id}
    db.atomic(variant_operations.add, (), **mine, variant=variant, now=clock.now())
    return _("%(values)s is added.", values=", ".join(variant.values))


def _rename(own: OwnListing) -> str:
    form = request.form
    places = range(1, len(own.options) + 1)
    words = [
        {was: form.get(f"word-{place}-{number}", "") for number, was in enumerate(form.getlist(f"was-{place}"))}
        for place in places
    ]
    changed = db.atomic(
        variant_renaming.rename,
        (),
        seller_id=guards.viewer().user_id,
        listing_id=own.listing_id,
        names=[form.get(f"option-{place}", "") for place in places],
        words=words,
    )
    return _("The names are changed. Orders keep those of before.") if changed else _("Saved. Nothing was different.")


def _typed_change(variant_id: int, currency: str) -> VariantChange:
    form = request.form
    return VariantChange(
        variant_id=variant_id,
        price=rules.typed_amount(form.get(f"price-{variant_id}", ""), currency, field=f"price-{variant_id}"),
        units=rules.typed_units(form.get(f"in_stock-{variant_id}", ""), field=f"in_stock-{variant_id}"),
        seen_stock=_seen(variant_id),
        sku=form.get(f"sku-{variant_id}", ""),
        is_offered=f"offered-{variant_id}" in form,
    )


def _show(own: OwnListing, error: Invalid | None = None) -> ResponseReturnValue:
    rows: Sequence[OwnVariant] = variant_queries.of_listing(own.listing_id, guards.viewer().user_id)
    # What was typed stays in the fields while something is wrong.
    typed = dict(request.form.items()) if error else _NOTHING
    page = variants_page.build(own, rows, typed, error)
    return render_template("seller/variants.html", page=page), 422 if error else 200


def _own(listing_id: int) -> OwnListing:
    own = shelf_queries.own_listing(listing_id, guards.viewer().user_id)
    if own.kind.value != "part":
        raise NotFound(_("A car has no variants."))
    return own


def _seen(variant_id: int) -> int:
    text = request.form.get(f"seen-{variant_id}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _changed(count: int) -> str:
    return ngettext("%(number)s variant is changed.", "%(number)s variants are changed.", count, number=count)


def _back(own: OwnListing) -> ResponseReturnValue:
    return redirect(url_for("seller.variants", listing_id=own.listing_id), code=303)
