"""Objects that go wrong later: what a fault plans when an event tells that its time has come."""

from collections.abc import Iterable

from marketplace.sandbox import account_state, disputes, faults, payouts, refunds, reversals
from marketplace.sandbox.destination_payments import settles_on
from marketplace.sandbox.fault_webhooks import occasion_of
from marketplace.sandbox.faults import Kind, Occasion, Rule
from marketplace.sandbox.store import Stored, Work

TELLS = {
    Kind.REFUND_FAILS: "refund.created",
    Kind.PAYOUT_FAILS: "payout.paid",
    Kind.ACCOUNT_DISABLED: "transfer.created",
    Kind.DISPUTE_REOPENS: "charge.dispute.closed",
    Kind.TRANSFER_REVERSED: "transfer.created",
}
"""After which event each of them is planned."""


def follow(work: Work, event_ids: Iterable[str]) -> None:
    """Plan what the active faults do to the objects of these events."""
    rules = faults.active(work, faults.STATES)
    if not rules:
        return
    for event_id in event_ids:
        occasion = occasion_of(work, event_id)
        for kind in faults.STATES:
            if TELLS[kind] == occasion.event:
                struck = faults.meet(work, (kind,), occasion, rules)
                if struck:
                    plan(work, struck, _target(work, kind, occasion.object_id))


def _target(work: Work, kind: Kind, object_id: str) -> str:
    if kind is not Kind.ACCOUNT_DISABLED:
        return object_id
    return str(work.need("transfer", object_id).data["destination"])


def plan(work: Work, rule: Rule, object_id: str) -> None:
    """Let what the rule says happen to the object when its seconds have passed."""
    work.plan(f"fault_{rule.kind}", object_id, work.now + rule.seconds)


def fail_refund(work: Work, refund_id: str) -> None:
    """Let a refund fail that counted as succeeded."""
    refunds.fail(work, refund_id)


def fail_payout(work: Work, payout_id: str) -> None:
    """Let a payout fail that counted as paid."""
    payouts.fail(work, payout_id, "could_not_process")


def disable_account(work: Work, account_id: str) -> None:
    """Restrict an account: it must send a document before it is paid again."""
    account = work.lock("account", account_id)
    if account is not None and not account.private.get("deleted"):
        account_state.require(work, account, work.now)


def reopen_dispute(work: Work, dispute_id: str) -> None:
    """Ask for evidence once more about a dispute that was decided."""
    disputes.reopen(work, dispute_id)


def reverse_transfer(work: Work, transfer_id: str) -> None:
    """Take back what is left of a transfer, whatever the receiver's balance is then."""
    transfer: Stored = work.need("transfer", transfer_id, lock=True)
    left = transfer.data["amount"] - transfer.data["amount_reversed"]
    if left:
        work.hold_balance(transfer.data["destination"])
        work.hold_balance("")
        reversals.reverse(work, transfer, left, settles_on(work, transfer), {})


_KINDS = {
    Kind.REFUND_FAILS: "refund",
    Kind.PAYOUT_FAILS: "payout",
    Kind.ACCOUNT_DISABLED: "account",
    Kind.DISPUTE_REOPENS: "dispute",
    Kind.TRANSFER_REVERSED: "transfer",
}


def follow_at_once(work: Work, rule: Rule) -> None:
    """Plan what a rule just made does to the object it names, when that is there already."""
    named = rule.where.object
    if named and rule.kind in _KINDS and work.get(_KINDS[rule.kind], named):
        struck = faults.meet(work, (rule.kind,), Occasion(event=rule.where.event, object_id=named,
                             ids=frozenset((named,)), metadata=rule.where.metadata), [rule])  # fmt: skip
        if struck:
            plan(work, struck, named)
