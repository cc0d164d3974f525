"""A transfer as its receiver sees it: a payment (py_…) into the balance, and refunds of it (pyr_…) by reversals."""

from marketplace.sandbox import balance, events, negative_balances, payout_schedule
from marketplace.sandbox.methods import blank_billing
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON


def receive(work: Work, transfer: Stored, available_on: int) -> Stored:
    """Put the money of a transfer on its destination's balance, to be available on a virtual moment."""
    account = transfer.data["destination"]
    payment = work.add("charge", _payment(transfer), {"behaviour": {}}, "py_", account)
    money = balance.book(work, payment, kind="payment", amount=payment.data["amount"], available_on=available_on)
    payment.data["balance_transaction"] = money.id
    work.save(payment)
    events.emit(work, "payment.created", payment)
    payout_schedule.plan_for(work, account)
    return payment


def _payment(transfer: Stored) -> JSON:
    empty = (
        "application", "application_fee", "application_fee_amount", "calculated_statement_descriptor", "customer",
        "description", "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "outcome",
        "payment_intent", "payment_method", "receipt_email", "receipt_number", "receipt_url", "review", "shipping",
        "source", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
        "balance_transaction",
    )  # fmt: skip
    return {
        **dict.fromkeys(empty),
        "amount": transfer.data["amount"],
        "amount_captured": transfer.data["amount"],
        "amount_refunded": 0,
        "billing_details": blank_billing(),
        "captured": True,
        "currency": transfer.data["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "paid": True,
        "payment_method_details": {"type": "stripe_account", "stripe_account": {}},
        "refunded": False,
        "source_transfer": transfer.id,
        "status": "succeeded",
    }


def settles_on(work: Work, transfer: Stored) -> int:
    """Return when the money of a transfer is available at its receiver, never past."""
    payment = work.need("charge", transfer.data["destination_payment"])
    return balance.settles_on(work, payment)


def give_back(work: Work, transfer: Stored, amount: int, available_on: int) -> Stored:
    """Take `amount` minor units of a transfer from its receiver's balance and return the refund that says so."""
    payment = work.need("charge", transfer.data["destination_payment"], lock=True)
    refund = work.add("refund", _refund(payment, amount), prefix="pyr_", account=payment.account)
    money = balance.book(work, refund, kind="payment_refund", amount=-amount, available_on=available_on)
    refund.data["balance_transaction"] = money.id
    work.save(refund)
    negative_balances.watch(work, payment.account)
    before = {name: payment.data[name] for name in ("amount_refunded", "refunded")}
    total = payment.data["amount_refunded"] + amount
    payment.data |= {"amount_refunded": total, "refunded": total == payment.data["amount"]}
    work.save(payment)
    changed = {name: value for name, value in before.items() if payment.data[name] != value}
    events.emit(work, "charge.refunded", payment, changed)
    return refund


def _refund(payment: Stored, amount: int) -> JSON:
    empty = (
        "balance_transaction", "customer", "customer_account", "payment_intent", "payment_method", "reason",
        "receipt_number", "source_transfer_reversal", "transfer_reversal",
    )  # fmt: skip
    return {
        **dict.fromkeys(empty),
        "amount": amount,
        "charge": payment.id,
        "currency": payment.data["currency"],
        "destination_details": {"type": "stripe_account"},
        "metadata": {},
        "status": "succeeded",
    }
