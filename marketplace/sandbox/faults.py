"""Fault switches: rules by which requests, webhooks and objects go wrong, kept where every process sees them."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from psycopg.types.json import Jsonb

from marketplace.sandbox.store import Work


class Kind(StrEnum):
    """What goes wrong."""

    DELAY = "delay"
    """The request waits for `seconds` of system time, then is carried out."""
    DROP_BEFORE = "drop_before"
    """The connection is cut off and nothing has happened."""
    SERVER_ERROR = "server_error"
    """500, nothing has happened, and the idempotency key stays free."""
    SERVER_ERROR_SAVED = "server_error_saved"
    """500, nothing has happened, and the key keeps the 500, as Stripe does once a request has begun."""
    CONFLICT = "conflict"
    """409: another request with this key is still running."""
    RATE_LIMIT = "rate_limit"
    """429: too many requests."""
    LOCK_TIMEOUT = "lock_timeout"
    """429: another request has locked the object."""
    REFUSED = "refused"
    """400 with `code`, kept under the key: a business refusal."""
    OUTAGE = "outage"
    """Down: every connection is cut off, the hosted pages are closed, and no webhook goes out."""
    DROP_AFTER = "drop_after"
    """It has happened, and the connection is cut off before the answer."""
    SERVER_ERROR_AFTER = "server_error_after"
    """It has happened, the answer is a 500, and the key keeps the 500."""
    TRUNCATED = "truncated"
    """It has happened, and the answer ends half-way."""
    HTML = "html"
    """It has happened, and something in between answers with its own HTML page and the status `code`, else 502."""
    SLOW_BODY = "slow_body"
    """It has happened, and the answer takes `seconds` of system time to arrive."""

    LOST = "lost"
    """The webhook never arrives, no try of it."""
    DOUBLED = "doubled"
    """The webhook is sent `copies` times under its one id."""
    NEW_ID = "new_id"
    """The same fact is told once more under another event id."""
    REORDERED = "reordered"
    """The webhook waits for 0 to `seconds` of virtual time, so that later ones overtake it."""
    LATE = "late"
    """The webhook is sent `seconds` of virtual time later."""
    STALE = "stale"
    """The webhook shows the object as it was before."""
    EARLY = "early"
    """The webhooks of a request are delivered before the request is answered."""
    BAD_SIGNATURE = "bad_signature"
    """The first try of the webhook is signed with another secret."""
    WRONG_ENDPOINT = "wrong_endpoint"
    """The webhook is sent to the other kind of endpoint as well, signed for that one."""
    OVERSIZED = "oversized"
    """The first try of the webhook is larger than any event is."""
    GARBAGE = "garbage"
    """The first try of the webhook is signed rightly and is no JSON."""
    WRONG_MODE = "wrong_mode"
    """Before the webhook the same one is sent as of live mode, under another event id."""

    REFUND_FAILS = "refund_fails"
    """A refund that counts as succeeded fails `seconds` of virtual time after it was made."""
    PAYOUT_FAILS = "payout_fails"
    """A payout fails `seconds` of virtual time after it was paid."""
    ACCOUNT_DISABLED = "account_disabled"
    """The account is restricted `seconds` after a transfer to it, or after the switch when `object` names it."""
    DISPUTE_REOPENS = "dispute_reopens"
    """A dispute that was decided is opened again after `seconds`."""
    FEE_LATE = "fee_late"
    """The fee of a payment becomes known `seconds` later; `charge.updated` tells."""
    TRANSFER_REVERSED = "transfer_reversed"
    """A transfer is taken back after `seconds` without anybody having asked."""


BEFORE = (Kind.OUTAGE, Kind.DROP_BEFORE, Kind.SERVER_ERROR, Kind.SERVER_ERROR_SAVED, Kind.CONFLICT, Kind.RATE_LIMIT,
          Kind.LOCK_TIMEOUT, Kind.REFUSED)  # fmt: skip
"""What ends a request before it has had an effect."""
AFTER = (Kind.DROP_AFTER, Kind.SERVER_ERROR_AFTER, Kind.TRUNCATED, Kind.HTML, Kind.SLOW_BODY)
"""What spoils the answer of a request that has had its effect."""
WEBHOOKS = (Kind.LOST, Kind.LATE, Kind.REORDERED, Kind.DOUBLED, Kind.NEW_ID, Kind.STALE, Kind.BAD_SIGNATURE,
            Kind.WRONG_ENDPOINT, Kind.OVERSIZED, Kind.GARBAGE, Kind.WRONG_MODE)  # fmt: skip
STATES = (Kind.REFUND_FAILS, Kind.PAYOUT_FAILS, Kind.ACCOUNT_DISABLED, Kind.DISPUTE_REOPENS, Kind.TRANSFER_REVERSED)

_DAY = 86_400
USUAL_SECONDS = {
    Kind.DELAY: 10, Kind.SLOW_BODY: 10, Kind.LATE: 600, Kind.REORDERED: 60, Kind.REFUND_FAILS: 20 * _DAY,
    Kind.PAYOUT_FAILS: 2 * _DAY, Kind.DISPUTE_REOPENS: _DAY, Kind.FEE_LATE: 3_600, Kind.TRANSFER_REVERSED: _DAY,
}  # fmt: skip
"""The `seconds` of a rule that names none; 0 for all other kinds."""


@dataclass(frozen=True)
class Where:
    """Which requests or events a rule is about; what is left empty matches everything.

    `path` and `event` (a type) may hold `*`; `object` is an id in the address, the parameters or the event;
    `metadata` must be part of what the request sends or the event shows.
    """

    method: str = ""
    path: str = ""
    event: str = ""
    object: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One switch that is or was on, in virtual Unix seconds."""

    id: int
    kind: Kind
    where: Where
    probability: float
    times: int | None
    until: int | None
    seed: int
    seconds: int
    copies: int
    code: str
    words: str
    made: int
    seen: int
    struck: int
    ended: int | None

    def draw(self, what: str) -> random.Random:
        """Return the source of chance for `what` at this occasion: the same for the same seed and occasion."""
        return random.Random(f"{self.seed}:{self.kind}:{self.seen}:{what}")  # noqa: S311  # a seed is asked for


