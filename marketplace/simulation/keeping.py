"""What happens to goods after they were paid: sellers send, buyers receive, ask for money back, cancel."""

from random import Random
from typing import Any

from marketplace.simulation.buying import person
from marketplace.simulation.people import PASSWORD
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

_ORDERS = 'SELECT id, number, buyer_id, seller_id, total_minor, currency FROM "order" WHERE status IN %s ORDER BY id'
_CANCEL_REASONS = {
    "buyer": ("not_needed", "mistake", "too_slow"),
    "seller": ("sold_elsewhere", "damaged", "buyer_asked"),
}
_ACCOUNT_DEEDS = ("restrict", "verify", "require", "pause", "verify", "disconnect")


def send(play: Play, task: Task) -> str:
    """Send an order."""
    found = _order(play, task.chance, "('confirmed')")
    if found is None:
        return "there is nothing to send"
    seller = person(play, found[3])
    answer = seller.post(f"/seller/orders/{found[1]}/ship", carrier="ups", tracking_number="1Z999AA10123456784")
    return f"{seller.name} sends {found[1]}: {answer.status}"


def say_arrived(play: Play, task: Task) -> str:
    """Let the seller say that an order has arrived."""
    found = _order(play, task.chance, "('shipped')")
    if found is None:
        return "nothing is on its way"
    seller = person(play, found[3])
    return f"{seller.name} says {found[1]} has arrived: {seller.post(f'/seller/orders/{found[1]}/delivered').status}"


def confirm_receipt(play: Play, task: Task) -> str:
    """Let the buyer say that an order has arrived."""
    found = _order(play, task.chance, "('shipped', 'delivered')")
    if found is None:
        return "nothing is on its way"
    buyer = person(play, found[2])
    return f"{buyer.name} has received {found[1]}: {buyer.post(f'/orders/{found[1]}/received').status}"


def ask_back(play: Play, task: Task) -> str:
    """Ask for money of an order back."""
    found = _order(play, task.chance, "('confirmed', 'shipped', 'delivered')")
    if found is None:
        return "nobody has paid"
    buyer, form = person(play, found[2]), wish(play, task.chance, found[4], found[5])
    answer = buyer.post(f"/orders/{found[1]}/refund/new", **form)
    return f"{buyer.name} asks for {form['how']} of {found[1]} back: {answer.status}"


def wish(play: Play, chance: Random, total_minor: int, currency: str) -> dict[str, str]:
    """Return the form that asks for the whole, a percentage or an amount."""
    how = chance.choice(("whole", "percent", "amount"))
    minor = max(1, int(total_minor * chance.choice((5, 20, 50, 60, 99)) // 100))
    amount = f"{minor // 100}.{minor % 100:02d}"
    return {
        "token": play.token(),
        "how": how,
        "percent": str(chance.choice((1, 10, 33, 50, 60, 100))) if how == "percent" else "",
        "amount": amount if how == "amount" else "",
        "reason": chance.choice(("damaged", "defective", "changed_mind")),
        "description": "It is scratched.",
    }


def take_back_request(play: Play, task: Task) -> str:
    """Take a request for money back."""
    statement = "SELECT number, buyer_id FROM refund WHERE status = 'pending' AND origin = 'buyer' ORDER BY id"
    found = pick(task.chance, play.stage.rows(statement))
    if found is None:
        return "nobody has asked"
    buyer = person(play, found[1])
    return f"{buyer.name} takes {found[0]} back: {buyer.post(f'/refunds/{found[0]}/withdraw').status}"


def cancel(play: Play, task: Task, side: str) -> str:
    """Cancel a paid order that was not sent."""
    found = _order(play, task.chance, "('confirmed')")
    if found is None:
        return "there is nothing to cancel"
    who = person(play, found[2] if side == "buyer" else found[3])
    path = f"/orders/{found[1]}/cancel" if side == "buyer" else f"/seller/orders/{found[1]}/cancel"
    page = who.get(path)
    answer = who.post(
        path,
        seen_minor=page.hidden("seen_minor"),
        reason=task.chance.choice(_CANCEL_REASONS[side]),
        note="No reason.",
        shelf="reason" if side == "seller" else None,
    )
    return f"{who.name} cancels {found[1]}: {answer.status}"


def reprice(play: Play, task: Task) -> str:
    """Change price or stock of a listing (F29)."""
    statement = "SELECT id, seller_id, price_minor, in_stock FROM listing ORDER BY id"
    found = pick(task.chance, play.stage.rows(statement))
    if found is None:
        return "there is no listing"
    seller, minor = person(play, found[1]), max(100, found[2] + task.chance.choice((-101, 0, 0, 37)))
    units = max(0, found[3] + task.chance.choice((-1, 0, 1, 2)))
    answer = seller.post(
        f"/seller/listings/{found[0]}/price-and-stock",
        price=f"{minor // 100}.{minor % 100:02d}",
        in_stock=units,
        seen_stock=found[3],
    )
    return f"{seller.name} changes listing {found[0]} to {minor} and {units} units: {answer.status}"


def withdraw(play: Play, task: Task) -> str:
    """Let a seller ask for what is available."""
    seller = task.chance.choice(play.stage.sellers)
    currency = "EUR" if seller is play.stage.sellers[2] else "USD"
    answer = seller.post("/seller/payouts/withdraw", currency=currency, password=PASSWORD)
    return f"{seller.name} withdraws: {answer.status}"


def change_account(play: Play, task: Task) -> str:
    """Let the provider ask something of a seller, or the seller take our access away (F33)."""
    statement = "SELECT account_id, seller_id, status FROM seller_account ORDER BY id"
    account_id, seller_id, status = task.chance.choice(play.stage.rows(statement))
    seller, deed = person(play, seller_id), task.chance.choice(_ACCOUNT_DEEDS)
    if status == "disconnected":
        answer = seller.post("/seller/payouts/setup", country="US")
        for found in play.stage.rows("SELECT account_id FROM seller_account WHERE seller_id = %s", seller_id):
            if found[0] and found[0] != account_id:
                play.stage.sandbox.set_up(found[0])
        return f"{seller.name} sets payouts up again: {answer.status}"
    return f"{seller.name}'s account: {press(play, 'account', account_id, deed, days='7')}"


def press(play: Play, kind: str, object_id: str, deed: str, /, **form: str) -> str:
    """Press a button of the provider's dashboard; return what it says."""
    return play.stage.press(kind, object_id, deed, **form)


def _order(play: Play, chance: Random, statuses: str) -> tuple[Any, ...] | None:
    return pick(chance, play.stage.rows(_ORDERS.replace("%s", statuses)))
