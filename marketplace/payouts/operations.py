"""Payouts as the house makes them: taken up with frozen lines, tried again, sent again, called off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.config import MoneyPolicy
from marketplace.debts import operations as debts
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import operations as outbound
from marketplace.outbound import watching
from marketplace.outbound.models import CallKind, OutboundCall, WatchKind
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import amount_rules, rules, skips, standing_queries
from marketplace.payouts.day_queries import PAYOUT_LINES
from marketplace.payouts.models import Payout, PayoutLine, PayoutPause, PayoutStop, SellerAccount
from marketplace.payouts.rules import Occasion, SkipCause
from marketplace.payouts.states import AccountStatus
from marketplace.reasons import check_reason

REFERENCE = "payout:"
RUN = Actor.job("payouts")
_STILL_NETTING = Text("What you sold is paying what you owe us. Please try again in a minute.")


@dataclass(frozen=True)
class TakenUp:
    """A payout with the call that sends its money."""

    payout_id: int
    call_id: int
    amount_minor: int


def take_up(
    session: Session,
    *,
    seller_id: int,
    currency: str,
    occasion: Occasion,
    policy: MoneyPolicy,
    now: datetime,
    actor: Actor = RUN,
) -> TakenUp | None:
    """Make one payout of all that a seller can be paid in `currency` now, debts first; None when they are not paid.

    Why not is written down and told once. The caller sends the call. With Occasion.REQUEST it raises NotAllowed with
    the reason instead.
    """
    netted = debts.net(session, seller_id=seller_id, currency=currency, now=now)
    found = standing_queries.candidate(session, seller_id=seller_id, currency=currency, policy=policy, now=now)
    if found is None:
        skips.end(session, seller_id=seller_id, currency=currency, now=now)
        if netted:
            skips.note_debt(session, seller_id=seller_id, currency=currency, amount_minor=netted, now=now)
        _refuse_request(occasion, SkipCause.DEBT.words if netted else _("There is nothing to withdraw."))
        return None
    cause = rules.why_not(found.standing, occasion, now)
    if cause is not None:
        skips.note(session, found, cause, now=now)
        _refuse_request(occasion, cause.words)
        return None
    if debts.owes(session, seller_id=seller_id, currency=currency):
        # More than one transaction can net: the tick goes on with it, and nothing leaves before.
        _refuse_request(occasion, _STILL_NETTING)
        return None
    skips.end(session, seller_id=seller_id, currency=currency, now=now)
    return _make(session, seller_id, currency, is_requested=occasion is Occasion.REQUEST, actor=actor, now=now)


def _refuse_request(occasion: Occasion, words: str) -> None:
    if occasion is Occasion.REQUEST:
        raise NotAllowed(_(words))


def _make(
    session: Session, seller_id: int, currency: str, *, is_requested: bool, actor: Actor, now: datetime
) -> TakenUp:
    account = session.execute(select(SellerAccount).where(SellerAccount.seller_id == seller_id)).scalar_one()
    ready = _ready(session, seller_id, currency, now)
    shares = amount_rules.lines_of(currency, ready)
    payout = Payout(
        seller_id=seller_id,
        seller_account_id=account.id,
        currency=currency,
        amount_minor=sum(line_minor for _id, line_minor in shares),
        rest_minor=sum(left_minor for _id, left_minor in ready) - sum(line_minor for _id, line_minor in shares),
        is_requested=is_requested,
        bank_name=account.bank_name,
        bank_last4=account.bank_last4,
        started_at=now,
    )
    session.add(payout)
    session.flush()
    because = Text("The seller has asked for it.") if is_requested else Text("Its day has come.")
    history.begin(session, Payout, [payout.id], actor=actor, at=now, because=because)
    lines = [
        {"payout_id": payout.id, "transaction_id": share_id, "amount_minor": line_minor, "reversed_minor": 0}
        for share_id, line_minor in shares
    ]
    session.execute(insert(PayoutLine.__table__), lines)  # type: ignore[arg-type]
    taken_up = f"Payout {payout.number} took it up."
    share_ids = [share_id for share_id, _minor in shares]
    history.move_many(session, PaymentTransaction, share_ids, "transfer", actor=actor, at=now, because=taken_up)
    return TakenUp(payout.id, _plan_transfer(session, payout, account, actor=actor, now=now), payout.amount_minor)


def _ready(session: Session, seller_id: int, currency: str, now: datetime) -> list[tuple[int, int]]:
    """Return the shares to be paid with what is left of each, minor units, oldest first."""
    statement = (
        select(PaymentTransaction.id, PaymentTransaction.left_minor)
        .where(
            PaymentTransaction.seller_id == seller_id,
            PaymentTransaction.currency == currency,
            standing_queries.READY,
        )
        .order_by(PaymentTransaction.id)
        .limit(PAYOUT_LINES)
    )
    return [(int(row[0]), int(row[1])) for row in session.execute(statement, {"now": now})]


def retry(session: Session, *, payout_id: int, actor: Actor, reason: str = "", now: datetime) -> int:
    """Try a payout again that the provider refused, with the same amount; return the call to be sent.

    Raises Invalid for a person without a reason, MoveNotAllowed or AlreadyThere when it was not refused, NotAllowed
    when its seller is stopped or their account is not ready, something holds one of its shares back, or its last call
    waits for a person's decision, Conflict while a call is under way.
    """
    payout, because = known(session, payout_id), _because(actor, reason)
    account = session.get_one(SellerAccount, payout.seller_account_id)
    if is_stopped(session, payout.seller_id):
        raise NotAllowed(_("This seller's payouts are stopped. Lift the stop first."))
    check_not_in_doubt(session, payout.seller_id)
    if account.status is not AccountStatus.ENABLED or not account.transfers_enabled:
        raise NotAllowed(_("The seller's account is not ready to be paid yet."))
    if is_held_back(session, payout.id):
        raise NotAllowed(_("One of its shares is held back now. Cancel the payout; the others are paid with the next."))
    _check_no_call(session, payout, CallKind.TRANSFER)
    history.move(session, payout, "retry", actor=actor, at=now, because=because)
    payout.failure_code = payout.failure_reason = payout.next_attempt_at = None
    return _plan_transfer(session, payout, account, actor=actor, now=now)


def resend(session: Session, *, payout_id: int, actor: Actor, reason: str = "", now: datetime) -> int:
    """Send a failed payout to the bank again, to the bank the seller has now; return the call to be sent.

    Raises Invalid for a person without a reason, MoveNotAllowed or AlreadyThere when it has not failed, NotAllowed
    when its seller is stopped, the provider pays no bank of theirs, they have another account since, the last call
    waits for a person's decision or too little is left of it for a bank, Conflict while a call is under way.
    """
    payout, because = known(session, payout_id), _because(actor, reason)
    account = session.get_one(SellerAccount, payout.seller_account_id)
    if is_stopped(session, payout.seller_id):
        raise NotAllowed(_("This seller's payouts are stopped. Lift the stop first."))
    check_not_in_doubt(session, payout.seller_id)
    if not account.payouts_enabled:
        raise NotAllowed(_("The provider does not pay this seller's bank yet. They have to mend their account first."))
    if _account_with_money(session, payout) != account.account_id:
        raise NotAllowed(_("The money is in the seller's former account. Take the transfer back at the provider."))
    _check_no_call(session, payout, CallKind.BANK_PAYOUT)
    if not amount_rules.payable_minor(payout.currency, payout.amount_minor - payout.reversed_minor):
        raise NotAllowed(
            _("Less than one whole %(currency)s is left of it, and banks take no less.", currency=payout.currency)
        )
    history.move(session, payout, "resend", actor=actor, at=now, because=because)
    payout.failure_code = payout.failure_reason = payout.next_attempt_at = payout.provider_payout_id = None
    payout.bank_name, payout.bank_last4 = account.bank_name, account.bank_last4
    return plan_bank_payout(
        session, payout, provider=account.provider, account_id=account.account_id, actor=actor, now=now
    )


def check_decided(session: Session, payout: Payout, kind: CallKind) -> None:
    """Raise NotAllowed while nobody knows what a payout's call has done: the money may have moved already."""
    if outbound.is_in_doubt(session, kind=kind, subject_id=payout.id):
        raise NotAllowed(_("Nobody knows whether its last attempt has sent the money. Decide that first, under Calls."))


