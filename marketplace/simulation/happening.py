"""What happens at the provider without the shop, what time does, and what the worker does."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace import clock, jobs
from marketplace.provider_events import flows as events
from marketplace.queue import JobName
from marketplace.simulation.keeping import press
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

_REFUNDABLE = "status = 'succeeded' AND (data->>'amount_refunded')::bigint < (data->>'amount')::bigint AND account = ''"
_REASONS = ("fraudulent", "product_not_received", "product_unacceptable", "duplicate")
_JOBS = "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 20"


def refund_in_dashboard(play: Play, task: Task) -> str:
    """Refund a charge in the provider's dashboard, without telling the shop (scar S20)."""
    charge = pick(task.chance, play.stage.objects("charge", _REFUNDABLE))
    if charge is None:
        return "no charge can be refunded"
    left = charge["amount"] - charge["amount_refunded"]
    minor = max(1, left * task.chance.choice((100, 50, 10)) // 100)
    return press(play, "charge", charge["id"], "refund", amount=_major(minor), reason="")


def reverse_in_dashboard(play: Play, task: Task) -> str:
    """Take a part of a transfer back in the dashboard (scar S39)."""
    transfer = pick(task.chance, play.stage.objects("transfer", "account = '' AND NOT (data->>'reversed')::boolean"))
    if transfer is None:
        return "nothing was transferred"
    left = transfer["amount"] - transfer["amount_reversed"]
    return press(
        play, "transfer", transfer["id"], "reverse", amount=_major(max(1, left // task.chance.choice((1, 10))))
    )


def end_debit(play: Play, task: Task) -> str:
    """Let a debit succeed or fail before its time."""
    intent = pick(task.chance, play.stage.objects("payment_intent", "status = 'processing'"))
    deed = task.chance.choice(("settle", "settle", "fail-debit"))
    return press(play, "payment_intent", intent["id"], deed) if intent else "no debit is on its way"


def dispute(play: Play, task: Task) -> str:
    """Let a bank dispute a charge, ask about it, or warn of it."""
    charge = pick(task.chance, play.stage.objects("charge", _REFUNDABLE))
    if charge is None:
        return "no charge can be disputed"
    left = charge["amount"] - charge["amount_refunded"]
    minor = max(1, left * task.chance.choice((100, 100, 40)) // 100)
    kind = task.chance.choice(("chargeback", "chargeback", "inquiry", "warning"))
    form = {"kind": kind, "reason": task.chance.choice(_REASONS), "disputed": _major(minor)}
    return f"{kind}: {press(play, 'charge', charge['id'], 'dispute', **form)}"


def dispute_goes_on(play: Play, task: Task) -> str:
    """Let a dispute be won, lost, reopened, escalated or closed."""
    found = pick(task.chance, play.stage.objects("dispute"))
    if found is None:
        return "nothing is disputed"
    deed = task.chance.choice(("win", "lose", "lose", "reopen", "escalate", "close-inquiry"))
    return f"{deed}: {press(play, 'dispute', found['id'], deed)}"


def refund_fails(play: Play, task: Task) -> str:
    """Let a refund come back, even one that had succeeded."""
    refund = pick(task.chance, play.stage.objects("refund", "account = ''"))
    return press(play, "refund", refund["id"], "fail-refund") if refund else "there is no refund"


def payout_fails(play: Play, task: Task) -> str:
    """Let a bank send a payout back."""
    found = pick(task.chance, play.stage.objects("payout"))
    return press(play, "payout", found["id"], "fail-payout", code="account_closed") if found else "there is no payout"


def pass_seconds(play: Play, task: Task) -> str:
    """Let some seconds pass, or minutes."""
    seconds = task.chance.choice((1, 2, 5, 20, 61, 301, 1_900))
    play.advance(timedelta(seconds=seconds))
    return f"{seconds} seconds pass"


def pass_hours(play: Play, task: Task) -> str:
    """Let some hours pass."""
    hours = task.chance.choice((1, 3, 7, 13, 24))
    play.advance(timedelta(hours=hours))
    return f"{hours} hours pass"


def pass_days(play: Play, task: Task) -> str:
    """Let some days pass; now and then exactly up to the hour in which the clocks change (F26)."""
    days = task.chance.choice((1, 2, 5, 7, 14))
    if task.chance.random() < 0.2:
        change = datetime(2026, 3, 29, 3, 0, tzinfo=ZoneInfo("Europe/Berlin"))
        left = change - play.stage.now - timedelta(seconds=1)
        if left > timedelta(0):
            play.advance(left)
            return "time passes until the clocks change"
    play.advance(timedelta(days=days))
    return f"{days} days pass"


def pass_month(play: Play, task: Task) -> str:
    """Let more than a month pass at once: every key is forgotten, every event is gone."""
    play.advance(timedelta(days=31))
    return "31 days pass"


def carry_webhooks(play: Play, task: Task) -> str:
    """Let the provider send what is due."""
    sent = play.stage.sandbox.deliver_pending(play.courier.order(task.chance))
    return f"{len(sent)} webhooks travel"


def tick(play: Play, task: Task) -> str:
    """Let the worker do what is due."""
    counts = jobs.tick(play.stage.app)
    done = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"tick: {done or 'nothing is due'}"


def run_queue(play: Play, task: Task) -> str:
    """Let the worker take jobs from its queue, as many as there are."""
    return f"{run_jobs(play)} jobs"


def run_jobs(play: Play) -> int:
    """Do what the queue holds and return how many jobs that were: each is taken out first, as by a worker."""
    found = play.stage.rows(_JOBS)
    stage = play.stage
    for job_id, name, arguments in found:
        stage.shop.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job_id,))
        now, provider, settings = clock.now(), stage.provider, stage.settings
        with stage.app.app_context():
            if name == JobName.READ_EVENT:
                events.apply(int(arguments["event_id"]), provider=provider, settings=settings, now=now, reread=True)
    return len(found)


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
