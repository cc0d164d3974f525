"""The parameters of connected accounts: who controls them, what is known of them, how they are paid."""

from typing import Any

from marketplace.sandbox.countries import CODES
from marketplace.sandbox.errors import invalid
from marketplace.sandbox.store import Stored
from marketplace.sandbox.wire import JSON, Reader

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INTERVALS = ("manual", "daily", "weekly", "monthly")
CURRENCY_OF_COUNTRY = {
    "US": "usd", "GB": "gbp", "SE": "sek", "NO": "nok", "DK": "dkk", "CH": "chf", "PL": "pln", "CZ": "czk", "HU": "huf",
    "CA": "cad", "AU": "aud", "NZ": "nzd", "JP": "jpy", "SG": "sgd", "HK": "hkd", "MX": "mxn", "BR": "brl", "RO": "ron",
}  # fmt: skip
_PROFILE = ("mcc", "name", "product_description", "support_email", "support_phone", "support_url", "url")
_PERSON_TEXTS = ("first_name", "last_name", "email", "phone", "id_number", "ssn_last_4")
_SECRET = ("id_number", "ssn_last_4", "tax_id")
_UNSUPPORTED = ("account_token", "documents", "groups")
_OF_TYPE: dict[str, tuple[str, str, str, str]] = {
    # fees payer, who bears losses, who collects requirements, dashboard
    "express": ("application_express", "application", "stripe", "express"),
    "custom": ("application_custom", "application", "application", "none"),
    "standard": ("account", "stripe", "stripe", "full"),
}


def read_controller(params: Reader) -> tuple[str, JSON]:
    """Return the account's type and its controller, from either parameter. Raises ApiError."""
    kind, group = params.choice("type", ("express", "custom", "standard")), params.group("controller")
    if kind and group:
        raise invalid("You may not provide the `type` parameter and `controller` parameters simultaneously.", "type")
    if kind:
        return kind, _controller(*_OF_TYPE[kind])
    if group is None:
        return "none", _controller("account", "stripe", "stripe", "full")
    payer = _inner(group, "fees", "payer", ("account", "application")) or "account"
    losses = _inner(group, "losses", "payments", ("application", "stripe")) or "stripe"
    collects = group.choice("requirement_collection", ("application", "stripe")) or "stripe"
    board = _inner(group, "stripe_dashboard", "type", ("express", "full", "none")) or "full"
    group.finish()
    if collects == "application" and (losses, board, payer) != ("application", "none", "application"):
        raise invalid(
            "When `controller[requirement_collection]=application`, losses and fees must be the application's and the "
            "dashboard type must be none.", "controller",
        )  # fmt: skip
    if board == "express" and losses != "application":
        raise invalid("The Express dashboard requires `controller[losses][payments]=application`.", "controller")
    return "none", _controller(payer, losses, collects, board)


def _inner(group: Reader, name: str, field: str, allowed: tuple[str, ...]) -> str | None:
    inner = group.group(name)
    value = inner.choice(field, allowed) if inner else None
    if inner:
        inner.finish()
    return value


def _controller(payer: str, losses: str, collects: str, board: str) -> JSON:
    return {
        "fees": {"payer": payer},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": collects,
        "stripe_dashboard": {"type": board},
        "type": "application",
    }


