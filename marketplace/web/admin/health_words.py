"""What the tiles of the health board are called, with their bounds in words, and which belong together."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.language import Text
from marketplace.reconciliation.board_rules import Tile


@dataclass(frozen=True, slots=True)
class Words:
    """What a tile is called, and its bound in words."""

    label: str
    bound: str


WORDS: Mapping[Tile, Words] = {
    Tile.WEBHOOK_LAG: Words(Text("Webhooks on their way"), Text("Half of the last 200 within 5 min")),
    Tile.EVENTS_WAITING: Words(Text("Events without an effect"), Text("None older than 5 min")),
    Tile.UNMATCHED: Words(Text("Unmatched events"), Text("None")),
    Tile.UNKNOWN_CALLS: Words(Text("Calls without an answer"), Text("None older than 5 min")),
    Tile.BLOCKED_CALLS: Words(Text("Calls for a person"), Text("None")),
    Tile.STUCK_PAYMENTS: Words(Text("Payments that stand still"), Text("Open 1 h past their end, or clearing 14 days")),
    Tile.STUCK_REFUNDS: Words(Text("Refunds that stand still"), Text("Not sent for 1 h, or on their way 14 days")),
    Tile.STUCK_RETURNS: Words(
        Text("Unusable money still here"), Text("Not sent back for 1 h, on its way 14 days, or failed")
    ),
    Tile.STUCK_PAYOUTS: Words(
        Text("Payouts that stand still"), Text("Not sent for 1 h, on their way 10 days, or refused 2 days")
    ),
    Tile.RISK: Words(Text("Payments to look at"), Text("None; act after a day")),
    Tile.DEBTS: Words(Text("Sellers who owe"), Text("None; act after 90 days")),
    Tile.NEGATIVE: Words(Text("Negative balances"), Text("None")),
    Tile.TICK: Words(Text("Last tick"), Text("Within a minute")),
    Tile.STUCK_JOBS: Words(Text("Jobs nobody works on"), Text("None for 5 min")),
    Tile.FAILED_JOBS: Words(Text("Failed jobs"), Text("None")),
    Tile.FAILED_MAILS: Words(Text("Failed mails"), Text("None")),
    Tile.BOOKS: Words(Text("Books recomputed"), Text("Every night, and all agrees")),
    Tile.BREAKS: Words(Text("Breaks"), Text("None; act after 3 days")),
    Tile.DRIFT: Words(Text("Drift from the provider"), Text("None at the last reconciliation, every night")),
}
GROUPS = {
    Text("Events"): (Tile.WEBHOOK_LAG, Tile.EVENTS_WAITING, Tile.UNMATCHED),
    Text("Calls to the provider"): (Tile.UNKNOWN_CALLS, Tile.BLOCKED_CALLS),
    Text("Money on its way"): (Tile.STUCK_PAYMENTS, Tile.STUCK_REFUNDS, Tile.STUCK_RETURNS, Tile.STUCK_PAYOUTS),
    Text("Books and reconciliation"): (Tile.BOOKS, Tile.BREAKS, Tile.DRIFT),
    Text("Balances and people"): (Tile.DEBTS, Tile.NEGATIVE, Tile.RISK),
    Text("Work in the background"): (Tile.TICK, Tile.STUCK_JOBS, Tile.FAILED_JOBS, Tile.FAILED_MAILS),
}
