"""What people are told about their account, in words."""

from datetime import datetime

from flask import url_for

from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import time_text


def _new_sign_in(told: Told) -> Words:
    facts = told.facts
    where = f" from the network address {facts['ip_address']}" if facts["ip_address"] else ""
    text = f"{facts['device']}{where}, {_when(told)}. If it was not you, change your password: that signs it out."
    return _to_security("Somebody signed in to your account on a new device", text, "See your devices")


def _password_changed(told: Told) -> Words:
    text = f"Changed {_when(told)}. All other devices were signed out. If it was not you, write to us at once."
    return _to_security("Your password was changed", text, "See your devices")


def _to_security(title: str, text: str, action: str) -> Words:
    return Words("lock", title, text, url_for("auth.security"), action)


def _when(told: Told) -> str:
    return time_text(datetime.fromisoformat(str(told.facts["at"])))


WORDS = {"new_sign_in": _new_sign_in, "password_changed": _password_changed}
