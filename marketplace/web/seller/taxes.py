"""A seller's taxes: whether the prices include them, and the rates by country and category."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace import clock, db
from marketplace.catalog import shelf_queries, shop_operations
from marketplace.delivery.rules import countries_of
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import percent
from marketplace.taxes import operations, queries, rules
from marketplace.taxes.queries import KeptRate
from marketplace.taxes.rules import RATED, Rate, TaxCategory, Taxing
from marketplace.web import countries, guards, tax_words
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, seller_console
from marketplace.web.forms import Form
from marketplace.web.pages import date_text
from marketplace.web.wording import Badge

_EVERYWHERE, _TOO_LONG = Text("All other countries"), Text("This is too long.")
_COMING, _NOW, _OVER = Badge(Text("Coming"), "wait"), Badge(Text("Now"), "ok"), Badge(Text("Over"), "mute")
_INCLUDED, _ADDED = "included", "added"


class ModeForm(Form):
    """Whether the shop's prices include the tax."""

    mode = RadioField(
        Text("The prices of your listings"),
        [InputRequired(Text("Choose one of the two."))],
        choices=[
            SelectChoice(_INCLUDED, Text("include the tax: buyers pay the price they see")),
            SelectChoice(_ADDED, Text("are before tax: it is added at the checkout")),
        ],
    )


class RateForm(Form):
    """A rate from a day on, for the countries that were typed."""

    countries = TextAreaField(
        Text("Countries"),
        [Length(max=4000, message=_TOO_LONG)],
        description=Text("Names or codes with commas between them; EU for its members. Empty: all other countries."),
    )
    category = SelectField(Text("Category"), choices=[SelectChoice(each.value, each.label) for each in RATED])
    rate = StringField(
        Text("Rate"), [InputRequired(Text("Enter a rate, 0 for none.")), Length(max=20, message=_TOO_LONG)]
    )
    valid_from = DateField(Text("From"), [InputRequired(Text("Enter the first day, such as 2026-12-01."))])

    def rates(self) -> list[Rate]:
        """Return the rates that were typed, one per country; raises Invalid naming the field."""
        category, day = TaxCategory(self.category.data), self.valid_from.data
        basis_points = rules.typed_rate(typed(self.rate))
        codes = countries_of(typed(self.countries), countries.names()) or ("",)
        return [Rate(code, category, basis_points, day) for code in codes]


class EndForm(Form):
    """From when on one of the rates holds no longer."""

    rate_id = SelectField(Text("Rate"), coerce=int)
    valid_before = DateField(
        Text("No longer from"), [InputRequired(Text("Enter the first day without it, such as 2026-12-01."))]
    )

    def offer(self, open_rates: Sequence[KeptRate]) -> None:
        """Offer the rates that have no end yet."""
        self.rate_id.choices = [SelectChoice(str(each.rate_id), _named(each.rate)) for each in open_rates]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate in the list."""

    where: str
    category: str
    rate: str
    begins: str
    badge: Badge
    until: str
    """Its last day; "" for none."""
    remove_url: str
    """Where it is taken back; "" for one that has begun."""
    keep_url: str = ""
    """Where its end is taken back; "" where there is none to come."""


@dataclass(frozen=True, slots=True)
class TaxPage:
    """What templates/seller/taxes.html shows."""

    title: str
    console: Console
    rows: tuple[RateRow, ...]
    home: str
    deliveries: str
    """Where the marketplace says that deliveries are taxed."""
    can_end: bool
    """Whether there is a rate that could be ended."""


@guards.seller_only
def taxes() -> ResponseReturnValue:
    """Show how the seller's prices are taxed, or keep another rate."""
    seller_id, now = guards.viewer().user_id, clock.now()
    form = RateForm(data={"valid_from": now.date(), "category": TaxCategory.STANDARD.value})
    if form.validate_on_submit():
        try:
            wanted = form.rates()

            def keep(session: Session) -> None:
                for rate in wanted:
                    operations.keep_rate(session, seller_id=seller_id, rate=rate, now=now)

            db.atomic(keep)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(_("Saved. Orders that were placed before stay as they are."), "ok")
            return redirect(url_for("seller.taxes"), code=303)
    return _page(seller_id, form)


@guards.seller_only
def tax_mode() -> ResponseReturnValue:
    """Say whether the shop's prices include the tax from now on."""
    form = ModeForm()
    if not form.validate_on_submit():
        flash(_("Choose one of the two."), "bad")
    else:
        seller_id, includes = guards.viewer().user_id, form.mode.data == _INCLUDED
        db.atomic(shop_operations.say_prices_include_tax, (), seller_id=seller_id, includes=includes)
        flash(_("Saved. It counts for every basket from now on."), "ok")
    return redirect(url_for("seller.taxes"), code=303)


