"""The URL of the demo's clock, and the name by which every page shows it. Registered in demo mode only."""

from flask import Blueprint

from marketplace.web.demo import views

blueprint = Blueprint("demo", __name__)

blueprint.add_url_rule("/demo/time", view_func=views.move_time, methods=["POST"])
blueprint.add_app_template_global(views.demo_time)
