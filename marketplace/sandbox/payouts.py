"""Payouts: money from a balance to a bank account; pending, on its way, paid, and perhaps failed after all."""

from marketplace.sandbox import accounts, balance, business_days, events, external_accounts, payout_schedule
from marketplace.sandbox.currencies import WHOLE_PAYOUTS, check_currency, check_precision, display
from marketplace.sandbox.errors import ApiError, invalid, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

LEAVES_SECONDS = 3_600
"""How long a payout is pending, and can be canceled, before it goes to the bank; in virtual seconds."""
ARRIVES_BUSINESS_DAYS = 2
BOUNCES_SECONDS = 2 * 86_400
"""How long after it was paid a payout to a bad account fails, in virtual seconds."""
ENDED = ("paid", "failed", "canceled")
_WHY = {
    "account_closed": "The bank account has been closed.",
    "no_account": "The bank account details on file are probably incorrect. No bank account could be found with them.",
    "insufficient_funds": "The account has insufficient funds to cover the payout.",
    "debit_not_authorized": "The bank does not authorise debits from this account.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "could_not_process": "The bank could not process this payout.",
}


def create(work: Work, params: Reader) -> Stored:
    """Pay out by hand from the balance of the acting account and return the payout. Raises ApiError."""
    amount, currency = params.integer("amount", least=1), check_currency(params.required("currency", 3), "currency")
    if amount is None:
        raise params.lacking("amount")
    destination = params.text("destination", 255)
    method = params.choice("method", ("standard", "instant")) or "standard"
    asked = {
        "description": params.text("description", 1000),
        "metadata": {key: value for key, value in params.metadata().items() if value},
        "source_type": params.choice("source_type", ("bank_account", "card", "fpx")) or "card",
        "statement_descriptor": params.text("statement_descriptor", 22),
    }
    params.refuse(("payout_method",))
    params.finish()
    if method == "instant":
        raise refused("This bank account does not support instant payouts.", code="instant_payouts_unsupported")
    check_precision(amount, currency, "amount")
    if currency in WHOLE_PAYOUTS and amount % 100:
        raise invalid(f"Invalid amount: a payout in {currency} must be a whole number, so it must end in 00.", "amount")
    bank = _bank(work, currency, destination)
    work.hold_balance(work.account)
    balance.check_available(
        work, work.account, amount, currency,
        f"You have insufficient funds in your account for this payout. Your available {currency.upper()} balance is "
        f"{display(balance.available(work, work.account, currency), currency)}.",
    )  # fmt: skip
    return _send(work, bank, amount, currency, asked, automatic=False)


def _bank(work: Work, currency: str, bank_id: str | None) -> Stored:
    """Return where the acting account is paid to. Raises ApiError when it may not be paid or has no such account."""
    account = accounts.retrieve(work, work.account) if work.account else None
    if account and not account.data["payouts_enabled"]:
        raise refused(
            "Payouts are not enabled for this account. See its requirements for what is missing.",
            code="payouts_not_allowed",
        )
    banks = work.find("bank_account", account=work.account, currency=currency)
    if bank_id:
        wanted = work.get("bank_account", bank_id)
        if wanted is None or wanted.account != work.account or wanted.private.get("deleted"):
            raise missing("external account", bank_id, "destination", 400)
        return wanted
    default = [bank for bank in banks if bank.data["default_for_currency"]]
    if default:
        return default[0]
    if account is None:
        return _platform_bank(work, currency)
    raise refused(f"Sorry, you don't have any external accounts in that currency ({currency}).")


def _platform_bank(work: Work, currency: str) -> Stored:
    """Return the platform's own bank account in a currency; the sandbox opens one when it is first needed."""
    data = {"country": "US", "default_currency": currency}
    return external_accounts.add(work, Stored("", "account", work.now, data, {}), "000123456789", currency=currency)


