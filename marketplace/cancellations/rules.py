"""Who may cancel a paid order, why, and whether its goods are for sale again. Values only."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import ENGLISH, Text, reading
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.states import ORDER, OrderStatus
from marketplace.transitions import AlreadyThere

LONGEST_NOTE = 500


class Side(StrEnum):
    """Whose decision it was."""

    BUYER = "buyer"
    SELLER = "seller"
    MARKETPLACE = "marketplace"
    """An admin refused the payment."""


class CancelReason(StrEnum):
    """Why an order is cancelled: its label, who may say so, and whether the goods can still be sold."""

    label: str
    sides: Sequence[Side]
    goods_remain: bool

    def __new__(cls, value: str, label: str = "", sides: Sequence[Side] = (), goods_remain: bool = True) -> Self:
        """Make a member from its word, its label, its sides and what it says of the goods."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.sides, member.goods_remain = label, sides, goods_remain
        return member

    NOT_NEEDED = "not_needed", Text("It is not needed any more"), (Side.BUYER,), True
    MISTAKE = "mistake", Text("It was ordered by mistake"), (Side.BUYER,), True
    FOUND_ELSEWHERE = "found_elsewhere", Text("It was found elsewhere"), (Side.BUYER,), True
    TOO_SLOW = "too_slow", Text("It takes too long"), (Side.BUYER,), True
    SOLD_ELSEWHERE = "sold_elsewhere", Text("It was sold elsewhere"), (Side.SELLER,), False
    DAMAGED = "damaged", Text("It is damaged or lost"), (Side.SELLER,), False
    CANNOT_DELIVER = "cannot_deliver", Text("It cannot be delivered to this address"), (Side.SELLER,), True
    BUYER_ASKED = "buyer_asked", Text("The buyer asked for it"), (Side.SELLER,), True
    OTHER = "other", Text("Another reason"), (Side.BUYER, Side.SELLER), True
    REFUSED = "refused", Text("The payment was not accepted"), (Side.MARKETPLACE,), True


def reasons_of(side: Side) -> list[CancelReason]:
    """Return the reasons that a side may choose, in their order."""
    return [reason for reason in CancelReason if side in reason.sides]


def check_reason(side: Side, reason: CancelReason, note: str) -> str:
    """Return `note` trimmed; raises Invalid for a reason of the other side, and for a reason that says nothing."""
    if side not in reason.sides:
        raise Invalid(_("Choose a reason."), field="reason")
    text = " ".join(note.split())
    if len(text) > LONGEST_NOTE:
        raise Invalid(_("At most %(most)s characters.", most=LONGEST_NOTE), field="note")
    if reason is CancelReason.OTHER and side is Side.SELLER and not text:
        raise Invalid(_("Say in a few words why. The buyer reads it."), field="note")
    return text


def check_can_cancel(side: Side, status: OrderStatus, *, buyers_may: bool) -> None:
    """Raise, in words, unless an order in `status` may be cancelled now: paid and not yet sent.

    AlreadyThere when it was sent, cancelled or refunded, NotAllowed when it is not paid or buyers may not at all.
    """
    if side is Side.BUYER and not buyers_may:
        raise NotAllowed(_("Orders cannot be cancelled by the buyer here. You can ask for a refund."))
    if status is OrderStatus.PENDING:
        raise NotAllowed(_("This order is not paid yet."))
    if status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}:
        raise AlreadyThere(_("This order was sent already, so it cannot be cancelled any more."))
    if not ORDER.can(status, "cancel"):
        raise AlreadyThere(_("This order is already %(status)s.", status=status.label.lower()))


def check_seen(expected: Money, left: Money) -> None:
    """Raise Conflict when another amount than the one on the button would go back."""
    if expected != left:
        raise Conflict(_("The amount has changed since you opened this page. Please look at it again."))


def reason_text(reason: CancelReason, note: str) -> str:
    """Return the reason and the note as one text, in English as it is stored."""
    with reading(ENGLISH):
        return f"{reason.label}. {note}" if note else f"{reason.label}."
