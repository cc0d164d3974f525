"""The URL of the line on which an open page hears that something has changed."""

from flask import Blueprint

from marketplace.web.live import views

blueprint = Blueprint("live", __name__)

blueprint.add_url_rule("/live", view_func=views.stream)
