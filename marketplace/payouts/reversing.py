"""Money of a transfer that came back: booked by the reversal's own id, spread over the payout's lines (scar S39)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.checkout.settlement import Contradiction
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.money import Money
from marketplace.outbound import operations as outbound
from marketplace.outbound.models import CallKind
from marketplace.payments import balance
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.states import BlockReason, TransactionStatus
from marketplace.payouts import telling
from marketplace.payouts.models import Payout, PayoutLine, SellerAccount, TransferReversal
from marketplace.payouts.states import ReversalStatus
from marketplace.providers.transfers import MadeReversal

REFERENCE = "reversal:"
AT_PROVIDER = "provider"
"""The subject of a reversal that nobody here has asked for."""
Part = tuple[PayoutLine, PaymentTransaction, int]


def booked(session: Session, payout: Payout, found: MadeReversal, *, actor: Actor, now: datetime) -> str:
    """Put one reversal of a payout's transfer into the books; return what that did, in words. A replay does nothing.

    One that we have asked for counts for its share; one made at the provider is spread over what each line has left,
    and keeps the shares from being paid again until an admin lets them go.
    """
    reversal = _row(session, payout, found, actor=actor, now=now)
    if reversal.status is ReversalStatus.DONE:
        return Text("It was booked before.")
    if reversal.amount_minor != found.amount_minor or payout.currency != found.currency:
        raise Contradiction("the reversal is about another amount")
    parts = _parts(session, payout, reversal)
    for line, share, part in parts:
        line.reversed_minor += part
        share.paid_out_minor -= part
    payout.reversed_minor += reversal.amount_minor
    reversal.provider_reversal_id = found.reversal_id
    session.flush()
    balance.book_line(
        session,
        provider=session.get_one(SellerAccount, payout.seller_account_id).provider,
        line=found.line,
        lines=[
            Line(Account.SELLER_PAYABLE, -part, owner_id=payout.seller_id, order_id=share.order_id)
            for _, share, part in parts
        ],
        description=f"Taken back of payout {payout.number}",
        now=now,
    )
    outbound.found_later(session, kind=CallKind.REVERSAL, subject_id=reversal.id, object_id=found.reversal_id, now=now)
    history.move(session, reversal, "finish", actor=actor, at=now)
    _give_back(session, payout, reversal, parts, actor=actor, now=now)
    if payout.reversed_minor == payout.amount_minor and payout.machine.can(payout.status, "reverse"):
        payout.next_attempt_at = None
        history.move(session, payout, "reverse", actor=actor, at=now)
    return Text("What was taken back is in the books.")


def _row(session: Session, payout: Payout, found: MadeReversal, *, actor: Actor, now: datetime) -> TransferReversal:
    """Return the row of a reversal: known by its id, asked for by us, or new because it was made at the provider."""
    known = select(TransferReversal).where(TransferReversal.provider_reversal_id == found.reversal_id)
    reversal = session.execute(known).scalar_one_or_none()
    is_ours = (found.reference or "").startswith(REFERENCE) and found.installation == outbound.installation(session)
    number = (found.reference or "").removeprefix(REFERENCE)
    if reversal is None and is_ours and number.isdecimal() and len(number) <= 18:
        reversal = session.get(TransferReversal, int(number))
        if reversal is None or reversal.payout_id != payout.id:
            raise Contradiction("the reversal names a row that is not there")
    if reversal is None:
        reversal = TransferReversal(
            payout_id=payout.id, subject=AT_PROVIDER, amount_minor=found.amount_minor, created_at=now
        )
        session.add(reversal)
        session.flush()
        because = Text("Somebody made it at the provider.")
        history.begin(session, TransferReversal, [reversal.id], actor=actor, at=now, because=because)
    return reversal


def _parts(session: Session, payout: Payout, reversal: TransferReversal) -> list[Part]:
    """Return what the reversal takes back of each line, minor units; parts of nothing are left out.

    One that we have asked for takes its own share's line first. Another one, made at the provider meanwhile and spread
    over all lines, may have left less there; the money is here all the same, so the other lines give the rest.
    """
    statement = (
        select(PayoutLine, PaymentTransaction)
        .join(PaymentTransaction, PaymentTransaction.id == PayoutLine.transaction_id)
        .where(PayoutLine.payout_id == payout.id)
        .order_by(PayoutLine.id)
    )
    found = [
        (line, share) for line, share in session.execute(statement).all() if line.amount_minor > line.reversed_minor
    ]
    left = [line.amount_minor - line.reversed_minor for line, _ in found]
    if sum(left) < reversal.amount_minor:
        raise Contradiction("the reversal is about more than is left of the payout")
    own = [minor if share.id == reversal.transaction_id else 0 for (_, share), minor in zip(found, left, strict=True)]
    first_minor = min(reversal.amount_minor, sum(own))
    others = [minor - mine for minor, mine in zip(left, own, strict=True)]
    rest = _split(reversal.amount_minor - first_minor, others, payout.currency)
    first = _split(first_minor, own, payout.currency)
    parts = [mine + other for mine, other in zip(first, rest, strict=True)]
    return [(line, share, part) for (line, share), part in zip(found, parts, strict=True) if part]


def _split(amount_minor: int, weights: Sequence[int], currency: str) -> list[int]:
    """Return `amount_minor` minor units spread over lines by what each has left."""
    if not amount_minor:
        return [0] * len(weights)
    return [part.minor for part in Money(amount_minor, currency).split(weights)]


def _give_back(
    session: Session, payout: Payout, reversal: TransferReversal, parts: Sequence[Part], *, actor: Actor, now: datetime
) -> None:
    """Let the shares be available again, those on their way once nothing of their line is."""
    because = f"Money of payout {payout.number} was taken back."
    back = [share.id for line, share, _ in parts if line.reversed_minor == line.amount_minor]
    on_the_way = [share.id for _, share, _ in parts if share.status is TransactionStatus.TRANSFERRING]
    put_back = [share_id for share_id in back if share_id in on_the_way]
    reopened = [share.id for _, share, _ in parts if share.machine.can(share.status, "reopen")]
    history.move_many(session, PaymentTransaction, put_back, "put_back", actor=actor, at=now, because=because)
    history.move_many(session, PaymentTransaction, reopened, "reopen", actor=actor, at=now, because=because)
    if reversal.subject != AT_PROVIDER:
        return
    note = f"Money of payout {payout.number} was taken back at the provider. Let it go to pay it again."
    for _, share, _ in parts:
        session.add(
            PaymentBlock(
                transaction_id=share.id, reason=BlockReason.MANUAL, subject_id=reversal.id, note=note, set_at=now
            )
        )
    telling.taken_back(session, payout, reversal, now=now)
