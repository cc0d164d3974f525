"""Runs of reconciliation: begun every night or when somebody asks, and carried on batch by batch until they are done.

Killed at any moment, a run goes on where it stopped: each batch and how far it is are one short transaction.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Text, bindparam, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace import db, language
from marketplace.config import MoneyPolicy, Settings
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.language import ENGLISH
from marketplace.language import gettext as _
from marketplace.payment_records.models import Payment
from marketplace.providers.base import Provider, Refused, Unknown
from marketplace.reasons import check_reason
from marketplace.reconciliation import correcting, line_queries, mending, rechecking, runs
from marketplace.reconciliation.models import ReconciliationRun
from marketplace.reconciliation.rules import CounterAccount
from marketplace.reconciliation.runs import Standing
from marketplace.reconciliation.steps import STEPS, Context

log = structlog.get_logger()

RUN_HOUR = 3
"""From this hour (UTC) on a day's run is due: before sellers are paid."""
_BATCHES = 40
"""How many batches one tick carries a run on; the next tick goes on."""
WAITING_SECONDS = 3
"""How long, system time, somebody who asked for a run waits for it; what is left is the worker's."""
_provider = func.unnest(bindparam("providers", type_=ARRAY(Text))).column_valued("name")
_of_provider = ReconciliationRun.provider == _provider
_BEGAN = select(func.max(ReconciliationRun.started_at)).where(_of_provider).scalar_subquery()
_FIRST_SALE = select(func.min(Payment.completed_at)).where(Payment.provider == _provider).scalar_subquery()
DUE = select(_provider.label("provider")).where(
    or_(
        exists().where(_of_provider, ReconciliationRun.finished_at.is_(None)),
        func.coalesce(_BEGAN, _FIRST_SALE) < bindparam("latest_night"),
    )
)
"""Providers of which a run is under way, or a night has passed since the last one began.

A shop that has sold nothing waits for the night after its first sale.
"""
_LINE_OF = text("SELECT line_id FROM reconciliation_break WHERE id = :break_id")


def begin(*, provider: str, admin_id: int | None, mends: bool, from_start: bool, now: datetime) -> int:
    """Begin a run, or find the one that is under way; the tick carries it on. Return its id."""
    return db.atomic(
        runs.begin,
        ("reconciliation",),
        provider=provider,
        admin_id=admin_id,
        mends=mends,
        from_start=from_start,
        now=now,
    )


def go_on(
    *,
    provider: Provider,
    settings: Settings,
    now: datetime,
    batches: int = _BATCHES,
    seconds: int = 600,
    progress: Callable[[Standing], None] = lambda _standing: None,
) -> bool:
    """Carry the run that is under way on by at most `batches`, or `seconds`; return whether there is more to do.

    A provider that does not answer leaves it where it is: whoever comes next goes on.
    """
    context, started = Context(provider, settings, now), time.monotonic()
    written = standing = runs.under_way(provider.name)
    for number in range(1, batches + 1):
        if written is None or standing is None:
            return False
        progress(standing)
        try:
            db.forbid_open_transaction()
            # What is found is stored, whoever waits for it.
            with language.reading(ENGLISH):
                done = STEPS[standing.step](standing, context)
        except (Unknown, Refused) as error:
            db.atomic(runs.wait, (), run_id=standing.id, because=f"The provider does not answer: {error}")
            return False
        following = standing.after(done)
        is_enough = number == batches or time.monotonic() - started > seconds
        # A batch that has found nothing is written down with the next one that has.
        if following is None or is_enough or not done.is_nothing:
            locks = ("reconciliation",)
            is_ours = db.atomic(runs.advance, locks, written=written, standing=standing, done=done, now=now)
            following = following if following is not None and is_ours else runs.under_way(provider.name)
            written = following
        if is_enough:
            return following is not None
        standing = following
    return standing is not None


def finish(*, provider: Provider, settings: Settings, now: datetime, progress: Callable[[str], None]) -> bool:
    """Carry the run that is under way on to its end, telling each step; False when the provider does not answer."""
    steps: list[str] = []

    def tell(standing: Standing) -> None:
        if standing.step not in steps:
            steps.append(standing.step)
            progress(f"{provider.name}: {standing.step}")

    while go_on(provider=provider, settings=settings, now=now, progress=tell):
        pass
    return runs.under_way(provider.name) is None


def run_due(*, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> int:
    """Begin the night's run once it is due and carry on what is under way; return how many runs were looked after."""
    due = [row.provider for row in db.read(DUE, {"providers": list(providers), **due_at(now)})]
    for name in due:
        if runs.under_way(name) is None:
            begin(provider=name, admin_id=None, mends=True, from_start=False, now=now)
        go_on(provider=providers[name], settings=settings, now=now)
    return len(due)


def due_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of DUE, apart from the providers."""
    night = now.replace(hour=RUN_HOUR, minute=0, second=0, microsecond=0)
    return {"latest_night": night if now >= night else night - timedelta(days=1)}


def reread(*, break_id: int, admin_id: int, reason: str, provider: Provider, settings: Settings, now: datetime) -> str:
    """Do what a break proposes because an admin says so; return in English what is left to be done, "" for nothing.

    Raises NotFound, Invalid without a reason, NotAllowed for a touched seller, Conflict when it is settled.
    """
    why = check_reason(reason)
    db.atomic(correcting.check_may_decide, (), admin_id=admin_id, break_id=break_id)
    found = rechecking.open_break(break_id)
    if found is None:
        raise NotFound(_("There is no such break."))
    actor = Actor.user(admin_id, "admin")
    # What came of it is stored.
    with language.reading(ENGLISH):
        left = mending.mend(
            found, verb="decide", actor=actor, because=why, provider=provider, settings=settings, now=now
        )
    outcome = left or "All sides agree now."
    db.atomic(correcting.note_reread, (), admin_id=admin_id, break_id=break_id, reason=why, outcome=outcome, now=now)
    return left


def correct(
    *,
    break_id: int,
    admin_id: int,
    account: CounterAccount,
    seen_minor: int,
    reason: str,
    policy: MoneyPolicy,
    now: datetime,
) -> bool:
    """Book a break's difference, or ask a second admin to confirm it (False); see `correcting.correct`."""
    is_done = db.atomic(
        correcting.correct,
        (db.TURN,),
        break_id=break_id,
        admin_id=admin_id,
        account=account,
        seen_minor=seen_minor,
        reason=reason,
        policy=policy,
        now=now,
    )
    [row] = db.read(_LINE_OF, {"break_id": break_id})
    judged = line_queries.line(row.line_id) if is_done and row.line_id else None
    if judged is not None and judged.verdict is None:
        db.atomic(runs.match_one, (), judged=judged, now=now)
    return is_done
