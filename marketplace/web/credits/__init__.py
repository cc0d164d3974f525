"""The URL table of credits: packages, what one holds, and the pages one comes back to from the payment page."""

from flask import Blueprint

from marketplace.web.credits import returning, views

blueprint = Blueprint("credits", __name__)

# Larger numbers are no ids, and the database would say so with an error.
_ID = f"int(max={2**63 - 1})"

blueprint.add_url_rule("/credits", view_func=views.overview)
blueprint.add_url_rule("/credits/buy", view_func=views.buy, methods=["POST"])
blueprint.add_url_rule("/credits/explain", view_func=views.explain_balance)
blueprint.add_url_rule(f"/credits/movements/<{_ID}:movement_id>", view_func=views.movement)
blueprint.add_url_rule(f"/credits/retry/<{_ID}:payment_id>", view_func=returning.retry, methods=["POST"])
blueprint.add_url_rule(f"/credits/return/<{_ID}:payment_id>", view_func=returning.came_back)
blueprint.add_url_rule(f"/credits/return/<{_ID}:payment_id>/state", view_func=returning.state)
blueprint.add_url_rule(f"/credits/return/<{_ID}:payment_id>/verify", view_func=returning.verify, methods=["POST"])
blueprint.add_url_rule(f"/credits/cancelled/<{_ID}:payment_id>", view_func=returning.cancelled)
