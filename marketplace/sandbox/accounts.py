"""Connected accounts: the sellers whom the platform pays."""

from marketplace.sandbox import account_state, external_accounts, payout_schedule
from marketplace.sandbox.account_params import (
    change_profile,
    change_settings,
    currency_of,
    read_capabilities,
    read_controller,
    read_country,
    read_person,
)  # fmt: skip
from marketplace.sandbox.errors import invalid, no_access, refused
from marketplace.sandbox.reading import list_objects, show
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

REASONS = {
    **dict.fromkeys(("fraud", "fraud_payment_method_casher", "fraud_payment_method_tester",
                     "fraud_no_intent_to_fulfill", "fraud_other"), "platform_fraud"),
    "terms_of_service": "platform_terms_of_service",
    **dict.fromkeys(("credit", "other"), "platform_other"),
}  # fmt: skip
"""What a platform's rejection is called since API version 2026-09-30."""
PLATFORM_ID = "acct_sandboxplatform"
_DELAY_DAYS = 2


def create(work: Work, params: Reader, platform: str) -> Stored:
    """Create a connected account and return it; `platform` is the name of who creates it. Raises ApiError."""
    kind, controller = read_controller(params)
    country = read_country(params)
    wanted = read_capabilities(params)
    if not wanted:
        if controller["requirement_collection"] == "application":
            raise params.lacking("capabilities")
        wanted = {"card_payments": True, "transfers": True}
    if wanted.get("card_payments") and not wanted.get("transfers"):
        raise refused("The `card_payments` capability requires the `transfers` capability.", param="capabilities")
    currency = params.text("default_currency", 3) or currency_of(country)
    data = {**blank(country, currency, kind, controller),
            "metadata": {key: value for key, value in params.metadata().items() if value}}  # fmt: skip
    requested = {name: work.now for name, asked in wanted.items() if asked}
    account = work.add("account", data, _private(requested, platform), account="")
    _read_facts(account, params)
    change_settings(account, params)
    external_accounts.add_from(work, account, params)
    params.finish()
    account.data["capabilities"] = dict.fromkeys(requested, "inactive")
    account_state.refresh(work, account, quiet=True)
    return account


def _private(requested: dict[str, int], platform: str) -> JSON:
    return {
        "requested": requested, "given": {}, "asked": [], "verifying": False, "verified": False, "rejected": None,
        "paused": False, "platform": platform,
    }  # fmt: skip


def _read_facts(account: Stored, params: Reader) -> None:
    """Keep what the platform tells of the seller; only it may when it collects the requirements or nobody did yet."""
    given, person = change_profile(account, params), read_person(params)
    collects = account.data["controller"]["requirement_collection"] == "application"
    terms = [name for name in person if name.startswith("tos_acceptance")]
    if terms and not collects:
        raise refused("You cannot accept the Terms of Service on behalf of this account.", param="tos_acceptance")
    if person and not collects and account.private.get("linked"):
        raise refused(
            "This application does not have the required permissions to change what the account gave itself.",
            param="individual",
        )
    account_state.answer(account, given | person)
    if terms:
        account.data["tos_acceptance"] |= {"date": int(person["tos_acceptance.date"] or 0),
                                           "ip": person["tos_acceptance.ip"]}  # fmt: skip


def blank(country: str, currency: str, kind: str, controller: JSON) -> JSON:
    """Return the fields of an account of which nothing is known yet."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    profile = ("estimated_worker_count", "mcc", "minority_owned_business_designation", "name", "product_description",
               "support_email", "support_phone", "support_url", "url")  # fmt: skip
    return {
        "business_profile": {
            **dict.fromkeys(profile),
            "annual_revenue": dict.fromkeys(("amount", "currency", "fiscal_year_end")),
            "support_address": address,
        },
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": controller,
        "country": country,
        "default_currency": currency.lower(),
        "details_submitted": False,
        "email": None,
        "future_requirements": account_state.no_requirements(),
        "payouts_enabled": False,
        "requirements": account_state.no_requirements(),
        "settings": _settings(controller["requirement_collection"] != "application"),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": kind,
    }


def _settings(debits: bool) -> JSON:
    descriptors = ("statement_descriptor_prefix", "statement_descriptor_prefix_kana",
                   "statement_descriptor_prefix_kanji")  # fmt: skip
    payments = ("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji",
                "statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")  # fmt: skip
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}, **dict.fromkeys(descriptors)},
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": dict.fromkeys(payments),
        "payouts": {
            "debit_negative_balances": debits,
            "schedule": {"delay_days": _DELAY_DAYS, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def retrieve(work: Work, account_id: str, *, lock: bool = False) -> Stored:
    """Return a connected account. Raises ApiError with `account_invalid` when there is none or access has ended."""
    found = work.lock("account", account_id) if lock else work.get("account", account_id)
    if found is None or found.private.get("deleted"):
        raise no_access(account_id)
    return found


def retrieve_own(work: Work, platform: str) -> JSON:
    """Return the account the request acts for: a connected one, or the platform's own."""
    if work.account:
        return show(work, retrieve(work, work.account))
    controller = {"type": "account"}
    own = blank("US", "usd", "standard", {**controller, "requirement_collection": "stripe"})
    own["controller"] = controller
    own["settings"]["payouts"]["schedule"]["interval"] = "manual"
    own["settings"]["dashboard"]["display_name"] = platform
    banks = {"object": "list", "data": [], "has_more": False, "url": f"/v1/accounts/{PLATFORM_ID}/external_accounts"}
    return own | {
        "id": PLATFORM_ID, "object": "account", "charges_enabled": True, "payouts_enabled": True,
        "details_submitted": True, "capabilities": {"card_payments": "active", "transfers": "active"},
        "created": 0, "metadata": {}, "external_accounts": banks,
    }  # fmt: skip


