"""By which addresses we answer: a forged Host header must not end up in our links (security 4.1.3)."""

from urllib.parse import urlsplit

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

from marketplace.config import Settings


def refuse_foreign() -> ResponseReturnValue | None:
    """Answer a request for a host that is not ours; None for all others."""
    # Plain text: Flask builds no addresses for a host it does not trust, so no page of ours can be drawn.
    if isinstance(request.routing_exception, SecurityError):
        return Response("This address is not ours.\n", 400, mimetype="text/plain")
    return None


def trusted(settings: Settings) -> list[str]:
    """Return the host names we answer by: the shop's own, in the demo this machine's too."""
    hosts = {urlsplit(settings.base_url).hostname or "localhost"}
    if settings.demo:
        hosts |= {"localhost", "127.0.0.1"}
    return sorted(hosts)
