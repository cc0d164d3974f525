"""The URL table of the checkout: review and pay, and the pages one comes back to from the payment page."""

from flask import Blueprint

from marketplace.web.checkout import returning, transferring, views

blueprint = Blueprint("checkout", __name__)

# Larger numbers are no ids, and the database would say so with an error.
_ID = f"int(max={2**63 - 1})"

blueprint.add_url_rule("/checkout/<string(length=3):currency>", view_func=views.review)
blueprint.add_url_rule("/checkout/<string(length=3):currency>", view_func=views.pay, methods=["POST"])
blueprint.add_url_rule("/checkout/<string(length=3):currency>/address", view_func=views.total_there, methods=["POST"])
blueprint.add_url_rule(f"/checkout/auction/<{_ID}:auction_id>", view_func=views.won, methods=["GET", "POST"])
blueprint.add_url_rule(f"/checkout/auction/<{_ID}:auction_id>/address", view_func=views.total_won, methods=["POST"])
blueprint.add_url_rule(f"/checkout/retry/<{_ID}:purchase_id>", view_func=views.retry, methods=["POST"])
blueprint.add_url_rule(f"/checkout/return/<{_ID}:payment_id>", view_func=returning.came_back)
blueprint.add_url_rule(f"/checkout/return/<{_ID}:payment_id>/state", view_func=returning.state)
blueprint.add_url_rule(f"/checkout/return/<{_ID}:payment_id>/verify", view_func=returning.verify, methods=["POST"])
blueprint.add_url_rule(f"/checkout/transfer/<{_ID}:payment_id>", view_func=transferring.transfer)
blueprint.add_url_rule(f"/checkout/cancelled/<{_ID}:payment_id>", view_func=returning.cancelled)