def read_country(params: Reader) -> str:
    """Return the country of a new account; the platform's own when there is none. Raises ApiError."""
    country = (params.text("country", 2) or "US").upper()
    if country not in CODES:
        raise invalid(f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code.", "country")
    return country


def currency_of(country: str) -> str:
    """Return the currency an account of `country` is paid in by default."""
    return CURRENCY_OF_COUNTRY.get(country, "eur")


def read_capabilities(params: Reader) -> dict[str, bool]:
    """Return which capabilities are asked for (True) or given up (False). Raises ApiError."""
    group = params.group("capabilities")
    found: dict[str, bool] = {}
    for name in ("card_payments", "transfers"):
        inner = group.group(name) if group else None
        wanted = inner.boolean("requested") if inner else None
        if wanted is not None:
            found[name] = wanted
    if group:
        group.finish()
    return found


def change_profile(account: Stored, params: Reader) -> dict[str, str]:
    """Put the business profile and the other plain fields into an account; return what was given. Raises ApiError."""
    params.refuse(_UNSUPPORTED)
    given: dict[str, str] = {}
    group = params.group("business_profile")
    for name in _PROFILE if group else ():
        if group and group.has(name):
            account.data["business_profile"][name] = group.text(name, 40_000)
            given[f"business_profile.{name}"] = group.text(name, 40_000) or ""
    if group:
        for name in ("support_address", "annual_revenue", "estimated_worker_count"):
            group.raw(name)
        group.finish()
    for name in ("email", "business_type"):
        if params.has(name):
            account.data[name] = params.text(name, 512)
    if params.has("business_type"):
        params.choice("business_type", ("individual", "company", "non_profit", "government_entity"))
        given["business_type"] = account.data["business_type"] or ""
    return given


def read_person(params: Reader) -> dict[str, str]:
    """Return what is given of the person, the company and the terms; numbers only as the fact. Raises ApiError."""
    given: dict[str, str] = {}
    for name, texts in (("individual", _PERSON_TEXTS), ("company", ("name", "phone", "tax_id"))):
        group = params.group(name)
        if group is None:
            continue
        for text in texts:
            value = group.text(text, 500)
            if value:
                given[f"{name}.{text}"] = "provided" if text in _SECRET else value
        for part in ("address", "dob"):
            given |= _flat(group.raw(part), f"{name}.{part}")
        group.raw("verification")
        group.finish()
    terms = params.group("tos_acceptance")
    if terms:
        date, ip = terms.integer("date"), terms.text("ip", 45)
        terms.text("user_agent", 1_000), terms.text("service_agreement", 40)
        terms.finish()
        given |= {"tos_acceptance.date": str(date or ""), "tos_acceptance.ip": ip or ""}
    return given


def _flat(value: Any, inside: str) -> dict[str, str]:
    parts = value if isinstance(value, dict) else {}
    return {f"{inside}.{name}": str(text) for name, text in parts.items() if text not in (None, "")}


def change_settings(account: Stored, params: Reader) -> bool:
    """Put the sent settings into an account; return whether the payout schedule was sent. Raises ApiError."""
    group = params.group("settings")
    if group is None:
        return False
    payouts = group.group("payouts")
    for name in ("branding", "card_payments", "dashboard", "payments"):
        if isinstance(sent := group.raw(name), dict):
            account.data["settings"][name] |= sent
    group.finish()
    if payouts is None:
        return False
    own = account.data["settings"]["payouts"]
    debit = payouts.boolean("debit_negative_balances")
    own["debit_negative_balances"] = own["debit_negative_balances"] if debit is None else debit
    if payouts.has("statement_descriptor"):
        own["statement_descriptor"] = payouts.text("statement_descriptor", 22)
    schedule = payouts.group("schedule")
    payouts.finish()
    if schedule is None:
        return False
    days = schedule.text("delay_days", 10)
    own["schedule"] = read_schedule(schedule, own["schedule"])
    if days and days != "minimum":
        own["schedule"]["delay_days"] = schedule.integer("delay_days", least=0, most=31)
    schedule.finish()
    return True


def read_schedule(params: Reader, old: JSON) -> JSON:
    """Return a payout schedule: an interval and, where it needs one, the days. Raises ApiError."""
    interval = params.choice("interval", INTERVALS) or old["interval"]
    made: JSON = {"delay_days": old["delay_days"], "interval": interval}
    weekdays = params.texts("weekly_payout_days") or []
    anchor = params.choice("weekly_anchor", DAYS)
    dates = [_date(text) for text in params.texts("monthly_payout_days") or []]
    first = params.integer("monthly_anchor", least=1, most=31)
    if interval == "weekly":
        chosen = weekdays or ([anchor] if anchor else old.get("weekly_payout_days"))
        if not chosen or not set(chosen) <= set(DAYS):
            raise params.lacking("weekly_anchor")
        made |= {"weekly_anchor": chosen[0], "weekly_payout_days": chosen}
    elif weekdays or anchor:
        raise invalid("You can only set weekly payout days if the interval is weekly.", params.label("weekly_anchor"))
    if interval == "monthly":
        days = dates or ([first] if first else old.get("monthly_payout_days"))
        if not days:
            raise params.lacking("monthly_anchor")
        made |= {"monthly_anchor": days[0], "monthly_payout_days": days}
    elif dates or first:
        words = "You can only set monthly payout days if the interval is monthly."
        raise invalid(words, params.label("monthly_anchor"))
    return made


def _date(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 31:
        raise invalid(f"Invalid day of the month: {text}", "monthly_payout_days")
    return int(text)
