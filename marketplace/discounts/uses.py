"""The one use of a code that a purchase takes: set aside with its goods, kept when it is paid, free when it is not.

Reserved late, because the payment came after it was let go, a use may go beyond the code's limit: the price was agreed
and the money is here. It is counted apart, so that the limit itself is never broken (scar S51).
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.discounts.models import Discount, DiscountUse
from marketplace.discounts.states import LIVE, UseStatus
from marketplace.errors import Conflict
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Order, Purchase, Shipment
from marketplace.orders.states import OrderStatus


class UsedUp(Conflict):
    """Somebody else has the code's last use."""

    def __init__(self, code: str) -> None:
        super().__init__(_("The code %(code)s has been used as often as it may be. Your basket is kept.", code=code))


def take(
    session: Session,
    *,
    discount_id: int,
    purchase: Purchase,
    amount: Money,
    may_return: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Set one use aside for a new purchase that it makes cheaper by `amount`; raises UsedUp when none is left.

    `may_return`: it is free again when all that it made cheaper is called off before it is sent.
    """
    if not _count(session, discount_id):
        raise UsedUp(purchase.discount_code or "")
    use = DiscountUse(
        discount_id=discount_id,
        purchase_id=purchase.id,
        buyer_id=purchase.buyer_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        may_return=may_return,
        created_at=now,
    )
    session.add(use)
    session.flush()
    history.begin(session, DiscountUse, [use.id], actor=actor, at=now, because=Text("Set aside while the buyer pays."))


def take_again(session: Session, *, purchase_id: int, actor: Actor, now: datetime, is_paid: bool) -> None:
    """Set the use of a purchase aside anew, if it had one and let it go.

    Raises UsedUp when none is left for this buyer, unless the money is here already (`is_paid`): then it counts beyond
    the limit.
    """
    use = _of_purchase(session, purchase_id)
    if use is None or use.status is not UseStatus.RELEASED:
        return
    use.is_late = not (_is_left_for(session, use) and _count(session, use.discount_id))
    if use.is_late:
        if not is_paid:
            raise UsedUp(session.get_one(Discount, use.discount_id).code)
        _add(session, use, 1)
    because = Text("Paid late, when no use was left: it counts beyond the limit.") if use.is_late else None
    history.move(session, use, "reserve_again", actor=actor, at=now, because=because)


def keep(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> None:
    """Count the use that was set aside for a purchase as used, because it was paid."""
    use = _of_purchase(session, purchase_id)
    if use is not None and use.status is UseStatus.RESERVED:
        history.move(session, use, "redeem", actor=actor, at=now)


def let_go(session: Session, *, purchase_id: int, actor: Actor, now: datetime, because: str | None = None) -> None:
    """Free the use that was set aside for a purchase, because it was not paid."""
    use = _of_purchase(session, purchase_id)
    if use is not None and use.status is UseStatus.RESERVED:
        _add(session, use, -1)
        history.move(session, use, "release", actor=actor, at=now, because=because)


def give_back(session: Session, *, purchase_id: int, actor: Actor, now: datetime) -> bool:
    """Free the use of a paid purchase if every order that it made cheaper was called off before it was sent.

    Return whether it is free now. A use counts once per purchase, so one order that stands keeps it, and so does the
    policy of its day where it says so.
    """
    use = _of_purchase(session, purchase_id)
    if use is None or use.status is not UseStatus.REDEEMED or not use.may_return:
        return False
    stands = (
        select(Order.id)
        .join(Shipment, Shipment.order_id == Order.id, isouter=True)
        .where(
            Order.purchase_id == purchase_id,
            Order.discount_minor > 0,
            Order.status.not_in((OrderStatus.CANCELLED, OrderStatus.REFUNDED)) | Shipment.order_id.is_not(None),
        )
    )
    if session.execute(stands.limit(1)).first() is not None:
        return False
    _add(session, use, -1)
    history.move(session, use, "give_back", actor=actor, at=now)
    return True


def _of_purchase(session: Session, purchase_id: int) -> DiscountUse | None:
    # Asked of the purchase first: a look for a row that is not there would make strangers collide.
    code = select(Purchase.discount_code).where(Purchase.id == purchase_id)
    if session.execute(code).scalar_one() is None:
        return None
    return session.execute(select(DiscountUse).where(DiscountUse.purchase_id == purchase_id)).scalar_one()


def _is_left_for(session: Session, use: DiscountUse) -> bool:
    """Return whether the buyer of a use that was let go may still use the code once more."""
    most = session.execute(select(Discount.max_uses_per_buyer).where(Discount.id == use.discount_id)).scalar_one()
    if most is None:
        return True
    mine = select(func.count()).where(
        DiscountUse.discount_id == use.discount_id,
        DiscountUse.buyer_id == use.buyer_id,
        DiscountUse.status.in_(LIVE),
    )
    return int(session.execute(mine).scalar_one()) < most


def _count(session: Session, discount_id: int) -> bool:
    """Count one use more within the limit and return whether there was one."""
    counted = (
        update(Discount)
        .where(Discount.id == discount_id, Discount.max_uses.is_(None) | (Discount.used < Discount.max_uses))
        .values(used=Discount.used + 1)
        .returning(Discount.id)
    )
    return session.execute(counted).first() is not None


def _add(session: Session, use: DiscountUse, change: int) -> None:
    column = Discount.used_late if use.is_late else Discount.used
    session.execute(update(Discount).where(Discount.id == use.discount_id).values({column: column + change}))
