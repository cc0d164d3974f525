"""The bank accounts sellers are paid to: test numbers only, and the number itself is never kept."""

import hashlib
import hmac
from dataclasses import dataclass

from marketplace.sandbox import account_state, events
from marketplace.sandbox.currencies import check_currency
from marketplace.sandbox.errors import ApiError, invalid, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata


@dataclass(frozen=True)
class BankBehaviour:
    """What becomes of a payout to this number: the failure code, and whether it counts as paid first."""

    words: str
    fails: str = ""
    paid_first: bool = False


BANKS: dict[str, BankBehaviour] = {
    "000123456789": BankBehaviour("Payouts arrive"),
    "000111111116": BankBehaviour("Payouts fail on arrival: no such account", "no_account"),
    "000111111113": BankBehaviour("Payouts are paid, and fail 2 days later: account closed", "account_closed", True),
    "000222222227": BankBehaviour("Payouts are paid, and fail 2 days later: no money", "insufficient_funds", True),
    "000333333335": BankBehaviour("Payouts fail on arrival: the bank does not allow them", "debit_not_authorized"),
    "000444444440": BankBehaviour("Payouts fail on arrival: wrong currency", "invalid_currency"),
}
"""Stripe's test numbers (docs.stripe.com/connect/testing); which of them are paid first is our choice."""
_TOKENS = {
    "btok_us_verified": "000123456789", "btok_us": "000123456789", "btok_us_verified_noAccount": "000111111116",
    "btok_us_verified_accountClosed": "000111111113",
}  # fmt: skip
ROUTING_NUMBER = "110000000"
BANK_NAME = "SANDBOX TEST BANK"


def behaviour_of(number: str) -> BankBehaviour | None:
    """Return what payouts to an account number do; None when it is not a test number.

    An IBAN or a longer number counts by its last twelve digits, so that accounts of every country can be tried.
    """
    digits = number.replace(" ", "").replace("-", "")
    return BANKS.get(digits) or (BANKS.get(digits[-12:]) if digits[:2].isalpha() else None)


def add(work: Work, account: Stored, number: str, *, currency: str, holder: str | None = None) -> Stored:
    """Store a bank account of a connected account; the first one of a currency becomes its default.

    Raises ApiError when the number is not a test number.
    """
    behaviour = behaviour_of(number)
    if behaviour is None:
        raise invalid(
            "You must use a test bank account number in the sandbox. Try 000123456789.",
            "external_account[account_number]", "account_number_invalid",
        )  # fmt: skip
    others = work.find("bank_account", account=account.id, currency=currency)
    data: JSON = {
        "account": account.id,
        "account_holder_name": holder,
        "account_holder_type": "individual",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": BANK_NAME,
        "country": account.data["country"],
        "currency": currency,
        "customer": None,
        "default_for_currency": not others,
        "fingerprint": hmac.new(b"sandbox bank", number.encode(), hashlib.sha256).hexdigest()[:16],
        "future_requirements": _nothing_due(),
        "last4": number[-4:],
        "metadata": {},
        "requirements": _nothing_due(),
        "routing_number": ROUTING_NUMBER,
        "status": "new",
    }
    private = {"fails": behaviour.fails, "paid_first": behaviour.paid_first}
    bank = work.add("bank_account", data, private, account=account.id)
    events.emit(work, "account.external_account.created", bank)
    return bank


def _nothing_due() -> JSON:
    return {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}


def add_from(work: Work, account: Stored, params: Reader) -> Stored | None:
    """Store the bank account in the parameter `external_account`, a token or a group; None when there is none.

    Raises ApiError.
    """
    sent = params.raw("external_account")
    if sent in (None, ""):
        return None
    currency = str(account.data["default_currency"])
    if isinstance(sent, str):
        if sent not in _TOKENS:
            raise invalid(f"No such token: '{sent}'", "external_account", "resource_missing")
        return add(work, account, _TOKENS[sent], currency=currency)
    group = params.group("external_account")
    if group is None or group.choice("object", ("bank_account", "card")) == "card":
        raise invalid("This sandbox pays out to bank accounts only.", "external_account")
    number, holder = group.required("account_number", 34), group.text("account_holder_name", 200)
    group.text("country", 2), group.text("routing_number", 30), group.text("account_holder_type", 20)
    currency = check_currency(group.text("currency", 3) or currency, "external_account[currency]")
    group.finish()
    return add(work, account, number, currency=currency, holder=holder)


