"""What happens to wallets: admins fill and empty them, buyers pay from them, alone and in two tabs at once (S50)."""

from functools import partial
from typing import Any

from marketplace.simulation.buying import person, review, words
from marketplace.simulation.people import Person
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

_FILLED = "SELECT user_id, currency, balance_minor FROM wallet_balance WHERE balance_minor > 0 ORDER BY 1, 2"
_WITHIN = """
    SELECT id FROM listing WHERE status = 'active' AND option_names = '{}' AND in_stock > 0 AND currency = %s
        AND price_minor + delivery_minor <= %s ORDER BY id
"""


def change_wallet(play: Play, task: Task) -> str:
    """Put money into a buyer's wallet, or take some back."""
    chance = task.chance
    admin, buyer = chance.choice(play.stage.admins), chance.choice(play.stage.buyers)
    way = chance.choices(("add", "take_back"), weights=(5, 1))[0]
    amount, currency = chance.choice(("7.01", "40.00", "123.45", "333.33", "500.00")), chance.choice(("USD", "EUR"))
    form = {"way": way, "amount": amount, "currency": currency, "reason": "It is so.", "token": play.token()}
    answer = admin.post(f"/admin/users/{buyer.user_id}/wallet/change", **form)
    return f"{admin.name}: {way} {amount} {currency}, wallet of {buyer.name}: {answer.status}"


def pay_from_wallet(play: Play, task: Task) -> str:
    """Put something in the basket that the wallet could pay, and pay all of the basket from it."""
    found = _ready(play, task)
    if found is None:
        return "nobody has enough in a wallet"
    buyer, currency, form = found
    return f"{buyer.name} pays from the wallet: {_send(buyer, currency, form, 'wallet')}"


def spend_twice(play: Play, task: Task) -> str:
    """Send two forms at once: the same one twice, two tabs, or one for the wallet and one for the payment page."""
    found = _ready(play, task)
    if found is None:
        return "nobody has enough in a wallet"
    buyer, currency, form = found
    other = form if task.chance.random() < 0.4 else {**form, "token": play.token()}
    way = task.chance.choice(("wallet", "wallet", "page"))
    play.also(task, "the second tab", partial(_say, buyer, currency, other, way))
    return _say(buyer, currency, form, "wallet")


def _ready(play: Play, task: Task) -> tuple[Person, str, dict[str, Any]] | None:
    wallet = pick(task.chance, play.stage.rows(_FILLED))
    listing = pick(task.chance, play.stage.rows(_WITHIN, wallet[1], wallet[2])) if wallet else None
    if wallet is None or listing is None:
        return None
    buyer = person(play, wallet[0])
    buyer.post("/basket/add", listing_id=listing[0], quantity=1, buy="now")
    play.scheduler.pause()
    form = review(play, buyer, wallet[1])
    return (buyer, wallet[1], form) if form else None


def _say(buyer: Person, currency: str, form: dict[str, Any], way: str) -> str:
    return f"{buyer.name} sends the form with {way}: {_send(buyer, currency, form, way)}"


def _send(buyer: Person, currency: str, form: dict[str, Any], way: str) -> str:
    return words(buyer.post(f"/checkout/{currency}", **form, pay_from=way))
