"""The document that programs read, its pages for people, and a form on each that tries an operation."""

import json
from collections.abc import Mapping

from flask import current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from marketplace.config import Settings
from marketplace.errors import DomainError, NotFound
from marketplace.language import ENGLISH, reading
from marketplace.language import gettext as _
from marketplace.web import guards, problems
from marketplace.web.api import answers, docs_page, document, shapes
from marketplace.web.api.docs_page import DocsPage, Tried
from marketplace.web.api.field_words import Json
from marketplace.web.api.operation import Operation, run
from marketplace.web.api.table import OPERATIONS

_BY_NAME = {each.name: each for each in OPERATIONS}
_OWN = frozenset({"csrf_token", "ask"})
"""What the form that tries an operation says for itself."""


def openapi() -> ResponseReturnValue:
    """Return the OpenAPI document, in English."""
    with reading(ENGLISH):
        return jsonify(document.document())


def docs() -> ResponseReturnValue:
    """Show what programs can ask, and how."""
    found, base = document.document(), _base()
    page = DocsPage(
        title=_("What programs can ask"),
        text=found["info"]["description"],
        base=base,
        groups=docs_page.groups(found),
        curl=f'export TANDEM_TOKEN=tandem_…\ncurl {base}/api/v1/orders/ \\\n  -H "Authorization: Bearer $TANDEM_TOKEN"',
        openapi_url=url_for("api.openapi"),
        tokens_url=url_for("auth.tokens"),
    )
    return render_template("api/docs.html", page=page)


def operation(operation: str) -> ResponseReturnValue:
    """Show one operation, and for one that reads what it answers to the viewer, once they ask."""
    known = _known(operation)
    given = _given(request.args)
    asks = known.method == "GET" and "ask" in request.args and guards.current_viewer() is not None
    return _show(known, given, _tried(known, given) if asks else None)


@guards.signed_in
def try_operation(operation: str) -> ResponseReturnValue:
    """Do what the viewer asks of an operation that changes something, and show the answer."""
    known = _known(operation)
    given = _given(request.form)
    tried = _tried(known, given)
    return _show(known, given, tried), tried.code


def _show(known: Operation, given: Mapping[str, str], tried: Tried | None) -> str:
    found, path, method = document.document(), document.address(known), known.method.lower()
    said: Json = found["paths"][path][method]
    page = docs_page.operation_page(found, (path, method, said), _base(), given, tried)
    return render_template("api/operation.html", page=page)


def _tried(known: Operation, given: Mapping[str, str]) -> Tried:
    """Return what an operation answers to the viewer, as a program would read it."""
    try:
        place = document.place(known, given)
        rest = {name: text for name, text in given.items() if name not in place}
        answer = run(known, place, rest, rest)
    except ValidationError as error:
        refused = problems.answer(422, errors=shapes.faults(error))
    except DomainError as error:
        refused = answers.problem(error)
    else:
        text = json.dumps(answer.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False)
        return Tried(known.code, is_good=True, text=text)
    return Tried(refused.status_code, is_good=False, text=json.dumps(refused.get_json(), indent=2, ensure_ascii=False))


def _known(name: str) -> Operation:
    if (found := _BY_NAME.get(name)) is None:
        raise NotFound(_("Programs can't ask this."))
    return found


def _given(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in sent.items() if name not in _OWN and text.strip()}


def _base() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url.rstrip("/")
