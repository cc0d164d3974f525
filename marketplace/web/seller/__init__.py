"""The URL table of the seller pages."""

from flask import Blueprint

from marketplace.web.seller import explain, orders, refunds

blueprint = Blueprint("seller", __name__)

blueprint.add_url_rule("/seller", view_func=orders.overview)
blueprint.add_url_rule("/seller/orders", view_func=orders.orders)
blueprint.add_url_rule("/seller/orders/<number>", view_func=orders.order)
blueprint.add_url_rule("/seller/orders/<number>/explain/<figure>", view_func=explain.explain_order)
blueprint.add_url_rule("/seller/explain/held/<string(length=3):currency>", view_func=explain.explain_held)
blueprint.add_url_rule("/seller/refunds", view_func=refunds.refunds)
blueprint.add_url_rule("/seller/refunds/<number>", view_func=refunds.refund)
blueprint.add_url_rule("/seller/refunds/<number>/explain/<figure>", view_func=refunds.explain_refund)
