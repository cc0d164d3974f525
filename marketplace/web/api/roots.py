"""The other addresses of the source documents, which the same views answer (C18, C19).

A root is rewritten before anything is looked up, so that each operation has its aliases and none can be forgotten.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VERSION = "/api/v1"
_ROOTS = (
    ("/api/v1/payments/refunds", "/refunds"),
    ("/api/payments/refunds", "/refunds"),
    ("/api/basket", "/basket"),
    ("/api/orders", "/orders"),
    ("/api/payments", "/payments"),
    ("/api/refunds", "/refunds"),
    ("/api/invoices", "/invoices"),
    ("/api/discounts", "/discounts"),
    ("/api/wallets", "/wallets"),
)
_SINGLE = {
    "/api/credits/payment-history": "/payments/",
    "/api/credits/payment-stats": "/payments/stats/",
    "/api/credits/checkout/package": "/credits/checkout/package/",
    "/api/credits/packages": "/credits/packages/",
    "/api/credits/verify-payment": "/payments/verify/",
}
_NOT_OURS = "/webhooks/"
"""The provider's messages have addresses of their own under some of these roots."""


def register(app: Flask) -> None:
    """Let `app` answer under the other addresses as well."""
    inner: Callable[..., Iterable[bytes]] = app.wsgi_app

    def answering(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/api/"):
            environ["PATH_INFO"] = canonical(path)
        return inner(environ, start_response)

    app.wsgi_app = answering  # type: ignore[method-assign]


def canonical(path: str) -> str:
    """Return the address under /api/v1 of what is asked at `path`; `path` itself where it is no alias."""
    if _NOT_OURS in path:
        return path
    if single := _SINGLE.get(path.rstrip("/")):
        return VERSION + single
    for root, target in _ROOTS:
        if path == root or path.startswith(f"{root}/"):
            return VERSION + target + path.removeprefix(root)
    return path


def aliases(path: str) -> list[str]:
    """Return the other addresses of what stands at `path`, which begins behind /api/v1."""
    found = [alias for alias, target in _SINGLE.items() if target == path]
    return found + [root + path.removeprefix(target) for root, target in _ROOTS if path.startswith(f"{target}/")]