def _send(work: Work, bank: Stored, amount: int, currency: str, asked: JSON, *, automatic: bool) -> Stored:
    empty = ("application_fee", "application_fee_amount", "balance_transaction", "failure_balance_transaction",
             "failure_code", "failure_message", "original_payout", "payout_method", "reversed_by")  # fmt: skip
    payout = work.add(
        "payout",
        {
            **dict.fromkeys(empty),
            **asked,
            "amount": amount,
            "arrival_date": business_days.after(work.now, ARRIVES_BUSINESS_DAYS),
            "automatic": automatic,
            "currency": currency,
            "destination": bank.id,
            "livemode": False,
            "method": "standard",
            "reconciliation_status": "in_progress" if automatic else "not_applicable",
            "status": "pending",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        },
        dict(bank.private),
        account=bank.account,
    )
    money = balance.book(work, payout, kind="payout", amount=-amount, available_on=work.now,
                         description=asked["description"])  # fmt: skip
    payout.data["balance_transaction"] = money.id
    work.save(payout)
    work.plan("payout_leaves", payout.id, work.now + LEAVES_SECONDS)
    events.emit(work, "payout.created", payout)
    return payout


def pay_automatically(work: Work, account_id: str) -> None:
    """Pay out what is available to a connected account in every currency it has a bank account for, and plan on."""
    account = work.need("account", account_id, lock=True)
    schedule = account.data["settings"]["payouts"]["schedule"]
    if account.data["payouts_enabled"] and not account.private.get("deleted"):
        work.hold_balance(account_id)
        for currency, (free, _) in balance.purses(work, account_id).items():
            banks = work.find("bank_account", account=account_id, currency=currency)
            fit = [bank for bank in banks if bank.data["default_for_currency"] and bank.data["status"] != "errored"]
            amount = free - free % 100 if currency in WHOLE_PAYOUTS else free
            if fit and amount > 0 and schedule["interval"] != "manual":
                _pay_all(work, account, fit[0], amount, currency)
    payout_schedule.plan(work, account)


def _pay_all(work: Work, account: Stored, bank: Stored, amount: int, currency: str) -> None:
    """Pay out the whole available balance and note which transactions it is made of."""
    asked = {
        "description": "STRIPE PAYOUT", "metadata": {}, "source_type": "card",
        "statement_descriptor": account.data["settings"]["payouts"]["statement_descriptor"],
    }  # fmt: skip
    payout = _send(work, bank, amount, currency, asked, automatic=True)
    work.rows(
        "UPDATE objects SET private = private || jsonb_build_object('payout', %(payout)s::text)"
        " WHERE kind = 'balance_transaction' AND account = %(account)s AND currency = %(currency)s"
        " AND available_on <= %(now)s AND NOT private ? 'payout'",
        payout=payout.id, account=account.id, currency=currency, now=work.now,
    )  # fmt: skip


def leave(work: Work, payout_id: str) -> bool:
    """Hand a pending payout to the bank; return False when it is not pending."""
    payout = work.need("payout", payout_id, lock=True)
    if payout.data["status"] != "pending":
        return False
    work.unplan("payout_leaves", payout_id)
    payout.data["status"] = "in_transit"
    work.save(payout)
    work.plan("payout_arrives", payout_id, max(work.now, payout.data["arrival_date"]))
    events.emit(work, "payout.updated", payout, {"status": "pending"})
    return True


def arrive(work: Work, payout_id: str) -> bool:
    """Let a payout reach the bank: it is paid, or it fails at once; return False when it has ended before."""
    payout = work.need("payout", payout_id, lock=True)
    if payout.data["status"] in ENDED:
        return False
    for planned in ("payout_leaves", "payout_arrives"):
        work.unplan(planned, payout_id)
    fails = payout.private["fails"]
    if fails and not payout.private["paid_first"]:
        return fail(work, payout_id, fails)
    payout.data |= {"status": "paid", "trace_id": {"status": "supported", "value": payout.id[-12:].upper()}}
    if payout.data["automatic"]:
        payout.data["reconciliation_status"] = "completed"
    work.save(payout)
    events.emit(work, "payout.paid", payout)
    if payout.data["automatic"]:
        events.emit(work, "payout.reconciliation_completed", payout)
    if fails:
        work.plan("payout_bounces", payout_id, work.now + BOUNCES_SECONDS)
    return True


