"""Sellers' shares and the entries that book them: made at the first decline or at success, held when paid (S0)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.orders.models import Order
from marketplace.payment_records.models import Payment
from marketplace.payments import automatic, rules
from marketplace.payments.models import PaymentTransaction, UnappliedReceipt
from marketplace.payments.rules import RefundRule
from marketplace.payments.states import HoldReason
from marketplace.providers.base import Decline
from marketplace.wallets import operations as wallets
from marketplace.wallets.rules import WALLET

_SOURCES = {WALLET: Account.WALLET, BANK_TRANSFER: Account.TRANSFERS_RECEIVED}
"""Where the money of a payment is that no provider has taken."""


def share_out(session: Session, *, payment: Payment, orders: Sequence[Order], actor: Actor, now: datetime) -> list[int]:
    """Make one pending share per order, with the fees agreed at checkout; return their ids."""
    rows = [
        {
            "payment_id": payment.id,
            "order_id": order.id,
            "seller_id": order.seller_id,
            "currency": order.currency,
            "gross_minor": order.total_minor,
            "subsidy_minor": order.subsidy_minor,
            "platform_fee_minor": order.platform_fee_minor,
            "processing_fee_minor": order.processing_fee_minor,
            "net_minor": order.net_minor,
            "created_at": now,
        }
        for order in orders
    ]
    statement = insert(PaymentTransaction).values(rows).returning(PaymentTransaction.id)
    ids = list(session.execute(statement).scalars())
    history.begin(session, PaymentTransaction, ids, actor=actor, at=now, because=Text("One share per seller."))
    return ids


def decline_shares(
    session: Session, *, payment: Payment, orders: Sequence[Order], decline: Decline, actor: Actor, now: datetime
) -> None:
    """Make the shares pending at the first decline, failed at a further one (S0.6, S0.7, C2).

    A package of credits has no orders, and so no shares.
    """
    ids = share_ids(session, payment.id)
    if ids:
        history.move_many(session, PaymentTransaction, ids, "fail", actor=actor, at=now, because=decline.reason)
    elif orders:
        share_out(session, payment=payment, orders=orders, actor=actor, now=now)
    note_decline(session, payment_id=payment.id, decline=decline)


def note_decline(session: Session, *, payment_id: int, decline: Decline) -> None:
    """Keep a decline's code and reason on the payment's shares, whatever their status (S0.16)."""
    session.execute(
        update(PaymentTransaction)
        .where(PaymentTransaction.payment_id == payment_id)
        .values(payment_failure_code=decline.decline_code or decline.code, payment_failure_reason=decline.reason)
    )


def hold_shares(
    session: Session,
    *,
    payment: Payment,
    orders: Sequence[Order],
    ids: Sequence[int],
    hold_days: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Hold the shares `ids` from now on (S0.9), and book the capture in one entry.

    What its buyer's wallet pays leaves the wallet with it; raises Overdraft when that does not hold enough. What was
    transferred to the marketplace's bank account counts as used from then on.
    """
    dates = hold_from(now, hold_days)
    history.move_many(session, PaymentTransaction, ids, "hold", actor=actor, at=now, values=dates)
    is_from_wallet = payment.provider == WALLET
    source = _SOURCES.get(payment.provider, Account.PROVIDER_CLEARING)
    captured = capture(
        payment.id, payment.currency, orders, source=source, wallet_of=payment.user_id if is_from_wallet else None
    )
    if not any(line.amount_minor for line in captured["lines"]):
        return
    entry_id = ledger.book(session, **captured, now=now)
    if is_from_wallet:
        amount = Money(payment.amount_minor, payment.currency)
        wallets.spend(
            session, user_id=payment.user_id, payment_id=payment.id, amount=amount, entry_id=entry_id, now=now
        )


def hold_from(now: datetime, hold_days: int) -> dict[str, Any]:
    """Return the columns of a share that is held for `hold_days` from `now` on."""
    return {
        "hold_reason": HoldReason.STANDARD,
        "days_to_hold": hold_days,
        "hold_start_date": now,
        "planned_release_date": rules.release_date(now, hold_days),
        "payment_received_date": now,
    }


def capture(
    payment_id: int,
    currency: str,
    orders: Sequence[Any],
    *,
    source: Account = Account.PROVIDER_CLEARING,
    wallet_of: int | None = None,
) -> dict[str, Any]:
    """Return what to book when a payment is captured: four postings for each row of `orders`, five with a subsidy.

    `source` is where the money is; `wallet_of` the buyer whose wallet that is, None for any other.
    """
    return {
        "key": f"payment:{payment_id}:captured",
        "description": f"Payment {payment_id} captured",
        "currency": currency,
        "lines": [
            line
            for order in orders
            for line in (Line(source, order.total_minor, owner_id=wallet_of, order_id=order.id), *_sides(order))
        ],
        "payment_id": payment_id,
    }


def receive_unapplied(
    session: Session, *, payment: Payment, rule: RefundRule, cause: str, actor: Actor, now: datetime
) -> None:
    """Book money that counts for nothing as owed to the buyer; `rule` sends it back by the tick (DESIGN 4.11)."""
    receipt = UnappliedReceipt(
        payment_id=payment.id,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        cause=cause,
        created_at=now,
    )
    session.add(receipt)
    session.flush()
    history.begin(session, UnappliedReceipt, [receipt.id], actor=actor, at=now, because=cause)
    amount = Money(payment.amount_minor, payment.currency)
    automatic.record(session, rule=rule, payment_id=payment.id, receipt_id=receipt.id, amount=amount, now=now)
    ledger.book(
        session,
        key=f"payment:{payment.id}:unapplied",
        description=f"Payment {payment.id} received and owed back",
        currency=payment.currency,
        lines=[
            Line(Account.PROVIDER_CLEARING, payment.amount_minor),
            Line(Account.UNAPPLIED_RECEIPTS, -payment.amount_minor, owner_id=payment.user_id),
        ],
        payment_id=payment.id,
        now=now,
    )


def share_ids(session: Session, payment_id: int) -> list[int]:
    """Return the ids of a payment's shares."""
    statement = select(PaymentTransaction.id).where(PaymentTransaction.payment_id == payment_id)
    return list(session.execute(statement.order_by(PaymentTransaction.id)).scalars())


def _sides(order: Any) -> list[Line]:
    """Return who gets what is paid for an order, and what the marketplace adds to it."""
    return [
        Line(Account.DISCOUNT_EXPENSE, order.subsidy_minor, order_id=order.id),
        Line(Account.SELLER_HELD, -order.net_minor, owner_id=order.seller_id, order_id=order.id),
        Line(Account.PLATFORM_FEE, -order.platform_fee_minor, order_id=order.id),
        Line(Account.PROCESSING_FEE_RECOVERY, -order.processing_fee_minor, order_id=order.id),
    ]
