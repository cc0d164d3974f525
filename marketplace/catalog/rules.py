"""What a shop and a listing must be: words, prices, stock, chassis numbers. Values only."""

import re
import unicodedata
from dataclasses import dataclass

from marketplace.errors import Invalid
from marketplace.language import ENGLISH, Text
from marketplace.language import gettext as _
from marketplace.money import Money, exponent
from marketplace.numerals import as_written, number_text, typed_number, typing_text

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "HUF")
"""Currencies a listing may be priced in: those that have a fee schedule."""

# Stripe refuses larger charges; a price above is a typing mistake.
LARGEST_PRICE_MINOR = 99_999_999
LONGEST_SKU = 64
LARGEST_STOCK = 100_000
LOW_STOCK = 3
"""Units of a part from which on buyers read how few are left, and sellers are told."""
MANY_IN_STOCK = 99
"""Of more pieces nobody reads how many there are, and nobody puts more into a basket at once."""
LONGEST_TEXT = 5_000
LONGEST_ALT = 200
LONGEST_DISPATCH_DAYS = 30
"""Working days within which a shop must send."""
OLDEST_YEAR = 1886

CATEGORIES = {
    "engine": Text("Engine"),
    "brakes": Text("Brakes"),
    "suspension": Text("Suspension and steering"),
    "wheels": Text("Wheels and tyres"),
    "lighting": Text("Lighting"),
    "electrics": Text("Electrics"),
    "body": Text("Body and glass"),
    "interior": Text("Interior"),
    "exhaust": Text("Exhaust"),
    "cooling": Text("Cooling"),
}
"""Part categories: the word in the address and the words people read."""

CARS = "cars"
"""The category of every car, beside those of parts."""

MAKES = tuple(
    (
        "Alfa Romeo, Audi, BMW, Chevrolet, Citroën, Dodge, Fiat, Ford, GMC, Honda, Hyundai, Jaguar, Jeep, Kia, Land "
        "Rover, Lexus, Mazda, Mercedes-Benz, Mini, Mitsubishi, Nissan, Opel, Peugeot, Porsche, Ram, Renault, Saab, "
        "Seat, Skoda, Subaru, Suzuki, Tesla, Toyota, Vauxhall, Volkswagen, Volvo"
    ).split(", ")
)
"""Makes that buyers filter by when a seller wrote them into "fits"; a car may be of any other make, too."""

CONDITIONS = {
    "New": Text("New"),
    "Refurbished": Text("Refurbished"),
    "Used, very good": Text("Used, very good"),
    "Used, good": Text("Used, good"),
    "For parts": Text("For parts"),
}
"""Conditions of a part: the words in rows and addresses, and those people read."""

_SPACES = re.compile(r"[^a-z0-9]+")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Stock:
    """Whether and how many units can be bought, in words."""

    is_sold_out: bool
    is_low: bool
    text: str


def slug_of(text: str) -> str:
    """Return `text` as it stands in an address: small letters, digits and hyphens, at most 60; "" for none left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _SPACES.sub("-", plain).strip("-")[:60].rstrip("-")


def clean_line(text: str, *, field: str, longest: int) -> str:
    """Return one line of text with single spaces. Raises Invalid naming `field` when it is empty or too long."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line or not line.isprintable():
        raise Invalid(_("Fill this in."), field=field)
    if len(line) > longest:
        raise Invalid(_("Use at most %(longest)s characters.", longest=longest), field=field)
    return line


def clean_text(text: str, *, field: str) -> str:
    """Return several lines of text. Raises Invalid naming `field` when it is empty or too long."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not lines or any(not line.isprintable() for line in lines.replace("\t", " ").split("\n")):
        raise Invalid(_("Fill this in."), field=field)
    if len(lines) > LONGEST_TEXT:
        raise Invalid(_("Use at most %(longest)s characters.", longest=LONGEST_TEXT), field=field)
    return lines


def clean_alt(text: str) -> str:
    """Return what a picture shows, in one line; "" for nothing. Raises Invalid when it is too long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFC", text)).split())
    if len(line) > LONGEST_ALT:
        raise Invalid(_("Describe a picture in at most %(longest)s characters.", longest=LONGEST_ALT), field="alt")
    return line


def clean_country(code: str) -> str:
    """Return an ISO 3166-1 alpha-2 code. Raises Invalid for anything else."""
    if len(code) != 2 or not code.isascii() or not code.isupper():
        raise Invalid(_("Choose a country."), field="country")
    return code


def typed_amount(text: str, currency: str, *, field: str, code: str = "") -> Money:
    """Return an amount as it was typed in whole units of `currency`: 1234.50 or 1234,50. Raises Invalid naming `field`.

    Its signs are those of the language `code`, by default of the one that is read.
    """
    if currency not in CURRENCIES:
        raise Invalid(_("Choose one of the currencies of the marketplace."), field="currency")
    minor = typed_number(text, exponent(currency), code=code)
    if minor is None:
        example = "1234.50" if code == ENGLISH else typing_text(123_450, 2)
        raise Invalid(_("Write the amount like this: %(example)s", example=example), field=field)
    return Money(minor, currency)


