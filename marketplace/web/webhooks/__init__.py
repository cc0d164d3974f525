"""The URL table of the provider's messages. The source documents' paths answer too (S1.17, S3.13, S4.18)."""

from flask import Blueprint

from marketplace.web.webhooks import views

blueprint = Blueprint("webhooks", __name__)

for path in (
    "/webhooks/stripe",
    "/api/credits/webhook",
    "/api/payments/webhooks/stripe/",
    "/api/v1/payments/webhooks/stripe/",
):
    blueprint.add_url_rule(path, view_func=views.stripe, methods=["POST"])
for path in (
    "/webhooks/paypal",
    "/api/payments/webhooks/paypal/",
    "/api/v1/payments/webhooks/paypal/",
):
    blueprint.add_url_rule(path, view_func=views.paypal, methods=["POST"])
blueprint.add_url_rule("/webhooks/stripe/connect", view_func=views.stripe_connect, methods=["POST"])
