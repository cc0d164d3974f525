"""The URL table of the public shop, and the categories its header shows."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from marketplace.web.shop import cards, machines, views

blueprint = Blueprint("shop", __name__)

blueprint.add_url_rule("/", view_func=views.home)
blueprint.add_url_rule("/l", view_func=views.listings)
blueprint.add_url_rule("/l/<slug>", view_func=views.listing)
blueprint.add_url_rule("/s/<slug>", view_func=views.shop)
blueprint.add_url_rule("/sitemap.xml", view_func=machines.sitemap)
blueprint.add_url_rule("/robots.txt", view_func=machines.robots)
blueprint.add_url_rule("/media/<file_name>", view_func=views.media)


@blueprint.record_once
def _show_categories(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["shop_categories"] = cards.header_categories()
