"""What each job of the background does, and the tick that asks "what is due now?" (DESIGN 4.14).

Jobs only bring forward what the tick does anyway, so a lost job loses time and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from marketplace import clock, db, due, lost_files, posting
from marketplace.accounts import link_operations as links
from marketplace.bank_transfers import asking
from marketplace.cancellations import flows as cancellations
from marketplace.catalog import import_flows
from marketplace.catalog import spelling_operations as spelling
from marketplace.checkout import flows as checkout
from marketplace.checkout import outcomes as checkout_outcomes
from marketplace.checkout import sweeps, won_flows
from marketplace.debts import operations as debts
from marketplace.demo import forward
from marketplace.disputes import flows as disputes
from marketplace.invoices import flows as invoices
from marketplace.job_runs import operations as job_runs
from marketplace.job_runs.operations import Run
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger import sums
from marketplace.orders import sweeps as orders
from marketplace.outbound import flows as outbound
from marketplace.payment_methods import flows as payment_methods
from marketplace.payments import holds
from marketplace.payouts import account_flows
from marketplace.payouts import flows as payouts
from marketplace.proofs import flows as proofs
from marketplace.provider_events import backfill, sweeping
from marketplace.provider_events import flows as events
from marketplace.queue import JobName
from marketplace.reconciliation import checks
from marketplace.reconciliation import flows as reconciliation
from marketplace.reconciliation.checks import Report
from marketplace.refunds import flows as refunds
from marketplace.risk import flows as risk
from marketplace.saved import operations as saved
from marketplace.saved import search_flows
from marketplace.statements import operations as statements

log = structlog.get_logger()

OUTCOMES = {
    **checkout_outcomes.OUTCOMES,
    **refunds.OUTCOMES,
    **account_flows.OUTCOMES,
    **payouts.OUTCOMES,
    **disputes.OUTCOMES,
    **payment_methods.OUTCOMES,
}
"""What becomes of each kind of call, in the transaction that records its outcome."""
STALLED_SECONDS = 60
"""A worker whose heart did not beat for so long is gone, and its jobs are taken from it."""
CHECK_BOOKS = "check-books"
SWEEP_FILES = "sweep-files"
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
RESCUE = "rescue_stalled"
_INTERVALS = {
    JobName.TICK.value: timedelta(seconds=5),
    JobName.MAIL.value: timedelta(seconds=5),
    RESCUE: timedelta(minutes=1),
    SWEEP_FILES: timedelta(hours=1),
    CHECK_BOOKS: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line of the timetable: a job that comes by the clock, or a step of the tick."""

    name: str
    interval: timedelta
    is_step: bool

    def next_after(self, moment: datetime) -> datetime:
        """Return when it comes next, system time: whole intervals count from midnight, as in cron."""
        passed = (moment - _MIDNIGHT) // self.interval
        return _MIDNIGHT + (passed + 1) * self.interval


def timetable(app: Flask) -> tuple[Periodic, ...]:
    """Return all that comes by the clock, the steps of the tick after it."""
    steps = [Periodic(name, _INTERVALS[JobName.TICK], is_step=True) for name in _work(app, clock.now())]
    return (
        Periodic(JobName.TICK.value, _INTERVALS[JobName.TICK], is_step=False),
        *steps,
        Periodic(JobName.MAIL.value, _INTERVALS[JobName.MAIL], is_step=False),
        Periodic(RESCUE, _INTERVALS[RESCUE], is_step=False),
        Periodic(SWEEP_FILES, _INTERVALS[SWEEP_FILES], is_step=False),
        Periodic(CHECK_BOOKS, _INTERVALS[CHECK_BOOKS], is_step=False),
    )


RECOVERY = frozenset({"missed events taken in", "provider asked"})
"""The steps that ask the provider in case a message of its was lost; whoever loses none may ask more seldom."""


