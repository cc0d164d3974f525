"""The forms of the seller pages: shape only; what is allowed is said by the rules of orders and of the catalogue."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from marketplace.catalog.operations import CarFacts, PartFacts
from marketplace.catalog.rules import CATEGORIES, CONDITIONS, CURRENCIES, LARGEST_STOCK, LONGEST_DISPATCH_DAYS
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.rules import CARRIERS
from marketplace.payouts.states import Interval
from marketplace.web import countries
from marketplace.web.auth.forms import ShopForm, typed
from marketplace.web.cart.forms import whole_number
from marketplace.web.forms import Form
from marketplace.web.seller.schedule_words import WEEKDAYS, day_text

_TOO_LONG = Text("This is too long.")
_CHOOSE = SelectChoice("", Text("Choose"))
_LARGEST_NUMBER = 2**31 - 1


def _line(label: str) -> StringField:
    return StringField(label, [Length(max=1000, message=_TOO_LONG)])


def _answer(label: str, hint: str = "") -> StringField:
    """Return a line that must be filled in; said here too, so that all empty ones are named at once."""
    return StringField(
        label, [InputRequired(Text("Fill this in.")), Length(max=1000, message=_TOO_LONG)], description=hint
    )


def _choice(label: str, choices: Mapping[str, str], wanted: str) -> SelectField:
    """Return a list to choose from; the rules say when something unknown was chosen."""
    known = [SelectChoice(value, text) for value, text in choices.items()]
    return SelectField(label, [InputRequired(wanted)], choices=[_CHOOSE, *known], validate_choice=False)


class ShipForm(Form):
    """How an order was sent; `name` and `link` are asked for another carrier only."""

    carrier = _choice(
        Text("Sent with"), {key: known.label for key, known in CARRIERS.items()}, Text("Choose how you sent it.")
    )
    name = _line(Text("Name of the carrier"))
    tracking_number = _line(Text("Tracking number"))
    link = _line(Text("Link to follow it"))


class NoteForm(Form):
    """A seller's own note about an order."""

    text = TextAreaField(Text("Note"), [Length(max=10_000, message=_TOO_LONG)])


def _units() -> IntegerField:
    wanted = Text("Enter a number from 0 to 100000.")
    return IntegerField(Text("Units in stock"), [whole_number(0, LARGEST_STOCK, wanted)])


