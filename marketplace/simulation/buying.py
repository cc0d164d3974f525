"""What buyers do before they have paid: fill baskets, check out, pay, hesitate, click twice."""

from functools import partial
from random import Random

from marketplace.simulation.people import CODES, Answer, Person
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

# Cards by how often they are used: most pay; a few are disputed, have a late fee, or refunds that come back.
_CARDS = {
    "4242424242424242": 50,
    "5555555555554444": 12,
    "4000000000000077": 8,
    "4000002500003155": 8,
    "4000000000003600": 8,
    "4000000000007726": 5,
    "4000000000005126": 5,
    "4000000000000259": 2,
    "4000000000002685": 2,
    "4000000000001976": 2,
    "4000000000005423": 1,
    "4000004040000079": 1,
}
_DECLINES = ("4000000000000002", "4000000000009995", "4000000000000127", "4000008400001629")
_DEBITS = ("000123456789", "000123456789", "000222222227", "000555555559", "000000000009")
_ADDRESS = {
    "delivery_choice": "new",
    "delivery_full_name": "A Buyer",
    "delivery_line1": "1 Main Street",
    "delivery_city": "Springfield",
    "delivery_region": "IL",
    "delivery_postcode": "62701",
    "delivery_country": "US",
    "billing_same": "y",
}
_ON_SALE = """
    SELECT l.id, l.currency FROM listing l LEFT JOIN listing p ON p.id = l.parent_id
    WHERE l.in_stock > 0 AND l.option_names = '{}'
        AND (l.status = 'active' OR l.status = 'offered' AND p.status = 'active')
    ORDER BY l.id
"""
_IN_BASKET = """
    SELECT DISTINCT c.user_id, l.currency FROM cart c JOIN cart_line n ON n.cart_id = c.id
    JOIN listing l ON l.id = n.listing_id WHERE c.user_id IS NOT NULL ORDER BY 1, 2
"""
_OPEN_PAGES = "status = 'open' AND data->>'payment_status' = 'unpaid'"
_UNPAID = """
    SELECT p.id, p.user_id, p.purchase_id FROM payment p JOIN purchase u ON u.id = p.purchase_id
    WHERE p.status IN ('pending', 'failed', 'processing', 'expired', 'cancelled') AND u.status = 'open' ORDER BY p.id
"""


def fill_basket(play: Play, task: Task) -> str:
    """Put something in a basket."""
    chance, buyer = task.chance, task.chance.choice(play.stage.buyers)
    found = pick(chance, play.stage.rows(_ON_SALE))
    if found is None:
        return "nothing is on sale"
    units = chance.choice((1, 1, 1, 2, 3))
    answer = buyer.post("/basket/add", listing_id=found[0], quantity=units)
    return f"{buyer.name} puts {units} of listing {found[0]} in the basket: {answer.status}"


def check_out(play: Play, task: Task) -> str:
    """Check a basket out, as far as the payment page."""
    found = pick(task.chance, play.stage.rows(_IN_BASKET))
    if found is None:
        return "all baskets are empty"
    buyer = person(play, found[0])
    form = review(play, buyer, found[1])
    if form is None:
        return f"{buyer.name} finds nothing to pay in {found[1]}"
    return f"{buyer.name} checks out in {found[1]}: {words(buyer.post(f'/checkout/{found[1]}', **form))}"


def use_code(play: Play, task: Task) -> str:
    """Enter a discount code for a basket and check it out."""
    found = pick(task.chance, play.stage.rows(_IN_BASKET))
    if found is None:
        return "all baskets are empty"
    buyer, code = person(play, found[0]), task.chance.choice(CODES)
    buyer.post("/basket/code", code=code)
    play.scheduler.pause()
    form = review(play, buyer, found[1])
    if form is None:
        return f"{buyer.name} has {code} and finds nothing to pay in {found[1]}"
    answer = buyer.post(f"/checkout/{found[1]}", **form)
    session_id = page_of(answer)
    paid = _pay(play, task.chance, session_id) if session_id and task.chance.random() < 0.6 else words(answer)
    return f"{buyer.name} checks out in {found[1]} with {code}: {paid}"


def buy(play: Play, task: Task) -> str:
    """Fill the basket, check out, pay and come back, in one go."""
    chance, buyer = task.chance, task.chance.choice(play.stage.buyers)
    found = pick(chance, play.stage.rows(_ON_SALE))
    if found is None:
        return "nothing is on sale"
    buyer.post("/basket/add", listing_id=found[0], quantity=1, buy="now")
    play.scheduler.pause()
    form = review(play, buyer, found[1])
    if form is None:
        return f"{buyer.name} finds listing {found[0]} gone"
    answer = buyer.post(f"/checkout/{found[1]}", **form)
    session_id = page_of(answer)
    play.scheduler.pause()
    if not session_id:
        return f"{buyer.name} wants listing {found[0]}: {words(answer)}"
    return f"{buyer.name} buys listing {found[0]}: {_pay(play, chance, session_id)}"


def pay(play: Play, task: Task) -> str:
    """Pay on an open page."""
    session_id = _open_page(play, task.chance)
    return f"pays: {_pay(play, task.chance, session_id)}" if session_id else "no page is open"


def decline_then_pay(play: Play, task: Task) -> str:
    """Be declined once or twice, then pay or give up."""
    chance, session_id = task.chance, _open_page(play, task.chance)
    if not session_id:
        return "no page is open"
    tries = chance.randint(1, 2)
    outcomes = []
    for _ in range(tries):
        outcomes.append(play.stage.sandbox.pay(session_id, chance.choice(_DECLINES)).outcome)
        play.scheduler.pause()
    if chance.random() < 0.7:
        outcomes.append(_pay(play, chance, session_id))
    return f"on {session_id[-6:]}: {', '.join(outcomes)}"


