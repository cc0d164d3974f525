"""Where a seller's money is: the parts of the bar, their amounts, and the addresses of the rows behind them."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.payouts.pot_queries import Pot, Pots
from marketplace.web.pages import money_text, sentence
from marketplace.web.seller.orders import release_text

_WIDTH = 1000  # of the bar, in tenths of a per cent
_GAP = 5
_KINDS = {
    Pot.WAITING: "held",
    Pot.AVAILABLE: "available",
    Pot.BLOCKED: "blocked",
    Pot.SENDING: "on-its-way",
    Pot.ON_ITS_WAY: "on-its-way",
    Pot.DEBT: "negative",
}
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
    """Return the parts that make the balance; what is never there unless something went wrong only when it is."""
    blocked = ngettext(
        "%(number)s order waits for a decision",
        "%(number)s orders wait for a decision",
        pots.blocked_orders,
        number=pots.blocked_orders,
    )
    notes = {
        Pot.WAITING: sentence(release_text(next_release, now))
        if next_release and pots.waiting_minor
        else _("Nothing is held"),
        Pot.AVAILABLE: _("Released to you"),
        Pot.BLOCKED: blocked,
        Pot.SENDING: _("A payout takes it to your account at the provider"),
        Pot.DEBT: _("Your next sales pay it"),
    }
    always = {Pot.WAITING, Pot.AVAILABLE}
    return tuple(_row(pots, pot, note) for pot, note in notes.items() if pot in always or pots.minor_of(pot))


def gone(pots: Pots, *, is_full: bool = False) -> tuple[FlowRow, ...]:
    """Return what has left the balance: what is on its way, if anything is; `is_full` shows both, whatever they are."""
    notes = {
        Pot.ON_ITS_WAY: _("Sent, and not with your bank yet") if pots.on_its_way_minor else _("Nothing is on its way"),
        Pot.PAID_OUT: _("With your bank, since you began"),
    }
    shown = [Pot.ON_ITS_WAY] * (pots.on_its_way_minor != 0)
    return tuple(_row(pots, pot, notes[pot]) for pot in (notes if is_full else shown))


def _row(pots: Pots, pot: Pot, note: str) -> FlowRow:
    return FlowRow(_KINDS.get(pot, "paid-out"), pot.label, _amount(pots, pot), note, _pot_url(pot, pots.currency))


def balance(pots: Pots) -> tuple[Total, ...]:
    """Return what the parts make together."""
    return (Total(Pot.BALANCE.label, _amount(pots, Pot.BALANCE), _pot_url(Pot.BALANCE, pots.currency)),)


def _amount(pots: Pots, pot: Pot) -> str:
    return money_text(pots.minor_of(pot), pots.currency)


def bars(pots: Pots) -> tuple[FlowBar, ...]:
    """Return the parts of the bar; a debt takes its room at the end."""
    amounts = [(kind, abs(pots.minor_of(pot))) for pot, kind in _KINDS.items() if pots.minor_of(pot)]
    total, found, x = sum(amount for _kind, amount in amounts), [], 0
    room = _WIDTH - _GAP * (len(amounts) - 1)
    for kind, amount in amounts:
        width = max(amount * room // total, 10)
        found.append(FlowBar(kind, f"{x // 10}.{x % 10}", f"{width // 10}.{width % 10}"))
        x += width + _GAP
    return tuple(found)
