"""Which side says what, and what that makes: every judgement as a line of a table."""

from dataclasses import replace

import pytest

from marketplace.reconciliation.correcting import can_be_corrected
from marketplace.reconciliation.rules import (
    Cause,
    Kind,
    LineFacts,
    MessageState,
    Proposal,
    Verdict,
    judge_bank_payout,
    judge_line,
)

# A card payment of 100.00 with a fee of 3.20 that all three sides know.
AGREED = LineFacts(
    kind="charge",
    source_kind="charge",
    source_status="succeeded",
    has_reference=False,
    amount_minor=10_000,
    fee_minor=320,
    net_minor=9_680,
    seen=(10_000, 320, 9_680),
    booked_minor=9_680,
    corrected_minor=None,
    row_minor=10_000,
    is_known=True,
    is_comparable=True,
    doubles=False,
    message=MessageState.NONE,
)
UNBOOKED = replace(AGREED, seen=None, booked_minor=None)
REFUND = replace(UNBOOKED, kind="refund", source_kind="refund", amount_minor=-500, fee_minor=0, net_minor=-500)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (AGREED, None),
        (UNBOOKED, Verdict(Kind.MISSING_EVENT, Cause.LOST, Proposal.REREAD, 9_680)),
        (
            replace(UNBOOKED, message=MessageState.WAITS),
            Verdict(Kind.MISSING_EVENT, Cause.PARKED, Proposal.REREAD, 9_680),
        ),
        (
            replace(UNBOOKED, message=MessageState.APPLIED),
            Verdict(Kind.MISSING_EVENT, Cause.STALE, Proposal.REREAD, 9_680),
        ),
        (replace(UNBOOKED, is_known=False), Verdict(Kind.UNKNOWN_OBJECT, Cause.NOT_OURS, Proposal.ASK, 9_680)),
        (
            replace(UNBOOKED, is_known=False, kind="adjustment", source_kind="dispute"),
            Verdict(Kind.UNKNOWN_OBJECT, Cause.NOT_OURS, Proposal.ASK, 9_680),
        ),
        (
            replace(UNBOOKED, is_known=False, kind="stripe_fee", source_kind=""),
            Verdict(Kind.LINE_WITHOUT_ENTRY, Cause.NO_RULE, Proposal.CORRECT, 9_680),
        ),
        (REFUND, Verdict(Kind.MADE_AT_PROVIDER, Cause.BY_HAND, Proposal.MIRROR, -500)),
        (replace(REFUND, has_reference=True), Verdict(Kind.MISSING_EVENT, Cause.LOST, Proposal.REREAD, -500)),
        (replace(UNBOOKED, doubles=True), Verdict(Kind.DOUBLED, Cause.TWICE_THERE, Proposal.ASK, 9_680)),
        (replace(UNBOOKED, corrected_minor=9_680), None),
        (
            replace(UNBOOKED, corrected_minor=9_000),
            Verdict(Kind.AMOUNT_DIFFERS, Cause.BOOKED_OTHERWISE, Proposal.CORRECT, 680),
        ),
        (replace(AGREED, corrected_minor=9_680), Verdict(Kind.DOUBLED, Cause.TWICE_HERE, Proposal.UNDO, -9_680)),
        (
            replace(AGREED, booked_minor=None),
            Verdict(Kind.LINE_WITHOUT_ENTRY, Cause.ENTRY_GONE, Proposal.CORRECT, 9_680),
        ),
        (
            replace(AGREED, booked_minor=9_679),
            Verdict(Kind.AMOUNT_DIFFERS, Cause.BOOKED_OTHERWISE, Proposal.CORRECT, 1),
        ),
        (
            replace(AGREED, seen=(10_001, 321, 9_680)),
            Verdict(Kind.AMOUNT_DIFFERS, Cause.BOOKED_OTHERWISE, Proposal.CORRECT, 0),
        ),
        (replace(AGREED, row_minor=9_999), Verdict(Kind.AMOUNT_DIFFERS, Cause.ROW_OTHERWISE, Proposal.ASK, 1)),
        (replace(AGREED, row_minor=None), Verdict(Kind.ROW_WITHOUT_LINE, Cause.NO_ROW, Proposal.ASK, 0)),
        (replace(AGREED, row_minor=None, is_comparable=False), None),
        (replace(AGREED, kind="refund", source_status="failed", row_minor=None), None),
    ],
)
def test_each_line_is_judged_by_what_the_sides_know(line: LineFacts, verdict: Verdict | None) -> None:
    assert judge_line(line) == verdict


@pytest.mark.parametrize(
    ("ours", "theirs", "is_overdue", "kind"),
    [
        ("paid", "paid", True, None),
        ("paid", "failed", False, Kind.STATUS_DIFFERS),
        ("paid", "canceled", False, Kind.STATUS_DIFFERS),
        ("failed", "paid", False, Kind.STATUS_DIFFERS),
        ("failed", "canceled", False, None),
        ("in_transit", "paid", False, None),
        ("in_transit", "paid", True, Kind.STATUS_DIFFERS),
        ("in_transit", "in_transit", True, None),
        ("reversed", "paid", True, None),
    ],
)
def test_a_payment_to_a_bank_is_judged_once_its_message_is_late(
    ours: str, theirs: str, is_overdue: bool, kind: Kind | None
) -> None:
    verdict = judge_bank_payout(
        ours=ours,
        theirs=theirs,
        asked_minor=500,
        amount_minor=500,
        is_overdue=is_overdue,
        message=MessageState.NONE,
    )
    assert (verdict.kind if verdict else None) == kind


@pytest.mark.parametrize(
    ("kind", "cause", "attempts", "difference", "can"),
    [
        (Kind.LINE_WITHOUT_ENTRY, Cause.NO_RULE, 0, -100, True),
        (Kind.LINE_WITHOUT_ENTRY, Cause.NO_RULE, 0, 0, False),
        (Kind.MISSING_EVENT, Cause.LOST, 0, -100, False),
        (Kind.MISSING_EVENT, Cause.LOST, 1, -100, True),
        (Kind.AMOUNT_DIFFERS, Cause.ROW_OTHERWISE, 3, -100, False),
        (Kind.DOUBLED, Cause.TWICE_THERE, 0, -100, True),
        (Kind.DOUBLED, Cause.TWICE_HERE, 0, -100, False),
        (Kind.ROW_WITHOUT_LINE, Cause.NOT_YET, 1, -100, False),
    ],
)
def test_an_entry_is_booked_only_where_one_puts_it_right(
    kind: Kind, cause: Cause, attempts: int, difference: int, can: bool
) -> None:
    assert can_be_corrected(kind, cause, attempts, difference) is can
