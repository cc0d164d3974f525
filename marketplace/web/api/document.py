"""The OpenAPI document, made from the operations and from the shapes of what goes in and comes out."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from marketplace import language
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.api import roots
from marketplace.web.api.operation import Operation
from marketplace.web.api.shapes import Problem
from marketplace.web.api.table import GROUPS, OPERATIONS
from marketplace.web.problems import MEDIA_TYPE

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_IN_PATH = re.compile(r"<(?:(\w+)[^:<>]*:)?(\w+)>")
_ABOUT = Text(
    "Everything here does what the pages do, for the same people. Amounts are texts in whole units of their currency, "
    "moments are ISO 8601."
)
_KEY = Text("The same key again answers the same deed: send one with what must happen once. 8 to 200 signs.")
_ALWAYS: Mapping[int, str] = {
    401: Text("Nobody is signed in, or the token has ended."),
    429: Text("Too many requests: Retry-After says how many seconds to wait."),
}
_READ: Mapping[int, str] = {422: Text("A field is wrong: errors names it.")}
_SENT: Mapping[int, str] = {
    400: Text("The body can't be read, or the form token of a session is missing."),
    403: Text("Your token may only read, or this is not for you."),
}


def document() -> Json:
    """Return the whole document in the language that is read."""
    return _document(language.current())


def refusals(operation: Operation) -> dict[int, str]:
    """Return when an operation answers what is no success, by status."""
    found = dict(_ALWAYS)
    if operation.query is not None or operation.body is not None:
        found |= _READ
    if operation.method != "GET":
        found |= _SENT
    return dict(sorted((found | dict(operation.refusals)).items()))


def address(operation: Operation) -> str:
    """Return an operation's address as the document writes it: /api/v1/orders/{number}/."""
    return roots.VERSION + _IN_PATH.sub(r"{\2}", operation.path)


def place(operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands in an operation's address, of what was given; raises NotFound for what can't stand there."""
    found: dict[str, Any] = {}
    for kind, name in _IN_PATH.findall(operation.path):
        text = given.get(name, "").strip()
        is_number = text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63
        if kind == "int" and not is_number:
            raise NotFound(_("There is nothing at this address."))
        found[name] = int(text) if kind == "int" else text
    return found


@cache
def _document(_language: str) -> Json:
    schemas, references = _schemas()
    paths: Json = {}
    for each in OPERATIONS:
        paths.setdefault(address(each), {})[each.method.lower()] = _operation(each, references, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tandem", "version": "1", "description": _(_ABOUT)},
        "servers": [{"url": "/"}],
        "tags": [{"name": key, "description": str(label)} for key, label in GROUPS.items()],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "tandem_session"},
            },
        },
    }


def _operation(found: Operation, references: Mapping[Any, Json], schemas: Json) -> Json:
    parameters = [*_in_path(found.path), *(_in_query(found.query, schemas) if found.query else ())]
    if found.takes_key:
        key = {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "description": _(_KEY), "schema": key})
    said: Json = {
        "operationId": found.name,
        "tags": [found.group],
        "summary": _(found.summary),
        "description": _(found.more),
        "parameters": parameters,
        "responses": {
            str(found.code): {
                "description": _("Done."),
                "content": {"application/json": {"schema": references[found.answer]}},
            },
            **{str(code): _refusal(text, references) for code, text in refusals(found).items()},
        },
        "x-aliases": [_IN_PATH.sub(r"{\2}", alias) for alias in roots.aliases(found.path)],
    }
    if found.body is not None:
        schema = references[found.body]
        is_needed = any(field.is_required() for field in found.body.model_fields.values())
        said["requestBody"] = {"required": is_needed, "content": {"application/json": {"schema": schema}}}
    return said


def _refusal(text: str, references: Mapping[Any, Json]) -> Json:
    return {"description": _(text), "content": {MEDIA_TYPE: {"schema": references[Problem]}}}


def _schemas() -> tuple[Json, dict[Any, Json]]:
    """Return the shapes by name, and how to refer to each model."""
    asked: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
    for each in OPERATIONS:
        asked[each.answer, "serialization"] = None
        if each.body is not None:
            asked[each.body, "validation"] = None
    references, whole = models_json_schema(list(asked), by_alias=True, ref_template=_REF)
    return _named(whole["$defs"]), {model: reference for (model, _mode), reference in references.items()}


def _in_path(path: str) -> Iterable[Json]:
    for kind, name in _IN_PATH.findall(path):
        schema: Json = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1} if kind == "int" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(model: type[BaseModel], schemas: Json) -> Iterable[Json]:
    schema = model.model_json_schema(by_alias=True, ref_template=_REF)
    schemas.update(_named(schema.get("$defs", {})))
    for name, each in _read(schema["properties"]).items():
        said = {"description": each.pop("description")} if "description" in each else {}
        yield {"name": name, "in": "query", "required": False, **said, "schema": each}


def _named(definitions: Json) -> Json:
    """Return schemas by name, without what a class says of itself to who reads its code."""
    return {
        name: {key: value for key, value in each.items() if key != "description"}
        for name, each in _read(definitions).items()
    }


def _read(node: Any) -> Any:
    """Return a schema without the titles of classes, and with what is said of a field in the language that is read."""
    if isinstance(node, list):
        return [_read(each) for each in node]
    if not isinstance(node, dict):
        return node
    said = {name: value for name, value in node.items() if name != "title" or not isinstance(value, str)}
    return {
        name: _(value) if name == "description" and isinstance(value, str) else _read(value)
        for name, value in said.items()
    }