@dataclass(frozen=True)
class Occasion:
    """A request or an event that a rule may strike."""

    method: str = ""
    path: str = ""
    request_id: str = ""
    key: str = ""
    event_id: str = ""
    event: str = ""
    object_id: str = ""
    ids: frozenset[str] = frozenset()
    metadata: Mapping[str, str] = field(default_factory=dict)


_SWITCHES = "faults that are on"
ON = (
    "ended IS NULL AND (until IS NULL OR until > %(now)s) AND (times IS NULL OR struck < times)"
)  # fmt: skip


def add(
    work: Work,
    kind: Kind,
    where: Where,
    *,
    probability: float = 1.0,
    times: int | None = None,
    until: int | None = None,
    seed: int = 0,
    seconds: int | None = None,
    copies: int = 2,
    code: str = "",
    words: str = "",
) -> Rule:
    """Switch a fault on: `times` often at most, until the virtual moment `until`; None means no end."""
    work.read_once.pop(_SWITCHES, None)
    row = work.row(
        "INSERT INTO faults (kind, narrowed, probability, times, until, seed, seconds, copies, code, words, made)"
        " VALUES (%(kind)s, %(where)s, %(probability)s, %(times)s, %(until)s, %(seed)s, %(seconds)s, %(copies)s,"
        " %(code)s, %(words)s, %(now)s) RETURNING *",
        kind=kind, where=Jsonb(asdict(where)), probability=probability, times=times, until=until, seed=seed,
        seconds=USUAL_SECONDS.get(kind, 0) if seconds is None else seconds, copies=copies, code=code, words=words,
        now=work.present,
    )  # fmt: skip
    return _rule(row or {})