def create(work: Work, account_id: str, params: Reader) -> Stored:
    """Add a bank account to a connected account. Raises ApiError."""
    account = work.lock("account", account_id)
    if account is None:
        raise missing("account", account_id, "account")
    default = params.boolean("default_for_currency")
    metadata = {key: value for key, value in params.metadata().items() if value}
    bank = add_from(work, account, params)
    params.finish()
    if bank is None:
        raise params.lacking("external_account")
    bank.data["metadata"] = metadata
    work.save(bank)
    if default:
        _make_default(work, bank)
    account_state.refresh(work, account)
    return bank


def retrieve(work: Work, account_id: str, bank_id: str) -> Stored:
    """Return a bank account of a connected account. Raises ApiError."""
    bank = work.get("bank_account", bank_id)
    if bank is None or bank.account != account_id or bank.private.get("deleted"):
        raise ApiError(404, f"No such external account: '{bank_id}'", code="resource_missing", param="id")
    return bank


def update(work: Work, account_id: str, bank_id: str, params: Reader) -> Stored:
    """Change the metadata, the holder or the default of a bank account. Raises ApiError."""
    bank = retrieve(work, account_id, bank_id)
    if params.has("account_holder_name"):
        bank.data["account_holder_name"] = params.text("account_holder_name", 200)
    bank.data["metadata"] = merge_metadata(bank.data["metadata"], params)
    default = params.boolean("default_for_currency")
    params.finish()
    work.save(bank)
    if default:
        _make_default(work, bank)
    events.emit(work, "account.external_account.updated", bank, {})
    return bank


def _make_default(work: Work, bank: Stored) -> None:
    for other in work.find("bank_account", account=bank.account, currency=bank.data["currency"]):
        other.data["default_for_currency"] = other.id == bank.id
        work.save(other)
    bank.data["default_for_currency"] = True


def replace(work: Work, account: Stored, bank: Stored) -> None:
    """Let a new bank account take the place of all others of its currency."""
    for other in work.find("bank_account", account=account.id, currency=bank.data["currency"]):
        if other.id != bank.id:
            _remove(work, other)
            events.emit(work, "account.external_account.deleted", other)
    _make_default(work, bank)
    work.save(bank)


def _remove(work: Work, bank: Stored) -> None:
    """Forget a bank account; payouts that went there still name it."""
    bank.private["deleted"] = True
    work.save(bank)


def delete(work: Work, account_id: str, bank_id: str, params: Reader) -> JSON:
    """Delete a bank account that is not the only default. Raises ApiError."""
    params.finish()
    account = work.lock("account", account_id)
    bank = retrieve(work, account_id, bank_id)
    others = work.find("bank_account", account=account_id, currency=bank.data["currency"])
    if bank.data["default_for_currency"] and len(others) > 1:
        raise refused("You cannot delete the default external account of a currency while there are others.")
    _remove(work, bank)
    events.emit(work, "account.external_account.deleted", bank)
    if account:
        account_state.refresh(work, account)
    return {"id": bank_id, "object": "bank_account", "deleted": True}


def list_external(work: Work, account_id: str, params: Reader) -> JSON:
    """Return one page of the bank accounts of a connected account, newest first. Raises ApiError."""
    params.choice("object", ("bank_account", "card"))
    url = f"/v1/accounts/{account_id}/external_accounts"
    acting, work.account = work.account, account_id
    try:
        found = list_objects(work, "bank_account", params, url)
    finally:
        work.account = acting
    return found | {"total_count": len(work.find("bank_account", account=account_id))}


def errored(work: Work, bank_id: str) -> None:
    """Mark a bank account that a payout could not reach; nothing is paid to it until another takes its place."""
    bank = work.get("bank_account", bank_id)
    if bank is None or bank.private.get("deleted"):
        return
    bank.data["status"] = "errored"
    work.save(bank)
    events.emit(work, "account.external_account.updated", bank, {"status": "new"})
    account = work.lock("account", bank.account)
    if account:
        account_state.refresh(work, account)
