"""Who asks with a token instead of a session: programs, and under /api/ only (C17)."""

from typing import Any

from flask import g, request
from flask_wtf import CSRFProtect

from marketplace import clock
from marketplace.accounts import token_queries
from marketplace.accounts.operations import token_hash
from marketplace.accounts.token_queries import Holder

_BLUEPRINT = "api"
_NO_SESSION = 0
_FACTS = ("user_id", "email", "name", "is_seller", "is_admin", "time_zone", "language", "is_confirmed")


class Protection(CSRFProtect):
    """The check against cross-site requests: what carries a program's token needs no form token."""

    def protect(self, **how: Any) -> None:
        """Refuse a request without a form token, unless it carries what no browser adds by itself."""
        if token() is None:
            super().protect(**how)


def token() -> str | None:
    """Return the token that this request carries; None where it carries none, and outside of the API."""
    if request.blueprint != _BLUEPRINT:
        return None
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def holder() -> Holder | None:
    """Return in whose name this request's token asks; None for one that is none, or has ended."""
    if "token_holder" not in g:
        text = token()
        g.token_holder = token_queries.holder(token_hash(text), now=clock.system_now()) if text else None
    found: Holder | None = g.token_holder
    return found


def facts(known: Holder) -> dict[str, Any]:
    """Return what a viewer is made of, but for the initials; no session belongs to it."""
    return {"session_id": _NO_SESSION, **{name: getattr(known, name) for name in _FACTS}}
