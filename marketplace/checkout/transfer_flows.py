"""Buying by bank transfer, and what admins do with the money that comes: each is one write, no provider is called."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from marketplace import db
from marketplace.bank_transfers.rules import BANK_TRANSFER, NewLine
from marketplace.checkout import flows, operations, pacing, transfer_matching, transfer_operations
from marketplace.checkout.flows import Outcome
from marketplace.checkout.operations import Agreed, OpenedElsewhere
from marketplace.config import MoneyPolicy, Settings
from marketplace.errors import Conflict, DomainError
from marketplace.language import gettext as _
from marketplace.providers.base import Provider

_TABS = 5
_LONGEST_TOKEN = 64
_MARK = ":transfer"
LOCK = "bank transfers"
"""Lines of the bank are taken in one after the other: the second of a pair sees the first."""


@dataclass
class TakenIn:
    """What came of a file of the bank: how many lines are new, pay something, or were known; and what was wrong."""

    new: int = 0
    matched: int = 0
    known: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)


def buy(*, agreed: Agreed, now: datetime, provider: Provider, settings: Settings) -> Outcome:
    """Turn the cart into a purchase that waits for its buyer's transfer; there is no payment page.

    The same form sent twice is the same purchase. A form that opened a payment page before may still pay by transfer:
    that page is closed first, and money that comes through it all the same goes back (scar S62). Raises Conflict and
    TooMany as `flows.begin` does, Conflict where there is no account for the currency, and for what was won: who wins
    has less time to pay than a transfer may take.
    """
    if agreed.auction_id is not None:
        raise Conflict(_("What was won can't be paid by bank transfer: it is due sooner."))
    token = agreed.token[: _LONGEST_TOKEN - len(_MARK)] + _MARK
    mine = replace(agreed, paid_by=BANK_TRANSFER, token=token)
    for _try in range(_TABS):
        known = db.atomic(operations.find_purchase, (), token=mine.token, buyer_id=mine.buyer_id)
        if known is None:
            pacing.check(buyer_id=agreed.buyer_id, policy=settings.risk, now=now)
            flows.start_over(mine, now=now, provider=provider, settings=settings)
        try:
            payment_id = db.atomic(transfer_operations.place, (db.TURN,), agreed=mine, settings=settings, now=now)
        except OpenedElsewhere:
            continue
        return Outcome(payment_id, None)
    raise Conflict(_("You are paying for this basket in another window. Please try again."))


def take_in(lines: Sequence[tuple[int, NewLine]], *, admin_id: int, policy: MoneyPolicy, now: datetime) -> TakenIn:
    """Take in lines of the bank's file, each by itself with its place in the file; a known line is left as it is."""
    found = TakenIn()
    for place, line in lines:
        try:
            received = db.atomic(
                transfer_matching.receive,
                (LOCK, db.TURN),
                line=line,
                admin_id=admin_id,
                needs_second=False,
                policy=policy,
                now=now,
            )
        except DomainError as error:
            found.wrong.append((place, error.message))
            continue
        if received is None:
            found.known += 1
            continue
        found.new += 1
        found.matched += received.is_matched
    return found
