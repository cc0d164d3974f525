"""S15: every type of event that money depends on ends in an operation; what ends in none is named with its reason."""

import ast
from pathlib import Path

import pytest

from marketplace.provider_events.handlers import ACCOUNT_HANDLERS, HANDLERS

SANDBOX = Path(__file__).parent.parent.parent / "marketplace" / "sandbox"
# stripe-reference 9.2, and section 7 for what a payout that fails after `paid` sends: `payout.failed` alone.
MONEY = {
    "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
    "checkout.session.expired", "payment_intent.succeeded", "payment_intent.payment_failed", "charge.succeeded",
    "charge.failed", "charge.updated", "refund.created", "refund.updated", "refund.failed", "charge.dispute.created",
    "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated", "radar.early_fraud_warning.created", "transfer.created", "transfer.reversed",
}  # fmt: skip
SELLERS = {
    "account.updated", "account.application.deauthorized", "payout.created", "payout.updated", "payout.paid",
    "payout.failed", "payout.canceled",
}  # fmt: skip
NEEDLESS = {
    "account.external_account.created": "account.updated tells the same, and the account is read",
    "account.external_account.deleted": "account.updated tells the same, and the account is read",
    "account.external_account.updated": "account.updated tells the same, and the account is read",
    "charge.pending": "payment_intent.processing tells it",
    "charge.refund.updated": "refund.updated tells it",
    "charge.refunded": "a running total of refunds, which must not be read as one of them (S19)",
    "customer.created": "no money",
    "customer.updated": "no money",
    "setup_intent.canceled": "nothing was saved",
    "setup_intent.created": "nothing is saved yet",
    "setup_intent.requires_action": "nothing is saved yet",
    "setup_intent.setup_failed": "nothing was saved; its owner was told on the page",
    "payment.created": "the seller's copy of a transfer, which transfer.created tells",
    "payout.reconciliation_completed": "the lines of an automatic payout are known; nothing moves",
    "transfer.updated": "a transfer's words change; money that comes back is transfer.reversed",
}


def emitted() -> set[str]:
    """Return every type of event that the sandbox's code can send, as far as it is written out."""
    calls = (
        node
        for module in SANDBOX.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"emit", "events.emit"} and len(node.args) > 2
    )
    return {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}


@pytest.mark.scar("S15")
def test_what_moves_money_has_its_handler() -> None:
    assert HANDLERS.keys() >= MONEY
    assert ACCOUNT_HANDLERS.keys() >= SELLERS


@pytest.mark.scar("S15")
def test_what_has_no_handler_is_known_to_need_none() -> None:
    types = emitted()
    assert len(types) > 30
    assert types - HANDLERS.keys() - ACCOUNT_HANDLERS.keys() == NEEDLESS.keys()