def update(work: Work, account_id: str, params: Reader) -> Stored:
    """Change a connected account. Raises ApiError."""
    account = retrieve(work, account_id, lock=True)
    names = ("business_profile", "business_type", "email", "metadata", "settings", "default_currency")
    before = show(work, account)
    before = {name: _copy(before[name]) for name in names}
    _read_facts(account, params)
    account.data["metadata"] = merge_metadata(account.data["metadata"], params)
    if params.has("default_currency"):
        account.data["default_currency"] = (params.text("default_currency", 3) or "usd").lower()
    for name, wanted in read_capabilities(params).items():
        account.private["requested"][name] = work.now if wanted else None
        account.data["capabilities"].setdefault(name, "inactive")
    rescheduled = change_settings(account, params)
    bank = external_accounts.add_from(work, account, params)
    params.finish()
    if bank:
        external_accounts.replace(work, account, bank)
    account_state.refresh(work, account)
    account_state.announce(work, account, before)
    if rescheduled or bank:
        payout_schedule.plan(work, account)
    return account


def _copy(value: object) -> object:
    return {name: _copy(part) for name, part in value.items()} if isinstance(value, dict) else value


def update_capability(work: Work, account_id: str, name: str, params: Reader) -> JSON:
    """Ask for a capability of an account or give it up. Raises ApiError."""
    account = retrieve(work, account_id, lock=True)
    if name not in account_state.CAPABILITIES:
        raise invalid(f"Invalid capability: {name}", "capability")
    wanted = params.boolean("requested")
    params.finish()
    if wanted is not None:
        account.private["requested"][name] = work.now if wanted else None
        account.data["capabilities"].setdefault(name, "inactive")
        account_state.refresh(work, account)
    return retrieve_capability(work, account_id, name)


def retrieve_capability(work: Work, account_id: str, name: str) -> JSON:
    """Return one capability of an account. Raises ApiError."""
    account = retrieve(work, account_id)
    if name not in account.private["requested"]:
        raise invalid(f"No such capability: '{name}'", "capability", "resource_missing")
    return account_state.capability(account, name)


def list_capabilities(work: Work, account_id: str, params: Reader) -> JSON:
    """Return all capabilities of an account. Raises ApiError."""
    account = retrieve(work, account_id)
    params.finish()
    found = [account_state.capability(account, name) for name in sorted(account.private["requested"])]
    return {"object": "list", "data": found, "has_more": False, "url": f"/v1/accounts/{account_id}/capabilities"}


def reject(work: Work, account_id: str, params: Reader) -> Stored:
    """Refuse to work with a seller; only possible where the platform bears the losses. Raises ApiError."""
    account = retrieve(work, account_id, lock=True)
    if params.text("reason") is None:
        raise params.lacking("reason")
    reason = params.choice("reason", tuple(REASONS))
    params.finish()
    if account.data["controller"]["losses"]["payments"] != "application":
        raise refused("You can only reject accounts for whose losses your platform is liable.")
    account.private["rejected"] = f"rejected.{REASONS[reason or 'other']}"
    account_state.refresh(work, account)
    return account


def unreject(work: Work, account_id: str, params: Reader) -> Stored:
    """Take a rejection back. Raises ApiError."""
    account = retrieve(work, account_id, lock=True)
    params.finish()
    account.private["rejected"] = None
    account_state.refresh(work, account)
    return account


def delete(work: Work, account_id: str) -> JSON:
    """Delete a connected account; whatever its balance, as in test mode. Raises ApiError."""
    account = retrieve(work, account_id, lock=True)
    account.private["deleted"] = True
    work.save(account)
    for planned in ("verify_account", "deadline", "payout_day"):
        work.unplan(planned, account_id)
    return {"id": account_id, "object": "account", "deleted": True}


def list_accounts(work: Work, params: Reader) -> JSON:
    """Return one page of connected accounts, newest first. Raises ApiError."""
    return list_objects(work, "account", params, "/v1/accounts")
