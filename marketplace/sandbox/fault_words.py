"""What faults are called on the dashboard, and the ones that need a single press."""

from dataclasses import dataclass, field
from typing import Any

from marketplace.sandbox.faults import Kind, Rule, Where

WORDS = {
    Kind.DELAY: "Request waits",
    Kind.DROP_BEFORE: "Request cut off, nothing happened",
    Kind.SERVER_ERROR: "500, nothing happened",
    Kind.SERVER_ERROR_SAVED: "500, nothing happened, the key keeps it",
    Kind.CONFLICT: "409, same key still running",
    Kind.RATE_LIMIT: "429, too many requests",
    Kind.LOCK_TIMEOUT: "429, object locked",
    Kind.REFUSED: "Refused for a business reason",
    Kind.OUTAGE: "Provider down",
    Kind.DROP_AFTER: "Answer lost, it happened",
    Kind.SERVER_ERROR_AFTER: "500, it happened, the key keeps it",
    Kind.TRUNCATED: "Answer cut in half, it happened",
    Kind.HTML: "HTML in place of the answer, it happened",
    Kind.SLOW_BODY: "Answer trickles, it happened",
    Kind.LOST: "Webhook lost",
    Kind.DOUBLED: "Webhook sent several times",
    Kind.NEW_ID: "Same fact under a second event id",
    Kind.REORDERED: "Webhooks overtake each other",
    Kind.LATE: "Webhook late",
    Kind.STALE: "Webhook shows the object as it was before",
    Kind.EARLY: "Webhook before the answer",
    Kind.BAD_SIGNATURE: "Webhook with a wrong signature",
    Kind.WRONG_ENDPOINT: "Webhook to the wrong endpoint too",
    Kind.OVERSIZED: "Webhook far too large",
    Kind.GARBAGE: "Webhook that is no JSON",
    Kind.WRONG_MODE: "Webhook of live mode as well",
    Kind.REFUND_FAILS: "Refund fails after it succeeded",
    Kind.PAYOUT_FAILS: "Payout fails after it was paid",
    Kind.ACCOUNT_DISABLED: "Account restricted",
    Kind.DISPUTE_REOPENS: "Decided dispute opened again",
    Kind.FEE_LATE: "Fee known late",
    Kind.TRANSFER_REVERSED: "Transfer taken back by itself",
}
_DAY = 86_400


@dataclass(frozen=True)
class Press:
    """One button: what it says and the fault it switches on."""

    name: str
    label: str
    kind: Kind
    how: dict[str, Any] = field(default_factory=dict)


_ONCE = {"times": 1}
_CHANGE = {"times": 1, "method": "POST"}
GROUPS: dict[str, tuple[Press, ...]] = {
    "Webhooks": (
        Press("lose", "Lose the next webhook", Kind.LOST, _ONCE),
        Press("lose-hour", "Lose all for an hour", Kind.LOST, {"for_seconds": 3_600}),
        Press("dark", "Lose all for 4 days", Kind.LOST, {"for_seconds": 4 * _DAY}),
        Press("twice", "Send the next one twice", Kind.DOUBLED, _ONCE),
        Press("second-id", "Tell the next fact under two ids", Kind.NEW_ID, _ONCE),
        Press("mix", "Mix up the next ten", Kind.REORDERED, {"times": 10}),
        Press("late", "Next one 10 minutes late", Kind.LATE, _ONCE),
        Press("very-late", "Next one 3 days late", Kind.LATE, {"times": 1, "seconds": 3 * _DAY}),
        Press("stale", "Next one shows what was before", Kind.STALE, _ONCE),
        Press("early", "Next one before the answer", Kind.EARLY, _ONCE),
        Press("forged", "Sign the next one wrongly", Kind.BAD_SIGNATURE, _ONCE),
        Press("astray", "Next one to the wrong endpoint too", Kind.WRONG_ENDPOINT, _ONCE),
        Press("oversized", "Send the next one far too large", Kind.OVERSIZED, _ONCE),
        Press("garbage", "Send garbage in place of the next one", Kind.GARBAGE, _ONCE),
        Press("wrong-mode", "Next one of live mode as well", Kind.WRONG_MODE, _ONCE),
    ),
    "The provider": (
        Press("down", "Down for 30 minutes", Kind.OUTAGE, {"for_seconds": 1_800}),
        Press("down-hours", "Down for 6 hours", Kind.OUTAGE, {"for_seconds": 6 * 3_600}),
        Press("down-long", "Down for 30 hours", Kind.OUTAGE, {"for_seconds": 30 * 3_600}),
    ),
    "Next change asked for over the API": (
        Press("answer-lost", "Do it, lose the answer", Kind.DROP_AFTER, _CHANGE),
        Press("cut-off", "Cut it off before it happens", Kind.DROP_BEFORE, _CHANGE),
        Press("error", "500, nothing happens", Kind.SERVER_ERROR, _CHANGE),
        Press("error-kept", "500 that the key keeps", Kind.SERVER_ERROR_SAVED, _CHANGE),
        Press("error-after", "Do it, answer 500", Kind.SERVER_ERROR_AFTER, _CHANGE),
        Press("running", "409, still running", Kind.CONFLICT, _CHANGE),
        Press("too-many", "429, too many requests", Kind.RATE_LIMIT, _CHANGE),
        Press("locked", "429, object locked", Kind.LOCK_TIMEOUT, _CHANGE),
        Press("half", "Do it, send half an answer", Kind.TRUNCATED, _CHANGE),
        Press("html", "Do it, answer HTML", Kind.HTML, _CHANGE),
        Press("slow", "Wait 10 seconds first", Kind.DELAY, _CHANGE),
        Press("trickle", "Do it, answer for 10 seconds", Kind.SLOW_BODY, _CHANGE),
    ),
    "Later": (
        Press("refund-fails", "Next refund fails after 20 days", Kind.REFUND_FAILS, _ONCE),
        Press("payout-fails", "Next payout fails after it was paid", Kind.PAYOUT_FAILS, _ONCE),
        Press("account-off", "Restrict the next seller who gets a transfer", Kind.ACCOUNT_DISABLED, _ONCE),
        Press("reopened", "Reopen the next decided dispute", Kind.DISPUTE_REOPENS, _ONCE),
        Press("fee-late", "Next fee an hour late", Kind.FEE_LATE, _ONCE),
        Press("reversed", "Take the next transfer back", Kind.TRANSFER_REVERSED, _ONCE),
    ),
}
PRESSES = {press.name: press for group in GROUPS.values() for press in group}


def narrowed(where: Where) -> str:
    """Return in words what a rule is narrowed to."""
    parts = [f"{where.method} {where.path}".strip(), where.event, where.object]
    parts += [f"{name} = {value}" for name, value in where.metadata.items()]
    return ", ".join(part for part in parts if part) or "everything"


def how_often(rule: Rule) -> str:
    """Return in words how often a rule has struck, of how many times at most."""
    struck = f"{rule.struck} of {rule.times}" if rule.times else str(rule.struck)
    return struck + (f", {rule.probability:.0%} chance" if rule.probability < 1 else "")
