"""The URL table of what people keep: listings, searches and filters."""

from flask import Blueprint

from marketplace.web.saved import items, kept_filters, searches

blueprint = Blueprint("saved", __name__)
_SEARCH = "/saved/searches/<int(max=9223372036854775807):search_id>"

blueprint.add_url_rule("/saved", view_func=items.saved)
blueprint.add_url_rule("/saved/change", view_func=items.change, methods=["POST"])
blueprint.add_url_rule("/saved/add", view_func=items.add)
blueprint.add_url_rule("/saved/searches", view_func=searches.searches)
blueprint.add_url_rule("/saved/searches/new", view_func=searches.new)
blueprint.add_url_rule("/saved/searches/save", view_func=searches.save, methods=["POST"])
blueprint.add_url_rule(f"{_SEARCH}/remove", view_func=searches.remove, methods=["POST"])
blueprint.add_url_rule("/filters/save", view_func=kept_filters.save_filter, methods=["POST"])
blueprint.add_url_rule(
    "/filters/<int(max=9223372036854775807):filter_id>/remove", view_func=kept_filters.remove_filter, methods=["POST"]
)
