"""The URL table of what programs ask as JSON, at the paths the source documents name (S2.13, S2.24).

The same operations and the same eyes as the pages: a session's cookie says who asks, and what changes something carries
the session's form token, as the field csrf_token or in the header X-CSRFToken.
"""

from flask import Blueprint

from marketplace.web.api import answers, discounts, invoices, wallets

blueprint = Blueprint("api", __name__, url_prefix="/api")
answers.register(blueprint)

blueprint.add_url_rule("/invoices/", view_func=invoices.invoices)
blueprint.add_url_rule("/invoices/<number>/", view_func=invoices.invoice)
blueprint.add_url_rule("/invoices/<number>/send/", view_func=invoices.send_invoice, methods=["POST"])
blueprint.add_url_rule("/discounts/", view_func=discounts.discounts)
blueprint.add_url_rule("/discounts/validate/", view_func=discounts.validate_code, methods=["POST"])
blueprint.add_url_rule("/discounts/apply/", view_func=discounts.apply_code, methods=["POST"])
blueprint.add_url_rule("/wallets/my_wallet/", view_func=wallets.my_wallet)
blueprint.add_url_rule("/wallets/<int(max=9223372036854775807):wallet_id>/", view_func=wallets.wallet)
