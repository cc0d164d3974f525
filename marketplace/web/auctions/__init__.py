"""The URL table of the public auction pages."""

from flask import Blueprint

from marketplace.web.auctions import views

blueprint = Blueprint("auctions", __name__)

_AUCTION = f"/auctions/<int(max={2**63 - 1}):auction_id>"

blueprint.add_url_rule("/auctions", view_func=views.auctions)
blueprint.add_url_rule(_AUCTION, view_func=views.auction)
blueprint.add_url_rule(f"{_AUCTION}/bid", view_func=views.bid, methods=["POST"])
