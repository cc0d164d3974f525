"""Which money pays which debt: oldest against oldest."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Open:
    """A row with an amount still open, minor units of one currency."""

    row_id: int
    left_minor: int


@dataclass(frozen=True)
class Pairing:
    """What of a share pays what of a debt, minor units."""

    debt_id: int
    transaction_id: int
    amount_minor: int


def pair(debts: Sequence[Open], shares: Sequence[Open]) -> list[Pairing]:
    """Return how `shares` pay `debts`, both in the order given, until one side is used up; amounts are above zero."""
    pairings: list[Pairing] = []
    waiting = [(share.row_id, share.left_minor) for share in shares if share.left_minor > 0]
    for debt in debts:
        open_minor = debt.left_minor
        while open_minor > 0 and waiting:
            share_id, left_minor = waiting[0]
            paid = min(open_minor, left_minor)
            pairings.append(Pairing(debt.row_id, share_id, paid))
            open_minor -= paid
            waiting[:1] = [(share_id, left_minor - paid)] if left_minor > paid else []
    return pairings
