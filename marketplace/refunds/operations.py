"""Asking for money back and deciding about it: every write before the provider is called."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.config import MoneyPolicy
from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.orders.models import Order
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.rules import needs_second_approver
from marketplace.payouts import taking_back
from marketplace.refunds import booking, rules, sending, standing, telling
from marketplace.refunds.models import Refund, RefundLine
from marketplace.refunds.rules import Plan, RefundOrigin, RefundReason
from marketplace.refunds.wishes import Wish, amount_of
from marketplace.transitions import AlreadyThere


@dataclass(frozen=True)
class Decided:
    """What came of an approval; `is_agreed` is False while a second admin must confirm."""

    is_agreed: bool
    call_id: int | None = None
    """The call that sends the money; None for what is in the buyer's wallet already, and what the bank sends."""
    reversal_call_ids: tuple[int, ...] = ()
    """The calls that take money back from the seller's account at the provider."""


def request(
    session: Session,
    *,
    buyer_id: int,
    order_id: int,
    reason: RefundReason,
    description: str,
    wish: Wish,
    token: str | None = None,
    now: datetime,
) -> int:
    """Ask for money of one's own order back and return the refund's id; its share stands still meanwhile (S2.14).

    The form's one-time `token` makes the same form sent twice the same refund (scar S24).
    Raises NotFound for another's order, NotAllowed when nothing was paid or it is too late, Invalid naming the field,
    Conflict for more than is left.
    """
    order = session.get(Order, order_id)
    if order is None or order.buyer_id != buyer_id:
        raise NotFound(_("There is no such order."))
    return _of_form(session, token, order.id) or _open(
        session,
        order=order,
        origin=RefundOrigin.BUYER,
        reason=reason,
        description=description,
        wish=wish,
        token=token,
        actor=Actor.user(buyer_id),
        now=now,
    )


