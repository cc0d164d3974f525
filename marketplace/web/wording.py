"""Statuses, declines and history in plain words. The one place where a status becomes a label with a tone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.auctions.states import AuctionStatus, BidStatus
from marketplace.disputes.states import DisputeStatus
from marketplace.history import ActorKind
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.outbound.states import CallStatus
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.queries import Decline, Share
from marketplace.payments.states import HoldReason, ReceiptStatus, TrackerStatus, TransactionStatus
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.states import PayoutStatus
from marketplace.refunds.states import RefundStatus
from marketplace.risk.states import ReviewStatus
from marketplace.transitions import Status
from marketplace.web import decline_words
from marketplace.web.pages import time_text
from marketplace.web.stored_words import as_read

_O = OrderStatus
_T = TransactionStatus


@dataclass(frozen=True, slots=True)
class Badge:
    """A status in words; the tone only underlines it."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened."""

    title: str
    when: str
    when_iso: str
    detail: str
    actor: str
    source: str
    state: str = "done"


_STATES: Mapping[str, type[Status]] = {
    "auction": AuctionStatus,
    "bid": BidStatus,
    "dispute": DisputeStatus,
    "order": OrderStatus,
    "outbound_call": CallStatus,
    "payment": PaymentStatus,
    "payment_tracker": TrackerStatus,
    "payment_transaction": TransactionStatus,
    "payout": PayoutStatus,
    "purchase": PurchaseStatus,
    "refund": RefundStatus,
    "risk_review": ReviewStatus,
    "unapplied_receipt": ReceiptStatus,
}
"""By table: what its rows can be."""
_TONES = {
    "applied": "ok",
    "approved": "wait",
    "available": "ok",
    "blocked": "bad",
    "canceled": "mute",
    "cleared": "ok",
    "completed": "ok",
    "confirmed": "wait",
    "delivered": "ok",
    "disconnected": "bad",
    "done": "ok",
    "enabled": "ok",
    "failed": "bad",
    "held": "hold",
    "in_transit": "wait",
    "open": "wait",
    "paid": "ok",
    "parked": "wait",
    "partially_refunded": "hold",
    "pending": "wait",
    "planned": "wait",
    "processing": "wait",
    "received": "wait",
    "refunded": "mute",
    "refused": "bad",
    "rejected": "bad",
    "requires_action": "wait",
    "restricted": "bad",
    "returning": "wait",
    "queued": "wait",
    "review": "wait",
    "sent": "ok",
    "sending": "wait",
    "shipped": "wait",
    "succeeded": "ok",
    "transferring": "wait",
    "unknown": "wait",
    "waiting": "wait",
}
_FULFILMENT = {
    _O.PENDING: Badge(Text("Not sent yet"), "mute"),
    _O.CONFIRMED: Badge(Text("To be sent"), "wait"),
    _O.SHIPPED: Badge(Text("On the way"), "wait"),
    _O.DELIVERED: Badge(Text("Delivered"), "ok"),
    _O.CANCELLED: Badge(Text("Cancelled"), "mute"),
    _O.REFUNDED: Badge(Text("Refunded"), "mute"),
}
_COLLECTED = _FULFILMENT | {
    _O.PENDING: Badge(Text("Not collected yet"), "mute"),
    _O.CONFIRMED: Badge(Text("To be collected"), "wait"),
    _O.SHIPPED: Badge(Text("Handed over"), "wait"),
    _O.DELIVERED: Badge(Text("Collected"), "ok"),
}
_BUYER_PAID = {
    _T.HELD: Badge(Text("Paid · held for you"), "hold"),
    _T.AVAILABLE: Badge(Text("Paid"), "ok"),
    _T.TRANSFERRING: Badge(Text("Paid"), "ok"),
    _T.PAID_OUT: Badge(Text("Paid"), "ok"),
    _T.REFUNDED: Badge(Text("Refunded"), "mute"),
}
_SELLER_PAID = {
    _T.HELD: Badge(Text("Paid · held"), "hold"),
    _T.AVAILABLE: Badge(Text("Available"), "ok"),
    _T.TRANSFERRING: Badge(Text("On its way"), "wait"),
    _T.PAID_OUT: Badge(Text("Paid out"), "mute"),
    _T.REFUNDED: Badge(Text("Refunded"), "mute"),
}
_HOLDS = {
    HoldReason.STANDARD: Text("Standard hold"),
    HoldReason.NEW_SELLER: Text("New seller"),
    HoldReason.FRAUD_REVIEW: Text("Fraud review"),
    HoldReason.DISPUTE: Text("Dispute"),
    HoldReason.MANUAL: Text("Held by hand"),
}
decline_text = decline_words.decline_text
_KINDS = {ActorKind.USER: Text("User"), ActorKind.PROVIDER: Text("Provider"), ActorKind.JOB: Text("Job")}
_BAD_VERBS = frozenset({"fail", "cancel", "expire", "reject"})
# Their reasons differ from case to case; the others say it all in the title.
_TOLD_WHY = frozenset({"cancel", "give_up", "reject"})
_SOURCES = {
    "web": Text("on the site"),
    "admin": Text("by hand"),
    "disputes": Text("answer from Stripe"),
    "tick": Text("by the clock"),
    "outbound": Text("answer from Stripe"),
    "buyer_cancelled": Text("by rule"),
    "seller_cancelled": Text("by rule"),
    **dict.fromkeys(("payment_refused", "risk"), Text("by rule")),
}


