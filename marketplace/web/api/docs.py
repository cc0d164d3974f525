"""The document that programs read, and its pages for people."""

from flask import jsonify
from flask.typing import ResponseReturnValue

from marketplace.language import ENGLISH, reading
from marketplace.web.api import document


def openapi() -> ResponseReturnValue:
    """Return the OpenAPI document, in English."""
    with reading(ENGLISH):
        return jsonify(document.document())
