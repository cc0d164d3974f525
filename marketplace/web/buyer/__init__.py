"""The URL table of the buyer pages."""

from flask import Blueprint

from marketplace.web.buyer import (
    bids,
    buying_again,
    cancelling,
    dealings,
    explain,
    invoices,
    methods,
    notifications,
    orders,
    overview,
    payments,
    receiving,
    refund_account,
    refunds,
    statistics,
    wallet,
)

blueprint = Blueprint("buyer", __name__)

blueprint.add_url_rule("/account", view_func=overview.account)
blueprint.add_url_rule("/account/statistics", view_func=statistics.statistics)
blueprint.add_url_rule("/account/explain/<figure>/<string(length=3):currency>", view_func=overview.explain_flow)
blueprint.add_url_rule("/orders", view_func=orders.orders)
blueprint.add_url_rule("/orders/<number>", view_func=orders.order)
blueprint.add_url_rule("/orders/<number>/again", view_func=buying_again.again, methods=["POST"])
blueprint.add_url_rule("/orders/<number>/received", view_func=receiving.received, methods=["POST"])
blueprint.add_url_rule("/orders/<number>/received", view_func=receiving.receive)
blueprint.add_url_rule("/orders/<number>/cancel", view_func=cancelling.cancel)
blueprint.add_url_rule("/orders/<number>/cancel", view_func=cancelling.cancel_order, methods=["POST"])
blueprint.add_url_rule("/orders/<number>/explain/<figure>", view_func=explain.explain_order)
blueprint.add_url_rule("/orders/<number>/refund/new", view_func=refunds.new_refund)
blueprint.add_url_rule("/orders/<number>/refund/new", view_func=refunds.ask_refund, methods=["POST"])
blueprint.add_url_rule("/refunds", view_func=refunds.refunds)
blueprint.add_url_rule("/refunds/<number>", view_func=refunds.refund)
blueprint.add_url_rule("/refunds/<number>/account", view_func=refund_account.refund_account)
blueprint.add_url_rule("/refunds/<number>/account", view_func=refund_account.name_account, methods=["POST"])
blueprint.add_url_rule("/refunds/<number>/withdraw", view_func=refunds.withdraw_refund, methods=["POST"])
blueprint.add_url_rule("/refunds/<number>/pictures", view_func=refunds.add_refund_pictures, methods=["POST"])
blueprint.add_url_rule(
    "/refunds/<number>/pictures/<int(max=9223372036854775807):picture_id>/remove",
    view_func=refunds.remove_refund_picture,
    methods=["POST"],
)
blueprint.add_url_rule(
    "/refunds/<number>/pictures/<int(max=9223372036854775807):picture_id>", view_func=refunds.refund_picture
)
blueprint.add_url_rule("/refunds/<number>/explain/<figure>", view_func=refunds.explain_refund)
blueprint.add_url_rule("/invoices", view_func=invoices.invoices)
blueprint.add_url_rule("/invoices/<number>", view_func=invoices.invoice)
blueprint.add_url_rule("/invoices/<number>/pdf", view_func=invoices.invoice_pdf)
blueprint.add_url_rule("/account/payments", view_func=payments.payments)
blueprint.add_url_rule("/account/payments/<int(max=9223372036854775807):payment_id>", view_func=payments.payment)
blueprint.add_url_rule(
    "/account/payments/<int(max=9223372036854775807):payment_id>/explain/<figure>", view_func=explain.explain_payment
)
blueprint.add_url_rule("/account/methods", view_func=methods.methods)
blueprint.add_url_rule("/account/methods", view_func=methods.add_method, methods=["POST"])
blueprint.add_url_rule("/account/methods/added", view_func=methods.method_added)
blueprint.add_url_rule(
    "/account/methods/<int(max=9223372036854775807):method_id>/default",
    "default_method",
    view_func=methods.set_default,
    methods=["POST"],
)
blueprint.add_url_rule(
    "/account/methods/<int(max=9223372036854775807):method_id>/remove", view_func=methods.ask_removal
)
blueprint.add_url_rule(
    "/account/methods/<int(max=9223372036854775807):method_id>/removal",
    view_func=methods.remove_method,
    methods=["POST"],
)
blueprint.add_url_rule("/account/bids", view_func=bids.bids)
blueprint.add_url_rule("/wallet", view_func=wallet.wallet)
blueprint.add_url_rule("/wallet/explain/<figure>/<string(length=3):currency>", view_func=wallet.explain_wallet)
blueprint.add_url_rule("/transactions/", view_func=dealings.my_transactions)
blueprint.add_url_rule("/payouts/", view_func=dealings.my_payouts)
blueprint.add_url_rule("/notifications", view_func=notifications.notifications)
blueprint.add_url_rule("/notifications/read", view_func=notifications.read_all, methods=["POST"])
blueprint.add_url_rule(
    "/notifications/<int(max=9223372036854775807):notification_id>/read", view_func=notifications.read, methods=["POST"]
)
