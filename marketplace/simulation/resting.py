"""The end of a seed: faults are lifted, time runs until nothing is due, and every rule is looked at."""

import hashlib
from datetime import timedelta

from marketplace import jobs
from marketplace.simulation import deciding
from marketplace.simulation.final import FINAL, LEDGER_AND_PROVIDER, UNDECIDED
from marketplace.simulation.happening import run_jobs
from marketplace.simulation.keeping import send
from marketplace.simulation.play import Play
from marketplace.simulation.scheduler import Task
from marketplace.simulation.stage import Stage, as_json

# Every rung of the ladders (outbound, inbox, webhooks), which pass as one where nobody waits on them, and then the
# holds: 35 days in all.
_RUNGS = (
    timedelta(0),
    timedelta(seconds=61),
    timedelta(minutes=6),
    timedelta(minutes=35),
    timedelta(hours=2, minutes=5),
    timedelta(hours=13),
    timedelta(hours=25),
    timedelta(days=4),
)
_HOLDS = (timedelta(days=11), timedelta(days=17), timedelta(days=2))
_ROUNDS_EACH, _ROUNDS = 2, 6
_LAST_ROUNDS = 50
"""How many ticks in a row may find work when all has been at rest: more are a step that never ends its work."""
_WITHOUT_SEQUEL = ("entries chained", "statements closed", "provider asked", "accounts read", "runs of reconciliation")
_OUTAGE_MOVES = 6
_ASKING = jobs.RECOVERY | {"runs of reconciliation"}
"""What asks the provider in case a message was lost: where all agree and none is lost, the last span asks for two."""
_QUEUED = "SELECT FROM procrastinate_jobs WHERE status = 'todo' LIMIT 1"
_WEBHOOKS = "SELECT FROM deliveries WHERE state = 'waiting'"
# Banks pay out every day, and that needs nobody.
_OUTSIDE_DUE = """
    SELECT FROM due WHERE at <= %s AND what NOT IN ('payout_day', 'payout_leaves', 'payout_arrives') LIMIT 1
"""


def come_to_rest(play: Play) -> None:
    """Lift the faults and let time run until nothing changes any more."""
    play.scheduler.finish()
    play.faults.lifted = True
    play.faults.is_down = False
    if play.profile.ships_at_end:
        _send_everything(play)
    lifted_at, passed = play.stage.now, timedelta(0)
    for span in _RUNGS:
        passed += span
        if span and play.rested_seconds >= 0 and _nobody_waits(play.stage, passed):
            continue
        _let_pass(play, passed, _ROUNDS_EACH)
        passed = timedelta(0)
        if play.rested_seconds < 0 and _say_the_same(play.stage):
            play.rested_seconds = int((play.stage.now - lifted_at).total_seconds())
    for span in _HOLDS:
        is_last, agreed = span == _HOLDS[-1], play.rested_seconds >= 0 and play.profile.webhooks.lost < 1
        left = frozenset() if is_last or not agreed or span != _HOLDS[-2] else _ASKING
        _let_pass(play, passed + span, _ROUNDS if is_last else _ROUNDS_EACH, left)
        passed = timedelta(0)
        if play.rested_seconds < 0 and _say_the_same(play.stage):
            play.rested_seconds = int((play.stage.now - lifted_at).total_seconds())


def _let_pass(play: Play, span: timedelta, rounds: int, left: frozenset[str] = frozenset()) -> None:
    """Let a span of time pass and all hear and do what is due then, in at most so many rounds.

    Steps of the tick that are `left` are made up for in the next span.
    """
    play.advance(span)
    for number in range(1, rounds + 1):
        delivered = play.stage.sandbox.deliver_pending()
        done = run_jobs(play)
        counts = jobs.tick(play.stage.app, left)
        busy = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        play.story.append(f"{play.stage.now:%d %b %H:%M:%S}  rest {len(delivered)} webhooks, {done} jobs, {busy}")
        # What a step leaves to an earlier one is done by the next tick, which comes with the next span; after the
        # last span nothing may be left.
        is_over = rounds == _ROUNDS_EACH or not any(n for name, n in counts.items() if name not in _WITHOUT_SEQUEL)
        if number == rounds or (is_over and not _is_on_its_way(play.stage)):
            break


def _is_on_its_way(stage: Stage) -> bool:
    """Return whether a webhook or a job can be taken at once."""
    now = int(stage.now.timestamp())
    return bool(stage.rows(_QUEUED) or stage.outside_rows(f"{_WEBHOOKS} AND next_at <= %s LIMIT 1", now))


def _nobody_waits(stage: Stage, span: timedelta) -> bool:
    """Return whether no ladder has anybody on it, and the provider changes nothing of ours within `span`.

    Who only waits for a day (a reservation, an open page, a hold) is on no ladder: that day comes as well in one leap.
    """
    until = int((stage.now + span).timestamp())
    return not (
        stage.rows(UNDECIDED)
        or stage.rows(FINAL["I14"])
        or stage.outside_rows(_WEBHOOKS)
        or stage.outside_rows(_OUTSIDE_DUE, until)
    )


