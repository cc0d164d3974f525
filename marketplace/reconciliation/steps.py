"""The steps of a run, a batch each: nothing is held between two of them, and an item that fails stops no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from marketplace import db
from marketplace.config import Settings
from marketplace.language import Text
from marketplace.providers.balance_lines import ListedLine, UnreadableLine
from marketplace.providers.base import Provider, Refused
from marketplace.reconciliation import breaks, line_queries, mending, rechecking, runs, side_queries
from marketplace.reconciliation.breaks import RUN, Finding
from marketplace.reconciliation.line_queries import JudgedLine
from marketplace.reconciliation.rechecking import REPEATED, OpenBreak
from marketplace.reconciliation.runs import BALANCE, ROW_GRACE, Progress, Standing

log = structlog.get_logger()

T = TypeVar("T")
_BATCH = 500
_MENDS = 10
_BACK = timedelta(days=14)
"""How long a payment to a bank may still come back after it was paid."""
_RECEIPTS_BACK = timedelta(days=45)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_REPEATED_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Context:
    """What a step works with."""

    provider: Provider
    settings: Settings
    now: datetime


def lines(run: Standing, context: Context) -> Progress:
    """Read one page of the provider's lines into our table."""
    page = context.provider.balance_lines.page(since=run.since, until=run.until, after=run.cursor or None)
    broken = [found for found in page.lines if isinstance(found, UnreadableLine)]
    counts = _open_all([rechecking.unreadable(found.line_id, found.error) for found in broken], run, context)
    read = tuple(found for found in page.lines if isinstance(found, ListedLine))
    return Progress(page.next_after, counts | {"lines": len(page.lines), "unreadable": len(broken)}, lines=read)


def match(run: Standing, context: Context) -> Progress:
    """Compare the next lines of our account with ledger and rows, and open a break for each that does not agree."""
    after = int(run.cursor or 0)
    try:
        judged, last, failed = _judged(after, run)
    except (SQLAlchemyError, ValueError) as error:
        log.warning("lines are judged one by one", run_id=run.id, error=str(error))
        judged, last, failed = _judged_one_by_one(after, run)
    wrong, left_out = _each([line for line in judged if line.verdict], rechecking.finding_of_line)
    counts = _open_all([finding for finding in wrong if finding is not None], run, context)
    counts["matched"] = sum(1 for line in judged if line.verdict is None)
    counts["failed"] = counts.get("failed", 0) + failed + left_out
    if last is None:
        counts["waiting"] = line_queries.waiting(after=run.settled_until)
    return Progress(None if last is None else str(last), counts, judged=tuple(judged))


def entries(run: Standing, context: Context) -> Progress:
    """Look for lines of the next entries of the balance at the provider."""
    after = int(run.cursor or run.first_posting_id)
    missing, last, more = side_queries.entries(after=after, until=run.settled_until, size=_BATCH)
    findings, failed = _each(missing, rechecking.finding_of)
    counts = _counted(_open_all(findings, run, context), failed)
    return Progress(str(last) if more else None, counts, last_posting_id=last if last > after else 0)


def rows(run: Standing, context: Context) -> Progress:
    """Look for lines of the next payments, refunds or receipts whose money has moved."""
    since = (run.since or _EVER) - (_RECEIPTS_BACK if run.step == "receipt" else ROW_GRACE)
    missing, last = side_queries.rows_of(
        run.step,
        after=int(run.cursor or 0),
        since=since,
        until=run.until - ROW_GRACE,
        provider=run.provider,
        size=_BATCH,
    )
    findings, failed = _each(missing, rechecking.finding_of)
    counts = _counted(_open_all(findings, run, context), failed)
    return Progress(None if last is None else str(last), counts)


def accounts(run: Standing, context: Context) -> Progress:
    """Read a page of one seller's account: what went from it to a bank."""
    account_id, _, page_after = run.cursor.partition(":")
    since = (run.since or _EVER) - _BACK
    if not page_after:
        found = side_queries.next_account(
            after=account_id, since=since, day=run.until.toordinal() if run.since else None
        )
        if found is None:
            return Progress(None, {})
        account_id, since = found[0], max(since, found[1])
    try:
        page = context.provider.balance_lines.page(
            since=since, until=run.until, after=page_after or None, account=account_id
        )
    except Refused as error:
        # The seller has taken our access away: what their bank got can't be read, and is in no account of ours.
        return Progress(account_id, {}, note=f"{account_id}: {error.message}")
    paid = tuple(one for one in page.lines if isinstance(one, ListedLine) and one.line.kind.startswith("payout"))
    rest = f":{page.next_after}" if page.next_after else ""
    return Progress(f"{account_id}{rest}", {}, lines=paid, account_id=account_id)


def payouts(run: Standing, context: Context) -> Progress:
    """Compare the payouts of the accounts that were read with what their banks were sent."""
    missing, last = side_queries.bank_payouts(
        after=int(run.cursor or 0), since=(run.since or _EVER) - _BACK, until=run.settled_until, size=_BATCH
    )
    findings, failed = _each(missing, rechecking.finding_of)
    counts = _counted(_open_all(findings, run, context), failed)
    return Progress(None if last is None else str(last), counts)


