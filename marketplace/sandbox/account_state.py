"""What a connected account may do: its requirements, its capabilities, and what changes them."""

from typing import Any

from marketplace.sandbox import events
from marketplace.sandbox.settings import APPLICATION_ID
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

VERIFY_SECONDS = 10
"""How long it takes to check what a seller has submitted, in virtual seconds."""
CAPABILITIES = ("card_payments", "transfers")
NOT_VERIFIABLE_YEAR = "1902"
"""A year of birth that cannot be confirmed, so that a document is asked for; Stripe's test date is 1 January 1902."""

_BUSINESS = ("business_type", "business_profile.mcc", "business_profile.product_description")
_PERSON = ("first_name", "last_name", "email", "dob.day", "dob.month", "dob.year", "address.line1", "address.city",
           "address.postal_code")  # fmt: skip
_PERSON_IN_US = ("address.state", "ssn_last_4")
_COMPANY = ("company.name", "company.tax_id")
_TERMS = ("tos_acceptance.date", "tos_acceptance.ip")
BANK = "external_account"


def person_prefix(account: Stored) -> str:
    """Return what the names of the person's fields begin with: the owner's, or the one who acts for a company."""
    return "representative" if account.private["given"].get("business_type") == "company" else "individual"


def base_fields(account: Stored) -> list[str]:
    """Return the fields every account of this country and business type must give, besides a bank account."""
    prefix = person_prefix(account)
    person = _PERSON + (_PERSON_IN_US if account.data["country"] == "US" else ())
    company = _COMPANY if prefix == "representative" else ()
    return [*_BUSINESS, *company, *(f"{prefix}.{name}" for name in person), *_TERMS]


def missing_fields(work: Work, account: Stored) -> list[str]:
    """Return which of them have not been given, and the bank account if there is none that works."""
    given = account.private["given"]
    lacking = [name for name in base_fields(account) if not given.get(name)]
    banks = work.find("bank_account", account=account.id)
    return lacking if any(bank.data["status"] != "errored" for bank in banks) else [*lacking, BANK]


def refresh(work: Work, account: Stored, *, quiet: bool = False) -> None:
    """Work out anew what a locked account may do, save it and, unless `quiet`, announce what has changed."""
    before, private = _shown(account), account.private
    lacking = missing_fields(work, account)
    complete = not [name for name in lacking if name != BANK]
    if complete and not private["verified"] and not private["verifying"]:
        private["verifying"] = True
        work.unplan("verify_account", account.id)
        work.plan("verify_account", account.id, work.now + VERIFY_SECONDS)
    past = [*lacking, *(asked["field"] for asked in private["asked"] if asked["deadline"] <= work.now)]
    waiting = [asked for asked in private["asked"] if asked["deadline"] > work.now]
    deadline = min((asked["deadline"] for asked in waiting), default=None)
    if deadline:
        work.unplan("deadline", account.id)
        work.plan("deadline", account.id, deadline)
    account.data["requirements"] = _requirements(account, past, waiting, deadline)
    blocked = bool(private["rejected"]) or private["paused"] or bool([name for name in past if name != BANK])
    status = "inactive" if blocked else "pending" if private["verifying"] else "active"
    requested = private["requested"]
    account.data["capabilities"] = {name: status if requested[name] else "inactive" for name in sorted(requested)}
    works = "active" in account.data["capabilities"].values()
    account.data |= {"details_submitted": complete, "charges_enabled": works}
    account.data["payouts_enabled"] = works and BANK not in past
    announce(work, account, {} if quiet else before)


def _shown(account: Stored) -> JSON:
    names = ("requirements", "capabilities", "charges_enabled", "payouts_enabled", "details_submitted")
    return {name: account.data[name] for name in names}


def _requirements(account: Stored, past: list[str], waiting: list[JSON], deadline: int | None) -> JSON:
    private = account.private
    prefix, verifying = person_prefix(account), private["verifying"]
    reason = "requirements.past_due" if past else "requirements.pending_verification" if verifying else None
    if private["paused"]:
        reason = "platform_paused"
    due = list(dict.fromkeys([*past, *(asked["field"] for asked in waiting)]))
    later = [] if account.private["given"].get(f"{prefix}.id_number") else [f"{prefix}.id_number"]
    return no_requirements() | {
        "current_deadline": deadline,
        "currently_due": due,
        "disabled_reason": private["rejected"] or reason,
        "errors": [
            {"code": asked["code"], "reason": asked["reason"], "requirement": asked["field"]}
            for asked in private["asked"]
            if asked["code"]
        ],
        "eventually_due": list(dict.fromkeys([*due, *later])),
        "past_due": list(dict.fromkeys(past)),
        "pending_verification": [f"{prefix}.verification.document"] if verifying else [],
    }


def no_requirements() -> JSON:
    """Return the requirements of an account that has none."""
    return {
        "alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None, "errors": [],
        "eventually_due": [], "past_due": [], "pending_verification": [],
    }  # fmt: skip