def tick(app: Flask, without: frozenset[str] = frozenset(), *, asks: bool = True) -> dict[str, int]:
    """Do everything that is due now, each kind by itself so that one failure stops no other; return the counts.

    Safe to run twice, at the same time, or days late. `without` names steps to be left to the next tick. One read says
    which steps have anything to do, and says it again after each that had; one that does not ask takes every step.
    """
    began, counts, runs = clock.system_now(), {}, []
    with app.app_context():
        now = clock.now()
        found = _found(app, now) if asks else None
        for name, step in _work(app, now).items():
            if name in without:
                continue
            if found is not None and name not in found:
                run = Run(name, clock.system_now(), 0, 0)
            else:
                run = _run(name, step)
                found = _found(app, now) if asks else None
            counts[name] = -1 if run.error else run.done
            runs.append(run)
        failed = [run.name for run in runs if run.error]
        error = f"Failed: {', '.join(failed)}" if failed else ""
        done = sum(run.done for run in runs)
        _record([*runs, Run(JobName.TICK.value, began, _since(began), done, error)])
    return counts


def _found(app: Flask, now: datetime) -> frozenset[str] | None:
    """Return the steps that have anything to do; None when that could not be asked: then each finds out itself."""
    try:
        settings = app.extensions["settings"]
        return due.steps(
            providers=app.extensions["providers"],
            policy=settings.money,
            transfers=settings.bank_transfers,
            now=now,
            system_now=clock.system_now(),
        )
    except SQLAlchemyError:
        log.exception("the steps of the tick were not asked for")
        return None


def _work(app: Flask, now: datetime) -> dict[str, Callable[[], int]]:
    settings, providers = app.extensions["settings"], app.extensions["providers"]
    at: dict[str, Any] = {"providers": providers, "now": now}
    delivered_after = settings.money.delivered_after_shipping_days
    return {
        Text("missed events taken in"): lambda: backfill.read_missed(providers=providers, settings=settings, now=now),
        Text("events applied"): lambda: events.apply_due(providers=providers, settings=settings, now=now),
        Text("calls sent"): lambda: outbound.send_due(providers=providers, outcomes=OUTCOMES, now=now),
        Text("blocked calls looked up"): lambda: outbound.look_at_blocked(outcomes=OUTCOMES, **at),
        Text("payments ended"): lambda: checkout.close_overdue(providers=providers, settings=settings, now=now),
        Text("reservations returned"): lambda: db.atomic(sweeps.reap_reservations, (), now=now),
        Text("purchases given up"): lambda: db.atomic(sweeps.give_up_unpaid, (), now=now),
        Text("transfers reminded"): lambda: db.atomic(asking.remind, (), policy=settings.bank_transfers, now=now),
        Text("payments assessed"): lambda: risk.assess_due(settings=settings, now=now),
        Text("auctions ended"): lambda: won_flows.end_due(pay_hours=settings.money.auction_pay_hours, now=now),
        Text("orders delivered"): lambda: db.atomic(orders.deliver_overdue, (), days=delivered_after, now=now),
        Text("holds ended"): lambda: db.atomic(holds.release_due, (), policy=settings.money, now=now),
        Text("debts netted"): lambda: db.atomic(debts.net_due, (), now=now),
        Text("accounts read"): lambda: account_flows.read_unheard(providers=providers, now=now),
        Text("account deadlines told"): lambda: account_flows.remind(now=now),
        Text("payouts followed"): lambda: payouts.follow_due(providers=providers, now=now),
        Text("payouts sent"): lambda: payouts.run_due(providers=providers, policy=settings.money, now=now),
        Text("provider asked"): lambda: sweeping.look_due(providers=providers, settings=settings, now=now),
        Text("disputes read"): lambda: disputes.read_unheard(providers=providers, policy=settings.money, now=now),
        Text("receipts returned"): lambda: checkout.return_receipts(providers=providers, now=now),
        Text("cancelled orders paid back"): lambda: cancellations.send_rests(policy=settings.money, **at),
        Text("runs of reconciliation"): lambda: reconciliation.run_due(providers=providers, settings=settings, now=now),
        Text("words learnt"): spelling.learn_due,
        Text("price drops told"): lambda: db.atomic(saved.tell_price_drops, (), now=now),
        Text("saved searches asked"): lambda: search_flows.look_due(now=now),
        Text("statements closed"): lambda: db.atomic(statements.close_months, (), now=now),
        Text("invoices made"): lambda: invoices.make_due(now=now),
        Text("commissions billed"): lambda: invoices.bill_months(now=now),
        Text("invoices followed"): lambda: invoices.follow_due(now=now),
        Text("postings summed"): sums.keep,
        Text("entries chained"): lambda: db.atomic(ledger.extend_chain, ["ledger:chain"]),
        Text("old links forgotten"): lambda: db.atomic(links.forget_old, (), now=clock.system_now()),
    }


