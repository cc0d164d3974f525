"""The ways a checkout can go: each writes its steps down and returns when the money came, None when it never did."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from marketplace.demo.past import buying
from marketplace.demo.past.script import Sale, Script

Course = Callable[[Script, Sale], timedelta | None]

VISA, MASTERCARD, AMEX = "4242424242424242", "5555555555554444", "378282246310005"
DECLINED, NO_MONEY, EXPIRED_CARD, WRONG_CODE = (
    "4000000000000002", "4000000000009995", "4000000000000069", "4000000000000127",
)  # fmt: skip
ASKS, ASKS_THEN_DECLINES = "4000002500003155", "4000008400001629"
LATE_FEE, ELEVATED_RISK, SLOW_REFUND, REFUND_FAILS = (
    "4000000000003600", "4000000000009235", "4000000000007726", "4000000000005126",
)  # fmt: skip
FRAUD, NOT_RECEIVED, INQUIRY, WARNING = (
    "4000000000000259", "4000000000002685", "4000000000001976", "4000000000005423",
)  # fmt: skip
CLEARS, BOUNCES, NEVER_ENDS, REFUND_NEEDS_DETAILS = "000123456789", "000222222227", "000000000009", "000555555559"
_PAGE_OPEN = timedelta(minutes=32)
_CLEARING = timedelta(days=2, minutes=8)


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _try(script: Script, sale: Sale, after: int, card: str = VISA, **how: object) -> timedelta:
    at = sale.at + _minutes(after)
    script.add(at, buying.pay, purchase=sale.key, customer=sale.customer, card=card, **how)
    return at


def _card(card: str, script: Script, sale: Sale) -> timedelta:
    return _try(script, sale, 3, card)


def _declined(cards: tuple[str, ...], then: str, script: Script, sale: Sale) -> timedelta | None:
    """Be declined with each of `cards`, then pay with another one, or leave when there is none."""
    for number, card in enumerate(cards):
        _try(script, sale, 3 + 2 * number, card, declines=number)
    if then:
        return _try(script, sale, 5 + 2 * len(cards), then, declines=len(cards))
    script.add(sale.at + _PAGE_OPEN, buying.hear)
    return None


def _asked(card: str, passes: bool | None, then: str, script: Script, sale: Sale) -> timedelta | None:
    """Be asked by the bank, pass or fail or leave the question open; after a failure perhaps another card."""
    at = _try(script, sale, 3, card, authenticate=passes)
    if passes and card == ASKS:
        return at
    return _try(script, sale, 7, then, declines=1) if then else None


def _debit(account: str, script: Script, sale: Sale) -> timedelta | None:
    _try(script, sale, 4, account=account)
    script.add(sale.at + _CLEARING, buying.hear)
    if account == NEVER_ENDS:  # at the time of another step, so that the rest of the past stays as it is
        script.add(sale.at + _CLEARING, buying.open_invoices, purchase=sale.key, customer=sale.customer)
    return sale.at + _CLEARING if account in (CLEARS, REFUND_NEEDS_DETAILS) else None


def _bounced_then_card(script: Script, sale: Sale) -> timedelta:
    _debit(BOUNCES, script, sale)
    back = _CLEARING + timedelta(hours=5)
    script.add(sale.at + back, buying.try_again, purchase=sale.key, customer=sale.customer)
    return _try(script, sale, int(back.total_seconds()) // 60 + 4)


def _expires(script: Script, sale: Sale) -> None:
    script.add(sale.at + _PAGE_OPEN, buying.hear)


def _expires_then_card(script: Script, sale: Sale) -> timedelta:
    _expires(script, sale)
    script.add(sale.at + timedelta(hours=3), buying.try_again, purchase=sale.key, customer=sale.customer)
    return _try(script, sale, 183)


def _declined_then_new_page(script: Script, sale: Sale) -> timedelta:
    _try(script, sale, 3, NO_MONEY)
    script.add(sale.at + _minutes(9), buying.try_again, purchase=sale.key, customer=sale.customer)
    return _try(script, sale, 12, MASTERCARD)


def _goes_back(script: Script, sale: Sale) -> None:
    script.add(sale.at + _minutes(6), buying.go_back, purchase=sale.key, customer=sale.customer)


def _stays_open(script: Script, sale: Sale) -> None:
    """Leave the page open in front of oneself."""


COURSES: Mapping[str, Course] = {
    "visa": partial(_card, VISA),
    "mastercard": partial(_card, MASTERCARD),
    "amex": partial(_card, AMEX),
    "card with a late fee": partial(_card, LATE_FEE),
    "card of elevated risk": partial(_card, ELEVATED_RISK),
    "card with slow refunds": partial(_card, SLOW_REFUND),
    "card whose refunds fail": partial(_card, REFUND_FAILS),
    "card disputed as fraud": partial(_card, FRAUD),
    "card disputed as not received": partial(_card, NOT_RECEIVED),
    "card the bank asks about": partial(_card, INQUIRY),
    "card the bank warns of": partial(_card, WARNING),
    "declined, then another card": partial(_declined, (DECLINED,), MASTERCARD),
    "no money, then another card": partial(_declined, (NO_MONEY,), VISA),
    "wrong code, then right": partial(_declined, (WRONG_CODE,), VISA),
    "declined twice, then another card": partial(_declined, (NO_MONEY, EXPIRED_CARD), AMEX),
    "card after card": partial(_declined, (DECLINED, NO_MONEY, WRONG_CODE, EXPIRED_CARD), VISA),
    "declined, then a new page": _declined_then_new_page,
    "declined and left": partial(_declined, (DECLINED,), ""),
    "declined twice and left": partial(_declined, (NO_MONEY, DECLINED), ""),
    "bank asks": partial(_asked, ASKS, True, ""),
    "bank asks in vain, then another card": partial(_asked, ASKS, False, VISA),
    "bank asks, then declines, then another card": partial(_asked, ASKS_THEN_DECLINES, True, VISA),
    "bank's question stays open": partial(_asked, ASKS, None, ""),
    "debit": partial(_debit, CLEARS),
    "debit with refunds that need details": partial(_debit, REFUND_NEEDS_DETAILS),
    "debit bounces": partial(_debit, BOUNCES),
    "debit bounces, then a card": _bounced_then_card,
    "debit never ends": partial(_debit, NEVER_ENDS),
    "page expires": _expires,
    "page expires, then a card": _expires_then_card,
    "goes back": _goes_back,
    "page stays open": _stays_open,
}