def announce(work: Work, account: Stored, before: JSON) -> None:
    """Save an account and tell what is different from `before`: its capabilities one by one, then the account."""
    work.save(account)
    old: JSON = before.get("capabilities", {})
    for name, status in account.data["capabilities"].items():
        if name in old and old[name] != status:
            shown = Stored(name, "capability", account.created, capability(account, name), {}, account.id)
            events.emit(work, "capability.updated", shown, {"status": old[name]}, about=account.id)
    changed = difference(before, {name: account.data[name] for name in before})
    if changed:
        events.emit(work, "account.updated", account, changed)


def difference(old: JSON, new: JSON) -> JSON:
    """Return the former values of what differs, group by group as `previous_attributes` show them."""
    changed: JSON = {}
    for name, was in old.items():
        now: Any = new.get(name)
        if was != now:
            changed[name] = difference(was, now) if isinstance(was, dict) and isinstance(now, dict) and was else was
    return changed


def capability(account: Stored, name: str) -> JSON:
    """Return one capability of an account in the shape of the API."""
    own = account.data["requirements"]
    moved = {part: [field for field in own[part] if field != BANK] for part in
             ("currently_due", "eventually_due", "past_due", "pending_verification")}  # fmt: skip
    requested, status = account.private["requested"][name], account.data["capabilities"][name]
    return {
        "id": name,
        "object": "capability",
        "account": account.id,
        "future_requirements": no_requirements(),
        "requested": requested is not None,
        "requested_at": requested,
        "requirements": {**own, **moved, "disabled_reason": _capability_reason(own, status)},
        "status": status,
    }


def _capability_reason(own: JSON, status: str) -> str | None:
    """Return why a capability is off, in the words capabilities have for it."""
    if status == "active":
        return None
    reason = str(own["disabled_reason"] or "")
    if reason.startswith("rejected."):
        return "rejected.other"
    known = {"requirements.pending_verification": "pending.review", "platform_paused": "platform_paused"}
    return known.get(reason, "requirements.fields_needed")


def end_verification(work: Work, account_id: str) -> bool:
    """Finish the check of what was submitted; return False when none is under way."""
    account = work.need("account", account_id, lock=True)
    work.unplan("verify_account", account_id)
    if not account.private["verifying"] or account.private.get("deleted"):
        return False
    prefix, given = person_prefix(account), account.private["given"]
    account.private |= {"verifying": False, "verified": True}
    if given.get(f"{prefix}.dob.year") == NOT_VERIFIABLE_YEAR and not given.get(f"{prefix}.verification.document"):
        _ask(account, f"{prefix}.verification.document", work.now, "verification_failed_keyed_identity",
             "The identity could not be confirmed from the name and the date of birth. Upload a document.")  # fmt: skip
    elif given.pop(f"{prefix}.verification.document", "") == "unreadable":
        _ask(account, f"{prefix}.verification.document", work.now, "verification_document_not_readable",
             "The document cannot be read. Upload a better picture.")  # fmt: skip
    refresh(work, account)
    return True


def _ask(account: Stored, field: str, deadline: int, code: str = "", reason: str = "") -> None:
    others = [asked for asked in account.private["asked"] if asked["field"] != field]
    account.private["asked"] = [*others, {"field": field, "deadline": deadline, "code": code, "reason": reason}]


def require(work: Work, account: Stored, deadline: int) -> None:
    """Ask a locked account for an identity document by `deadline`; at or before now, it is restricted at once."""
    _ask(account, f"{person_prefix(account)}.verification.document", deadline)
    refresh(work, account)


def answer(account: Stored, fields: dict[str, str]) -> None:
    """Keep what a seller or the platform gave; whatever was asked for and is answered will be checked again."""
    account.private["given"] |= fields
    answered = [asked for asked in account.private["asked"] if fields.get(asked["field"])]
    if answered:
        account.private["asked"] = [asked for asked in account.private["asked"] if asked not in answered]
        account.private["verified"] = False


def clear(work: Work, account: Stored) -> None:
    """Take back everything a locked account was asked for, and finish its check at once."""
    account.private |= {"asked": [], "paused": False, "rejected": None}
    refresh(work, account)
    if account.private["verifying"]:
        end_verification(work, account.id)


def fill_in(work: Work, account: Stored) -> None:
    """Give a locked account every fact it lacks, made up, and finish its check at once; a bank account is not added."""
    lacking = [name for name in missing_fields(work, account) if name != BANK]
    made_up = {"dob.year": "1985", "dob.month": "3", "dob.day": "9", "business_type": "individual"}
    answer(account, {name: made_up.get(name.partition(".")[2] or name, "provided") for name in lacking})
    account.data["business_type"] = account.private["given"]["business_type"]
    clear(work, account)


def when_deadline_passes(work: Work, account_id: str) -> None:
    """Restrict an account that has not answered in time."""
    account = work.lock("account", account_id)
    if account and not account.private.get("deleted"):
        refresh(work, account)


def disconnect(work: Work, account: Stored) -> None:
    """End the platform's access to a locked account at the seller's wish, and tell the Connect endpoints."""
    account.private["deleted"] = True
    work.save(account)
    for planned in ("verify_account", "deadline", "payout_day"):
        work.unplan(planned, account.id)
    name = account.private["platform"]
    data = {"id": APPLICATION_ID, "object": "application", "name": name}
    application = Stored(APPLICATION_ID, "application", account.created, data, {}, account.id)
    events.emit(work, "account.application.deauthorized", application, about=account.id)
