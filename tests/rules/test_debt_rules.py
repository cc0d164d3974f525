"""Which money pays which debt: all that can be paid is, nothing twice, oldest first."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from marketplace.debts import rules
from marketplace.debts.rules import Open, Pairing

AMOUNTS = st.lists(st.integers(0, 10**9), max_size=12)


def opened(amounts: list[int], start: int) -> list[Open]:
    return [Open(start + place, amount) for place, amount in enumerate(amounts)]


def paid_of(pairings: list[Pairing], key: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for pairing in pairings:
        row_id = getattr(pairing, key)
        found[row_id] = found.get(row_id, 0) + pairing.amount_minor
    return found


@given(AMOUNTS, AMOUNTS)
def test_all_that_can_be_paid_is_paid_and_nothing_twice(owed: list[int], available: list[int]) -> None:
    debts, shares = opened(owed, 1), opened(available, 101)
    pairings = rules.pair(debts, shares)
    assert all(pairing.amount_minor > 0 for pairing in pairings)
    assert sum(pairing.amount_minor for pairing in pairings) == min(sum(owed), sum(available))
    for rows, key in ((debts, "debt_id"), (shares, "transaction_id")):
        paid = paid_of(pairings, key)
        assert all(paid.get(row.row_id, 0) <= row.left_minor for row in rows)
        # Oldest first: whatever is left open, nothing after it has been touched.
        touched = [row for row in rows if row.left_minor]
        for before, after in pairwise(touched):
            assert paid.get(before.row_id, 0) == before.left_minor or after.row_id not in paid
    assert len({(one.debt_id, one.transaction_id) for one in pairings}) == len(pairings)


@given(AMOUNTS, AMOUNTS, st.integers(0, 12))
def test_paying_in_two_steps_is_paying_at_once(owed: list[int], available: list[int], cut: int) -> None:
    debts, shares = opened(owed, 1), opened(available, 101)
    first = rules.pair(debts, shares[:cut])
    paid = paid_of(first, "debt_id")
    rest = [Open(debt.row_id, debt.left_minor - paid.get(debt.row_id, 0)) for debt in debts]
    both = [*first, *rules.pair(rest, shares[cut:])]
    assert both == rules.pair(debts, shares)


def test_the_oldest_debt_is_paid_by_the_oldest_share() -> None:
    assert rules.pair(opened([300, 200], 1), opened([250, 100], 101)) == [
        Pairing(1, 101, 250),
        Pairing(1, 102, 50),
        Pairing(2, 102, 50),
    ]
