"""Whose share a dispute is about, and who bears a loss: tables with nasty cents, and any sequence to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.disputes.evidence_rules import Reason, reason_of
from marketplace.disputes.rules import Bearing, Disputable, assign, plan_loss
from marketplace.media.file_rules import shown_name
from marketplace.money import Money


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def shares(*pairs: tuple[int, int]) -> list[Disputable]:
    return [Disputable(usd(gross), usd(left)) for gross, left in pairs]


@pytest.mark.parametrize(
    ("amount", "of", "parts"),
    [
        (15_000, ((10_000, 10_000), (5_000, 5_000)), (10_000, 5_000)),
        (15_000, ((10_000, 9_000), (5_000, 5_000)), (10_000, 5_000)),
        (5_000, ((10_000, 10_000), (5_000, 5_000)), (0, 5_000)),
        (5_000, ((5_000, 5_000), (5_000, 5_000)), (2_500, 2_500)),
        (5_000, ((10_000, 10_000), (5_000, 4_999)), (3_334, 1_666)),
        (3_001, ((10_000, 10_000), (5_000, 5_000)), (2_001, 1_000)),
        (1, ((10_000, 0), (5_000, 1)), (0, 1)),
        (100, ((80, 0), (40, 20)), (67, 33)),
    ],
    ids=["whole", "whole, partly refunded", "one order", "two alike", "refunded one", "part", "last cent", "too much"],
)
def test_the_rule_says_which_order_bears_it(
    amount: int, of: tuple[tuple[int, int], ...], parts: tuple[int, ...]
) -> None:
    assert [part.minor for part in assign(usd(amount), shares(*of))] == list(parts)


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 100)), min_size=1, max_size=6), st.integers(1, 100))
def test_parts_sum_to_the_amount_and_stay_within_what_was_paid(rows: list[tuple[int, int]], percent: int) -> None:
    of = shares(*((gross, gross * left // 100) for gross, left in rows))
    whole = sum(share.gross.minor for share in of)
    amount = usd(max(whole * percent // 100, 1))
    parts = assign(amount, of)
    assert Money.total(parts, "USD") == amount
    assert all(0 <= part.minor <= share.gross.minor for part, share in zip(parts, of, strict=True))


@given(
    st.integers(1, 10**7),
    st.just(0) | st.integers(1, 10**7),
    st.integers(0, 1_000),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
)
def test_any_sequence_of_losses_gives_the_fee_and_the_discount_back_to_the_cent(
    gross: int, subsidy: int, basis_points: int, parts: list[int]
) -> None:
    fee = usd(gross + subsidy).share(basis_points)
    given_back, fees, taken, left = 0, 0, 0, gross
    for part in [*parts, gross]:
        lost = min(part, left)
        if not lost:
            break
        held = usd(max(gross + subsidy - fee.minor - given_back - taken, 0))
        bearing = Bearing(usd(gross), fee, usd(given_back), held, usd(0), usd(subsidy), usd(taken))
        loss = plan_loss(usd(lost), usd(0), bearing)
        sides = (loss.from_platform, loss.from_held, loss.from_available, loss.from_debt)
        assert Money.total(sides, "USD") == usd(lost) + loss.subsidy_back
        assert min(side.minor for side in sides) >= 0
        given_back, fees, left = given_back + lost, fees + loss.from_platform.minor, left - lost
        taken += loss.subsidy_back.minor
    if not left:
        assert (fees, taken) == (fee.minor, subsidy)


def test_a_reason_that_is_new_to_us_is_told_in_general_words() -> None:
    assert reason_of("something_new", is_warning=False) is Reason.GENERAL
    assert reason_of("made_with_stolen_card", is_warning=True) is Reason.WARNED
    assert all(reason.means.endswith(".") and reason.matters for reason in Reason)


def test_the_advice_names_only_what_the_shop_has() -> None:
    """There are no messages between buyers and sellers (yet)."""
    assert not [point for reason in Reason for point in reason.matters if "essage" in point]


def test_names_are_only_shown() -> None:
    assert shown_name("C:\\pictures\\..\\box.png") == "box.png"
    assert shown_name("../../") == "file"
    assert len(shown_name("x" * 500)) == 100
