"""What happens to an order, in the words a seller reads."""

from collections.abc import Mapping

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders import rules
from marketplace.orders.shipping_queries import ShipmentRow
from marketplace.orders.states import DeliveredBy
from marketplace.web.pages import date_text
from marketplace.web.seller.dispute_page import TITLES as DISPUTE_TITLES
from marketplace.web.seller.refund_page import TITLES as REFUND_TITLES

_REINSTATED = ("confirmed", "shipped", "delivered", "cancelled")
_SENT = {
    ("order", "begin"): Text("The order was placed"),
    ("order", "confirm"): Text("Paid, please send it"),
    ("order", "revive"): Text("Paid late, please send it"),
    ("order", "ship"): Text("You sent it"),
    ("order", "deliver"): Text("It arrived"),
    ("order", "cancel"): Text("The order was cancelled"),
    ("order", "refund"): Text("The order was refunded"),
    **{
        ("order", f"reinstate_{status}"): Text("The refund came back, so the order stands again")
        for status in _REINSTATED
    },
    **REFUND_TITLES,
    **DISPUTE_TITLES,
    ("payment_transaction", "begin"): Text("Your share was recorded"),
    ("payment_transaction", "fail"): Text("The buyer's payment was refused"),
    ("payment_transaction", "hold"): Text("Your share is held"),
    ("payment_transaction", "release"): Text("Your share was released"),
    ("payment_transaction", "transfer"): Text("Your share is on its way"),
    ("payment_transaction", "pay_out"): Text("Your share was paid out"),
    ("payment_transaction", "refund"): Text("Your share went back to the buyer"),
    ("payment_transaction", "restore_held"): Text("Your share is held again"),
    ("payment_transaction", "restore_available"): Text("Your share is available again"),
    ("payment_transaction", "restore_paid_out"): Text("Your share is paid out as before"),
    ("payment_transaction", "reopen"): Text("Money of your share came back and is available"),
    ("payment_transaction", "put_back"): Text("Your share is available again"),
    ("payment_transaction", "bounce"): Text("Your bank sent your share back"),
}
TITLES: Mapping[bool, Mapping[tuple[str, str], str]] = {
    False: _SENT,
    True: _SENT
    | {
        ("order", "confirm"): Text("Paid, please have it ready"),
        ("order", "revive"): Text("Paid late, please have it ready"),
        ("order", "ship"): Text("You handed it over"),
        ("order", "deliver"): Text("The buyer has collected it"),
    },
}
"""By whether the order is collected; as are the next."""
ARRIVED: Mapping[bool, Mapping[DeliveredBy, str]] = {
    False: {
        DeliveredBy.BUYER: Text("The buyer has received it, {}."),
        DeliveredBy.SELLER: Text("You marked it as delivered, {}."),
        DeliveredBy.TIME: Text("It counts as delivered since {}. The buyer did not say that it is missing."),
    },
    True: {
        DeliveredBy.BUYER: Text("The buyer has collected it, {}."),
        DeliveredBy.SELLER: Text("You marked it as collected, {}."),
        DeliveredBy.TIME: Text("It counts as collected since {}. The buyer did not say otherwise."),
    },
}
_COUNTS_ON = {
    False: Text("If nobody says anything, it counts as delivered on %(day)s."),
    True: Text("If nobody says anything, it counts as collected on %(day)s."),
}


def delivered_note(shipment: ShipmentRow, days: int) -> str:
    """Return on which day an order counts as arrived when nobody says otherwise."""
    day = date_text(rules.counts_as_delivered(shipment.shipped_at, days))
    return _(_COUNTS_ON[shipment.is_handed_over], day=day)
