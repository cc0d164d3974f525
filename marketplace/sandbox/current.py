"""The sandbox behind the request that is being answered."""

from flask import current_app

from marketplace.sandbox.engine import Sandbox


def current_sandbox() -> Sandbox:
    """Return the engine of the running application."""
    found: Sandbox = current_app.extensions["sandbox"]
    return found
