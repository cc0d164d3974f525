"""A second provider in the same process: it speaks PayPal's wire format under /paypal. It is not PayPal."""

from flask import Flask

from marketplace.sandbox.paypal import api, pages

__all__ = ["register"]


def register(app: Flask) -> None:
    """Add its API and its approval page to the sandbox."""
    api.register(app)
    pages.register(app)
