"""Refund rules: any sequence of partial refunds of any split ends at the whole, to the cent, whoever bears the fee."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.money import Money
from marketplace.payments.rules import needs_second_approver
from marketplace.refunds import rules
from marketplace.refunds.rules import FeeBearer, Plan, Standing


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def untouched(gross: int, platform: int, processing: int, subsidy: int = 0) -> Standing:
    left = gross + subsidy - platform - processing
    return Standing(
        gross=usd(gross),
        platform_fee=usd(platform),
        processing_fee=usd(processing),
        refunded=usd(0),
        reserved=usd(0),
        held=usd(left),
        available=usd(0),
        transferred=usd(0),
        subsidy=usd(subsidy),
        subsidy_taken=usd(0),
    )


def after(standing: Standing, plan: Plan) -> Standing:
    """Return what approving `plan` leaves."""
    return Standing(
        standing.gross,
        standing.platform_fee,
        standing.processing_fee,
        standing.refunded + plan.amount,
        standing.reserved + plan.amount,
        standing.held - plan.from_held,
        standing.available - plan.from_available,
        standing.transferred,
        standing.subsidy,
        standing.subsidy_taken + plan.subsidy_back,
    )


class Stage(StrEnum):
    """What can happen to a share between two refunds of its order."""

    STAY = "stay"
    RELEASE = "release"
    PAY_OUT = "pay out"
    TAKE_BACK = "take back"


def moved(standing: Standing, stage: Stage) -> Standing:
    """Return where the money stands after `stage`; a stage that does not apply changes nothing."""
    held, available, gone, nothing = standing.held, standing.available, standing.transferred, usd(0)
    if stage is Stage.RELEASE:
        return replace(standing, held=nothing, available=available + held)
    if stage is Stage.PAY_OUT:
        return replace(standing, available=nothing, transferred=gone + available)
    if stage is Stage.TAKE_BACK and not held:
        return replace(standing, available=available + gone, transferred=nothing)
    return standing


STAGES = st.lists(st.sampled_from(Stage), min_size=9, max_size=9)


@st.composite
def orders_and_cuts(draw: st.DrawFn) -> tuple[int, int, int, int, list[int]]:
    gross = draw(st.integers(1, 2_000_000))
    subsidy = draw(st.just(0) | st.integers(1, 2_000_000))
    platform = draw(st.integers(0, gross + subsidy))
    processing = draw(st.integers(0, gross + subsidy - platform))
    cuts = sorted(draw(st.sets(st.integers(1, gross), max_size=8)) | {gross})
    return gross, platform, processing, subsidy, [cut - before for before, cut in zip([0, *cuts], cuts, strict=False)]


@pytest.mark.covers("S2.16", "S4.7")
@given(orders_and_cuts(), st.sampled_from(FeeBearer), STAGES)
def test_s30_any_sequence_of_parts_sums_to_the_cent_wherever_the_money_has_gone_between(
    order: tuple[int, int, int, int, list[int]], bearer: FeeBearer, stages: list[Stage]
) -> None:
    gross, platform, processing, subsidy, parts = order
    standing, plans = untouched(gross, platform, processing, subsidy), []
    for part, stage in zip(parts, stages, strict=False):
        standing = moved(standing, stage)
        plan = rules.plan_refund(usd(part), standing, bearer)
        pieces = (plan.from_platform, plan.from_cost, plan.from_held, plan.from_available, plan.from_debt)
        assert sum(piece.minor for piece in pieces) == part + plan.subsidy_back.minor
        assert min(piece.minor for piece in pieces) >= 0
        assert plan.can_take_back == min(plan.from_debt, standing.transferred)
        plans.append(plan)
        standing = after(standing, plan)

    cost = processing if bearer is FeeBearer.PLATFORM else 0
    assert sum(plan.from_platform.minor for plan in plans) == platform
    assert sum(plan.from_cost.minor for plan in plans) == cost
    assert sum(plan.subsidy_back.minor for plan in plans) == subsidy
    assert sum(plan.from_seller.minor for plan in plans) == gross + subsidy - platform - cost
    assert standing.left == standing.held == usd(0)
    # What the seller still has, less what they owe for it, is the fee that the provider keeps, if they bear it.
    has = standing.available + standing.transferred
    assert has.minor - sum(plan.from_debt.minor for plan in plans) == cost - processing


@pytest.mark.covers("S4.7")
@pytest.mark.parametrize(
    ("bearer", "platform", "cost", "held", "debt"),
    [(FeeBearer.SELLER, 300, 0, 9_380, 320), (FeeBearer.PLATFORM, 300, 320, 9_380, 0)],
)
def test_one_hundred_dollars(bearer: FeeBearer, platform: int, cost: int, held: int, debt: int) -> None:
    plan = rules.plan_refund(usd(10_000), untouched(10_000, 300, 320), bearer)
    found = (plan.from_platform, plan.from_cost, plan.from_held, plan.from_debt)
    assert [piece.minor for piece in found] == [platform, cost, held, debt]


def test_released_money_is_taken_before_debt_is_made() -> None:
    released = moved(untouched(10_000, 300, 320), Stage.RELEASE)
    plan = rules.plan_refund(usd(10_000), released, FeeBearer.SELLER)
    assert (plan.from_held.minor, plan.from_available.minor, plan.from_debt.minor) == (0, 9_380, 320)


def test_what_has_left_becomes_debt_and_only_what_was_sent_can_be_taken_back() -> None:
    gone = moved(moved(untouched(10_000, 300, 320), Stage.RELEASE), Stage.PAY_OUT)
    plan = rules.plan_refund(usd(10_000), gone, FeeBearer.SELLER)
    assert (plan.from_available.minor, plan.from_debt.minor, plan.can_take_back.minor) == (0, 9_700, 9_380)


def test_no_other_plan_is_executed_than_was_seen() -> None:
    held = untouched(10_000, 300, 320)
    seen = rules.plan_refund(usd(5_000), held, FeeBearer.SELLER)
    rules.check_seen(seen, seen.fingerprint)
    for other in (
        rules.plan_refund(usd(5_000), moved(held, Stage.RELEASE), FeeBearer.SELLER),
        rules.plan_refund(usd(5_001), held, FeeBearer.SELLER),
        rules.plan_refund(usd(5_000), held, FeeBearer.PLATFORM),
    ):
        with pytest.raises(Conflict, match="Look again"):
            rules.check_seen(other, seen.fingerprint)


@pytest.mark.covers("S4.7")
def test_s22_what_others_ask_for_is_not_left() -> None:
    waiting = replace(untouched(10_000, 300, 320), reserved=usd(6_000))
    rules.plan_refund(usd(4_000), waiting, FeeBearer.SELLER)
    with pytest.raises(Conflict):
        rules.plan_refund(usd(4_001), waiting, FeeBearer.SELLER)


@pytest.mark.parametrize("nothing", [0, -1])
def test_s27_nothing_is_no_refund(nothing: int) -> None:
    with pytest.raises(Invalid):
        rules.plan_refund(usd(nothing), untouched(10_000, 300, 320), FeeBearer.SELLER)


@pytest.mark.covers("S2.16")
def test_a_quarter_of_eighty_is_twenty() -> None:
    assert rules.amount_of_percentage(usd(8_000), 25) == usd(2_000)
    for wrong in (0, 101):
        with pytest.raises(Invalid):
            rules.amount_of_percentage(usd(8_000), wrong)


def test_items_come_with_their_part_of_the_tax_and_without_delivery() -> None:
    assert rules.amount_of_lines([usd(2_500), usd(2_500)], usd(10_000), usd(700)) == usd(5_350)
    with pytest.raises(Invalid):
        rules.amount_of_lines([], usd(10_000), usd(700))


def test_the_largest_refund_one_admin_may_approve_alone() -> None:
    assert not needs_second_approver(usd(50_000), 50_000)
    assert needs_second_approver(usd(50_001), 50_000)


def test_i23_the_second_approver_is_another_person_and_no_party() -> None:
    rules.check_approver(3, buyer_id=1, seller_id=2, first_approver_id=4)
    for who in (1, 2, 4):
        with pytest.raises(NotAllowed):
            rules.check_approver(who, buyer_id=1, seller_id=2, first_approver_id=4)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ((2026, 11, 16), (2026, 11, 18)),  # Monday to Wednesday
        ((2026, 11, 19), (2026, 11, 23)),  # Thursday to Monday
        ((2026, 11, 20), (2026, 11, 24)),  # Friday to Tuesday
        ((2026, 11, 21), (2026, 11, 24)),  # Saturday to Tuesday
    ],
)
def test_two_working_days(asked: tuple[int, int, int], due: tuple[int, int, int]) -> None:
    assert rules.answer_due(datetime(*asked, 9, 30, tzinfo=UTC)) == datetime(*due, 9, 30, tzinfo=UTC)


def test_who_may_still_ask() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert rules.may_be_asked(now - timedelta(days=120), usd(1), now)
    assert not rules.may_be_asked(now - timedelta(days=121), usd(1), now)
    assert not rules.may_be_asked(now, usd(0), now)
    assert not rules.may_be_asked(None, usd(1), now)
