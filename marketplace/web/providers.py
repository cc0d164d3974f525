"""Which providers this application may call, made once from the settings."""

from flask import Flask, current_app

from marketplace.config import Settings
from marketplace.providers.base import Provider
from marketplace.providers.stripe import StripeProvider


def register(app: Flask, settings: Settings) -> None:
    """Make the providers of `app`."""
    app.extensions["providers"] = {"stripe": StripeProvider(settings)}


def providers() -> dict[str, Provider]:
    """Return the providers by name."""
    found: dict[str, Provider] = current_app.extensions["providers"]
    return found
