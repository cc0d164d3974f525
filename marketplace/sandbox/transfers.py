"""Transfers: money from the platform's balance to a connected account's, with or without a charge as its source.

Source: docs.stripe.com/connect/separate-charges-and-transfers.
"""

from marketplace.sandbox import balance, destination_payments, events
from marketplace.sandbox.currencies import check_currency, check_precision, display
from marketplace.sandbox.errors import ApiError, missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata

LACKS_FUNDS = (
    "You have insufficient available funds in your account. In the sandbox, pay with the card 4000000000000077 and the "
    "money is available at once, or move the clock forward."
)


def create(work: Work, params: Reader) -> Stored:
    """Transfer money to a connected account and return the transfer. Raises ApiError."""
    currency = check_currency(params.required("currency", 3), "currency")
    destination = params.required("destination", 255)
    source_id = params.text("source_transaction", 255)
    amount = params.integer("amount", least=1)
    asked = {
        "description": params.text("description", 1000),
        "metadata": {key: value for key, value in params.metadata().items() if value},
        "source_type": params.choice("source_type", ("bank_account", "card", "fpx")) or "card",
        "transfer_group": params.text("transfer_group", 255),
    }
    params.finish()
    if amount is not None:
        check_precision(amount, currency, "amount")
    source = _source(work, source_id, currency) if source_id else None
    if amount is None and source is None:
        raise params.lacking("amount")
    _check_destination(work, destination)
    if source is None:
        return _send(work, asked, amount or 0, currency, destination)
    amount = amount or int(source.data["amount"])
    _check_cap(work, source, amount, currency)
    asked["transfer_group"] = asked["transfer_group"] or _group_of(work, source)
    return _send(work, asked, amount, currency, destination, source)


def _source(work: Work, charge_id: str, currency: str) -> Stored:
    charge = work.lock("charge", charge_id)
    if charge is None or charge.account:
        raise missing("charge", charge_id, "source_transaction", 400)
    if charge.data["status"] == "failed":
        raise refused(f"The charge {charge_id} has failed and cannot be the source of a transfer.",
                      param="source_transaction")  # fmt: skip
    money = work.get("balance_transaction", charge.data["balance_transaction"])
    settled = money.data["currency"] if money else charge.data["currency"]
    if settled != currency:
        raise refused(
            f"The currency of source_transaction's balance transaction ({settled}) must be the same as the transfer "
            f"currency ({currency})",
            param="currency",
        )
    return charge


def _check_destination(work: Work, account_id: str) -> None:
    account = work.get("account", account_id)
    if account is None:
        raise missing("destination", account_id, "destination", 400)
    if account.private.get("deleted"):
        words = f"The account {account_id} is no longer connected to your platform."
        raise ApiError(400, words, code="account_invalid", param="destination")
    if account.data["capabilities"].get("transfers") != "active":
        raise ApiError(
            400,
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )


def _check_cap(work: Work, source: Stored, amount: int, currency: str) -> None:
    """Refuse transfers of more than the charge, all of them together; what was reversed does not make room again."""
    before = sum(transfer.data["amount"] for transfer in work.find("transfer", source_transaction=source.id))
    if before + amount > source.data["amount"]:
        raise refused(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{display(source.data['amount'], currency)}. (Existing transfers using this source total "
            f"{display(before, currency)}.)",
            param="amount",
        )


def _group_of(work: Work, source: Stored) -> str:
    """Return the transfer group of a charge, which gets one with its first transfer."""
    if not source.data["transfer_group"]:
        source.data["transfer_group"] = f"group_{source.data['payment_intent'] or source.id}"
        work.save(source)
        intent = work.get("payment_intent", source.data["payment_intent"])
        if intent and not intent.data["transfer_group"]:
            intent.data["transfer_group"] = source.data["transfer_group"]
            work.save(intent)
    return str(source.data["transfer_group"])


def _send(
    work: Work, asked: JSON, amount: int, currency: str, destination: str, source: Stored | None = None
) -> Stored:
    """Move the money: at once, or together with that of a source that has not settled yet."""
    available_on = _source_settles(work, source)
    work.hold_balance(destination)
    work.hold_balance("")
    if available_on <= work.now:
        balance.check_available(work, "", amount, currency, LACKS_FUNDS)
    transfer = work.add(
        "transfer",
        {
            **asked,
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": None,
            "currency": currency,
            "destination": destination,
            "destination_payment": None,
            "livemode": False,
            "reversed": False,
            "source_transaction": source.id if source else None,
        },
    )
    money = balance.book(work, transfer, kind="transfer", amount=-amount, available_on=available_on,
                         description=asked["description"])  # fmt: skip
    payment = destination_payments.receive(work, transfer, available_on)
    transfer.data |= {"balance_transaction": money.id, "destination_payment": payment.id}
    work.save(transfer)
    events.emit(work, "transfer.created", transfer)
    return transfer


def _source_settles(work: Work, source: Stored | None) -> int:
    """Return when the money of a source is there: now without one; foreseen when a debit is still on its way."""
    if source is None:
        return work.now
    later = balance.SETTLEMENT_SECONDS if source.data["status"] == "pending" else 0
    return balance.settles_on(work, source) + later


def follow(work: Work, charge: Stored) -> None:
    """Let the money of transfers become available together with their source, whose balance transaction came later."""
    money = work.get("balance_transaction", charge.data["balance_transaction"])
    for transfer in work.find("transfer", source_transaction=charge.id) if money else ():
        payment = work.need("charge", transfer.data["destination_payment"])
        for holder in (transfer, payment):
            own = work.need("balance_transaction", holder.data["balance_transaction"])
            if own.data["available_on"] > work.now and money:
                own.data["available_on"] = money.data["available_on"]
                work.save(own)


def retrieve(work: Work, transfer_id: str, *, lock: bool = False) -> Stored:
    """Return a transfer of the platform. Raises ApiError."""
    found = work.lock("transfer", transfer_id) if lock else work.get("transfer", transfer_id)
    if found is None or found.account != work.account:
        raise missing("transfer", transfer_id, "transfer")
    return found


def update(work: Work, transfer_id: str, params: Reader) -> Stored:
    """Change the description or the metadata of a transfer. Raises ApiError."""
    transfer = retrieve(work, transfer_id, lock=True)
    before = {name: transfer.data[name] for name in ("description", "metadata")}
    if params.has("description"):
        transfer.data["description"] = params.text("description", 1000)
    transfer.data["metadata"] = merge_metadata(transfer.data["metadata"], params)
    params.finish()
    work.save(transfer)
    changed = {name: value for name, value in before.items() if transfer.data[name] != value}
    if changed:
        events.emit(work, "transfer.updated", transfer, changed)
    return transfer


def list_transfers(work: Work, params: Reader) -> JSON:
    """Return one page of transfers, newest first. Raises ApiError."""
    return list_objects(work, "transfer", params, "/v1/transfers", ("destination", "transfer_group"))
