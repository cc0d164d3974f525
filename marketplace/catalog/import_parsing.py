"""Reading a file of listings: its signs, its separator, its columns, its rows by line. Values only.

Nothing is guessed in silence: what was found is told, and what can't be read is refused with what to do.
"""

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.catalog import import_terms, rules
from marketplace.catalog.import_terms import Terms
from marketplace.catalog.operations import CarFacts, Offer, PartFacts
from marketplace.errors import Invalid
from marketplace.language import ENGLISH, Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text

LARGEST_FILE_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
LONGEST_KEY = rules.LONGEST_SKU
CAR, PART, VARIANT = "car", "part", "variant"
_CAR_COLUMNS = tuple(CarFacts.__dataclass_fields__)
_PART_COLUMNS = tuple(PartFacts.__dataclass_fields__)
COLUMNS = (
    "sku", "kind", "status", "title", "description", "currency", "price", "delivery", "in_stock", "seen_stock",
    *_PART_COLUMNS, *_CAR_COLUMNS, "parent", "option_1", "value_1", "option_2", "value_2", *import_terms.COLUMNS,
)  # fmt: skip
"""The columns of a file of listings, in the order of the export."""
SAMPLE = (
    ("sku", "kind", "parent", "title", "option_1", "value_1", "option_2", "value_2", "price", "in_stock"),
    ("BD", "part", "", "Bosch BD", Text("Side"), "", Text("Diameter"), "", "40", "0"),
    ("BD-L280", "variant", "BD", "", "", "L", "", "280 mm", "40", "3"),
    ("BD-R300", "variant", "BD", "", "", "R", "", "300 mm", "44.50", "1"),
)
"""How a file says variants, in the columns that matter for them."""
_ALWAYS = ("sku", "kind", "title", "description", "currency", "price", "delivery", "in_stock")
_STATUSES = ("", "draft", "active", "paused")
_SEPARATORS = {",": Text("commas"), ";": Text("semicolons"), "\t": Text("tabs")}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COMMA_AMOUNT = re.compile(r"[0-9]{1,9},[0-9]{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the line of the file it begins in, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: how, and what stands in it."""

    encoding: str
    separator: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row asks for: `seen_stock` is the number its writer saw, None where the file does not say."""

    key: str
    status: str
    offer: Offer
    seen_stock: int | None
    terms: Terms
    options: tuple[str, ...] = ()
    """What buyers choose its variants by; none where the row does not say."""


@dataclass(frozen=True, slots=True)
class WantedVariant:
    """What a row of a variant asks for; `seen_stock` as in Wanted. Words and delivery are those of its listing.

    `parent` is the key of that, "" where the row does not say; so with `options` and `values`.
    """

    key: str
    status: str
    price: Money
    units: int
    seen_stock: int | None
    parent: str = ""
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def read(content: bytes) -> Sheet:
    """Return the rows of a file. Raises Invalid for what is no such file, naming what to change."""
    if not content.strip():
        raise Invalid(_("Choose a file that is not empty."), field="file")
    if len(content) > LARGEST_FILE_BYTES:
        raise Invalid(_("The file is larger than 5 MB. Divide it."), field="file")
    text, encoding = decoded(content)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = _header(next(reader))
        rows = []
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(begins, header, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        why = _(
            "Line %(number)s can't be read: a quotation mark is missing, or there is one too many.",
            number=reader.line_num,
        )
        raise Invalid(why, field="file") from error
    if not rows:
        raise Invalid(_("There is no row below the names of the columns."), field="file")
    if len(rows) > MOST_ROWS:
        raise Invalid(
            _(
                "A file has at most %(most)s rows. Divide it.",
                most=number_text(MOST_ROWS),
            ),
            field="file",
        )
    return Sheet(encoding, _SEPARATORS[separator], tuple(rows))


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a file and how its signs were read. Raises Invalid for a file that is no text."""
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(codec), name
            except UnicodeDecodeError as error:
                raise Invalid(
                    _("The file says it is %(name)s, but is not. Save it as CSV UTF-8.", name=name), field="file"
                ) from error
    if b"\0" in content:
        raise Invalid(_("This is no text. Save the table as CSV UTF-8."), field="file")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def wanted_of(row: SheetRow, *, reads_commas: bool) -> Wanted | WantedVariant:
    """Return what a row asks for; `reads_commas` takes 12,50 for an amount, as tables with semicolons have it.

    Raises Invalid naming the column.
    """
    cells = row.cells
    key = rules.clean_line(cells["sku"], field="sku", longest=LONGEST_KEY)
    kind, status = cells["kind"].lower(), cells.get("status", "").lower()
    if kind not in {CAR, PART, VARIANT}:
        raise Invalid(_("Write car, part or variant."), field="kind")
    if status not in _STATUSES:
        raise Invalid(_("Write draft, active or paused."), field="status")
    price, delivery = (_amount(text, reads_commas) for text in (cells["price"], cells["delivery"] or "0"))
    currency, seen = cells["currency"].upper(), cells.get("seen_stock", "")
    asked = rules.typed_amount(price, currency, field="price", code=ENGLISH)
    units, seen_stock = _number(cells["in_stock"], "in_stock"), _number(seen, "seen_stock") if seen else None
    if kind == VARIANT:
        named = options_of(cells), _given(cells, "value")
        return WantedVariant(key, status, asked, units, seen_stock, cells.get("parent", ""), *named)
    if kind == CAR and options_of(cells):
        raise Invalid(_("A car is one car: it has no variants."), field="option_1")
    offer = Offer(
        title=cells["title"],
        description=cells["description"],
        price=asked,
        delivery=rules.typed_amount(delivery, currency, field="delivery", code=ENGLISH),
        units=units,
        item=_car(cells) if kind == CAR else _part(cells),
    )
    return Wanted(key, status, offer, seen_stock, import_terms.terms_of(cells), options_of(cells))


def options_of(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of options that a row gives, none or two at most. Raises Invalid where the first is missing."""
    return _given(cells, "option")


def _given(cells: Mapping[str, str], word: str) -> tuple[str, ...]:
    first, second = (cells.get(f"{word}_{place}", "") for place in (1, 2))
    if second and not first:
        raise Invalid(_("Fill this in."), field=f"{word}_1")
    return tuple(filter(None, (first, second)))


def _separator(text: str) -> str:
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=head.count)


def _header(names: Sequence[str]) -> list[str]:
    header = [name.strip().strip("\ufeff").lower().replace(" ", "_") for name in names]
    unknown = [name for name in header if name and name not in COLUMNS]
    if unknown:
        raise Invalid(
            _(
                "There is no column %(name)s. The columns are %(columns)s.",
                name=unknown[0][:40],
                columns=", ".join(COLUMNS),
            ),
            field="file",
        )
    if len(set(header)) < len(header):
        raise Invalid(_("A column stands there twice."), field="file")
    missing = [name for name in _ALWAYS if name not in header]
    if missing:
        raise Invalid(
            _("The first line must name the columns. Missing: %(missing)s.", missing=", ".join(missing)), field="file"
        )
    return header


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> SheetRow:
    named = dict(zip(header, map(_cell, cells), strict=False))
    return SheetRow(line, {name: named.get(name, "") for name in header if name})


def _cell(text: str) -> str:
    """Return a cell as it was meant: our export writes a quote mark before what a table would take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text.strip()


def _amount(text: str, reads_commas: bool) -> str:
    return text.replace(",", ".") if reads_commas and _COMMA_AMOUNT.fullmatch(text) else text


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(_("Write a whole number."), field=field)
    return int(text)


def _car(cells: Mapping[str, str]) -> CarFacts:
    words = {name: cells.get(name, "") for name in _CAR_COLUMNS if name not in {"year", "mileage_km"}}
    numbers = {name: _number(cells.get(name, ""), name) for name in ("year", "mileage_km")}
    return CarFacts(**words, **numbers)  # type: ignore[arg-type]


def _part(cells: Mapping[str, str]) -> PartFacts:
    return PartFacts(**{name: cells.get(name, "") for name in _PART_COLUMNS})
