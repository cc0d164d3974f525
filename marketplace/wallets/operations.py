"""Every change of a wallet: one movement, one ledger entry, and what the wallet holds after it (S2.21)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.errors import Conflict, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.orders.models import Order
from marketplace.reasons import check_reason
from marketplace.wallets import rules
from marketplace.wallets.models import WalletBalance, WalletMovement
from marketplace.wallets.rules import WalletKind


@dataclass(frozen=True)
class Wish:
    """What an admin wants to do to somebody's wallet; the form's one-time `token` makes sending it twice one deed.

    `order_number` names the order it is about, "" for none.
    """

    amount: Money
    reason: str
    token: str
    order_number: str = ""


def add(session: Session, *, admin_id: int, user_id: int, wish: Wish, limit_minor: int, now: datetime) -> int:
    """Put money of the marketplace into somebody's wallet and return the movement's id (S2.21).

    Raises NotFound for nobody, Invalid naming the field, NotAllowed for one's own wallet, Conflict for a form that was
    sent with something else before. `limit_minor` is what one admin may move at once.
    """
    return _by_admin(session, WalletKind.ADDED, admin_id, user_id, wish, limit_minor, now)


def deduct(session: Session, *, admin_id: int, user_id: int, wish: Wish, limit_minor: int, now: datetime) -> int:
    """Take money back out of somebody's wallet and return the movement's id; raises as `add`, Overdraft below zero."""
    return _by_admin(session, WalletKind.TAKEN_BACK, admin_id, user_id, wish, limit_minor, now)


def spend(session: Session, *, user_id: int, payment_id: int, amount: Money, entry_id: int, now: datetime) -> None:
    """Take what a payment costs out of its buyer's wallet; `entry_id` is its capture. Raises Overdraft."""
    movement = WalletMovement(
        payment_id=payment_id, entry_id=entry_id, by_id=user_id, reason=Text("Paid from the wallet."), at=now
    )
    _move(session, movement, user_id, WalletKind.SPENT, amount)


def give_back(
    session: Session,
    *,
    user_id: int,
    payment_id: int,
    refund_id: int,
    order_id: int,
    amount: Money,
    by_id: int | None,
    number: str,
    now: datetime,
) -> None:
    """Put what was approved of refund `number` back into the wallet that had paid; `by_id` decided it, None: a rule."""
    lines = [
        Line(Account.REFUND_PENDING, amount.minor, owner_id=user_id, order_id=order_id),
        Line(Account.WALLET, -amount.minor, owner_id=user_id, order_id=order_id),
    ]
    movement = WalletMovement(
        payment_id=payment_id, refund_id=refund_id, order_id=order_id, by_id=by_id, reason=f"Refund {number}.", at=now
    )
    _book(session, movement, user_id, WalletKind.REFUNDED, amount, lines, f"Refund {number} into the wallet")


def _by_admin(
    session: Session, kind: WalletKind, admin_id: int, user_id: int, wish: Wish, limit_minor: int, now: datetime
) -> int:
    if session.get(User, user_id) is None:
        raise NotFound(_("There is no such person."))
    rules.check_not_own(admin_id, user_id)
    known = select(WalletMovement).where(WalletMovement.form_token == wish.token)
    before = session.execute(known).scalar_one_or_none()
    if before is not None:
        if (before.user_id, before.by_id) != (user_id, admin_id):
            raise NotFound(_("There is no such form."))
        if (before.kind, abs(before.amount_minor), before.currency) != (kind, wish.amount.minor, wish.amount.currency):
            raise Conflict(_("This form was sent already, with something else. Reload the page and try again."))
        return before.id
    rules.check_alone(wish.amount, limit_minor)
    reason = check_reason(wish.reason)
    order_id = _order_id(session, user_id, wish.order_number)
    sign = 1 if kind is WalletKind.ADDED else -1
    lines = [
        Line(Account.WALLET_EXPENSE, sign * wish.amount.minor, order_id=order_id),
        Line(Account.WALLET, -sign * wish.amount.minor, owner_id=user_id, order_id=order_id),
    ]
    movement = WalletMovement(order_id=order_id, by_id=admin_id, reason=reason, form_token=wish.token, at=now)
    what = f"{'Added to' if sign > 0 else 'Taken back from'} the wallet of user {user_id}"
    _book(session, movement, user_id, kind, wish.amount, lines, what)
    _tell(session, movement, now=now)
    return movement.id


def _order_id(session: Session, user_id: int, number: str) -> int | None:
    """Return the order that a movement is about; raises NotFound for one that this person has not bought."""
    if not number:
        return None
    own = select(Order.id).where(Order.number == number, Order.buyer_id == user_id)
    found = session.execute(own).scalar_one_or_none()
    if found is None:
        raise NotFound(_("This person has no order with this number."))
    return found


def _book(
    session: Session,
    movement: WalletMovement,
    user_id: int,
    kind: WalletKind,
    amount: Money,
    lines: list[Line],
    description: str,
) -> None:
    """Make a movement that has an entry of its own."""
    held = _balance(session, user_id, amount.currency)
    # Refused before anything is booked: for nothing, and for more than the wallet holds.
    rules.after(Money(held.balance_minor, amount.currency), kind, amount)
    movement.entry_id = ledger.book(
        session,
        key=f"wallet:{user_id}:{amount.currency}:{held.movements + 1}",
        description=description,
        currency=amount.currency,
        lines=lines,
        payment_id=movement.payment_id,
        now=movement.at,
    )
    _move(session, movement, user_id, kind, amount, held)


def _move(
    session: Session,
    movement: WalletMovement,
    user_id: int,
    kind: WalletKind,
    amount: Money,
    held: WalletBalance | None = None,
) -> None:
    """Change what a wallet holds and keep the movement; raises Invalid for nothing or less, Overdraft below zero."""
    held = held or _balance(session, user_id, amount.currency)
    balance = rules.after(Money(held.balance_minor, amount.currency), kind, amount)
    held.balance_minor, held.movements, held.updated_at = balance.minor, held.movements + 1, movement.at
    session.add(held)
    movement.user_id, movement.currency, movement.number = user_id, amount.currency, held.movements
    movement.kind, movement.balance_minor = kind, balance.minor
    movement.amount_minor = amount.minor if kind.is_credit else -amount.minor
    session.add(movement)
    session.flush()


def _balance(session: Session, user_id: int, currency: str) -> WalletBalance:
    """Return what a wallet holds; of one that never had this currency a new row, which `_move` keeps."""
    found = session.get(WalletBalance, (user_id, currency))
    return found or WalletBalance(user_id=user_id, currency=currency, balance_minor=0, movements=0)


def _tell(session: Session, movement: WalletMovement, *, now: datetime) -> None:
    is_added = movement.kind is WalletKind.ADDED
    fact = NewFact(
        user_id=movement.user_id,
        kind=NotificationKind.WALLET_ADDED if is_added else NotificationKind.WALLET_TAKEN_BACK,
        subject="wallet_movement",
        subject_id=movement.id,
        facts={
            "amount_minor": abs(movement.amount_minor),
            "balance_minor": movement.balance_minor,
            "currency": movement.currency,
            "reason": movement.reason,
        },
    )
    notifications.tell_new(session, [fact], now=now)
