"""The past from beginning to end: the cases, the sales that chance adds, and what goes on beside them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from marketplace.demo.customers import ALEX, AMERICANS, EUROPEANS, Customer
from marketplace.demo.past import (
    accounts,
    auctioning,
    buying,
    discounting,
    endings,
    paying,
    saving,
    selling,
    talking,
    transferring,
    wallets,
)
from marketplace.demo.past.cases import CASES, Case
from marketplace.demo.past.courses import COURSES
from marketplace.demo.past.script import PAST, Sale, Script, Step
from marketplace.demo.people import (
    ADMIN,
    BECKER,
    BELL,
    BUYER,
    HARBOUR,
    HOLM,
    KAIDO,
    LUMEN,
    NOVAK,
    RIVERA,
    SELLERS,
    Person,
)
from marketplace.demo.shelf import PARTS
from marketplace.money import Money
from marketplace.refunds.rules import RefundReason

SALES = 150
# So many sales come before the last two weeks.
_LAST_WEEKS = 108
# Monday to Sunday: people mend their cars at the weekend.
_BY_WEEKDAY = (9, 8, 8, 10, 12, 17, 15)
_HOURS = (6, 8, 11, 12, 13, 15, 17, 18, 19, 20, 21, 22)
_SELLERS = (HARBOUR, LUMEN, NOVAK, RIVERA, KAIDO, BECKER, HOLM)
_SHARES = (34, 17, 15, 12, 5, 10, 7)
_AMERICAN = (HARBOUR, LUMEN, NOVAK, RIVERA)
_CARDS = ("visa", "mastercard", "amex", "bank asks", "card of elevated risk", "card with a late fee")
_CARD_SHARES = (60, 22, 8, 6, 2, 2)
_DAY = timedelta(days=1)
# Before it sellers are set up, and before that codes are made.
_FIRST_SALE = timedelta(minutes=10)
_SOME = 3
# What happens in a case must not hang on chance: a refund of more needs two admins. Of the Swedish seller, in kronor.
_CASE_MINOR = 480_00
_TAKEN_BACK_ON = 62
# The days whose nights the shop lives through: all of the last ones, in which payouts must be refused whatever weekday
# the past begins on. In days, how often it asks the provider about what it may have missed, which lists thirty.
_LAST_DAYS = 78
_LATE_NIGHTS = 2
_NIGHTS = (*range(2, _LAST_DAYS, 2), *range(_LAST_DAYS, PAST.days + 1))
_ASKED_EVERY = 27


def write_past(begins_at: datetime, sales: int = SALES) -> tuple[Step, ...]:
    """Return all steps of the past that begins at `begins_at`; the same moment gives the same past.

    Fewer `sales` keep as many from the last weeks, for a short past in a test, and no payout of theirs goes wrong.
    """
    script = Script(begins_at)
    days = script.chance.choices(range(90), weights=_weights(begins_at), k=SALES - len(CASES))
    plans: list[tuple[timedelta, Case | None]] = [(PAST - case.age * _DAY, case) for case in CASES]
    plans += [(_moment(script, day), None) for day in days]
    ordered = sorted(plans, key=lambda plan: plan[0])
    for number, (at, case) in enumerate(ordered, start=1):
        if sales == SALES or _LAST_WEEKS < number <= _LAST_WEEKS + sales:
            _write_sale(script, f"past-{number:03}", timedelta(minutes=round(at.total_seconds() / 60)), case)
    _write_days(script)
    if sales == SALES:
        _write_payouts(script)
        for at, deed, values in auctioning.steps():
            script.add(at, deed, **values)
    return script.in_order()


def _weights(begins_at: datetime) -> list[int]:
    """Return how busy each of the ninety days is: by its weekday, and a little more from week to week."""
    return [_BY_WEEKDAY[(begins_at + day * _DAY).weekday()] * (100 + day) for day in range(90)]


def _moment(script: Script, day: int) -> timedelta:
    """Return a moment on `day` when people shop, and never in the last minutes, which the cases have for themselves."""
    hour = timedelta(hours=script.chance.choice(_HOURS), minutes=script.chance.randrange(60))
    midnight = script.begins_at.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + (day * _DAY) + hour - script.begins_at
    return max(_FIRST_SALE, min(at, PAST - timedelta(hours=1)))


def _write_sale(script: Script, key: str, at: timedelta, case: Case | None) -> None:
    sale = _sale_of(script, key, at, case) if case else _any_sale(script, key, at)
    course = case.course if case else script.chance.choices(_CARDS, weights=_CARD_SHARES)[0]
    ending = case.ending if case else endings.sent
    entered: dict[str, object] = {"code": case.code} if case and case.code else {}
    if sale.collects:
        entered["collected"] = tuple(seller.email for seller in sale.sellers)
    who = {"purchase": key, "customer": sale.customer, "currency": sale.currency}
    script.add(at, buying.check_out, **who, basket=sale.basket, **entered)
    paid_at = COURSES[course](script, sale)
    if paid_at is not None:
        ending(script, sale, paid_at)


def _sale_of(script: Script, key: str, at: timedelta, case: Case) -> Sale:
    if case.car:
        return Sale(key, at, case.customer, case.sellers, ((case.sellers[0].email, case.car, 1),))
    basket = script.basket(at, case.sellers, _CASE_MINOR)
    return Sale(key, at, case.customer, case.sellers, basket, collects=case.collects)


def _any_sale(script: Script, key: str, at: timedelta) -> Sale:
    seller = script.chance.choices(_SELLERS, weights=_SHARES)[0]
    sellers: tuple[Person, ...] = (seller,)
    if seller in _AMERICAN and script.chance.random() < 0.25:
        sellers += (script.chance.choice([other for other in _AMERICAN if other is not seller]),)
    return Sale(key, at, _customer(script, seller), sellers, script.basket(at, sellers))


def _customer(script: Script, seller: Person) -> Customer:
    if seller is HOLM:
        return script.chance.choice(EUROPEANS[:2])
    if seller is BECKER:
        return script.chance.choice(EUROPEANS[2:])
    # Some come again and again.
    return script.chance.choices((ALEX, *AMERICANS), weights=(22, 12, 10, 9, 8, 7, 6, 6, 5, 5, 5, 5))[0]


def _write_accounts(script: Script) -> None:
    """Let the sellers be paid before anybody buys: one never finishes, one is stopped, of one something is asked."""
    first = min(step.at for step in script.steps)
    for place, seller in enumerate(SELLERS):
        deed = accounts.begin if seller is KAIDO else accounts.set_up
        country = seller.shop.country if seller.shop else "US"
        script.add(first - timedelta(minutes=4, seconds=-20 * place), deed, seller=seller.email, country=country)
    script.add(PAST - timedelta(hours=45), accounts.restrict, seller=BELL.email)
    script.add(PAST - timedelta(hours=22), accounts.ask, seller=LUMEN.email, days=6)


def _write_codes(script: Script) -> None:
    """Let codes be made before anybody buys; one is paused and one is ended later."""
    first = min(step.at for step in script.steps)
    for code in discounting.CODES:
        script.add(first - timedelta(minutes=2), discounting.make_code, code=code)
        if code.ends_as and code.day * _DAY > first:
            script.add(code.day * _DAY, discounting.change_code, code=code)


def _write_wallets(script: Script) -> None:
    """Let wallets be filled, and one buy before anybody else does: then no other basket of its owner waits."""
    first = min(step.at for step in script.steps)
    basket = ((HARBOUR.email, next(one.title for one in PARTS if one.title.startswith("Wiper blades")), 1),)
    sale = Sale(wallets.PURCHASE, first - timedelta(seconds=30), ALEX, (HARBOUR,), basket)
    script.add(sale.at, wallets.buy, customer=ALEX, basket=basket)
    words = "One of the two blades is bent."
    endings.asked_back(
        script, sale, sale.at, reason=RefundReason.DAMAGED, words=words, percent=50, decide=endings.approved
    )
    for number, made in enumerate(wallets.CHANGES, start=1):
        at = made.day * _DAY if made.day else first - timedelta(seconds=50)
        if at > first or not made.day:
            script.add(at, wallets.change, made=made, number=number)


def _write_transfers(script: Script) -> None:
    """Let one transfer pay, one be awaited, and some lines of the statement fit nothing."""
    first = min(step.at for step in script.steps)
    wipers = next(one for one in PARTS if one.title.startswith("Wiper blades"))
    swedish = min((one for one in PARTS if one.seller is HOLM and one.units > _SOME), key=lambda one: one.price_minor)

    def write(at: timedelta, deed: Callable[..., None], **values: object) -> None:
        if at > first:
            script.add(at, deed, **values)

    paid, awaited = {"purchase": "past-transfer-1"}, {"purchase": "past-transfer-2"}
    basket = ((HARBOUR.email, wipers.title, 1),)
    script.add(first - timedelta(seconds=40), transferring.order, **paid, customer=ALEX, currency="USD", basket=basket)
    write(first + 2 * _DAY, transferring.receive, **paid, line_id="HB-100231", currency="USD", text="Alex")
    karin = EUROPEANS[0]
    basket = ((HOLM.email, swedish.title, 1),)
    write(88.4 * _DAY, transferring.order, **awaited, customer=karin, currency="SEK", basket=basket)
    write(89.2 * _DAY, transferring.receive, **awaited, line_id="HB-104407", minor=50_00, currency="SEK", is_kept=True)
    texts = {"HB-103100": "Thank you for the lamp", "HB-103777": "Rent for November", "HB-104001": "Wrong recipient"}
    for place, (line_id, text) in enumerate(texts.items()):
        at, minor = (84 + 2 * place) * _DAY, 45_00 + 30_00 * place
        write(at, transferring.receive, line_id=line_id, minor=minor, currency="USD", text=text)
    for line_id in ("HB-103777", "HB-104001"):
        write(88.6 * _DAY, transferring.send_back, line_id=line_id, reason="It is nobody's purchase.")
    write(89.1 * _DAY, transferring.send, line_id="HB-103777")
    typed = {"line_id": "HB-104002", "minor": 96_00, "currency": "USD", "text": "typed twice"}
    write(88.7 * _DAY, transferring.receive, **typed)
    write(88.8 * _DAY, transferring.strike, line_id="HB-104002", reason="It was typed twice.")
    large = {"line_id": "HB-104500", "minor": 1_250_00, "currency": "USD", "text": "Cars and parts, November"}
    write(89.4 * _DAY, transferring.receive, **large)


def _write_cards(script: Script, first: timedelta) -> None:
    """Let some buyers save cards, and one remove the first again."""
    for each in saving.SAVINGS:
        script.add(max(each.day * _DAY, first), saving.save, saving=each)
    script.add(max(saving.REMOVED_ON * _DAY, first + _DAY), saving.remove, saving=saving.SAVINGS[0])


def _write_payouts(script: Script) -> None:
    """Let some payouts go wrong: three called off, three taken back, three stopped, three that the provider refuses."""
    first = min(step.at for step in script.steps)

    def write(at: timedelta, deed: Callable[..., None], **values: object) -> None:
        if at > first:
            script.add(at, deed, **values)

    for day in (44, *range(_LAST_DAYS, PAST.days)):
        words = f"The demo's day {day}: transfers that the provider refuses."
        # In the last two nights, be they a weekend's: of those refused before, late refunds have called some off.
        is_late = PAST.days - day <= _LATE_NIGHTS
        at = day * _DAY - timedelta(hours=2) if is_late else script.working_hour(day * _DAY)
        write(at, paying.refuse_next, wanted=2 * _SOME if is_late else _SOME, words=words)
    reason = "The provider asks for another address first."
    write(script.working_hour(57 * _DAY), paying.call_off_refused, admin=ADMIN.email, reason=reason)
    write(script.working_hour(_TAKEN_BACK_ON * _DAY), paying.take_back)
    for day in (*range(36, 60, 2), *range(64, 88, 2)):
        most = _SOME if day < _TAKEN_BACK_ON else 2 * _SOME
        # The first run of a day may be by day or, when the shop was started at such an hour, at "night".
        for at in (script.working_hour(day * _DAY), day * _DAY - timedelta(minutes=42)):
            write(at, paying.stop_at_provider, most=most)


def _questions() -> tuple[tuple[Customer, str, tuple[str, str]], ...]:
    """Return who asks what about which parts of the first seller; the latest question is not answered yet."""
    titles = [part.title for part in PARTS if part.seller is HARBOUR]
    return (
        (ALEX, titles[0], ("Does this fit a 2014 estate with the sports suspension?", "")),
        (
            AMERICANS[0],
            titles[1],
            ("Could you send two in one parcel?", "Yes. Put both in the basket, delivery counts once."),
        ),
        (ALEX, titles[2], ("Is the picture of the very part?", "It is. The mark on the left is all there is.")),
    )


def _write_days(script: Script) -> None:
    """Write what goes on beside the sales: the nights, prices, stock, and what people read."""
    first = min(step.at for step in script.steps)
    _write_wallets(script)
    _write_transfers(script)
    _write_cards(script, first)
    _write_accounts(script)
    _write_codes(script)
    for night in _NIGHTS:
        if night * _DAY > first:
            asks = (PAST.days - night) % _ASKED_EVERY == 0
            script.add(night * _DAY - timedelta(hours=1, minutes=7), buying.wait, asks=asks)
    for place, day in enumerate((20, 38, 61, 76)):
        part = [one for one in PARTS if one.seller is _AMERICAN[place % 2] and one.units > 20][place // 2]
        price = Money(part.price_minor * (94 if place % 2 else 104) // 100, part.seller.currency)
        delivery = Money(part.delivery_minor, part.seller.currency)
        script.add(
            day * _DAY, selling.reprice, seller=part.seller.email, title=part.title, price=price, delivery=delivery
        )
    for person, hours in ((BUYER, 31), (HARBOUR, 26), (RIVERA, 40), (ADMIN, 50)):
        script.add(PAST - timedelta(hours=hours), selling.read_notifications, email=person.email)
    for number, (who, title, words) in enumerate(_questions()):
        at = PAST - timedelta(hours=9 + 7 * number)
        script.add(at, talking.ask, email=who.person.email, seller=HARBOUR.email, title=title, words=words)
    lamp = next(part for part in PARTS if part.seller is NOVAK and part.units > 20)
    script.add(
        PAST - timedelta(seconds=20), buying.leave_in_basket, customer=ALEX, basket=((NOVAK.email, lamp.title, 2),)
    )
