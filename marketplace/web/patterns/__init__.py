"""The URL of the live page of all components."""

from flask import Blueprint

from marketplace.web.patterns import views

blueprint = Blueprint("patterns", __name__)

blueprint.add_url_rule("/patterns", view_func=views.patterns)