def try_many_cards(play: Play, task: Task) -> str:
    """Try card after card until one pays, as thieves do."""
    chance, session_id = task.chance, _open_page(play, task.chance)
    if not session_id:
        return "no page is open"
    outcomes = []
    for card in _DECLINES:
        outcomes.append(play.stage.sandbox.pay(session_id, card).outcome)
        play.scheduler.pause()
    outcomes.append(_pay(play, chance, session_id))
    return f"many cards on {session_id[-6:]}: {', '.join(outcomes)}"


def pay_by_debit(play: Play, task: Task) -> str:
    """Pay by a method that clears later."""
    session_id = _open_page(play, task.chance)
    if not session_id:
        return "no page is open"
    paid = play.stage.sandbox.pay(session_id, account=task.chance.choice(_DEBITS))
    return f"debit on {session_id[-6:]}: {paid.outcome}"


def leave(play: Play, task: Task) -> str:
    """Leave the bank's question open."""
    session_id = _open_page(play, task.chance)
    if not session_id:
        return "no page is open"
    paid = play.stage.sandbox.pay(session_id, "4000002500003155", authenticate=None)
    return f"on {session_id[-6:]}: {paid.outcome}"


def go_back(play: Play, task: Task) -> str:
    """Leave the payment page by its way back."""
    found = pick(task.chance, play.stage.rows(_UNPAID))
    if found is None:
        return "nobody is at a payment page"
    buyer = person(play, found[1])
    return f"{buyer.name} goes back from payment {found[0]}: {buyer.get(f'/checkout/cancelled/{found[0]}').status}"


def second_page(play: Play, task: Task) -> str:
    """Press "Try again"."""
    found = pick(task.chance, play.stage.rows(_UNPAID))
    if found is None:
        return "nobody is at a payment page"
    buyer = person(play, found[1])
    answer = buyer.post(f"/checkout/retry/{found[2]}")
    return f"{buyer.name} tries purchase {found[2]} again: {words(answer)}"


def click_twice(play: Play, task: Task) -> str:
    """Send the same form twice at the same time, or open a second tab and send both."""
    found = pick(task.chance, play.stage.rows(_IN_BASKET))
    if found is None:
        return "all baskets are empty"
    buyer = person(play, found[0])
    form = review(play, buyer, found[1])
    if form is None:
        return f"{buyer.name} finds nothing to pay in {found[1]}"
    other = form if task.chance.random() < 0.6 else {**form, "token": play.token()}
    play.also(task, "the second click", partial(_send, buyer, found[1], other))
    kind = "clicks twice" if other is form else "has two tabs"
    return f"{buyer.name} {kind}: {words(buyer.post(f'/checkout/{found[1]}', **form))}"


def check_payment(play: Play, task: Task) -> str:
    """Look at the return page, or press "Check my payment"."""
    found = pick(task.chance, play.stage.rows("SELECT id, user_id FROM payment ORDER BY id"))
    if found is None:
        return "there is no payment"
    buyer = person(play, found[1])
    if task.chance.random() < 0.5:
        return f"{buyer.name} looks at payment {found[0]}: {buyer.get(f'/checkout/return/{found[0]}').status}"
    return f"{buyer.name} checks payment {found[0]}: {buyer.post(f'/checkout/return/{found[0]}/verify').status}"


def person(play: Play, user_id: int) -> Person:
    """Return the one who plays this user."""
    return next(one for one in play.stage.everybody() if one.user_id == user_id)


def review(play: Play, buyer: Person, currency: str) -> dict[str, str] | None:
    """Open the review page and return its form, filled in; None when there is nothing to pay."""
    page = buyer.get(f"/checkout/{currency}")
    if page.status != 200:
        return None
    return {**_ADDRESS, "token": play.token(), "expected_total_minor": page.hidden("expected_total_minor")}


def words(answer: Answer) -> str:
    """Return an answer in a word or two; addresses of the provider's pages differ from run to run."""
    return f"page {page_of(answer)[-6:]}" if page_of(answer) else f"{answer.status} {answer.location}".strip()


def _send(buyer: Person, currency: str, form: dict[str, str]) -> str:
    return f"{buyer.name}: {words(buyer.post(f'/checkout/{currency}', **form))}"


def page_of(answer: Answer) -> str:
    """Return the session behind a redirect to the payment page, '' when it leads elsewhere."""
    found = answer.location.rpartition("/c/pay/")[2] if "/c/pay/" in answer.location else ""
    return found.partition("#")[0]


def _open_page(play: Play, chance: Random) -> str:
    found = pick(chance, play.stage.objects("checkout.session", _OPEN_PAGES))
    return str(found["id"]) if found else ""


def _pay(play: Play, chance: Random, session_id: str) -> str:
    card = chance.choices(list(_CARDS), weights=list(_CARDS.values()))[0]
    paid = play.stage.sandbox.pay(session_id, card)
    play.scheduler.pause()
    if paid.outcome == "paid" and "/checkout/return/" in paid.location and chance.random() < 0.5:
        [found] = play.stage.rows(
            "SELECT user_id FROM payment WHERE id = %s", int(paid.location.rpartition("/")[2].partition("?")[0])
        ) or [(None,)]
        if found[0] is not None:
            return f"{paid.outcome} with {card[-4:]}, back: {_come_back(play, found[0], paid.location)}"
    return f"{paid.outcome} with {card[-4:]}"


def _come_back(play: Play, user_id: int, location: str) -> int:
    return person(play, user_id).get("/" + location.partition("://")[2].partition("/")[2]).status