def bounce(work: Work, payout_id: str) -> None:
    """Let a payout to a bad account fail that had counted as paid."""
    payout = work.need("payout", payout_id)
    fail(work, payout_id, payout.private["fails"])


def fail(work: Work, payout_id: str, code: str) -> bool:
    """Let a payout fail, even a paid one: the money returns and the bank account gets nothing more.

    Return False when it has ended badly already. After `payout.paid` only `payout.failed` tells of it.
    """
    payout = work.need("payout", payout_id, lock=True)
    if payout.data["status"] in ("failed", "canceled"):
        return False
    _give_back(work, payout, "failed", "payout_failure")
    payout.data |= {"failure_code": code, "failure_message": _WHY.get(code, _WHY["could_not_process"])}
    work.save(payout)
    events.emit(work, "payout.failed", payout)
    external_accounts.errored(work, str(payout.data["destination"]))
    payout_schedule.plan_for(work, payout.account)
    return True


def cancel(work: Work, payout_id: str, params: Reader) -> Stored:
    """Call a pending payout off that was made by hand. Raises ApiError."""
    params.finish()
    retrieve(work, payout_id)
    payout = work.need("payout", payout_id, lock=True)
    if payout.data["automatic"]:
        raise refused("You can't cancel automatic payouts.")
    if payout.data["status"] != "pending":
        raise refused(f"Payouts can only be canceled while they are pending. This payout is {payout.data['status']}.")
    _give_back(work, payout, "canceled", "payout_cancel")
    work.save(payout)
    events.emit(work, "payout.canceled", payout)
    payout_schedule.plan_for(work, payout.account)
    return payout


def _give_back(work: Work, payout: Stored, status: str, kind: str) -> None:
    for planned in ("payout_leaves", "payout_arrives", "payout_bounces"):
        work.unplan(planned, payout.id)
    money = balance.book(work, payout, kind=kind, amount=payout.data["amount"], available_on=work.now)
    payout.data |= {"status": status, "failure_balance_transaction": money.id,
                    "trace_id": {"status": "unsupported", "value": None}}  # fmt: skip


def retrieve(work: Work, payout_id: str) -> Stored:
    """Return a payout of the acting account. Raises ApiError."""
    found = work.get("payout", payout_id)
    if found is None or found.account != work.account:
        raise missing("payout", payout_id, "payout")
    return found


def update(work: Work, payout_id: str, params: Reader) -> Stored:
    """Change the metadata of a payout. Raises ApiError."""
    retrieve(work, payout_id)
    payout = work.need("payout", payout_id, lock=True)
    before = payout.data["metadata"]
    payout.data["metadata"] = merge_metadata(before, params)
    params.finish()
    work.save(payout)
    if payout.data["metadata"] != before:
        events.emit(work, "payout.updated", payout, {"metadata": before})
    return payout


def list_payouts(work: Work, params: Reader) -> JSON:
    """Return one page of payouts of the acting account, newest first. Raises ApiError."""
    span, condition, values = params.raw("arrival_date"), "", {}
    if span not in (None, "") and not isinstance(span, dict):
        condition, values = " AND (data->>'arrival_date')::bigint = %(arrival)s", {"arrival": _moment(span)}
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        if isinstance(span, dict) and name in span:
            condition += f" AND (data->>'arrival_date')::bigint {sign} %(arrival_{name})s"
            values[f"arrival_{name}"] = _moment(span[name])
    return list_objects(work, "payout", params, "/v1/payouts", ("status", "destination"), (condition, values))


def _moment(text: object) -> int:
    if not str(text).isdigit():
        raise ApiError(400, f"Invalid integer: {text}", param="arrival_date", saved=False)
    return int(str(text))
