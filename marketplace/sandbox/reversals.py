"""Transfer reversals: money back from a connected account to the platform.

Source: docs.stripe.com/connect/separate-charges-and-transfers#reverse-transfers.
"""

from marketplace.sandbox import balance, destination_payments, events, transfers
from marketplace.sandbox.currencies import check_precision, display
from marketplace.sandbox.errors import missing, refused
from marketplace.sandbox.reading import list_objects
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader, merge_metadata


def create(work: Work, transfer_id: str, params: Reader) -> Stored:
    """Reverse a transfer in whole or in part and return the reversal. Raises ApiError.

    The receiver must have the money: available, or still pending as part of this very transfer.
    """
    transfer = transfers.retrieve(work, transfer_id, lock=True)
    amount = params.integer("amount", least=1)
    metadata = {key: value for key, value in params.metadata().items() if value}
    params.text("description", 1000)
    params.refuse(("refund_application_fee",))
    params.finish()
    data, currency = transfer.data, transfer.data["currency"]
    left = data["amount"] - data["amount_reversed"]
    if left == 0:
        raise refused(f"The transfer {transfer_id} is already fully reversed.")
    if amount is not None:
        check_precision(amount, currency, "amount")
    if amount is not None and amount > left:
        raise refused(
            f"Reversal amount ({display(amount, currency)}) is greater than unreversed amount of the transfer "
            f"({display(left, currency)})",
            param="amount",
        )
    work.hold_balance(data["destination"])
    work.hold_balance("")
    available_on = destination_payments.settles_on(work, transfer)
    if available_on <= work.now:
        balance.check_available(
            work, data["destination"], amount or left, currency,
            f"The connected account {data['destination']} does not have enough available funds to reverse "
            f"{display(amount or left, currency)}.",
        )  # fmt: skip
    return reverse(work, transfer, amount or left, available_on, metadata)


def reverse(work: Work, transfer: Stored, amount: int, available_on: int, metadata: JSON) -> Stored:
    """Take `amount` minor units of a locked transfer back, whatever the receiver's balance is then."""
    reversal = work.add(
        "transfer_reversal",
        {
            "amount": amount,
            "balance_transaction": None,
            "currency": transfer.data["currency"],
            "destination_payment_refund": None,
            "metadata": metadata,
            "source_refund": None,
            "transfer": transfer.id,
        },
    )
    money = balance.book(work, reversal, kind="transfer_refund", amount=amount, available_on=available_on)
    refund = destination_payments.give_back(work, transfer, amount, available_on)
    reversal.data |= {"balance_transaction": money.id, "destination_payment_refund": refund.id}
    work.save(reversal)
    refund.data["transfer_reversal"] = reversal.id
    work.save(refund)
    before = {name: transfer.data[name] for name in ("amount_reversed", "reversed")}
    total = transfer.data["amount_reversed"] + amount
    transfer.data |= {"amount_reversed": total, "reversed": total == transfer.data["amount"]}
    work.save(transfer)
    changed = {name: value for name, value in before.items() if transfer.data[name] != value}
    events.emit(work, "transfer.reversed", transfer, changed)
    return reversal


def reverse_for_failed(work: Work, charge: Stored) -> None:
    """Take back every transfer whose source payment has failed after all; nobody has asked for it.

    Stripe does so for platforms made since 2025; the receiver's balance may become negative.
    """
    for seen in work.find("transfer", source_transaction=charge.id):
        transfer = work.need("transfer", seen.id, lock=True)
        left = transfer.data["amount"] - transfer.data["amount_reversed"]
        if left:
            reverse(work, transfer, left, destination_payments.settles_on(work, transfer), {})


def retrieve(work: Work, transfer_id: str, reversal_id: str) -> Stored:
    """Return a reversal of a transfer. Raises ApiError."""
    transfers.retrieve(work, transfer_id)
    found = work.get("transfer_reversal", reversal_id)
    if found is None or found.data["transfer"] != transfer_id:
        raise missing("transfer_reversal", reversal_id, "id")
    return found


def update(work: Work, transfer_id: str, reversal_id: str, params: Reader) -> Stored:
    """Change the metadata of a reversal. Raises ApiError."""
    reversal = retrieve(work, transfer_id, reversal_id)
    reversal.data["metadata"] = merge_metadata(reversal.data["metadata"], params)
    params.finish()
    work.save(reversal)
    return reversal


def list_reversals(work: Work, transfer_id: str, params: Reader) -> JSON:
    """Return one page of the reversals of a transfer, newest first. Raises ApiError."""
    transfers.retrieve(work, transfer_id)
    url = f"/v1/transfers/{transfer_id}/reversals"
    return list_objects(work, "transfer_reversal", params.adding(transfer=transfer_id), url, ("transfer",))
