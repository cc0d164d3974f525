"""The URL table of signing in, registering, the account's own pages, and opening a shop."""

from flask import Blueprint

from marketplace.web.auth import (
    addresses,
    changing,
    confirming,
    language,
    resetting,
    security,
    selling,
    time_zone,
    views,
)

blueprint = Blueprint("auth", __name__)

# Larger numbers are no ids, and the database would say so with an error.
_ID = f"int(max={2**63 - 1})"

blueprint.add_url_rule("/login", view_func=views.login, methods=["GET", "POST"])
blueprint.add_url_rule("/register", view_func=views.register, methods=["GET", "POST"])
blueprint.add_url_rule("/logout", view_func=views.logout, methods=["POST"])
blueprint.add_url_rule("/reset", view_func=resetting.reset, methods=["GET", "POST"])
blueprint.add_url_rule("/reset/sent", view_func=resetting.reset_sent)
blueprint.add_url_rule("/reset/new", view_func=resetting.new_password, methods=["GET", "POST"])
blueprint.add_url_rule("/reset/<token>", view_func=resetting.follow_reset)
blueprint.add_url_rule("/verify", view_func=confirming.verify)
blueprint.add_url_rule("/verify", view_func=confirming.send_again, methods=["POST"])
blueprint.add_url_rule("/verify/confirm", view_func=confirming.confirm, methods=["GET", "POST"])
blueprint.add_url_rule("/verify/<token>", view_func=confirming.follow_verify)
blueprint.add_url_rule("/account/email", view_func=changing.change_email, methods=["GET", "POST"])
blueprint.add_url_rule("/email/confirm", view_func=changing.confirm_change, methods=["GET", "POST"])
blueprint.add_url_rule("/email/<token>", view_func=changing.follow_change)
blueprint.add_url_rule("/account/security", view_func=security.security, methods=["GET", "POST"])
blueprint.add_url_rule(
    f"/account/security/devices/<{_ID}:session_id>/sign-out", view_func=security.sign_out_device, methods=["POST"]
)
blueprint.add_url_rule("/account/security/sign-out-others", view_func=security.sign_out_others, methods=["POST"])
blueprint.add_url_rule("/language", view_func=language.choose_language, methods=["GET", "POST"])
blueprint.add_url_rule("/account/time-zone", view_func=time_zone.time_zone, methods=["GET", "POST"])
_ADDRESS = f"/account/addresses/<{_ID}:address_id>"
blueprint.add_url_rule("/account/addresses", view_func=addresses.addresses)
blueprint.add_url_rule("/account/addresses/new", view_func=addresses.new_address)
blueprint.add_url_rule("/account/addresses/add", view_func=addresses.add_address, methods=["POST"])
blueprint.add_url_rule(_ADDRESS, view_func=addresses.address)
blueprint.add_url_rule(f"{_ADDRESS}/save", view_func=addresses.save_address, methods=["POST"])
blueprint.add_url_rule(f"{_ADDRESS}/remove", view_func=addresses.remove_address, methods=["POST"])
blueprint.add_url_rule("/sell", view_func=selling.sell, methods=["GET", "POST"])
