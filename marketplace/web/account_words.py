"""A seller's account at the provider in plain words: what is asked for, why it is stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.states import AccountStatus
from marketplace.web.pages import date_text
from marketplace.web.wording import Badge

_A = AccountStatus
_BADGES = {
    _A.STARTED: Badge(Text("Not finished"), "wait"),
    _A.REVIEW: Badge(Text("Being checked"), "wait"),
    _A.ENABLED: Badge(Text("Ready"), "ok"),
    _A.RESTRICTED: Badge(Text("Restricted"), "bad"),
    _A.DISCONNECTED: Badge(Text("Disconnected"), "bad"),
    _A.REJECTED: Badge(Text("Refused"), "bad"),
}
_NOT_BEGUN = Badge(Text("Not set up"), "wait")
# By the end of the provider's name for it, the longer one first; several names may mean one thing to a person.
_ASKED = (
    ("verification.additional_document", Text("A document that shows your address")),
    ("verification.document", Text("A picture of your passport or identity card")),
    ("verification.proof_of_liveness", Text("A picture of yourself")),
    ("company.name", Text("The name of your company")),
    ("company.tax_id", Text("The tax number of your company")),
    ("company.phone", Text("The phone number of your company")),
    ("business_profile.mcc", Text("What kind of things you sell")),
    ("business_profile.product_description", Text("A few words about what you sell")),
    ("business_profile.url", Text("The address of your website")),
    ("business_type", Text("Whether you sell as a person or as a company")),
    ("external_account", Text("The bank account to pay you to")),
    ("first_name", Text("Your name")),
    ("last_name", Text("Your name")),
    ("ssn_last_4", Text("The last four digits of your social security number")),
    ("id_number", Text("Your national identity number")),
    ("email", Text("Your e-mail address")),
    ("phone", Text("Your phone number")),
)
_ASKED_INSIDE = (
    (".dob.", Text("Your date of birth")),
    ("company.address.", Text("The address of your company")),
    (".address.", Text("Your address")),
    ("tos_acceptance.", Text("Your agreement to the provider's terms")),
    (".relationship.", Text("Your role in the company")),
    ("business_profile.", Text("More about what you sell")),
)
_REASONS = {
    "requirements.past_due": Text("Something the provider asked for has not arrived in time."),
    "requirements.pending_verification": Text("The provider is checking what you sent."),
    "under_review": Text("The provider is looking at the account."),
    "listed": Text("The provider is comparing the account with its lists. You need not do anything."),
    "platform_paused": Text("We have paused the account."),
    "action_required.requested_capabilities": Text("The provider needs more details before it pays you."),
    "other": Text("The provider is looking at the account."),
}
_REJECTED = Text("The provider does not pay this shop.")
_DUE_TONES = {"past": "bad", "currently": "wait", "pending": "mute", "eventually": "mute"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing the provider asks for."""

    text: str
    badge: Badge


def account_badge(status: AccountStatus | None) -> Badge:
    """Return what a seller's account is, in a word; None for one who has never begun."""
    return _BADGES[status] if status else _NOT_BEGUN


def reason_text(code: str | None) -> str:
    """Return why an account is stopped; "" when it is not."""
    if not code:
        return ""
    return (
        _REJECTED if code.startswith("rejected.") else _REASONS.get(code, _("The provider says: %(code)s.", code=code))
    )


def asked_of(account: AccountRow) -> tuple[Asked, ...]:
    """Return what the provider still asks for, each thing once, the most urgent first."""
    is_new = account.status is AccountStatus.STARTED
    found: dict[str, Asked] = {}
    for asked in sorted(account.requirements, key=_urgency):
        text = requirement_text(str(asked["name"]))
        found.setdefault(text, Asked(text, _due(str(asked["due"]), account.requirements_due_at, is_new=is_new)))
    return tuple(found.values())


def is_asked_now(requirements: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the seller has to give something, now or by the deadline."""
    return any(asked["due"] in {"past", "currently"} for asked in requirements)


def requirement_text(name: str) -> str:
    """Return what the provider's name for a requirement means to a person."""
    for end, text in _ASKED:
        if name.endswith(end):
            return text
    for part, text in _ASKED_INSIDE:
        if part in f".{name}":
            return text
    return _("Another detail: %(name)s", name=name.rpartition(".")[2].replace("_", " "))


def _urgency(asked: Mapping[str, Any]) -> int:
    return list(_DUE_TONES).index(str(asked["due"]))


def _due(due: str, deadline: datetime | None, *, is_new: bool) -> Badge:
    if due == "past":
        return Badge(_("Missing"), "wait") if is_new else Badge(_("Overdue"), "bad")
    if due == "currently":
        return Badge(_("By %(day)s", day=date_text(deadline)) if deadline else _("Missing"), "wait")
    return Badge(_("Being checked") if due == "pending" else _("Not needed yet"), _DUE_TONES[due])
