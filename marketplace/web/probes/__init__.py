"""The URL table of what machines ask: alive, ready, figures."""

from flask import Blueprint

from marketplace.web.probes import views

blueprint = Blueprint("probes", __name__)

blueprint.add_url_rule("/healthz", view_func=views.healthz)
blueprint.add_url_rule("/readyz", view_func=views.readyz)
blueprint.add_url_rule("/metrics", view_func=views.metrics)
