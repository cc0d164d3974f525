"""The URL table of the basket."""

from flask import Blueprint

from marketplace.web.cart import codes, views

blueprint = Blueprint("cart", __name__)

# Larger numbers are no ids, and the database would say so with an error.
_ID = f"int(max={2**63 - 1})"

blueprint.add_url_rule("/basket", view_func=views.basket)
blueprint.add_url_rule("/basket/country", view_func=views.choose_country, methods=["POST"])
blueprint.add_url_rule("/basket/code", view_func=codes.enter_code, methods=["POST"])
blueprint.add_url_rule("/basket/code/forget", view_func=codes.forget_code, methods=["POST"])
blueprint.add_url_rule("/basket/add", view_func=views.add, methods=["POST"])
blueprint.add_url_rule(f"/basket/<{_ID}:line_id>/quantity", view_func=views.change_quantity, methods=["POST"])
blueprint.add_url_rule(f"/basket/<{_ID}:line_id>/remove", view_func=views.remove, methods=["POST"])
blueprint.add_url_rule("/basket/continue/<string(length=3):currency>", view_func=views.proceed, methods=["POST"])
