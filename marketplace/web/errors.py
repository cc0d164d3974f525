"""Domain errors and HTTP errors become pages in our look here, and nowhere else (STYLE 24)."""

import secrets
from dataclasses import dataclass

import structlog
from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, TooMany
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.transitions import Impossible
from marketplace.web import guards, problems
from marketplace.web.guards import ShopNeeded

log = structlog.get_logger()

STATUS_OF: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422, TooMany: 429}
_TITLES = {
    400: (Text("This request is not complete"), Text("Go back, reload the page and try again.")),
    403: (Text("This is not yours to open"), Text("You are signed in, but this page belongs to another role.")),
    404: (Text("This page does not exist"), Text("The address may be mistyped, or the thing is no longer there.")),
    405: (Text("That does not work here"), Text("Go back and use the buttons on the page.")),
    409: (Text("Something changed in between"), Text("Look at the page again and repeat your step.")),
    413: (Text("That was too large"), Text("Send less at once.")),
    422: (Text("Something is not right yet"), Text("Check what you entered.")),
    429: (Text("Too many tries"), Text("Wait a little and try again.")),
    500: (Text("Something broke on our side"), Text("Nothing was lost. Please try again in a moment.")),
    503: (Text("We are not ready"), Text("Please try again in a moment.")),
}


_ICONS = {403: "lock", 429: "hourglass", 500: "triangle-alert", 503: "hourglass"}
# What helps is the same step once more: nothing is wrong with the address.
_PASSES = frozenset({500, 503})


@dataclass(frozen=True)
class ErrorPage:
    """What templates/errors/error.html shows."""

    code: int
    title: str
    text: str
    icon: str
    action_label: str
    action_url: str
    reference: str | None


def page(
    code: int, text: str | None = None, reference: str | None = None, onward: tuple[str, str] | None = None
) -> ResponseReturnValue:
    """Return the error page for `code`; `text` replaces the general advice, `reference` names the log line.

    `onward` is the label and the address of what helps, where that is not the shop.
    """
    title, advice = _TITLES.get(code, _TITLES[400])
    label, url = onward or _once_more(code) or (_("Go to the shop"), "/")
    icon = _ICONS.get(code, "circle-question-mark")
    shown = ErrorPage(code, title, text or advice, icon, label, url, reference)
    return render_template("errors/error.html", page=shown), code


def _once_more(code: int) -> tuple[str, str] | None:
    """Return the way to the same page, where it only broke for a moment and nothing was sent."""
    here = guards.place() if code in _PASSES and request.method == "GET" else None
    return (_("Try again"), here) if here else None


def register(app: Flask) -> None:
    """Catch every error of `app` once."""

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> ResponseReturnValue:
        code = next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))
        needs_shop = isinstance(error, ShopNeeded)
        onward = (_("Open a shop"), url_for("auth.sell")) if needs_shop else None
        if isinstance(error, TooMany):
            onward = (_("Go to your basket"), url_for("cart.basket"))
        return page(code, error.message, onward=onward)

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        return page(
            400, _("This form was open for too long, or came from elsewhere. Reload the page and send it again.")
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        if problems.is_wanted():
            found = problems.answer(error.code)
            found.headers.extend(header for header in error.get_headers() if header[0] == "Allow")
            return found
        return page(error.code)

    @app.errorhandler(Impossible)
    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        reference = secrets.token_hex(4)
        log.error(
            "unexpected error", exc_info=error, reference=reference, method=request.method, endpoint=request.endpoint
        )
        return problems.answer(500, reference=reference) if problems.is_wanted() else page(500, reference=reference)
