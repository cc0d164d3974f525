"""A seller's account at the provider in plain words: what is asked for, why it is stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.states import AccountStatus
from marketplace.web.pages import date_text
from marketplace.web.wording import Badge

_A = AccountStatus
_BADGES = {
    _A.STARTED: Badge("Not finished", "wait"),
    _A.REVIEW: Badge("Being checked", "wait"),
    _A.ENABLED: Badge("Ready", "ok"),
    _A.RESTRICTED: Badge("Restricted", "bad"),
    _A.DISCONNECTED: Badge("Disconnected", "bad"),
    _A.REJECTED: Badge("Refused", "bad"),
}
_NOT_BEGUN = Badge("Not set up", "wait")
# By the end of the provider's name for it, the longer one first; several names may mean one thing to a person.
_ASKED = (
    ("verification.additional_document", "A document that shows your address"),
    ("verification.document", "A picture of your passport or identity card"),
    ("verification.proof_of_liveness", "A picture of yourself"),
    ("company.name", "The name of your company"),
    ("company.tax_id", "The tax number of your company"),
    ("company.phone", "The phone number of your company"),
    ("business_profile.mcc", "What kind of things you sell"),
    ("business_profile.product_description", "A few words about what you sell"),
    ("business_profile.url", "The address of your website"),
    ("business_type", "Whether you sell as a person or as a company"),
    ("external_account", "The bank account to pay you to"),
    ("first_name", "Your name"),
    ("last_name", "Your name"),
    ("ssn_last_4", "The last four digits of your social security number"),
    ("id_number", "Your national identity number"),
    ("email", "Your e-mail address"),
    ("phone", "Your phone number"),
)
_ASKED_INSIDE = (
    (".dob.", "Your date of birth"),
    ("company.address.", "The address of your company"),
    (".address.", "Your address"),
    ("tos_acceptance.", "Your agreement to the provider's terms"),
    (".relationship.", "Your role in the company"),
    ("business_profile.", "More about what you sell"),
)
_REASONS = {
    "requirements.past_due": "Something the provider asked for has not arrived in time.",
    "requirements.pending_verification": "The provider is checking what you sent.",
    "under_review": "The provider is looking at the account.",
    "listed": "The provider is comparing the account with its lists. You need not do anything.",
    "platform_paused": "We have paused the account.",
    "action_required.requested_capabilities": "The provider needs more details before it pays you.",
    "other": "The provider is looking at the account.",
}
_REJECTED = "The provider does not pay this shop."
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
    return _REJECTED if code.startswith("rejected.") else _REASONS.get(code, f"The provider says: {code}.")


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
    return "Another detail: " + name.rpartition(".")[2].replace("_", " ")


def _urgency(asked: Mapping[str, Any]) -> int:
    return list(_DUE_TONES).index(str(asked["due"]))


def _due(due: str, deadline: datetime | None, *, is_new: bool) -> Badge:
    if due == "past":
        return Badge("Missing", "wait") if is_new else Badge("Overdue", "bad")
    if due == "currently":
        return Badge(f"By {date_text(deadline)}" if deadline else "Missing", "wait")
    return Badge("Being checked" if due == "pending" else "Not needed yet", _DUE_TONES[due])
