"""A local server that speaks Stripe's wire format. It is not Stripe and shares no code with the marketplace."""

import atexit
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from marketplace.sandbox import api, dashboard, fault_requests, hosted, hosted_setup, onboarding, security
from marketplace.sandbox.delivery import Transport, post
from marketplace.sandbox.engine import Sandbox
from marketplace.sandbox.paypal import api as paypal_api
from marketplace.sandbox.paypal import pages as paypal_pages
from marketplace.sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "create_sandbox"]

_PACKAGE = Path(__file__).resolve().parent.parent
_LARGEST_REQUEST_BYTES = 256 * 1024


def create_sandbox(settings: SandboxSettings, transport: Transport = post) -> Flask:
    """Return the sandbox as a Flask application; its engine is `app.extensions["sandbox"]`.

    `transport` sends the webhooks; tests may hand one over that needs no network.
    """
    app = Flask(__name__, template_folder=str(_folder("templates")), static_folder=str(_folder("static")))
    app.config.update(
        SECRET_KEY=settings.cookie_key,
        SESSION_COOKIE_NAME="sandbox_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST_BYTES,
        MAX_FORM_PARTS=2_000,
    )
    app.jinja_env.undefined = StrictUndefined
    sandbox = Sandbox(settings, transport)
    app.extensions["sandbox"] = sandbox
    security.register(app)
    app.before_request(fault_requests.close_pages)
    api.register(app)
    hosted.register(app)
    hosted_setup.register(app)
    onboarding.register(app)
    paypal_api.register(app)
    paypal_pages.register(app)
    dashboard.register(app)
    if settings.background:
        sandbox.start()
        atexit.register(sandbox.stop)
    return app


def _folder(name: str) -> Path:
    """Return the top-level folder of a checkout, or the copy inside an installed wheel."""
    beside = _PACKAGE.parent / name
    return beside if (beside.parent / "setup.cfg").exists() else _PACKAGE / f"_{name}"