def settle(play: Play) -> None:
    """Let a quarter of an hour pass, in which shop and provider hear of each other by whatever road there is."""
    for span in (timedelta(minutes=1), timedelta(minutes=6), timedelta(minutes=8)):
        play.advance(span)
        play.stage.sandbox.deliver_pending()
        run_jobs(play)
        jobs.tick(play.stage.app)
        run_jobs(play)


def _say_the_same(stage: Stage) -> bool:
    """Return whether nothing is unknown any more, and shop and provider agree about every object and every cent."""
    if stage.rows(UNDECIDED):
        return False
    return not any(True for question in LEDGER_AND_PROVIDER.values() for _ in question(stage))


def go_down(play: Play, task: Task) -> str:
    """Let the provider be down for hours, while people and jobs go on (F20)."""
    play.faults.is_down = True
    hours = play.profile.outage_hours
    for _ in range(_OUTAGE_MOVES):
        for _ in range(3):
            play.scheduler.pause()
        play.stage.sandbox.advance_clock(hours * 3_600 // _OUTAGE_MOVES)
        jobs.tick(play.stage.app)
    play.faults.is_down = False
    return f"the provider was down for {hours} hours"


def look_at_everything(play: Play) -> None:
    """Look at every rule, the final ones too."""
    watch, stage = play.watch, play.stage
    watch.ask_always("the end")
    watch.check_books("the end")
    _look_for_work(play)
    for rule, statement in FINAL.items():
        watch.checked.add(rule)
        for (words,) in stage.rows(statement):
            watch.break_rule(rule, str(words))
    for rule, question in LEDGER_AND_PROVIDER.items():
        watch.checked.add(rule)
        for words in question(stage):
            watch.break_rule(rule, words)


def _look_for_work(play: Play) -> None:
    """Let every step of the tick look for itself: what it finds now, no tick was ever told of."""
    for _ in range(_LAST_ROUNDS):
        done = {name: count for name, count in jobs.tick(play.stage.app).items() if count}
        if not done:
            break
    else:
        play.watch.break_rule("tick", f"it never comes to an end: {done}")
    for name, count in jobs.tick(play.stage.app, asks=False).items():
        if count:
            play.watch.break_rule("tick", f"{name} finds {count}, and no tick was told of it")


_STATE = {
    "purchase": "SELECT checkout_token, status, total_minor FROM purchase ORDER BY checkout_token",
    "order": 'SELECT number, status, total_minor FROM "order" ORDER BY number',
    "payment": "SELECT id, status, amount_minor, currency FROM payment ORDER BY id",
    "share": "SELECT id, status, refunded_minor, net_taken_minor, paid_out_minor, netted_minor, charged_back_minor"
    " FROM payment_transaction ORDER BY id",
    "refund": "SELECT number, status, amount_minor FROM refund ORDER BY number",
    "payout": "SELECT number, status, amount_minor, reversed_minor FROM payout ORDER BY number",
    "dispute": "SELECT number, status, amount_minor, withdrawn_minor FROM dispute ORDER BY number",
    "ledger": "SELECT account, owner_id, currency, sum(amount_minor) FROM posting GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
}


def final_state(stage: Stage, *, leave_out: frozenset[str] = frozenset()) -> str:
    """Return a hash of how everything stands, without the parts to `leave_out`."""
    found = {name: stage.rows(statement) for name, statement in _STATE.items() if name not in leave_out}
    return hashlib.sha256(as_json([found]).encode()).hexdigest()[:16]


def counts(play: Play) -> dict[str, int]:
    """Return the figures of a seed for the report."""
    statement = """
        SELECT (SELECT count(*) FROM purchase WHERE status = 'paid'), (SELECT count(*) FROM refund),
            (SELECT count(*) FROM payout), (SELECT count(*) FROM dispute), (SELECT count(*) FROM provider_event),
            (SELECT count(*) FROM outbound_call), (SELECT count(*) FROM ledger_entry)
    """
    [found] = play.stage.rows(statement)
    names = ("purchases paid", "refunds", "payouts", "disputes", "events", "calls", "entries")
    return {**dict(zip(names, found, strict=True)), "webhooks carried": play.courier.carried}


def _send_everything(play: Play) -> None:
    """Let sellers send what waits, so that its money can move; what looks like fraud is looked at first."""
    with play.stage.app.app_context():
        deciding.clear_risks(play)
    for number in range(len(play.stage.rows("SELECT id FROM \"order\" WHERE status = 'confirmed'"))):
        with play.stage.app.app_context():
            send(play, Task(-number, "sends at the end", play.courier.calm))
