"""Where the share of an order is, why, and when it comes, in the words at the head of the seller's order page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments.queries import Block, Share
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.balance_queries import ShareRow
from marketplace.payouts.balance_rules import SellerFacts, Wait
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import share_words

_WHY = {
    "standard": Text("Every payment is held at first, so that a buyer can get the money back if something is wrong."),
    "new_seller": Text("Your shop is new. Payments are held longer at the beginning."),
    "fraud_review": Text("We are checking this payment. You need not do anything."),
    "dispute": Text("The buyer's bank has questioned this payment. It is held until that is settled."),
    "refund": Text("A refund of this order is open. The money stays where it is until it is settled."),
    "review": Text("We are checking this payment. You need not do anything."),
    "risk": Text("We are checking this payment, and tell you what comes of it."),
    "manual": Text("We have held this payment by hand. Write to us if you want to know more."),
}
_PAST = {
    (Wait.SENDING, False): Text("The parcel is not sent yet. Send it: the money is released when it has arrived."),
    (Wait.ARRIVAL, False): Text(
        "Nobody has said yet that the parcel arrived. The buyer can; otherwise the money is released on %(day)s."
    ),
    (Wait.SENDING, True): Text("It is not handed over yet: the money is released when the buyer has collected it."),
    (Wait.ARRIVAL, True): Text(
        "Nobody has said yet that it was collected. The buyer can; otherwise the money is released on %(day)s."
    ),
}
"""Why a share is held after its planned day, by whether the order is collected; `%(day)s` is the day on which it
counts as delivered."""
_AFTER = {
    False: Text("It is released after that day, once the order has been delivered and nothing else stops it."),
    True: Text("It is released after that day, once the order has been collected and nothing else stops it."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a share is and what counts for all shares of its seller."""

    share: ShareRow
    seller: SellerFacts


@dataclass(frozen=True, slots=True)
class Hold:
    """Where the share is, until when, and why, in words."""

    title: str
    text: str
    tone: str
    reasons: tuple[str, ...]


def hold(
    share: Share | None, place: Place | None, blocks: Sequence[Block], now: datetime, *, is_collected: bool
) -> Hold | None:
    """Return what is said about a share that is held or available; None for any other."""
    if share is None or place is None:
        return None
    if share.status is TransactionStatus.AVAILABLE and place.share.left_minor:
        return _available(place, share.currency, blocks, now)
    if share.status is not TransactionStatus.HELD or share.planned_release_date is None:
        return None
    reasons: list[str] = [_WHY[share.hold_reason.value]] if share.hold_reason else []
    amount, until = money_text(share.held_minor, share.currency), date_text(share.planned_release_date)
    if share.planned_release_date > now:
        title = _("%(amount)s is held for you until %(until)s", amount=amount, until=until)
        text = _(_AFTER[is_collected])
    else:
        why = place.share.why
        title = _("%(amount)s is still held for you", amount=amount)
        said = _PAST.get((why.wait, is_collected))
        past = _(said, day=date_text(why.until or now)) if said else ""
        text = _("Its planned day was %(day)s.", day=until) + " " + past
        reasons = []
    return Hold(title, text.strip(), "hold", _once(reasons, blocks))


def _available(place: Place, currency: str, blocks: Sequence[Block], now: datetime) -> Hold:
    line = share_words.line(place.share, place.seller, currency, now)
    waits = str(line.waits).rstrip(".")
    if waits and line.until and place.share.why.wait is Wait.SETTLING:
        waits = _("%(waits)s, until %(until)s", waits=waits, until=line.until)
    comes = "" if place.share.why.wait is Wait.REQUEST else _("Payout planned: %(payout)s.", payout=line.payout)
    text = " ".join(filter(None, (f"{waits}." if waits else "", comes)))
    return Hold(
        _("%(amount)s is available to you", amount=line.amount), text, "mute" if blocks else "ok", _once([], blocks)
    )


def _once(reasons: list[str], blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*reasons, *(_WHY[block.reason.value] for block in blocks)]))