class _Stocked(Form):
    """A form that changes the stock. `seen_stock` is the number of units the page showed."""

    seen_stock = HiddenField()

    def seen(self) -> int:
        """Return the number of units the page showed; a new listing had none."""
        text = str(self.seen_stock.data or "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ShelfForm(_Stocked):
    """Price and stock of a listing, changed in the list."""

    price = _line(Text("Price of one"))
    in_stock = _units()


class ListingForm(_Stocked):
    """What every listing tells. `currency` is asked once; `seen_words` is what it said when the page was opened."""

    seen_words = HiddenField()

    title = _answer(Text("Title"), Text("Buyers read it first. At most 200 characters."))
    description = TextAreaField(
        Text("Description"),
        [InputRequired(Text("Fill this in."))],
        description=Text("Condition, history, what is included."),
    )
    price = _line(Text("Price of one"))
    delivery = _line(Text("Delivery"))
    currency = SelectField(
        Text("Currency"), choices=[SelectChoice(code, code) for code in CURRENCIES], validate_choice=False
    )
    in_stock = _units()
    sku = StringField(
        Text("Your own key"),
        [Length(max=1000, message=_TOO_LONG)],
        description=Text(
            "Such as an article number. Buyers don't see it in the shop; it stands on packing slips, and your "
            "files of listings name this one by it."
        ),
    )

    @property
    def attributes(self) -> list[Any]:
        """Return the fields that only this kind of listing has, in their order."""
        return []


class CarForm(ListingForm):
    """What a car listing tells."""

    make = _answer(Text("Make"))
    model = _answer(Text("Model"))
    year = IntegerField(Text("Model year"), [whole_number(0, _LARGEST_NUMBER, Text("Enter the model year."))])
    mileage_km = IntegerField(
        Text("Mileage"),
        [whole_number(0, _LARGEST_NUMBER, Text("Enter the mileage in kilometres."))],
        description=Text("In kilometres"),
    )
    body = _answer(Text("Body"), Text("Such as Estate, 5 doors"))
    fuel = _answer(Text("Fuel"), Text("Such as Petrol"))
    gearbox = _answer(Text("Gearbox"), Text("Such as Manual, 5 gears"))
    colour = _answer(Text("Colour"))
    vin = _answer(Text("Chassis number"), Text("17 letters and digits"))

    @property
    def attributes(self) -> list[Any]:
        """Return the fields that only a car has."""
        return [self[name] for name in CarFacts.__dataclass_fields__]

    def item(self) -> CarFacts:
        """Return what the car is."""
        words = {name: typed(self[name]) for name in ("make", "model", "body", "fuel", "gearbox", "colour", "vin")}
        return CarFacts(year=self.year.data or 0, mileage_km=self.mileage_km.data or 0, **words)


class PartForm(ListingForm):
    """What a part listing tells."""

    category = _choice(Text("Category"), CATEGORIES, Text("Choose a category."))
    brand = _answer(Text("Brand"))
    part_number = _answer(Text("Part number"))
    condition = _choice(
        Text("Condition"),
        {str.__str__(condition): Text(condition) for condition in CONDITIONS},
        Text("Choose a condition."),
    )
    fits = _answer(Text("Fits"), Text("Such as BMW 3 Series, 2012 to 2018"))

    @property
    def attributes(self) -> list[Any]:
        """Return the fields that only a part has."""
        return [self[name] for name in PartFacts.__dataclass_fields__]

    def item(self) -> PartFacts:
        """Return what the part is."""
        return PartFacts(**{name: typed(self[name]) for name in PartFacts.__dataclass_fields__})


class CountryForm(Form):
    """Where a seller lives or has their company: the provider never lets it change."""

    country = countries.CountryField(Text("Country"))


class OwnShopForm(ShopForm):
    """What a shop tells; its name stays, because its address and its orders carry it."""

    name = None
    NAMES = ("about", "city", "country", "delivery_policy", "returns_policy")
    dispatch_days = IntegerField(
        Text("Working days until you send"),
        [
            InputRequired(Text("Enter a number from 0 to 30.")),
            NumberRange(0, LONGEST_DISPATCH_DAYS, Text("Enter a number from 0 to 30.")),
        ],
    )


class LegalForm(Form):
    """Who sells, as it stands on invoices."""

    NAMES = ("legal_name", "legal_street", "legal_postcode", "vat_id")
    legal_name = _line(Text("Name of the company, or your own"))
    legal_street = _line(Text("Street and number"))
    legal_postcode = _line(Text("Postcode"))
    vat_id = _line(Text("VAT number"))


_INTERVALS = {
    Interval.DAILY: Text("Every day"),
    Interval.WEEKLY: Text("Once a week"),
    Interval.MONTHLY: Text("Once a month"),
    Interval.MANUAL: Text("Only when I ask for it"),
}


class ScheduleForm(Form):
    """When a seller is paid; a minimum for each currency, in whole units, empty for none."""

    interval = RadioField(
        Text("How often"),
        [InputRequired(Text("Choose how often you want to be paid."))],
        choices=[SelectChoice(interval.value, text) for interval, text in _INTERVALS.items()],
    )
    weekday = SelectField(
        Text("Day of the week"), choices=[SelectChoice(str(i), day) for i, day in enumerate(WEEKDAYS)]
    )
    month_day = SelectField(
        Text("Day of the month"), choices=[SelectChoice(str(day), str(day)) for day in range(1, 32)]
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.month_day.choices = [SelectChoice(str(day), day_text(day)) for day in range(1, 32)]
        for currency in CURRENCIES:
            self[f"minimum_{currency}"].label.text = _("At least, in %(currency)s", currency=currency)


for _currency in CURRENCIES:
    setattr(ScheduleForm, f"minimum_{_currency}", _line(_currency))
