"""What happens by itself when virtual time passes."""

from collections.abc import Callable

from marketplace.sandbox import (
    account_state,
    attempts,
    charges,
    disputes,
    fault_states,
    negative_balances,
    payouts,
    refunds,
    sessions,
)
from marketplace.sandbox.paypal import orders as paypal_orders
from marketplace.sandbox.paypal import refunds as paypal_refunds
from marketplace.sandbox.store import Work


def _book_late_fee(work: Work, charge_id: str) -> None:
    charges.book_fee(work, work.need("charge", charge_id, lock=True))


def _end_debit(work: Work, session_id: str) -> None:
    attempts.end_debit(work, session_id)


def _end_refund(work: Work, refund_id: str) -> None:
    refunds.succeed(work, refund_id)


def _fail_refund(work: Work, refund_id: str) -> None:
    refunds.fail(work, refund_id)


def _verify(work: Work, account_id: str) -> None:
    account_state.end_verification(work, account_id)


def _send_payout(work: Work, payout_id: str) -> None:
    payouts.leave(work, payout_id)


def _end_payout(work: Work, payout_id: str) -> None:
    payouts.arrive(work, payout_id)


_DEEDS: dict[str, Callable[[Work, str], None]] = {
    "expire": sessions.expire_when_due,
    "debit_ends": _end_debit,
    "fee": _book_late_fee,
    "refund_succeeds": _end_refund,
    "refund_fails": _fail_refund,
    "verify_account": _verify,
    "deadline": account_state.when_deadline_passes,
    "payout_day": payouts.pay_automatically,
    "payout_leaves": _send_payout,
    "payout_arrives": _end_payout,
    "payout_bounces": payouts.bounce,
    "dispute_due": disputes.when_due,
    "dispute_decided": disputes.decide_as_planned,
    "inquiry_closes": disputes.close_inquiry,
    "collect": negative_balances.collect,
    "paypal_clears": paypal_orders.clear,
    "paypal_refund_ends": paypal_refunds.end,
    "fault_refund_fails": fault_states.fail_refund,
    "fault_payout_fails": fault_states.fail_payout,
    "fault_account_disabled": fault_states.disable_account,
    "fault_dispute_reopens": fault_states.reopen_dispute,
    "fault_transfer_reversed": fault_states.reverse_transfer,
}


def do_next(work: Work) -> bool:
    """Do the oldest thing that is due, as of the moment it was due; return False when nothing is.

    The row is removed last and not locked before: a buyer's request locks the session first and the plan afterwards,
    and each deed looks at the state it finds, so doing one twice changes nothing.
    """
    row = work.row("SELECT * FROM due WHERE at <= %(now)s ORDER BY at, seq LIMIT 1", now=work.present)
    if row is None:
        return False
    work.now = row["at"]
    _DEEDS[row["what"]](work, row["object_id"])
    work.rows("DELETE FROM due WHERE seq = %(seq)s", seq=row["seq"])
    return True
