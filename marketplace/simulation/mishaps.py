"""What goes wrong where deeds and time meet: keys forgotten, a clock that is wrong, the second of a release, a run."""

from datetime import timedelta
from functools import partial
from random import Random

from marketplace import clock, jobs
from marketplace.simulation import buying, deciding, happening, keeping
from marketplace.simulation.people import CODES, Person
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task
from marketplace.simulation.stage import stand_at

_UNKNOWN = "SELECT id FROM outbound_call WHERE status IN ('sending', 'unknown')"
_FORGOTTEN = timedelta(hours=25)
_WRONG_SECONDS = (-600, -61, -1, 61, 600)
_NEXT_RELEASE = """
    SELECT t.id, t.planned_release_date, p.provider_payment_id, o.number FROM payment_transaction t
    JOIN payment p ON p.id = t.payment_id JOIN "order" o ON o.id = t.order_id
    WHERE t.status = 'held' AND t.planned_release_date > %s ORDER BY t.planned_release_date, t.id LIMIT 1
"""
_WANTED = """
    SELECT id, seller_id, price_minor, in_stock, currency FROM listing
    WHERE option_names = '{}' AND status IN ('active', 'offered') ORDER BY id
"""


def forget_keys(play: Play, task: Task) -> str:
    """Lose every answer of one deed after its effect; nobody looks until the provider has forgotten the keys (F19)."""
    deed = task.chance.choice((buying.check_out, deciding.approve, happening.tick, keeping.withdraw))
    play.faults.is_cut = not play.faults.lifted
    try:
        ended = deed(play, task)
    finally:
        play.faults.is_cut = False
    unknown = len(play.stage.rows(_UNKNOWN))
    if unknown:
        play.faults.counts.add("F19 key forgotten", unknown)
    play.advance(_FORGOTTEN)
    return f"{ended}; no answer came, and 25 hours pass with {unknown} calls in doubt"


def jump_clock(play: Play, task: Task) -> str:
    """Let the shop's clock be wrong for a while, the provider's not, and then be right again (F26).

    Whichever way it was wrong, it runs backwards once: for the shop, time has stood at a later moment before.
    """
    wrong, folder = task.chance.choice(_WRONG_SECONDS), play.stage.settings.var_dir
    beside = folder / "wrong"
    beside.mkdir(exist_ok=True)
    stand_at(beside, play.stage.now + timedelta(seconds=wrong))
    play.faults.counts.add("F26 clock jumped")
    clock.follow(beside / "clock")
    try:
        done = jobs.tick(play.stage.app)
        for _ in range(4):
            play.scheduler.pause()
        sent = play.stage.sandbox.deliver_pending(play.courier.order(task.chance))
    finally:
        clock.follow(folder / "clock")
    return f"the shop's clock is {wrong} seconds wrong for {sum(done.values())} deeds and {len(sent)} webhooks"


def meet_release(play: Play, task: Task) -> str:
    """Let a dispute or a refund come in the second in which money is released, as the worker runs (F34)."""
    found = pick(task.chance, play.stage.rows(_NEXT_RELEASE, play.stage.now))
    if found is None:
        return "nothing is held"
    charge = pick(task.chance, play.stage.objects("charge", f"payment_intent = '{found[2]}' AND status = 'succeeded'"))
    play.advance(max(timedelta(0), found[1] + timedelta(seconds=task.chance.choice((-1, 0, 1))) - play.stage.now))
    play.faults.counts.add("F34 within the second of a release")
    play.also(task, "the worker", partial(happening.tick, play, task))
    if charge is None or task.chance.random() < 0.4:
        admin, form = task.chance.choice(play.stage.admins), keeping.wish(play, task.chance, 1_000, "USD")
        form |= {"how": "whole", "percent": "", "amount": ""}
        return f"{admin.name} refunds {found[3]}: {admin.post(f'/admin/orders/{found[3]}/refund', **form).status}"
    form = {"kind": "chargeback", "reason": "fraudulent", "disputed": ""}
    said = play.stage.press("charge", charge["id"], "dispute", **form)
    play.scheduler.pause()
    sent = play.stage.sandbox.deliver_pending()
    return f"share {found[0]}: {said}, {len(sent)} webhooks travel"


def run_for_the_last(play: Play, task: Task) -> str:
    """Let many want the last unit of one listing at the same time, some with a code of which one use is left (F30)."""
    found = pick(task.chance, play.stage.rows(_WANTED))
    if found is None:
        return "nothing is on sale"
    seller, price = buying.person(play, found[1]), f"{found[2] // 100}.{found[2] % 100:02d}"
    path = f"/seller/listings/{found[0]}/price-and-stock"
    answer = seller.post(path, price=price, in_stock=1, seen_stock=found[3])
    everybody = [*play.stage.buyers, *play.stage.passers_by]
    wanting = task.chance.sample(everybody, task.chance.randint(2, len(everybody)))
    play.faults.counts.add("F30 several for the last one", len(wanting))
    for number, buyer in enumerate(wanting, start=1):
        chance = Random(task.chance.getrandbits(64))
        want = partial(_want, play, buyer, found[0], found[4], chance)
        play.also(task, "wants the last one", want, place=number)
    return f"{len(wanting)} want the last of listing {found[0]}, {answer.status}"


def _want(play: Play, buyer: Person, listing_id: int, currency: str, chance: Random) -> str:
    buyer.post("/basket/add", listing_id=listing_id, quantity=1, buy="now")
    play.scheduler.pause()
    if chance.random() < 0.5:
        buyer.post("/basket/code", code=CODES[-1])
        play.scheduler.pause()
    form = buying.review(play, buyer, currency)
    if form is None:
        return f"{buyer.name} finds it gone"
    answer = buyer.post(f"/checkout/{currency}", **form)
    session_id = buying.page_of(answer)
    if session_id and chance.random() < 0.7:
        return f"{buyer.name}: {play.stage.sandbox.pay(session_id).outcome}"
    return f"{buyer.name}: {buying.words(answer)}"