def start(
    session: Session,
    *,
    admin_id: int,
    order_id: int,
    reason: RefundReason,
    description: str,
    wish: Wish,
    token: str | None = None,
    now: datetime,
) -> int:
    """Open a refund on an admin's own initiative and return its id; it is approved like any other."""
    order = session.get(Order, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return _of_form(session, token, order.id) or _open(
        session,
        order=order,
        origin=RefundOrigin.ADMIN,
        reason=reason,
        description=description,
        wish=wish,
        token=token,
        actor=Actor.user(admin_id, "admin"),
        now=now,
    )


def withdraw(session: Session, *, buyer_id: int, refund_id: int, now: datetime) -> None:
    """Take a request back while nobody has decided; raises NotFound for another's, AlreadyThere for a replay."""
    refund = session.get(Refund, refund_id)
    if refund is None or refund.buyer_id != buyer_id:
        raise NotFound(_("There is no such refund."))
    _check_open(refund, "withdraw")
    history.move(session, refund, "withdraw", actor=Actor.user(buyer_id), at=now)
    booking.let_go(session, refund, actor=Actor.user(buyer_id), now=now)
    telling.withdrawn(session, refund, now=now)


def reject(session: Session, *, admin_id: int, refund_id: int, notes: str, now: datetime) -> None:
    """Refuse a request with a reason that both read; raises Invalid without one, NotAllowed as `approve` does."""
    refund = known(session, refund_id)
    rules.check_approver(admin_id, buyer_id=refund.buyer_id, seller_id=refund.seller_id, first_approver_id=None)
    _check_open(refund, "reject")
    rules.check_gives_all(refund.origin, amount=None, left=_left(session, refund))
    refund.admin_notes = rules.check_notes(notes)
    refund.decided_by_id, refund.decided_at = admin_id, now
    history.move(session, refund, "reject", actor=Actor.user(admin_id, "admin"), at=now, because=refund.admin_notes)
    booking.let_go(session, refund, actor=Actor.user(admin_id, "admin"), now=now)
    telling.rejected(session, refund, now=now)


def approve(
    session: Session,
    *,
    admin_id: int,
    refund_id: int,
    amount_minor: int,
    notes: str,
    policy: MoneyPolicy,
    seen: str | None = None,
    take_back: bool = False,
    now: datetime,
) -> Decided:
    """Agree to send `amount_minor` back: freeze the plan, book it, and plan the call, or fill the wallet (S2.15).

    Another amount than asked for needs a reason. Above the limit a second admin confirms just that, the taking back
    included (invariant I23). `seen` is the fingerprint of the plan that the admin looked at: another one is never
    executed. `take_back` has what the plan allows taken back from the seller's account. Raises NotAllowed for a party,
    the same admin twice, a dispute or a cancelled order that would keep money; Conflict, AlreadyThere for a replay.
    """
    refund = known(session, refund_id)
    _check_open(refund, "approve")
    rules.check_approver(
        admin_id, buyer_id=refund.buyer_id, seller_id=refund.seller_id, first_approver_id=refund.first_approver_id
    )
    amount = Money(amount_minor, refund.currency)
    rules.check_gives_all(refund.origin, amount=amount, left=_left(session, refund))
    if amount_minor != refund.asked_minor or notes:
        refund.admin_notes = rules.check_notes(notes)
    standing.check_sendable(session, refund)
    plan = plan_for(session, refund, amount, policy)
    rules.check_seen(plan, seen)
    if (amount_minor, take_back) != (refund.amount_minor, refund.take_back):
        # Something else than the first admin agreed to is a new decision.
        refund.amount_minor, refund.take_back, refund.first_approver_id = amount_minor, take_back, None
        booking.forget(refund)
    if needs_second_approver(amount, policy.second_approver_above_minor) and refund.first_approver_id is None:
        refund.first_approver_id = admin_id
        return Decided(is_agreed=False)
    return _execute(session, refund, plan, admin_id=admin_id, now=now)


def _execute(session: Session, refund: Refund, plan: Plan, *, admin_id: int, now: datetime) -> Decided:
    actor = Actor.user(admin_id, "admin")
    refund.decided_by_id, refund.decided_at = admin_id, now
    refund.attempt += 1
    refund.provider_refund_id = None
    booking.take(session, refund, plan, now=now)
    history.move(session, refund, "approve", actor=actor, at=now, because=refund.admin_notes or None)
    is_at_once = sending.goes_to_wallet(session, refund)
    if not is_at_once:
        telling.approved(session, refund, now=now)
    reversals: tuple[int, ...] = ()
    if refund.take_back:
        # What else is available to the seller has paid first; nobody takes back what is not owed any more.
        subject, because = booking.subject_of(refund), f"An admin chose it for refund {refund.number}."
        reversals = taking_back.plan(session, subject=subject, because=because, actor=actor, now=now)
    return Decided(True, sending.send(session, refund, actor=actor, now=now), reversals)


def plan_for(session: Session, refund: Refund, amount: Money, policy: MoneyPolicy) -> Plan:
    """Return who gives what if `amount` goes back; the page that previews it calls the same rules."""
    found = standing.read(session, refund.transaction_id, except_refund_id=refund.id)
    return rules.plan_refund(amount, found, rules.FeeBearer(policy.refund_fee_bearer))


def _left(session: Session, refund: Refund) -> Money:
    """Return what is left of the order beside this refund."""
    return standing.read(session, refund.transaction_id, except_refund_id=refund.id).left


def known(session: Session, refund_id: int) -> Refund:
    """Return a refund; raises NotFound."""
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise NotFound(_("There is no such refund."))
    return refund


def _check_open(refund: Refund, verb: str) -> None:
    """Raise AlreadyThere once it is decided: buyer and admins may press different buttons at the same moment."""
    if not refund.machine.can(refund.status, verb):
        raise AlreadyThere(_("This refund is already decided: %(status)s.", status=refund.status.label.lower()))


def _open(
    session: Session,
    *,
    order: Order,
    origin: RefundOrigin,
    reason: RefundReason,
    description: str,
    wish: Wish,
    token: str | None,
    actor: Actor,
    now: datetime,
) -> int:
    share = standing.share_of(session, order.id)
    _check_time(share, origin, now)
    amount = amount_of(session, order, wish)
    rules.check_amount(amount, standing.read(session, share.id, except_refund_id=None).left)
    refund = Refund(
        order_id=order.id,
        payment_id=share.payment_id,
        transaction_id=share.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        currency=order.currency,
        origin=origin,
        reason=rules.check_reason(reason),
        description=_description(description),
        asked_minor=amount.minor,
        amount_minor=amount.minor,
        form_token=token,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    _keep_units(session, refund, wish)
    history.begin(session, Refund, [refund.id], actor=actor, at=now, because=reason.label)
    booking.block(session, refund, now=now)
    telling.asked(session, refund, now=now)
    return refund.id


def _check_time(share: PaymentTransaction, origin: RefundOrigin, now: datetime) -> None:
    if share.payment_received_date is None:
        raise NotAllowed(_("This order has not been paid."))
    if origin == RefundOrigin.BUYER:
        rules.check_asked_in_time(share.payment_received_date, now)


def _of_form(session: Session, token: str | None, order_id: int) -> int | None:
    """Return the refund that this form has asked for already, if any; raises NotFound for another order's form."""
    if token is None:
        return None
    found = session.execute(select(Refund.id, Refund.order_id).where(Refund.form_token == token)).one_or_none()
    if found is not None and found.order_id != order_id:
        raise NotFound(_("There is no such order."))
    return found.id if found is not None else None


def _description(description: str) -> str:
    text = description.strip()
    if not text or len(text) > 2_000:
        raise Invalid(_("Say in a few words what happened, at most 2,000 characters."), field="description")
    return text


def _keep_units(session: Session, refund: Refund, wish: Wish) -> None:
    rows = [
        {"refund_id": refund.id, "order_line_id": line_id, "quantity": quantity}
        for line_id, quantity in (wish.units or {}).items()
        if quantity
    ]
    if rows:
        session.execute(insert(RefundLine), rows)
