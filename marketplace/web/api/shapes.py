"""What requests and answers are made of: the pieces that many of them share, and how a wrong one is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketplace.language import Text
from marketplace.language import gettext as _

Words = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=10_000)]
"""Any text but for NUL, which no database takes."""
Line = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=200)]
Amount = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["123.40"])]
"""In whole units of its currency, as text: no reader rounds it."""
AskedAmount = Annotated[str, Field(pattern=r"^[0-9]{1,12}([.,][0-9]{1,3})?$", examples=["123.40"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["US"])]
Moment = datetime
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Shape(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(populate_by_name=True)


class Wish(BaseModel):
    """What a request may hold; anything else in it is refused by name."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Asked(BaseModel):
    """What an address may hold behind its question mark; other parameters are nobody's business."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Empty(Wish):
    """Nothing."""


class Paged(Asked):
    """Which page of a list."""

    after: RowId | None = Field(None, description=Text("The page after this row. The address in next says it."))
    before: RowId | None = Field(None, description=Text("The page before this row."))
    size: Literal[25, 50, 100] = Field(25, description=Text("Rows of a page."))
    since: str | None = Field(
        None, alias="from", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description=Text("The first day, UTC.")
    )
    until: str | None = Field(
        None, alias="to", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description=Text("The last day, UTC.")
    )


Next = Annotated[str | None, Field(description=Text("The address of the next page; null on the last."))]


class Address(Shape):
    """An address as it is written on a parcel."""

    full_name: Line
    line1: Line
    line2: Line = ""
    city: Line
    region: Line = ""
    postcode: Line = ""
    country: Country


class FieldProblem(Shape):
    """A field that is to blame."""

    field: str
    message: str


class Problem(Shape):
    """What went wrong, as RFC 9457 says it."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
    reference: str | None = Field(None, description=Text("Names the line of our log, where the fault is ours."))


_FALSE: Mapping[str, str] = {
    "missing": Text("This is missing."),
    "extra_forbidden": Text("There is no such field."),
    "string_too_long": Text("This is too long."),
    "string_too_short": Text("This is too short."),
    "string_pattern_mismatch": Text("This is not written as it should be."),
    "string_type": Text("This must be a text."),
    "int_type": Text("This must be a whole number."),
    "int_parsing": Text("This must be a whole number."),
    "int_from_float": Text("This must be a whole number."),
    "bool_type": Text("This must be true or false."),
    "bool_parsing": Text("This must be true or false."),
}
_BETWEEN = frozenset({"greater_than_equal", "less_than_equal", "greater_than", "less_than"})


def faults(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with a request, in words, by field."""
    found: dict[str, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        field = _place(each["loc"])
        found.setdefault(field, _words(each["type"], each.get("ctx") or {}))
    return found


def _words(kind: str, facts: Mapping[str, object]) -> str:
    if kind in {"literal_error", "enum"}:
        return _("Choose one of these: %(values)s.", values=str(facts.get("expected", "")).replace("'", ""))
    if kind in _BETWEEN:
        return _("This number is too small or too large.")
    return _(_FALSE.get(kind, _("This is not as it should be.")))


def _place(location: Iterable[object]) -> str:
    return ".".join(str(part) for part in location) or "body"
