"""A seller cancels a paid order that cannot be sent; the buyer's money goes back by itself."""

from flask.typing import ResponseReturnValue

from marketplace.cancellations.rules import Side
from marketplace.orders import queries
from marketplace.orders.queries import OrderDetail
from marketplace.web import cancel_asking, guards, lists


@guards.seller_only
def cancel(number: str) -> ResponseReturnValue:
    """Ask the seller to confirm: why, what becomes of the goods, and what goes back."""
    return cancel_asking.ask(_own(number), Side.SELLER)


@guards.seller_only
def cancel_order(number: str) -> ResponseReturnValue:
    """Cancel the seller's own order and send the buyer's money back."""
    return cancel_asking.receive(_own(number), Side.SELLER)


def _own(number: str) -> OrderDetail:
    return queries.seller_order(lists.number(number), guards.viewer().user_id)
