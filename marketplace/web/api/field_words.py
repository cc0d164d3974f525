"""What a field of a request or an answer is, in words and as an example, read from the document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.language import Text
from marketplace.language import gettext as _

Json = Mapping[str, Any]
_REF = "#/components/schemas/"
_KINDS: Mapping[str, str] = {
    "string": Text("text"),
    "integer": Text("whole number"),
    "boolean": Text("true or false"),
    "object": Text("object"),
    "number": Text("number"),
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field in a table."""

    name: str
    kind: str
    link: str
    """Where the shape of it is told; "" where the kind says all."""
    is_needed: bool
    note: str
    values: tuple[str, ...]
    example: str


def rows(properties: Mapping[str, Json], needed: Iterable[str], schemas: Json) -> tuple[FieldRow, ...]:
    """Return the fields of a shape."""
    wanted = set(needed)
    return tuple(_row(name, each, schemas, is_needed=name in wanted) for name, each in properties.items())


def shape_of(schema: Json, schemas: Json) -> str:
    """Return the name of the shape that a schema holds, alone or in a list; "" for none."""
    plain = _plain(schema)
    plain = _plain(plain.get("items", {})) if plain.get("type") == "array" else plain
    name = str(plain.get("$ref", "")).removeprefix(_REF)
    return name if "properties" in schemas.get(name, {}) else ""


def values_of(schema: Json, schemas: Json) -> tuple[str, ...]:
    """Return what a field may be, where that can be counted."""
    plain = _plain(schema)
    plain = schemas.get(str(plain.get("$ref", "")).removeprefix(_REF), plain)
    return tuple(str(each) for each in plain.get("enum", ()))


def kind_of(schema: Json, schemas: Json) -> str:
    """Return the JSON type of a field: string, integer, boolean, array or object."""
    plain = _plain(schema)
    plain = schemas.get(str(plain.get("$ref", "")).removeprefix(_REF), plain)
    return str(plain.get("type", "object"))


def example(schema: Json, schemas: Json) -> Any:
    """Return a value that fits a schema: what it names as an example, else the plainest."""
    plain = _plain(schema)
    plain = schemas.get(str(plain.get("$ref", "")).removeprefix(_REF), plain)
    if plain.get("examples"):
        return plain["examples"][0]
    if plain.get("enum"):
        return plain["enum"][0]
    if plain.get("properties"):
        needed = plain.get("required", ())
        return {name: example(each, schemas) for name, each in plain["properties"].items() if name in needed}
    return {"integer": 1, "boolean": True, "array": []}.get(str(plain.get("type")), "…")


def _row(name: str, schema: Json, schemas: Json, *, is_needed: bool) -> FieldRow:
    shape = shape_of(schema, schemas)
    kind = shape or _word(schema, schemas)
    if _plain(schema).get("type") == "array":
        kind = _("list of %(kind)s", kind=shape or _word(_plain(schema)["items"], schemas))
    if "anyOf" in schema:
        kind = _("%(kind)s or null", kind=kind)
    return FieldRow(
        name=name,
        kind=kind,
        link=f"#{shape}" if shape else "",
        is_needed=is_needed,
        note=str(schema.get("description", "")),
        values=values_of(schema, schemas),
        example=str(next(iter(_plain(schema).get("examples", ())), "")),
    )


def _word(schema: Json, schemas: Json) -> str:
    if _plain(schema).get("format") == "date-time":
        return _("moment")
    return str(_KINDS.get(kind_of(schema, schemas), ""))


def _plain(schema: Json) -> Json:
    """Return a schema without its "or null"."""
    return next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
