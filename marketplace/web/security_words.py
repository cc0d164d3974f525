"""What happened to somebody's second step and tokens, in words: on their page, in the app and in mails."""

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web.sentences import together

_TITLES = {
    "second_step_on": Text("Two-step sign-in was turned on"),
    "second_step_off": Text("Two-step sign-in was turned off"),
    "recovery_code_used": Text("A recovery code was used"),
    "recovery_codes_renewed": Text("New recovery codes were made"),
    "passkey_added": Text("A passkey was added: %(name)s"),
    "passkey_removed": Text("A passkey was removed: %(name)s"),
    "token_made": Text("A token for a program was made: %(name)s"),
}
_TEXTS = {
    "second_step_on": Text("Turned on %(when)s. All other devices were signed out."),
    "second_step_off": Text("Turned off %(when)s. Your password alone signs you in now, and other devices are out."),
    "recovery_code_used": Text("Used %(when)s in place of a code from your app."),
    "recovery_codes_renewed": Text("Made %(when)s. The earlier ones do not work any more."),
    "passkey_added": Text("Added %(when)s. It signs in to your account."),
    "passkey_removed": Text("Removed %(when)s. It signs in no more."),
    "token_made": Text("Made %(when)s. Whoever has it asks in your name."),
}
EVENTS = tuple(_TITLES)
"""The kinds of what can happen."""


def event_title(kind: str, detail: str) -> str:
    """Return what happened; `detail` is the name of a passkey or a token, or how many recovery codes are left."""
    return _(_TITLES[kind], name=detail)


def event_text(kind: str, detail: str, when: str) -> str:
    """Return when it happened, what follows, and what to do if it was somebody else."""
    happened = _(_TEXTS[kind], when=when)
    if kind == "recovery_code_used":
        happened = together(happened, left_text(int(detail)))
    return together(happened, _("If it was not you, change your password and write to us at once."))


def left_text(count: int) -> str:
    """Return how many recovery codes are left."""
    return ngettext(
        "%(number)s recovery code is left.",
        "%(number)s recovery codes are left.",
        count,
        number=number_text(count),
    )
