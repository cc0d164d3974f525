"""One thing that programs can ask: its address, who reads it, what goes in and what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from marketplace.language import gettext as _
from marketplace.web import problems
from marketplace.web.api import shapes
from marketplace.web.api.answers import signed_in
from marketplace.web.guards import View

M = TypeVar("M", bound=BaseModel)
_FORM_TOKEN = "csrf_token"  # noqa: S105  a field's name


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document and the URL table are made of; `path` is written as Flask does."""

    name: str
    """The endpoint, and the id in the document."""
    method: str
    path: str
    group: str
    summary: str
    view: Callable[..., BaseModel]
    """Called with what stands in the address, and with `body` and `query` where there are such."""
    answer: type[BaseModel]
    refusals: Mapping[int, str]
    """By status when it comes; those that each operation has are not said here."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    more: str = ""
    """What there is to know beside the summary."""
    code: int = 200
    takes_key: bool = False
    """Whether it reads the header Idempotency-Key."""


def answering(operation: Operation) -> View:
    """Return the view of an operation: it lets in who may ask, reads what came, and writes down what comes of it."""

    @signed_in
    def view(**place: Any) -> ResponseReturnValue:
        if (body := _sent()) is None and operation.body is not None:
            return problems.answer(400, _("The body must be a JSON object, or a form."))
        try:
            found = run(operation, place, request.args.to_dict(), body or {})
        except ValidationError as error:
            return problems.answer(422, errors=shapes.faults(error))
        return jsonify(found.model_dump(mode="json", by_alias=True)), operation.code

    view.__name__, view.__doc__ = operation.name, operation.summary
    return view


def run(operation: Operation, place: Mapping[str, Any], query: Mapping[str, Any], body: Mapping[str, Any]) -> BaseModel:
    """Return what comes of an operation. Raises ValidationError for a wrong request, and what the operation raises."""
    read: dict[str, BaseModel] = {}
    if operation.query is not None:
        read["query"] = operation.query.model_validate(query)
    if operation.body is not None:
        read["body"] = operation.body.model_validate(body)
    return operation.view(**place, **read)


def _sent() -> dict[str, Any] | None:
    """Return what came as a JSON object or as a form, {} for nothing; None for anything else."""
    if request.is_json:
        if not request.get_data():
            return {}
        try:
            found = request.get_json(silent=True)
        except RecursionError:  # brackets within brackets, thousands deep
            return None
        return found if isinstance(found, dict) else None
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return {name: text for name, text in request.form.items() if name != _FORM_TOKEN}
    return None if request.get_data() else {}
