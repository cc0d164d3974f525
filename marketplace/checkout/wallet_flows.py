"""Paying from the wallet: earlier unpaid purchases of the basket are closed at the provider, then one write does it."""

from dataclasses import replace
from datetime import datetime

from marketplace import db
from marketplace.checkout import flows, operations, pacing, wallet_operations
from marketplace.checkout.flows import Outcome, Providers
from marketplace.checkout.operations import Agreed, OpenedElsewhere
from marketplace.config import Settings
from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.wallets.rules import WALLET

_TABS = 5
_LONGEST_TOKEN = 64
_MARK = ":wallet"


def buy(*, agreed: Agreed, now: datetime, providers: Providers, settings: Settings) -> Outcome:
    """Turn the cart into a purchase that the buyer's wallet has paid.

    The same form sent twice is the same purchase. A form that opened a payment page before may still pay from the
    wallet: that page is closed first, and money that comes through it all the same goes back (scar S62). Raises
    Overdraft when the wallet holds less than the total, and Conflict and TooMany as `flows.begin` does.
    """
    mine = replace(agreed, paid_by=WALLET, token=agreed.token[: _LONGEST_TOKEN - len(_MARK)] + _MARK)
    locks = (f"wallet:{agreed.buyer_id}", db.TURN)
    for _try in range(_TABS):
        known = db.atomic(operations.find_purchase, (), token=mine.token, buyer_id=mine.buyer_id)
        if known is None:
            pacing.check(buyer_id=agreed.buyer_id, policy=settings.risk, now=now)
            flows.start_over(mine, now=now, providers=providers, settings=settings)
        try:
            payment_id = db.atomic(wallet_operations.buy, locks, agreed=mine, settings=settings, now=now)
        except OpenedElsewhere:
            continue
        return Outcome(payment_id, None)
    raise Conflict(_("You are paying for this basket in another window. Please try again."))