def messages(run: Standing, context: Context) -> Progress:
    """Note which messages came twice. Each is closed at once: the second one has changed nothing."""
    since = run.since or _EVER
    found = 0
    for again in side_queries.repeated(since=since, until=run.until):
        finding = Finding(
            f"message:{again.event_id}",
            REPEATED,
            None,
            object_id=again.object_id,
            event_id=again.event_id,
            payment_id=again.payment_id,
            note=again.words,
        )
        found += db.atomic(breaks.found_settled, (), finding=finding, run_id=run.id, now=context.now)
    return Progress(None, {"found": found, "mended": found})


def look_again(run: Standing, context: Context) -> Progress:
    """Look at the next open breaks again: what agrees by now is closed, what has changed is brought up to date."""

    def again(found: OpenBreak) -> int:
        looked = rechecking.look(found, context.now)
        if looked.finding is not None:
            db.atomic(breaks.found, (db.TURN,), finding=looked.finding, run_id=run.id, now=context.now)
            return 0
        if looked.line is not None:
            db.atomic(runs.match_one, (), judged=looked.line, now=context.now)
        because = Text("All sides agree now: what was late has come.")
        is_closed = db.atomic(
            breaks.close, (db.TURN,), break_id=found.id, verb="vanish", actor=RUN, because=because, now=context.now
        )
        return int(is_closed)

    found = rechecking.open_breaks(after=int(run.cursor or 0), size=_BATCH)
    gone, failed = _each(found, again)
    return Progress(_last_of(found, _BATCH), {"gone": sum(gone), "failed": failed})


def mend(run: Standing, context: Context) -> Progress:
    """Put right what has a known cause, where the run may."""
    if not run.mends:
        return Progress(None, {})
    found = rechecking.open_breaks(after=int(run.cursor or 0), size=_MENDS)

    def mended(each: OpenBreak) -> int:
        left = mending.mend(
            each,
            verb="mend",
            actor=RUN,
            because="",
            provider=context.provider,
            settings=context.settings,
            now=context.now,
        )
        return int(left == "")

    done, failed = _each([each for each in found if each.proposal.is_automatic], mended)
    return Progress(_last_of(found, _MENDS), {"mended": sum(done), "failed": failed})


def figures(run: Standing, context: Context) -> Progress:
    """Write down what the three sides say, and what the provider says that it holds in all."""
    sides = runs.figures_of(run)
    held = context.provider.balance_lines.balance()
    newer, left_out = _newer(run, context), runs.left_out(run)
    stated = [
        {
            "currency": currency,
            "kind": BALANCE,
            "lines": 0,
            "provider_minor": held.get(currency, 0) - newer.get(currency, 0) - left_out.get(currency, 0),
            **dict.fromkeys(("ledger_minor", "rows_minor"), sum(_provider(sides, currency))),
            "explained_minor": 0,
        }
        for currency in sorted({*held, *(side["currency"] for side in sides)})
    ]
    return Progress(None, {}, figures=[*sides, *stated])


STEPS: Mapping[str, Callable[[Standing, Context], Progress]] = {
    "lines": lines,
    "match": match,
    "entries": entries,
    **dict.fromkeys(side_queries.ROWS, rows),
    "accounts": accounts,
    "payouts": payouts,
    "messages": messages,
    "breaks": look_again,
    "mend": mend,
    "figures": figures,
}


def _last_of(found: list[OpenBreak], size: int) -> str | None:
    """Return where a step over open breaks goes on; None when there are no more."""
    return str(found[-1].id) if len(found) == size else None


def _judged(after: int, run: Standing) -> tuple[list[JudgedLine], int | None, int]:
    judged = line_queries.unmatched(after=after, until=run.settled_until, size=_BATCH)
    return judged, judged[-1].id if len(judged) == _BATCH else None, 0


def _judged_one_by_one(after: int, run: Standing) -> tuple[list[JudgedLine], int | None, int]:
    ids = line_queries.unmatched_ids(after=after, until=run.settled_until, size=_BATCH)
    judged, failed = _each(ids, line_queries.line)
    return [line for line in judged if line], ids[-1] if len(ids) == _BATCH else None, failed


def _each(items: Iterable[object], act: Callable[..., T]) -> tuple[list[T], int]:
    """Return what came of each item, and how many raised an error: those are left out and told to the log."""
    done, failed = [], 0
    for item in items:
        try:
            done.append(act(item))
        except Exception:
            log.exception("left out of reconciliation", item=str(item)[:300])
            failed += 1
    return done, failed


def _open_all(findings: list[Finding], run: Standing, context: Context) -> dict[str, int]:
    def opened(finding: Finding) -> int:
        return int(db.atomic(breaks.found, (db.TURN,), finding=finding, run_id=run.id, now=context.now))

    new, failed = _each(findings, opened)
    return {"found": sum(new), "failed": failed}


def _counted(counts: dict[str, int], failed: int) -> dict[str, int]:
    return counts | {"failed": counts.get("failed", 0) + failed}


def _provider(sides: list[dict[str, object]], currency: str) -> list[int]:
    return [int(str(side["provider_minor"])) for side in sides if side["currency"] == currency]


def _newer(run: Standing, context: Context) -> dict[str, int]:
    """Return the nets of the lines that came since the run began, by currency: the balance knows them already."""
    found: dict[str, int] = {}
    after: str | None = None
    while True:
        since = run.until + timedelta(seconds=1)
        page = context.provider.balance_lines.page(since=since, until=since + timedelta(days=400), after=after)
        for one in page.lines:
            if isinstance(one, ListedLine):
                found[one.line.currency] = found.get(one.line.currency, 0) + one.line.net_minor
        after = page.next_after
        if after is None:
            return found
