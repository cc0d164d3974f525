"""Where a seller's money is: the parts of the bar, their amounts, and the addresses of the rows behind them."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.payments.seller_queries import Pot, Pots
from marketplace.web.pages import money_text, sentence
from marketplace.web.seller.orders import release_text

_WIDTH = 1000  # of the bar, in tenths of a per cent
_GAP = 5
_KINDS = {Pot.WAITING: "held", Pot.AVAILABLE: "available", Pot.BLOCKED: "blocked", Pot.DEBT: "negative"}
"""Which colour of the money grammar a pot has."""


@dataclass(frozen=True, slots=True)
class FlowBar:
    """A part of the bar, in per cent."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A part of the money; `explain_url` opens its rows."""

    kind: str
    label: str
    amount: str
    note: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class Total:
    """What all of the parts make."""

    label: str
    amount: str
    explain_url: str
    is_total: bool = True


def _pot_url(pot: Pot, currency: str) -> str:
    return url_for("seller.explain_pot", pot=pot.value, currency=currency)


def rows(pots: Pots, next_release: datetime | None, now: datetime) -> tuple[FlowRow, ...]:
    """Return the parts with their amounts; what is never there unless something went wrong only when it is."""
    blocked = "1 order waits" if pots.blocked_orders == 1 else f"{pots.blocked_orders} orders wait"
    notes = {
        Pot.WAITING: sentence(release_text(next_release, now)) if next_release else "Nothing is held",
        Pot.AVAILABLE: "Released to you",
        Pot.BLOCKED: f"{blocked} for a decision",
        Pot.DEBT: "Your next sales pay it",
    }
    shown = [pot for pot in notes if pots.minor_of(pot) or pot in {Pot.WAITING, Pot.AVAILABLE}]
    return tuple(
        FlowRow(_KINDS[pot], pot.label, _amount(pots, pot), notes[pot], _pot_url(pot, pots.currency)) for pot in shown
    )


def balance(pots: Pots) -> tuple[Total, ...]:
    """Return what the parts make together."""
    return (Total(Pot.BALANCE.label, _amount(pots, Pot.BALANCE), _pot_url(Pot.BALANCE, pots.currency)),)


def _amount(pots: Pots, pot: Pot) -> str:
    return money_text(pots.minor_of(pot), pots.currency)


def bars(pots: Pots) -> tuple[FlowBar, ...]:
    """Return the parts of the bar; a debt takes its room at the end."""
    amounts = {kind: abs(pots.minor_of(pot)) for pot, kind in _KINDS.items() if pots.minor_of(pot)}
    total, found, x = sum(amounts.values()), [], 0
    room = _WIDTH - _GAP * (len(amounts) - 1)
    for kind, amount in amounts.items():
        width = max(amount * room // total, 10)
        found.append(FlowBar(kind, f"{x // 10}.{x % 10}", f"{width // 10}.{width % 10}"))
        x += width + _GAP
    return tuple(found)
