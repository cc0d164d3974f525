"""A share that the marketplace alone has paid, because its code made the order free: what a cancelled one gives back.

A refund takes the marketplace's part back pro rata of what goes back to the buyer; here nothing does.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.payments import endings
from marketplace.payments.models import PaymentTransaction
from marketplace.payments.states import TransactionStatus

_STANDS = {
    TransactionStatus.HELD: Account.SELLER_HELD,
    TransactionStatus.AVAILABLE: Account.SELLER_PAYABLE,
}


def take_back(session: Session, share: PaymentTransaction, *, actor: Actor, because: str, now: datetime) -> bool:
    """Give all of a share that cost its buyer nothing back to the marketplace; return whether there was anything.

    Raises NotAllowed when some of it has left already, by a payout or for what the seller owed.
    """
    if share.gross_minor or share.subsidy_taken_minor == share.subsidy_minor:
        return False
    account = _STANDS.get(share.status)
    if account is None or share.left_minor != share.net_minor:
        raise NotAllowed(_("The seller was paid for this order already. It cannot be cancelled any more."))
    net = share.net_minor
    share.net_taken_minor, share.subsidy_taken_minor = net, share.subsidy_minor
    session.flush()
    ledger.book(
        session,
        key=f"transaction:{share.id}:unsold",
        description=f"Share {share.id} given back to the marketplace",
        currency=share.currency,
        lines=[
            Line(account, net, owner_id=share.seller_id, order_id=share.order_id),
            Line(Account.PLATFORM_FEE, share.platform_fee_minor, order_id=share.order_id),
            Line(Account.DISCOUNT_EXPENSE, -share.subsidy_minor, order_id=share.order_id),
        ],
        payment_id=share.payment_id,
        now=now,
    )
    endings.agree(session, share, actor=actor, now=now, because=because)
    return True
