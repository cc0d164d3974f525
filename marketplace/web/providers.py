"""Which providers this application may call, made once from the settings."""

from flask import Flask, current_app

from marketplace.config import Settings
from marketplace.providers import patience
from marketplace.providers.base import Provider
from marketplace.providers.paypal import PaypalProvider
from marketplace.providers.stripe import StripeProvider

_SLACK_SECONDS = 0.25


def register(app: Flask, settings: Settings) -> None:
    """Make the providers of `app`."""
    app.extensions["providers"] = {"stripe": StripeProvider(settings), "paypal": PaypalProvider(settings)}

    @app.before_request
    def have_patience() -> None:
        # One request that is given up and one more: a page waits twice the provider's timeout at most.
        patience.begin(current_app.extensions["settings"].provider_timeout_seconds + _SLACK_SECONDS)

    @app.teardown_request
    def lose_patience(error: BaseException | None) -> None:
        patience.end()


def providers() -> dict[str, Provider]:
    """Return the providers by name."""
    found: dict[str, Provider] = current_app.extensions["providers"]
    return found