def _check_no_call(session: Session, payout: Payout, kind: CallKind) -> None:
    check_decided(session, payout, kind)
    if outbound.is_under_way(session, kind=kind, subject_id=payout.id):
        raise Conflict(_("The provider is being asked right now."))


def _because(actor: Actor, reason: str) -> str | None:
    """Return why it is done: a person says so, the house has its rules."""
    return check_reason(reason) if actor.user_id is not None else None


def plan_bank_payout(
    session: Session, payout: Payout, *, provider: str, account_id: str | None, actor: Actor, now: datetime
) -> int:
    """Plan the payment from the account with the money to its bank, of all that has not been taken back.

    In whole units where banks take no others: what a reversal has left below that stays in the account.
    """
    watching.begin(session, WatchKind.PAYOUT, payout.id, now=now)
    return outbound.plan(
        session,
        provider=provider,
        kind=CallKind.BANK_PAYOUT,
        subject_id=payout.id,
        request={
            "account_id": account_id,
            "amount_minor": amount_rules.payable_minor(payout.currency, payout.amount_minor - payout.reversed_minor),
            "currency": payout.currency,
            "reference": f"{REFERENCE}{payout.id}",
        },
        actor=actor,
        now=now,
    )


def _account_with_money(session: Session, payout: Payout) -> str | None:
    """Return the provider's account from which a payout was sent to the bank."""
    asked = (
        select(OutboundCall.request["account_id"].astext)
        .where(OutboundCall.kind == CallKind.BANK_PAYOUT, OutboundCall.subject_id == payout.id)
        .order_by(OutboundCall.attempt.desc())
        .limit(1)
    )
    return session.execute(asked).scalar_one_or_none()


