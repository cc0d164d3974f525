"""The forms of delivery profiles: shape only; what may be promised is said by the rules of delivery."""

from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace.catalog.rules import CURRENCIES, typed_amount
from marketplace.delivery import rules
from marketplace.delivery.rules import Band, Method, Profile, Zone
from marketplace.language import Text
from marketplace.taxes.rules import TaxCategory
from marketplace.web import countries
from marketplace.web.amounts import amount_text
from marketplace.web.auth.forms import typed
from marketplace.web.cart.forms import whole_number
from marketplace.web.forms import Form

BANDS = range(1, rules.MOST_BANDS + 1)
_DAYS = Text("Enter a number from 0 to 60.")


def _line(label: str, hint: str = "") -> StringField:
    return StringField(label, [Length(max=100, message=Text("This is too long."))], description=hint)


def _days(label: str) -> IntegerField:
    return IntegerField(label, [whole_number(0, rules.LONGEST_DAYS, _DAYS)])


class NameForm(Form):
    """What a profile is called and how long sending takes."""

    name = StringField(
        Text("Name"),
        [InputRequired(Text("Give it a name.")), Length(max=64, message=Text("Use at most 64 characters."))],
    )
    handling_days = _days(Text("Working days until you send"))


class ZoneForm(Form):
    """Where goods are sent, for how much and how fast; amounts in whole units of the profile's currency."""

    countries = TextAreaField(
        Text("Countries"),
        [Length(max=4000, message=Text("This is too long."))],
        description=Text(
            "Names or codes with commas between them; EU for its members. Empty: all that no other zone names."
        ),
    )
    method = RadioField(
        Text("What it costs"),
        [InputRequired(Text("Choose how it is charged."))],
        choices=[SelectChoice(method.value, method.label) for method in Method],
        description=Text(
            "A country can be in a zone you send to and in one to collect: then buyers choose at the checkout."
        ),
        default=Method.FLAT.value,
    )
    price = _line(Text("Price per order"), Text("For one price per order."))
    free_from = _line(Text("Free from goods of"), Text("Empty: never free."))
    transit_first = _days(Text("Working days on the way, at least"))
    transit_last = _days(Text("At most"))

    def zone(self, currency: str, zone_id: int) -> Zone:
        """Return what was typed; raises Invalid naming the field."""
        method = Method(self.method.data)
        free_from = typed(self.free_from).strip()
        return Zone(
            zone_id,
            rules.countries_of(typed(self.countries), countries.names()),
            method,
            typed_amount(typed(self.price) or "0", currency, field="price").minor if method is Method.FLAT else 0,
            typed_amount(free_from, currency, field="free_from").minor if free_from else None,
            self.transit_first.data or 0,
            self.transit_last.data or 0,
            tuple(self._bands(currency)) if method is Method.BY_WEIGHT else (),
        )

    @property
    def bands(self) -> list[tuple[Any, Any]]:
        """Return the pairs of fields for weights and their prices."""
        return [(self[f"band_{number}_kg"], self[f"band_{number}_price"]) for number in BANDS]

    def _bands(self, currency: str) -> list[Band]:
        bands = []
        for weight, price in self.bands:
            if typed(weight).strip() or typed(price).strip():
                minor = typed_amount(typed(price), currency, field=price.name).minor
                bands.append(Band(rules.typed_grams(typed(weight), field=weight.name), minor))
        return bands


for _number in BANDS:
    setattr(ZoneForm, f"band_{_number}_kg", _line(Text("Up to, in kg")))
    setattr(ZoneForm, f"band_{_number}_price", _line(Text("Price")))


class NewProfileForm(NameForm, ZoneForm):
    """A new profile with its first zone."""

    currency = SelectField(Text("Currency"), choices=[SelectChoice(code, code) for code in CURRENCIES])


class SentByForm(Form):
    """How one listing is sent and taxed."""

    profile = SelectField(Text("Sent by"), choices=[], validate_choice=False)
    weight = _line(Text("Weight of one, packed, in kg"), Text("Needed where the profile charges by weight."))
    tax = SelectField(Text("Tax"), choices=[SelectChoice(each.value, each.label) for each in TaxCategory])


def stored(profile: Profile, zone: Zone) -> dict[str, object]:
    """Return the fields of a zone that is kept."""
    fields: dict[str, object] = {
        "countries": ", ".join(countries.name(code) for code in zone.countries),
        "method": zone.method.value,
        "price": amount_text(zone.price_minor, profile.currency) if zone.method is Method.FLAT else "",
        "free_from": "" if zone.free_from_minor is None else amount_text(zone.free_from_minor, profile.currency),
        "transit_first": zone.transit_first,
        "transit_last": zone.transit_last,
    }
    for number, band in enumerate(zone.bands, start=1):
        fields[f"band_{number}_kg"] = rules.kilograms(band.up_to_grams)
        fields[f"band_{number}_price"] = amount_text(band.price_minor, profile.currency)
    return fields
