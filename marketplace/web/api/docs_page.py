"""What the pages of the API show, made from its document and from nothing else."""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.web.api import field_words
from marketplace.web.api.field_words import FieldRow, Json
from marketplace.web.wording import Badge

_REF = "#/components/schemas/"
_TONES = {"get": "ok", "post": "hold", "put": "wait", "patch": "wait", "delete": "bad"}
_PLACES = {"number": "TM-100001", "payment_id": "1", "method_id": "1"}


@dataclass(frozen=True, slots=True)
class OperationLink:
    """One operation in the list of all."""

    method: Badge
    path: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Operations about one thing."""

    key: str
    title: str
    operations: tuple[OperationLink, ...]


@dataclass(frozen=True, slots=True)
class DocsPage:
    """What templates/api/docs.html shows."""

    title: str
    text: str
    base: str
    groups: tuple[Group, ...]
    curl: str
    openapi_url: str
    tokens_url: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one thing."""

    name: str
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Input:
    """One field of the form that tries an operation."""

    name: str
    kind: str
    """text, number or choice."""
    options: tuple[str, ...]
    value: str
    is_needed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What an operation has answered."""

    code: int
    is_good: bool
    text: str


@dataclass(frozen=True, slots=True)
class OperationPage:
    """What templates/api/operation.html shows."""

    title: str
    text: str
    docs_url: str
    group: str
    group_url: str
    method: Badge
    path: str
    aliases: tuple[str, ...]
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    shapes: tuple[Shape, ...]
    code: str
    refusals: tuple[Refusal, ...]
    curl: str
    action: str
    is_get: bool
    inputs: tuple[Input, ...]
    tried: Tried | None


def groups(document: Json) -> tuple[Group, ...]:
    """Return all operations, by what they are about."""
    found: dict[str, list[OperationLink]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            url = url_for("api_docs.operation", operation=each["operationId"])
            found[each["tags"][0]].append(OperationLink(_badge(method), path, each["summary"], url))
    labels = {tag["name"]: tag["description"] for tag in document["tags"]}
    return tuple(Group(key, labels[key], tuple(links)) for key, links in found.items())


def operation_page(
    document: Json, place: tuple[str, str, Json], base: str, given: Mapping[str, str], tried: Tried | None
) -> OperationPage:
    """Return the page of the operation at `place`: its path, method and what the document says of it."""
    path, method, said = place
    schemas: Json = document["components"]["schemas"]
    body = _body(said, schemas)
    fields = {each["name"]: each["schema"] | _note(each) for each in said["parameters"]}
    needed = [each["name"] for each in said["parameters"] if each.get("required")]
    code = next(code for code in said["responses"] if code.startswith("2"))
    labels = {tag["name"]: tag["description"] for tag in document["tags"]}
    key = said["tags"][0]
    asked = {name: each for name, each in fields.items() if name != "Idempotency-Key"} | body.get("properties", {})
    return OperationPage(
        title=said["summary"],
        text=said["description"],
        docs_url=url_for("api_docs.docs"),
        group=labels[key],
        group_url=url_for("api_docs.docs", _anchor=key),
        method=_badge(method),
        path=path,
        aliases=tuple(said["x-aliases"]),
        parameters=field_words.rows(fields, needed, schemas),
        body=field_words.rows(body.get("properties", {}), body.get("required", ()), schemas),
        shapes=_shapes(said, code, schemas),
        code=code,
        refusals=tuple(
            Refusal(number, each["description"]) for number, each in said["responses"].items() if number != code
        ),
        curl=_curl(base, path, method, said, schemas),
        action=url_for("api_docs.operation", operation=said["operationId"], _anchor="try"),
        is_get=method == "get",
        inputs=tuple(_inputs(asked, {*needed, *body.get("required", ())}, schemas, given)),
        tried=tried,
    )


def _badge(method: str) -> Badge:
    return Badge(method.upper(), _TONES[method])


def _note(parameter: Json) -> dict[str, str]:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _body(said: Json, schemas: Json) -> Json:
    if "requestBody" not in said:
        return {}
    reference = said["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    found: Json = schemas[reference.removeprefix(_REF)]
    return found


def _shapes(said: Json, code: str, schemas: Json) -> tuple[Shape, ...]:
    """Return the answer's fields, then those of everything that request and answer hold."""
    first = said["responses"][code]["content"]["application/json"]["schema"]["$ref"].removeprefix(_REF)
    waiting, found = [first], dict[str, None]()
    inside = [field_words.shape_of(each, schemas) for each in _body(said, schemas).get("properties", {}).values()]
    waiting += [name for name in inside if name]
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        found[name] = None
        fields = schemas[name]["properties"].values()
        waiting += [inner for each in fields if (inner := field_words.shape_of(each, schemas))]
    return tuple(
        Shape(name, field_words.rows(schemas[name]["properties"], schemas[name].get("required", ()), schemas))
        for name in found
    )


def _inputs(fields: Mapping[str, Json], needed: set[str], schemas: Json, given: Mapping[str, str]) -> Iterable[Input]:
    for name, schema in fields.items():
        kind, options = field_words.kind_of(schema, schemas), field_words.values_of(schema, schemas)
        if kind in {"object", "array"}:
            continue  # what has parts of its own is for programs
        if kind == "boolean":
            options = ("true", "false")
        shown = "choice" if options else "number" if kind == "integer" else "text"
        note = str(schema.get("description", ""))
        yield Input(name, shown, options, given.get(name, ""), name in needed, note)


def _curl(base: str, path: str, method: str, said: Json, schemas: Json) -> str:
    address = base + path
    for name, value in _PLACES.items():
        address = address.replace(f"{{{name}}}", "RF-100001" if name == "number" and "/refunds/" in path else value)
    lines = [f"curl {address}", '-H "Authorization: Bearer $TANDEM_TOKEN"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {address}"
    if any(each["name"] == "Idempotency-Key" for each in said["parameters"]):
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if "requestBody" in said:
        sent: Any = field_words.example(_body(said, schemas), schemas)
        lines += ['-H "Content-Type: application/json"', f"-d {shlex.quote(json.dumps(sent, ensure_ascii=False))}"]
    return " \\\n  ".join(lines)
