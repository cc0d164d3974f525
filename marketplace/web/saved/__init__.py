"""The URL table of what people keep: listings and searches."""

from flask import Blueprint

from marketplace.web.saved import items, searches

blueprint = Blueprint("saved", __name__)
_SEARCH = "/saved/searches/<int(max=9223372036854775807):search_id>"

blueprint.add_url_rule("/saved", view_func=items.saved)
blueprint.add_url_rule("/saved/change", view_func=items.change, methods=["POST"])
blueprint.add_url_rule("/saved/add", view_func=items.add)
blueprint.add_url_rule("/saved/searches", view_func=searches.searches)
blueprint.add_url_rule("/saved/searches/new", view_func=searches.new)
blueprint.add_url_rule("/saved/searches/save", view_func=searches.save, methods=["POST"])
blueprint.add_url_rule(f"{_SEARCH}/remove", view_func=searches.remove, methods=["POST"])
