"""Whether deliveries are taxed, country by country and from a day on: the rates themselves are the sellers' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace import clock, db
from marketplace.delivery.rules import countries_of
from marketplace.errors import Conflict, Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.taxes import operations, queries
from marketplace.taxes.queries import KeptDeliveryRule
from marketplace.taxes.rules import DeliveryRule, DeliveryTaxing
from marketplace.web import countries, guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.pages import date_text, sentence
from marketplace.web.wording import Badge

_EVERYWHERE, _TOO_LONG = Text("All other countries"), Text("This is too long.")
_COMING, _NOW, _OVER = Badge(Text("Coming"), "wait"), Badge(Text("Now"), "ok"), Badge(Text("Over"), "mute")


class DeliveryTaxForm(Form):
    """Whether deliveries to the countries that were typed are taxed, from a day on."""

    countries = TextAreaField(
        Text("Countries"),
        [Length(max=4000, message=_TOO_LONG)],
        description=Text("Names or codes with commas between them; EU for its members. Empty: all other countries."),
    )
    taxing = RadioField(
        Text("Deliveries are"),
        [InputRequired(Text("Choose one of the two."))],
        choices=[
            SelectChoice(DeliveryTaxing.LIKE_GOODS.value, Text("taxed like the goods they go with")),
            SelectChoice(DeliveryTaxing.NONE.value, Text("not taxed")),
        ],
    )
    valid_from = DateField(Text("From"), [InputRequired(Text("Enter the first day, such as 2026-12-01."))])

    def rules(self) -> list[DeliveryRule]:
        """Return the rules that were typed, one per country; raises Invalid naming the field."""
        codes = countries_of(typed(self.countries), countries.names()) or ("",)
        return [DeliveryRule(code, DeliveryTaxing(self.taxing.data), self.valid_from.data) for code in codes]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in the list, or those of several countries that say the same from the same day on."""

    where: str
    said: str
    begins: str
    badge: Badge
    set_by: str
    remove_url: str
    """Where it is taken back; "" for one that has begun."""


@dataclass(frozen=True, slots=True)
class DeliveryTaxPage:
    """What templates/admin/delivery_tax.html shows."""

    title: str
    console: Console
    rows: tuple[RuleRow, ...]


@guards.admin_only
def delivery_tax() -> ResponseReturnValue:
    """Show whether deliveries are taxed where, or set it for some countries from a day on."""
    now, admin_id = clock.now(), guards.viewer().user_id
    form = DeliveryTaxForm(data={"valid_from": now.date()})
    if form.validate_on_submit():
        try:
            wanted = form.rules()

            def keep(session: Session) -> None:
                for rule in wanted:
                    operations.keep_delivery_rule(session, rule=rule, admin_id=admin_id, now=now)

            db.atomic(keep)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            flash(_("Saved. Orders that were placed before stay as they are."), "ok")
            return redirect(url_for("admin.delivery_tax"), code=303)
    page = DeliveryTaxPage(_("Tax on deliveries"), admin_console("delivery_tax"), _rows(now.date()))
    return render_template("admin/delivery_tax.html", page=page, form=form), 422 if form.errors else 200


@guards.admin_only
def take_back_delivery_tax(rule_id: int) -> ResponseReturnValue:
    """Take back a rule that has not begun."""
    try:
        db.atomic(operations.take_back_delivery_rule, (), rule_id=rule_id, today=clock.now().date())
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Removed. It never began."), "ok")
    return redirect(url_for("admin.delivery_tax"), code=303)


def _rows(today: date) -> tuple[RuleRow, ...]:
    kept = sorted(queries.kept_delivery_rules(), key=lambda each: (not each.rule.country, _where(each.rule.country)))
    holding: dict[str, int] = {}
    for each in kept:  # of a country the latest comes first
        if each.rule.valid_from <= today:
            holding.setdefault(each.rule.country, each.rule_id)
    alike: dict[tuple[object, ...], list[KeptDeliveryRule]] = {}
    for each in kept:
        is_coming, is_holding = each.rule.valid_from > today, holding.get(each.rule.country) == each.rule_id
        # What is coming stands alone: it can be taken back, country by country.
        key = (each.rule_id,) if is_coming or not each.rule.country else (is_holding,)
        alike.setdefault((each.rule.taxing, each.rule.valid_from, each.set_by, *key), []).append(each)
    rows = [
        _row(same, today, is_holding=holding.get(same[0].rule.country) == same[0].rule_id) for same in alike.values()
    ]
    default = RuleRow(_(_EVERYWHERE), DeliveryTaxing.NONE.label, _("The beginning"), _NOW, "", "")
    return tuple(rows) if "" in holding else (*rows, default)


def _row(same: Sequence[KeptDeliveryRule], today: date, *, is_holding: bool) -> RuleRow:
    each, rule = same[0], same[0].rule
    is_coming = rule.valid_from > today
    return RuleRow(
        sentence(", ".join(countries.grouped(one.rule.country for one in same))) if rule.country else _(_EVERYWHERE),
        rule.taxing.label,
        date_text(rule.valid_from),
        _COMING if is_coming else _NOW if is_holding else _OVER,
        each.set_by,
        url_for("admin.take_back_delivery_tax", rule_id=each.rule_id) if is_coming else "",
    )


def _where(country: str) -> str:
    return countries.name(country) if country else _(_EVERYWHERE)