def mail(app: Flask) -> int:
    """Tell what is found by looking, make mails of what was told and send what is due; return how many went out.

    No step of the tick: a mail server that hangs would hold up money. Raises nothing a mail server can cause.
    """
    began = clock.system_now()
    with app.app_context():
        settings, write = app.extensions["settings"], app.extensions["mail_writer"]
        run = _run(JobName.MAIL, lambda: posting.run(settings, write=write, now=clock.now(), system_now=began))
        _record([run])
    return run.done


def check_books() -> Report:
    """Recompute the books and keep what came of it for the health board. Inside an application context."""
    began = clock.system_now()
    report = checks.check_books()
    wrong = "\n".join(f"{each.table} {each.row_id} {each.message} ({each.check})" for each in report.differences)
    _record([Run(CHECK_BOOKS, began, _since(began), report.postings, wrong)])
    return report


def sweep_files(app: Flask) -> dict[str, int]:
    """Do what is to be done about lost files, each step by itself; return the counts, -1 for what failed."""
    now = clock.system_now()
    runs = [_run(name, step) for name, step in lost_files.steps(app.extensions["settings"], now).items()]
    failed = ", ".join(run.name for run in runs if run.error)
    _record([Run(SWEEP_FILES, now, _since(now), sum(run.done for run in runs), failed and f"Failed: {failed}")])
    return {run.name: -1 if run.error else run.done for run in runs}


def record_rescue(began: datetime, rescued: int) -> None:
    """Keep that stalled jobs were looked for at `began`, system time, and how many were rescued."""
    _record([Run(RESCUE, began, _since(began), rescued)])


def _run(name: str, step: Callable[[], int]) -> Run:
    began = clock.system_now()
    try:
        done = step()
    except Exception as error:
        log.exception("tick step failed", step=name)
        return Run(name, began, _since(began), 0, f"{type(error).__name__}: {error}")
    return Run(name, began, _since(began), done)


def _record(runs: Sequence[Run]) -> None:
    """Keep the last runs; that this fails is no reason for the work to count as failed."""
    try:
        job_runs.record_runs(runs)
    except SQLAlchemyError:
        log.exception("the last runs were not kept")


def _since(began: datetime) -> int:
    """Return how many milliseconds have passed since `began`, system time."""
    return (clock.system_now() - began) // timedelta(milliseconds=1)


def _scene(app: Flask) -> dict[str, Any]:
    known = app.extensions
    return {"provider": known["providers"]["stripe"], "settings": known["settings"], "now": clock.now()}


ASKED: Mapping[str, Callable[..., object]] = {
    JobName.READ_EVENT: lambda app, event_id: events.apply(event_id, **_scene(app), reread=True),
    JobName.MOVE_TIME: lambda app, days: forward.move_a_day(days, tick=lambda: tick(app)),
    JobName.IMPORT_LISTINGS: lambda app, import_id: import_flows.run(import_id, now=clock.now()),
    JobName.SIZE_PICTURES: lambda app, **of: lost_files.size_pictures(app.extensions["settings"], **of),
    JobName.REPLAY_SEED: lambda app, **seed: proofs.replay(app.extensions["settings"].var_dir, **seed),
}
"""What each job does that somebody asked for, in an application context, with the job's arguments."""
