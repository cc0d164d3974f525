"""What people are told about their account, in words."""

from datetime import datetime

from flask import url_for

from marketplace.language import gettext as _
from marketplace.notifications.queries import Told
from marketplace.web.buyer.told_words import Words
from marketplace.web.pages import time_text
from marketplace.web.security_words import EVENTS, event_text, event_title
from marketplace.web.sentences import together
from marketplace.web.stored_words import device_text


def _new_sign_in(told: Told) -> Words:
    facts = told.facts
    places = {"device": device_text(facts["device"]), "address": facts["ip_address"], "when": _when(told)}
    what = _("%(device)s, %(when)s.", **places)
    if facts["ip_address"]:
        what = _("%(device)s from the network address %(address)s, %(when)s.", **places)
    text = together(what, _("If it was not you, change your password: that signs it out."))
    return _to_security(_("Somebody signed in to your account on a new device"), text, _("See your devices"))


def _password_changed(told: Told) -> Words:
    text = _(
        "Changed %(when)s. All other devices were signed out. If it was not you, write to us at once.", when=_when(told)
    )
    return _to_security(_("Your password was changed"), text, _("See your devices"))


def _second_step(told: Told) -> Words:
    kind, detail = told.kind.value, str(told.facts["detail"])
    url = url_for("auth.two_step")
    return Words(
        "lock", event_title(kind, detail), event_text(kind, detail, _when(told)), url, _("See how you sign in")
    )


def _reset_asked(told: Told) -> Words:
    text = _(
        "Somebody asked to choose a new password for this account. The link that we mail to %(email)s works once, until"
        " %(until)s. If it was not you, do nothing: your password stays as it is.",
        email=told.facts["email"],
        until=_until(told),
    )
    return _to_security(_("Choose a new password"), text, _("See your devices"))


def _confirmation_asked(told: Told) -> Words:
    text = _(
        "Open the link that we mail to %(email)s and press the button there. It works until %(until)s. If you have no"
        " account here, do nothing.",
        email=told.facts["email"],
        until=_until(told),
    )
    return Words("mail", _("Confirm your e-mail address"), text, url_for("auth.verify"), _("Send it again"))


def _change_asked(told: Told) -> Words:
    text = _(
        "Somebody who knows your password wants to sign in with %(email)s instead, and a link is on its way there. Your"
        " address changes only when it is opened. If it was not you, change your password: that makes the link void.",
        email=told.facts["email"],
    )
    return _to_security(_("Another e-mail address was asked for"), text, _("Change your password"))


def _change_link(told: Told) -> Words:
    text = _(
        "Open the link that we mail to %(email)s and press the button there. It works once, until %(until)s. If you"
        " have no account here, do nothing.",
        email=told.facts["email"],
        until=_until(told),
    )
    return Words("mail", _("Confirm your new e-mail address"), text, url_for("auth.change_email"), _("Ask again"))


def _address_changed(told: Told) -> Words:
    text = _(
        "Changed %(when)s: you sign in with %(email)s now. All other devices were signed out. If it was not you, write"
        " to us at once.",
        when=_when(told),
        email=told.facts["email"],
    )
    return _to_security(_("Your e-mail address was changed"), text, _("See your devices"))


def _to_security(title: str, text: str, action: str) -> Words:
    return Words("lock", title, text, url_for("auth.security"), action)


def _when(told: Told) -> str:
    return time_text(datetime.fromisoformat(str(told.facts["at"])))


def _until(told: Told) -> str:
    return time_text(datetime.fromisoformat(str(told.facts["until"])))


WORDS = {
    "new_sign_in": _new_sign_in,
    "password_changed": _password_changed,
    "reset_asked": _reset_asked,
    "confirmation_asked": _confirmation_asked,
    **dict.fromkeys(EVENTS, _second_step),
    "address_change_asked": _change_asked,
    "address_link_asked": _change_link,
    "address_changed": _address_changed,
}