def switch_off(work: Work, fault_id: int | None = None) -> None:
    """Switch one fault off, or all of them; what they have done stays on record."""
    work.read_once.pop(_SWITCHES, None)
    work.rows(
        "UPDATE faults SET ended = %(now)s WHERE ended IS NULL AND (%(id)s::bigint IS NULL OR id = %(id)s)",
        now=work.present, id=fault_id,
    )  # fmt: skip


def active(work: Work, kinds: Iterable[Kind]) -> list[Rule]:
    """Return the rules of `kinds` that may strike now, oldest first.

    A transaction asks once: a strike looks again whether its rule is still on.
    """
    found = work.read_once.get(_SWITCHES)
    if found is None:
        rows = work.rows(f"SELECT * FROM faults WHERE {ON} ORDER BY id", now=work.present)  # noqa: S608  # ours
        found = work.read_once[_SWITCHES] = [_rule(row) for row in rows]
    wanted = frozenset(kinds) if found else ()
    return [rule for rule in found if rule.kind in wanted]


def every(work: Work) -> list[Rule]:
    """Return all rules there ever were, newest first."""
    return [_rule(row) for row in work.rows("SELECT * FROM faults ORDER BY id DESC")]


def is_on(rule: Rule, now: int) -> bool:
    """Return whether a rule may still strike at the virtual moment `now`."""
    in_time = rule.until is None or rule.until > now
    return rule.ended is None and in_time and (rule.times is None or rule.struck < rule.times)


def meet(work: Work, kinds: Iterable[Kind], occasion: Occasion, rules: list[Rule] | None = None) -> Rule | None:
    """Return the first rule of `kinds` that strikes this occasion, put on record; None when none does.

    `rules` are the active ones, where they have been read already.
    """
    wanted = tuple(kinds)
    for rule in active(work, wanted) if rules is None else rules:
        if rule.kind in wanted and matches(rule.where, occasion):
            struck = _strike(work, rule, occasion)
            if struck:
                return struck
    return None


def matches(where: Where, occasion: Occasion) -> bool:
    """Return whether an occasion is one that `where` means."""
    return (
        where.method in ("", occasion.method)
        and fnmatchcase(occasion.path, where.path or "*")
        and fnmatchcase(occasion.event, where.event or "*")
        and (not where.object or where.object in occasion.ids)
        and where.metadata.items() <= dict(occasion.metadata).items()
    )


def _strike(work: Work, rule: Rule, occasion: Occasion) -> Rule | None:
    """Count an occasion, draw, and record the strike; None when it is spared or another one was faster."""
    row = work.row(
        f"UPDATE faults SET seen = seen + 1 WHERE id = %(id)s AND {ON} RETURNING *",  # noqa: S608  # ours
        id=rule.id, now=work.present,
    )  # fmt: skip
    if row is None:
        return None
    seen = _rule(row)
    if seen.draw("strike").random() >= seen.probability:
        return None
    work.rows("UPDATE faults SET struck = struck + 1 WHERE id = %(id)s", id=rule.id)
    work.rows(
        "INSERT INTO strikes (fault_id, kind, at, mark, method, path, request_id, key, event_id, event, object_id)"
        " VALUES (%(fault)s, %(kind)s, %(now)s, (SELECT coalesce(max(seq), 0) FROM requests), %(method)s, %(path)s,"
        " %(request)s, %(key)s, %(event_id)s, %(event)s, %(object)s)",
        fault=rule.id, kind=rule.kind, now=work.present, method=occasion.method, path=occasion.path,
        request=occasion.request_id, key=occasion.key, event_id=occasion.event_id, event=occasion.event,
        object=occasion.object_id,
    )  # fmt: skip
    return seen


def _rule(row: Mapping[str, Any]) -> Rule:
    values = {name: row[name] for name in Rule.__dataclass_fields__ if name not in ("kind", "where")}
    return Rule(kind=Kind(row["kind"]), where=Where(**row["narrowed"]), **values)
