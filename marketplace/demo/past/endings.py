"""What becomes of an order that is paid: sent, received, asked back. Each writes its steps down."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from marketplace.cancellations.rules import CancelReason, Side
from marketplace.demo.cars import CARS
from marketplace.demo.customers import SECOND_ADMIN
from marketplace.demo.past import buying, disputing, returning, selling, talking
from marketplace.demo.past.script import PAST, Sale, Script
from marketplace.demo.people import ADMIN, BECKER, HOLM, Person
from marketplace.orders.rules import BY_HAND, OTHER, Parcel, parcel
from marketplace.refunds.rules import RefundReason

Ending = Callable[[Script, Sale, timedelta], None]

_CARRIERS = {BECKER.email: ("dhl",), HOLM.email: ("postnord",)}
_CARS = frozenset(car.title for car in CARS)
_AMERICAN = ("ups", "fedex", "usps", "ups", OTHER)
_DAY = timedelta(days=1)


def sent(script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be sent within some working hours, and received on somebody's word or by time alone."""
    for seller in sale.sellers:
        sent_at = script.working_hour(paid_at + script.hours(3, 26))
        _ship(script, sale, seller, sent_at)
        arrived_at = sent_at + script.hours(40, 130)
        word = script.chance.choices(("buyer", "seller", "nobody"), weights=(9, 3, 5))[0]
        if word != "nobody":
            deed = selling.confirm_received if word == "buyer" else selling.mark_delivered
            script.add(arrived_at, deed, purchase=sale.key, seller=seller.email)
        talking.write_words(script, sale, seller, sent_at, arrived_at if word != "nobody" else None)


