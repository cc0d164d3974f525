"""Security headers on every answer, and the nonce that lets our one script run (security table 3.4)."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, g, request

from marketplace.config import Settings
from marketplace.web import gaps

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Files whose address changes with their content; that one of them is missing may change any time.
_UNCHANGING = frozenset({"static", "stylesheet", "shop.media"})

_OF_ANSWER = "tandem.headers"
"""Where an answer's own headers wait until its list is finished."""


def nonce() -> str:
    """Return this request's script nonce."""
    gaps.refuse_for_everybody()
    found: str | None = g.get("csp_nonce")
    if found is None:
        found = g.csp_nonce = secrets.token_urlsafe(16)
    return found


def allow_frames_of_our_own() -> None:
    """Let the page of this request show other pages of ours in a frame."""
    g.csp_frames = "frame-src 'self'; "


def register(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of `app`, error pages and static files included."""
    # The 303 to the payment page counts as a form target, so its host is listed (stack.md, warehouse e209e4219).
    form_action = " ".join(("'self'", *settings.payment_page_origins))
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ]
    if settings.secure_cookies:
        always.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))

    @app.after_request
    def add(response: Response) -> Response:
        if response.mimetype == "image/svg+xml":
            # Presentation attributes only; a picture may do nothing, even when opened by itself.
            policy = "default-src 'none'; sandbox"
        else:
            policy = (
                f"default-src 'none'; script-src 'nonce-{nonce()}'; style-src 'self'; font-src 'self'; "
                f"img-src 'self' data:; connect-src 'self'; {g.get('csp_frames', '')}form-action {form_action}; "
                "base-uri 'none'; frame-ancestors 'none'"
            )
        said = [("Content-Security-Policy", policy)]
        if request.endpoint not in _UNCHANGING or response.status_code >= 400:
            said.append(("Cache-Control", "no-store"))
        request.environ[_OF_ANSWER] = said
        return response

    app.wsgi_app = _with(app.wsgi_app, always)  # type: ignore[method-assign]


def _with(
    answer: Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]], always: Sequence[tuple[str, str]]
) -> Any:
    """Return an application that adds headers that nearly every answer has, past two hundred calls of Werkzeug.

    An answer that says one of them itself, as the frame of a mail does, keeps its own.
    """

    def answering(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, found: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            said = {name for name, _ in found}
            added = [pair for pair in (*environ.get(_OF_ANSWER, ()), *always) if pair[0] not in said]
            return start_response(status, [*found, *added], error)

        return answer(environ, cast("StartResponse", start))

    return answering
