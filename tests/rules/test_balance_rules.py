"""Why a share waits: every state has one answer, the strongest reason first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.payments.states import BlockReason, HoldReason, TransactionStatus
from marketplace.payouts.balance_rules import SellerFacts, ShareFacts, Wait, explain
from marketplace.payouts.rules import Schedule, SkipCause
from marketplace.payouts.states import Interval, PayoutStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RELEASE = NOW + timedelta(days=10)
SETTLES = NOW + timedelta(days=3)
HELD = ShareFacts(
    status=TransactionStatus.HELD,
    hold_reason=HoldReason.STANDARD,
    days_to_hold=30,
    planned_release_date=RELEASE,
    shipped_at=NOW - timedelta(days=1),
    has_arrived=False,
    blocks=frozenset(),
    settles_at=NOW - timedelta(days=1),
    payout=None,
    arrives_at=None,
)
SELLER = SellerFacts(Schedule(Interval.DAILY), None, NOW, timedelta(days=14))
AVAILABLE = replace(HELD, status=TransactionStatus.AVAILABLE, has_arrived=True)
LEAVING = replace(AVAILABLE, status=TransactionStatus.TRANSFERRING, payout=PayoutStatus.IN_TRANSIT, arrives_at=RELEASE)


@pytest.mark.parametrize(
    ("share", "wait", "until", "payout_at"),
    [
        (replace(HELD, has_arrived=True), Wait.HOLD, RELEASE, RELEASE),
        # Nobody has said that it arrived: it counts fourteen days after it was sent, later than the planned day.
        (HELD, Wait.ARRIVAL, NOW + timedelta(days=13), NOW + timedelta(days=13)),
        (replace(HELD, shipped_at=None), Wait.SENDING, None, RELEASE),
        (replace(HELD, shipped_at=None, blocks={BlockReason.REFUND}), Wait.REFUND, None, RELEASE),
        (replace(HELD, blocks={BlockReason.REFUND, BlockReason.MANUAL}, has_arrived=True), Wait.STOP, None, RELEASE),
        (AVAILABLE, Wait.RUN, NOW, NOW),
        (replace(AVAILABLE, settles_at=None), Wait.SETTLING, None, NOW),
        # Nobody is paid before the buyer's payment is in our balance, and the day of that is known.
        (replace(AVAILABLE, settles_at=SETTLES), Wait.SETTLING, SETTLES, SETTLES),
        (replace(AVAILABLE, blocks={BlockReason.DISPUTE}), Wait.DISPUTE, None, NOW),
        (LEAVING, Wait.BANK, RELEASE, None),
        (replace(LEAVING, payout=PayoutStatus.REFUSED), Wait.REFUSED, None, None),
        (replace(LEAVING, payout=PayoutStatus.FAILED), Wait.FAILED, None, None),
        (replace(LEAVING, status=TransactionStatus.PAID_OUT, payout=PayoutStatus.PAID), Wait.NOTHING, None, None),
    ],
)
def test_each_share_has_one_answer(
    share: ShareFacts, wait: Wait, until: datetime | None, payout_at: datetime | None
) -> None:
    found = explain(share, SELLER, NOW)
    assert (found.wait, found.until, found.payout_at) == (wait, until, payout_at)


def test_what_stands_in_every_payouts_way_counts_for_what_is_available() -> None:
    assert explain(AVAILABLE, replace(SELLER, skip=SkipCause.NO_ACCOUNT), NOW).wait is Wait.SKIPPED
    assert explain(HELD, replace(SELLER, skip=SkipCause.NO_ACCOUNT), NOW).wait is Wait.ARRIVAL
    on_request = replace(SELLER, schedule=Schedule(Interval.MANUAL), next_run=None)
    assert explain(AVAILABLE, on_request, NOW).wait is Wait.REQUEST