def on_its_way(script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be sent within some working hours, and not be there yet."""
    for seller in sale.sellers:
        _ship(script, sale, seller, script.working_hour(paid_at + script.hours(3, 26)))


def not_sent(script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be forgotten by the seller."""


def asked_back(
    script: Script,
    sale: Sale,
    paid_at: timedelta,
    *,
    reason: RefundReason,
    words: str,
    percent: int = 0,
    minor: int = 0,
    is_sent: bool = True,
    asked: float = 0,
    decide: Callable[[Script, Sale, timedelta], None],
) -> None:
    """Be received and asked back some days later, `asked` days before today where that is given; then `decide`."""
    first = sale.sellers[0]
    if is_sent:
        for seller in sale.sellers:
            _ship(script, sale, seller, paid_at + timedelta(hours=19))
            script.add(paid_at + 4 * _DAY, selling.confirm_received, purchase=sale.key, seller=seller.email)
    asked_at = PAST - asked * _DAY if asked else paid_at + (5 * _DAY if is_sent else timedelta(hours=2))
    script.add(
        asked_at, returning.ask, purchase=sale.key, seller=first.email, reason=reason, words=words, percent=percent,
        minor=minor,
    )  # fmt: skip
    decide(script, sale, asked_at)


def approved(script: Script, sale: Sale, asked_at: timedelta, percent: int = 100, notes: str = "") -> None:
    """Be approved on one of the next days, by two admins where the amount wants it."""
    of = {"purchase": sale.key, "seller": sale.sellers[0].email, "percent": percent, "notes": notes}
    decided_at = script.working_hour(asked_at + script.hours(4, 30))
    script.add(decided_at, returning.approve, admin=ADMIN.email, **of)
    script.add(decided_at + timedelta(hours=1), returning.approve, admin=SECOND_ADMIN.email, **of)
    script.add(decided_at + timedelta(hours=2), buying.hear)


def approved_again(script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Be approved, fail days later, and be approved once more."""
    approved(script, sale, asked_at)
    again = script.working_hour(asked_at + 9 * _DAY)
    of = {"purchase": sale.key, "seller": sale.sellers[0].email, "admin": ADMIN.email, "attempt": 1}
    script.add(again, returning.approve, **of)


def approved_unheard(script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Be approved in the moment in which the provider can't be reached; the shop asks again as soon as it is open."""
    script.add(
        PAST - timedelta(seconds=40), returning.approve, purchase=sale.key, seller=sale.sellers[0].email,
        admin=ADMIN.email, is_heard=False,
    )  # fmt: skip


def approved_by_one(script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Be approved by one admin where two are needed."""
    of = {"purchase": sale.key, "seller": sale.sellers[0].email, "admin": SECOND_ADMIN.email}
    # After a long weekend the next working hour is tomorrow's: then this admin looks in on a Sunday.
    at = min(script.working_hour(asked_at + timedelta(hours=5)), PAST - timedelta(hours=2))
    script.add(at, returning.approve, **of)


def rejected(notes: str, script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Be refused with a reason."""
    of = {"purchase": sale.key, "seller": sale.sellers[0].email, "admin": ADMIN.email, "notes": notes}
    script.add(script.working_hour(asked_at + script.hours(6, 40)), returning.reject, **of)


def withdrawn(script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Be taken back by the buyer."""
    script.add(asked_at + script.hours(2, 20), returning.withdraw, purchase=sale.key, seller=sale.sellers[0].email)


def cancelled(side: Side, reason: CancelReason, note: str, script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be cancelled by one side before anything is sent; other sellers of the basket send theirs."""
    first, *others = sale.sellers
    of = {"purchase": sale.key, "seller": first.email, "side": side, "reason": reason, "note": note}
    script.add(paid_at + script.hours(1, 5), returning.cancel, **of)
    for seller in others:
        _ship(script, sale, seller, paid_at + timedelta(hours=19))


def waits(script: Script, sale: Sale, asked_at: timedelta) -> None:
    """Wait for a decision."""


def given_back_unasked(script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be sent; then an admin gives a tenth back without being asked."""
    sent(script, sale, paid_at)
    of = {"purchase": sale.key, "seller": sale.sellers[0].email, "admin": ADMIN.email}
    words = "The parcel came a week late. We give a tenth of it back."
    started_at = script.working_hour(paid_at + 9 * _DAY)
    script.add(started_at, returning.start, words=words, percent=10, **of)
    script.add(started_at + timedelta(minutes=4), returning.approve, **of)


def given_back_at_provider(script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be sent; then somebody refunds a little in the provider's dashboard."""
    sent(script, sale, paid_at)
    script.add(paid_at + 6 * _DAY, returning.refund_at_provider, purchase=sale.key, minor=1_500)


def answered(said: str, words: str, script: Script, sale: Sale, paid_at: timedelta) -> None:
    """Be sent, while a bank asks about it; the seller says what they know, and an admin answers the bank."""
    sent(script, sale, paid_at)
    of = {"purchase": sale.key, "words": said, "seller": sale.sellers[0].email}
    script.add(paid_at + 2 * _DAY, disputing.say, **of)
    answer = {"purchase": sale.key, "words": words, "admin": ADMIN.email, "customer": sale.customer.person.name}
    answered_at = script.working_hour(paid_at + 3 * _DAY)
    script.add(answered_at, disputing.answer, **answer)
    script.add(answered_at + timedelta(hours=2), buying.hear)


def _ship(script: Script, sale: Sale, seller: Person, at: timedelta) -> None:
    script.add(at, selling.ship, purchase=sale.key, seller=seller.email, parcel=_parcel(script, sale, seller))


def _parcel(script: Script, sale: Sale, seller: Person) -> Parcel:
    if sale.basket[0][1] in _CARS:
        return parcel(BY_HAND, name="", tracking_number="", link="")
    carrier = script.chance.choice(_CARRIERS.get(seller.email, _AMERICAN))
    number = f"{carrier[:2].upper()}{script.chance.randrange(10**11, 10**12)}"
    link = f"https://tracking.example.com/{number}"
    if sale.collects:
        return parcel(BY_HAND, name="", tracking_number="", link="")
    return parcel(carrier, name="Estes Freight", tracking_number=number, link=link)


def back(reason: RefundReason, words: str, decide: Callable[[Script, Sale, timedelta], None], **how: object) -> Ending:
    """Return the ending in which an order is asked back."""
    return partial(asked_back, reason=reason, words=words, decide=decide, **how)  # type: ignore[arg-type]