def makes_in(fits: str) -> list[str]:
    """Return the MAKES that a part's "fits" names, each once, from A to Z.

    Capitals count: a seat is not a Seat. A text in small letters only has no capitals to count by.
    """
    shown = fits.title() if fits.islower() else fits
    return [make for make in MAKES if re.search(rf"(?<!\w)(?:{make}|{make.upper()})(?!\w)", shown)]


def typed_percentage(text: str, *, field: str) -> int:
    """Return a percentage as it was typed, from 0.1 to 90, in basis points. Raises Invalid naming `field`."""
    basis_points = typed_number(text.strip().removesuffix("%"), 2, is_grouped=False)
    if basis_points is None or not 10 <= basis_points <= 9_000:
        raise Invalid(_("Write a percentage from %(least)s to 90.", least=as_written("0.1")), field=field)
    return basis_points


def typed_units(text: str, *, field: str) -> int:
    """Return a number of units as it was typed. Raises Invalid naming `field`."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise Invalid(_("Enter a number from 0 to %(most)s.", most=LARGEST_STOCK), field=field)
    return int(digits)


def known_make(make: str) -> str:
    """Return a car's make as MAKES writes it, so that VOLVO and Volvo are one; any other make as it is."""
    return next((known for known in MAKES if known.casefold() == make.casefold()), make)


def check_price(price: Money, delivery: Money) -> None:
    """Raise Invalid for a negative or absurd amount, an unknown currency, or two currencies in one listing."""
    if price.currency not in CURRENCIES:
        raise Invalid(_("Choose one of the currencies of the marketplace."), field="currency")
    if delivery.currency != price.currency:
        raise Invalid(_("Price and delivery are in one currency."), field="delivery")
    for amount, field in ((price, "price"), (delivery, "delivery")):
        if not 0 <= amount.minor <= LARGEST_PRICE_MINOR:
            raise Invalid(_("Enter an amount from 0 to %(most)s.", most=as_written("999,999.99")), field=field)


def clean_sku(text: str) -> str | None:
    """Return a seller's own key of a listing, None for no key.

    Raises Invalid for one that is too long, and for # with a number: files name listings without a key like that.
    """
    if not text.strip():
        return None
    key = clean_line(text, field="sku", longest=LONGEST_SKU)
    if key.startswith("#") and key[1:].isdigit():
        text = _("# with a number is how files name listings without a key. Choose another one.")
        raise Invalid(text, field="sku")
    return key


def check_stock(units: int) -> None:
    """Raise Invalid for a number of units that cannot lie on a shelf."""
    if not 0 <= units <= LARGEST_STOCK:
        raise Invalid(_("Enter a number from 0 to %(most)s.", most=LARGEST_STOCK), field="in_stock")


def check_category(category: str) -> None:
    """Raise Invalid for a part category that the shop does not have."""
    if category not in CATEGORIES:
        raise Invalid(_("Choose a category."), field="category")


def check_condition(condition: str) -> None:
    """Raise Invalid for a condition that the shop does not know."""
    if condition not in CONDITIONS:
        raise Invalid(_("Choose a condition."), field="condition")


def check_car(*, year: int, mileage_km: int, this_year: int) -> None:
    """Raise Invalid for a model year or a mileage that no car has."""
    if not OLDEST_YEAR <= year <= this_year + 1:
        raise Invalid(_("Enter the model year."), field="year")
    if not 0 <= mileage_km <= 3_000_000:
        raise Invalid(_("Enter the mileage in kilometres."), field="mileage_km")


def clean_vin(text: str) -> str:
    """Return a 17-character chassis number. Raises Invalid for a wrong one.

    Cars for North America carry a check digit in ninth place (49 CFR 565.15); others may, so only those are held to it.
    """
    vin = text.strip().upper()
    if not _VIN.fullmatch(vin):
        raise Invalid(_("A chassis number has 17 letters and digits, without I, O and Q."), field="vin")
    if vin[0] in "12345" and vin[8] != vin_check_digit(vin):
        raise Invalid(_("This chassis number has a typing mistake."), field="vin")
    return vin


def vin_check_digit(vin: str) -> str:
    """Return the check digit that belongs in ninth place of a 17-character chassis number (49 CFR 565.15)."""
    remainder = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def kilometres(number: int) -> str:
    """Return a distance as people read it: 12,500 km."""
    return f"{number_text(number)} km"


def stock_of(units: int, *, is_car: bool) -> Stock:
    """Return what buyers read about `units` that can be sold now."""
    if units < 1:
        return Stock(is_sold_out=True, is_low=False, text=_("Sold out"))
    if is_car:
        return Stock(is_sold_out=False, is_low=False, text=_("One car, ready to go"))
    if units <= LOW_STOCK:
        return Stock(is_sold_out=False, is_low=True, text=_("Only %(units)s left", units=units))
    text = (
        _("%(units)s in stock", units=units)
        if units <= MANY_IN_STOCK
        else _("More than %(units)s in stock", units=MANY_IN_STOCK)
    )
    return Stock(is_sold_out=False, is_low=False, text=text)
