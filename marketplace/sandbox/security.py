"""What protects the sandbox's pages: response headers and a token in every form."""

import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request, session

_TOKEN = "form_token"  # noqa: S105  # the name of a field


def register(app: Flask) -> None:
    """Add the headers, the form token and the template names they need."""
    app.before_request(_prepare)
    app.after_request(_protect)
    app.context_processor(lambda: {"form_token": form_token, "nonce": g.nonce})


def form_token() -> str:
    """Return the token that this visitor's forms must send back."""
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_urlsafe(24)
    return str(session[_TOKEN])


def check_form_token() -> None:
    """Refuse a form with 400 that did not come from one of our pages."""
    sent = request.form.get("form_token", "")
    if not hmac.compare_digest(sent.encode(), str(session.get(_TOKEN, "")).encode()) or not sent:
        abort(400, "This page was open for too long or in another browser. Go back and load it again.")


def allow_form_target(url: str | None) -> None:
    """Let forms of this page redirect to the origin of `url`; browsers check redirects of forms as well."""
    if url:
        parts = urlsplit(url)
        g.form_targets.append(f"{parts.scheme}://{parts.netloc}")


def _prepare() -> None:
    g.nonce = secrets.token_urlsafe(16)
    g.form_targets = []


def _protect(response: Response) -> Response:
    targets = " ".join(["'self'", *dict.fromkeys(g.get("form_targets", []))])
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'nonce-{g.get('nonce', '')}'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
