"""The URL table of signing in, registering, the account's own pages, and opening a shop."""

from flask import Blueprint

from marketplace.web.auth import (
    addresses,
    changing,
    confirming,
    language,
    passkey_sign_in,
    passkeys,
    resetting,
    second_step,
    security,
    selling,
    time_zone,
    tokens,
    two_step,
    views,
)

blueprint = Blueprint("auth", __name__)

# Larger numbers are no ids, and the database would say so with an error.
_ID = f"int(max={2**63 - 1})"

blueprint.add_url_rule("/login", view_func=views.login, methods=["GET", "POST"])
blueprint.add_url_rule("/login/code", view_func=second_step.code, methods=["GET", "POST"])
blueprint.add_url_rule("/passkey/begin", view_func=passkey_sign_in.begin_passkey, methods=["POST"])
blueprint.add_url_rule("/passkey", view_func=passkey_sign_in.passkey, methods=["GET", "POST"])
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
_TWO_STEP = "/account/security/two-step"
blueprint.add_url_rule(_TWO_STEP, view_func=two_step.two_step)
for _path, _view in (
    ("begin", two_step.begin_two_step),
    ("app", two_step.two_step_app),
    ("codes", two_step.renew_recovery_codes),
    ("off", two_step.turn_two_step_off),
):
    blueprint.add_url_rule(f"{_TWO_STEP}/{_path}", view_func=_view, methods=["GET", "POST"])
_PASSKEYS = "/account/security/passkeys"
for _path, _view in (
    ("new", passkeys.new_passkey),
    ("create", passkeys.create_passkey),
    (f"<{_ID}:passkey_id>/remove", passkeys.remove_passkey),
):
    blueprint.add_url_rule(f"{_PASSKEYS}/{_path}", view_func=_view, methods=["GET", "POST"])
blueprint.add_url_rule("/language", view_func=language.choose_language, methods=["GET", "POST"])
blueprint.add_url_rule("/account/time-zone", view_func=time_zone.time_zone, methods=["GET", "POST"])
blueprint.add_url_rule("/account/tokens", view_func=tokens.tokens)
blueprint.add_url_rule("/account/tokens/make", view_func=tokens.make_token, methods=["POST"])
blueprint.add_url_rule(f"/account/tokens/<{_ID}:token_id>/revoke", view_func=tokens.revoke_token, methods=["POST"])
_ADDRESS = f"/account/addresses/<{_ID}:address_id>"
blueprint.add_url_rule("/account/addresses", view_func=addresses.addresses)
blueprint.add_url_rule("/account/addresses/new", view_func=addresses.new_address)
blueprint.add_url_rule("/account/addresses/add", view_func=addresses.add_address, methods=["POST"])
blueprint.add_url_rule(_ADDRESS, view_func=addresses.address)
blueprint.add_url_rule(f"{_ADDRESS}/save", view_func=addresses.save_address, methods=["POST"])
blueprint.add_url_rule(f"{_ADDRESS}/remove", view_func=addresses.remove_address, methods=["POST"])
blueprint.add_url_rule("/sell", view_func=selling.sell, methods=["GET", "POST"])