def badge(status: Status | None, missing: str = Text("None yet")) -> Badge:
    """Return any machine's status as a badge."""
    return Badge(status.label, _TONES.get(status.value, "mute")) if status is not None else Badge(missing, "mute")


def payment_badge(status: PaymentStatus) -> Badge:
    """Return the status of an attempt to pay."""
    return badge(status)


def fulfilment_badge(status: OrderStatus, *, is_collected: bool) -> Badge:
    """Return where the goods are, in the words of what is sent or collected."""
    return (_COLLECTED if is_collected else _FULFILMENT)[status]


def buyer_money_badge(order: OrderStatus, purchase: PurchaseStatus, share: Share | None) -> Badge:
    """Return where the buyer's money is, for one order."""
    return _money_badge(order, purchase, share, _BUYER_PAID, _("To pay"))


def seller_money_badge(order: OrderStatus, purchase: PurchaseStatus, share: Share | None) -> Badge:
    """Return where the seller's money is, for one order."""
    return _money_badge(order, purchase, share, _SELLER_PAID, _("Waiting for payment"))


def hold_text(reason: HoldReason) -> str:
    """Return why a share is held, for admins."""
    return _HOLDS[reason]


def once(*badges: Badge) -> tuple[Badge, ...]:
    """Return badges without those that say the same as one before: a refunded order is not refunded twice."""
    return tuple(dict.fromkeys(badges)) if len({str(each.label) for each in badges}) > 1 else badges[:1]


def timeline(
    changes: Sequence[Change],
    declines: Sequence[Decline],
    titles: Mapping[tuple[str, str], str],
    you: int,
    others: str,
) -> tuple[TimelineEntry, ...]:
    """Return the changes that `titles` (by table and verb) has words for, and every decline, newest first.

    `you` is the viewer's user id; `others` names any other person, "" lets each be named. A decline is told by
    itself, with its reason, so the change of status that the first one causes is left out.
    """
    declined = {("payment", decline.payment_id, "fail") for decline in declines}
    entries = [
        TimelineEntry(
            title=titles[change.subject, change.verb],
            when=time_text(change.at),
            when_iso=change.at.isoformat(),
            detail=as_read(change.because) if change.verb in _TOLD_WHY else "",
            actor=_actor(change, you, others),
            source=source_text(change.source),
            state="bad" if change.verb in _BAD_VERBS else "done",
        )
        for change in changes
        if (change.subject, change.verb) in titles and (change.subject, change.subject_id, change.verb) not in declined
    ]
    entries += [_declined_entry(decline) for decline in declines]
    return tuple(sorted(entries, key=lambda entry: entry.when_iso, reverse=True))


def audit(changes: Sequence[Change], labels: Mapping[str, str]) -> tuple[TimelineEntry, ...]:
    """Return every change for an admin, newest first; `labels` names the tables."""
    return tuple(
        TimelineEntry(
            title=f"{labels.get(change.subject, change.subject)} {change.subject_id}: {_words(change)}",
            when=time_text(change.at),
            when_iso=change.at.isoformat(),
            detail=as_read(change.because),
            actor=change.actor_name or str(_KINDS[change.actor_kind]),
            source=change.source,
            state="bad" if _TONES.get(change.to_status) == "bad" else "done",
        )
        for change in changes
    )


def source_text(source: str) -> str:
    """Return through which door a change came, in words; a provider's event by its kind, not its id."""
    if source.startswith("WH-"):
        return _("from PayPal")
    return _("from Stripe") if source.startswith(("evt_", "made_")) else _SOURCES.get(source, source.replace("_", " "))


def _declined_entry(decline: Decline) -> TimelineEntry:
    return TimelineEntry(
        title=_("The payment was refused"),
        when=time_text(decline.failed_at),
        when_iso=decline.failed_at.isoformat(),
        detail=decline_text(decline.code, decline.decline_code),
        actor=_("Payment provider"),
        source="",
        state="bad",
    )


def _money_badge(
    order: OrderStatus,
    purchase: PurchaseStatus,
    share: Share | None,
    paid: Mapping[TransactionStatus, Badge],
    open_: str,
) -> Badge:
    if share is not None and share.status in paid:
        return _refunding(share) or paid[share.status]
    if purchase is PurchaseStatus.GIVEN_UP or order is OrderStatus.CANCELLED:
        return Badge(_("Not paid"), "mute")
    if purchase is PurchaseStatus.PAID:
        return Badge(_("Nothing to pay"), "ok")
    if share is not None:
        return Badge(_("Payment failed"), "bad")
    return Badge(open_, "wait")


def _refunding(share: Share) -> Badge | None:
    """Return what refunds make of a paid share, None where they do not matter or have taken all of it."""
    if not share.refunded_minor or share.status is _T.REFUNDED:
        return None
    return (
        Badge(_("Partly refunded"), "hold")
        if share.refunded_minor < share.gross_minor
        else Badge(_("Refund on its way"), "wait")
    )


def _actor(change: Change, you: int, others: str) -> str:
    if change.actor_kind is ActorKind.USER:
        if change.actor_user_id == you:
            return _("You")
        # An admin who decides is no party of the order; other admins see who it was.
        return (_("Support") if change.source == "admin" else others) if others else change.actor_name or _("Somebody")
    return _("Payment provider") if change.actor_kind is ActorKind.PROVIDER else _("Automatic")


def _words(change: Change) -> str:
    """Return the label that the badge has as well, as the rest of a sentence."""
    states = _STATES.get(change.subject)
    label = str(states(change.to_status).label) if states else change.to_status.replace("_", " ")
    return label[:1].lower() + label[1:]