def _plan_transfer(session: Session, payout: Payout, account: SellerAccount, *, actor: Actor, now: datetime) -> int:
    return outbound.plan(
        session,
        provider=account.provider,
        kind=CallKind.TRANSFER,
        subject_id=payout.id,
        request={
            "account_id": account.account_id,
            "amount_minor": payout.amount_minor,
            "currency": payout.currency,
            "group": payout.number,
            "reference": f"{REFERENCE}{payout.id}",
        },
        actor=actor,
        now=now,
    )


def look_again(session: Session, *, payout_id: int, at: datetime) -> None:
    """Remember when the house looks at a payout again by itself."""
    known(session, payout_id).next_attempt_at = at


def known(session: Session, payout_id: int) -> Payout:
    """Return a payout; raises NotFound."""
    payout = session.get(Payout, payout_id)
    if payout is None:
        raise NotFound(_("There is no such payout."))
    return payout


def is_stopped(session: Session, seller_id: int) -> bool:
    """Return whether an admin has stopped a seller's payouts."""
    stop = select(PayoutStop.id).where(PayoutStop.seller_id == seller_id, PayoutStop.lifted_at.is_(None))
    return session.execute(stop).first() is not None


def check_not_in_doubt(session: Session, seller_id: int) -> None:
    """Raise NotAllowed while reconciliation has found that a side knows something else about the seller's money."""
    pause = select(PayoutPause.id).where(PayoutPause.seller_id == seller_id, PayoutPause.ended_at.is_(None))
    if session.execute(pause).first() is not None:
        raise NotAllowed(
            _("The books and the provider do not agree about this seller's money yet. See Reconciliation.")
        )


def is_held_back(session: Session, payout_id: int) -> bool:
    """Return whether something blocks one of a payout's shares."""
    lines = select(PayoutLine.id).where(
        PayoutLine.payout_id == payout_id, PaymentBlock.is_open_for(PayoutLine.transaction_id)
    )
    return session.execute(lines).first() is not None


def shares_of(session: Session, payout_id: int, status: TransactionStatus) -> Sequence[int]:
    """Return the shares of a payout that are in `status`."""
    statement = (
        select(PaymentTransaction.id)
        .join(PayoutLine, PayoutLine.transaction_id == PaymentTransaction.id)
        .where(PayoutLine.payout_id == payout_id, PaymentTransaction.status == status)
    )
    return list(session.execute(statement).scalars())