@guards.seller_only
def take_back_rate(rate_id: int) -> ResponseReturnValue:
    """Take back a rate that has not begun."""
    day = clock.now().date()
    try:
        db.atomic(operations.take_back, (), seller_id=guards.viewer().user_id, rate_id=rate_id, today=day)
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Removed. It never began."), "ok")
    return redirect(url_for("seller.taxes"), code=303)


@guards.seller_only
def end_rate() -> ResponseReturnValue:
    """Let a rate hold no longer from a day on."""
    seller_id, today = guards.viewer().user_id, clock.now().date()
    form = EndForm()
    form.offer(_open(queries.kept_rates(seller_id), today))
    if form.validate():
        whose = {"seller_id": seller_id, "rate_id": form.rate_id.data}
        try:
            db.atomic(operations.end_rate, (), **whose, valid_before=form.valid_before.data, today=today)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(_("Saved. From that day on the rate of all other countries, or the general one, counts."), "ok")
            return redirect(url_for("seller.taxes"), code=303)
    return _page(seller_id, _fresh(today), form)


@guards.seller_only
def keep_rate_on(rate_id: int) -> ResponseReturnValue:
    """Take back the end of a rate."""
    day = clock.now().date()
    try:
        db.atomic(operations.keep_on, (), seller_id=guards.viewer().user_id, rate_id=rate_id, today=day)
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("The rate goes on."), "ok")
    return redirect(url_for("seller.taxes"), code=303)


def _fresh(today: date) -> RateForm:
    return RateForm(None, data={"valid_from": today, "category": TaxCategory.STANDARD.value})


def _page(seller_id: int, form: RateForm, ending: EndForm | None = None) -> ResponseReturnValue:
    taxing, today = shelf_queries.taxing_of(seller_id), clock.now().date()
    kept = queries.kept_rates(seller_id)
    if ending is None:
        ending = EndForm(None, data={"valid_before": today})
        ending.offer(_open(kept, today))
    mode = ModeForm(formdata=None, data={"mode": _INCLUDED if taxing.is_included else _ADDED})
    page = TaxPage(
        title=_("Tax"),
        console=seller_console("taxes"),
        rows=_rows(taxing, kept, today),
        home=countries.name(taxing.home),
        deliveries=tax_words.deliveries_note(taxing, today),
        can_end=bool(ending.rate_id.choices),
    )
    code = 422 if form.errors or ending.errors else 200
    return render_template("seller/taxes.html", page=page, form=form, mode=mode, ending=ending), code


def _open(kept: Sequence[KeptRate], today: date) -> list[KeptRate]:
    """Return the rates that hold or will, and have no end yet."""
    replaced: set[tuple[str, TaxCategory]] = set()
    found = []
    for each in kept:
        rate, place = each.rate, (each.rate.country, each.rate.category)
        if rate.valid_before is None and place not in replaced:
            found.append(each)
        replaced |= {place} if rate.valid_from <= today else set()
    return found


def _named(rate: Rate) -> str:
    """Return a rate as it is offered: what goes where, and how much."""
    where = countries.name(rate.country) if rate.country else _(_EVERYWHERE)
    said = {"country": where, "category": rate.category.label, "rate": percent(rate.basis_points)}
    return _("%(country)s, %(category)s: %(rate)s from %(day)s", **said, day=date_text(rate.valid_from))


def _rows(taxing: Taxing, kept: Sequence[KeptRate], today: date) -> tuple[RateRow, ...]:
    by_place = sorted(kept, key=lambda each: (not each.rate.country, countries.name(each.rate.country)))
    begun: set[tuple[str, TaxCategory]] = set()
    holding: set[tuple[str, TaxCategory]] = set()
    rows = []
    for each in by_place:
        rate, place = each.rate, (each.rate.country, each.rate.category)
        is_coming, has_ended = rate.valid_from > today, rate.has_ended(today)
        badge = _COMING if is_coming else _OVER if place in begun or has_ended else _NOW
        begun |= set() if is_coming else {place}
        holding |= {place} if badge is _NOW else set()
        rows.append(
            RateRow(
                countries.name(rate.country) if rate.country else _EVERYWHERE,
                rate.category.label,
                percent(rate.basis_points),
                date_text(rate.valid_from),
                badge,
                date_text(rate.valid_before - timedelta(days=1)) if rate.valid_before else "",
                url_for("seller.take_back_rate", rate_id=each.rate_id) if is_coming else "",
                url_for("seller.keep_rate_on", rate_id=each.rate_id) if rate.valid_before and not has_ended else "",
            )
        )
    is_general = ("", TaxCategory.STANDARD) not in holding
    general = percent(taxing.general_basis_points)
    first = RateRow(_EVERYWHERE, TaxCategory.STANDARD.label, general, _("The beginning"), _NOW, "", "")
    return (*rows, first) if is_general else tuple(rows)
