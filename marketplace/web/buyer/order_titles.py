"""What happens to an order, in the words its buyer reads: sent to the buyer, or collected."""

from collections.abc import Mapping

from marketplace.language import Text
from marketplace.orders.states import DeliveredBy
from marketplace.web.buyer.refund_page import TITLES as REFUND_TITLES

_REINSTATED = ("confirmed", "shipped", "delivered", "cancelled")
_SENT = {
    ("order", "begin"): Text("You placed the order"),
    ("order", "confirm"): Text("Paid, and the seller was told"),
    ("order", "revive"): Text("Paid late, and the seller was told"),
    ("order", "ship"): Text("The seller sent it"),
    ("order", "deliver"): Text("It arrived"),
    ("order", "cancel"): Text("The order was cancelled"),
    ("order", "refund"): Text("The order was refunded"),
    **{
        ("order", f"reinstate_{status}"): Text("The refund came back, so the order stands again")
        for status in _REINSTATED
    },
    **REFUND_TITLES,
    ("dispute", "inquire"): Text("Your bank asks about the payment"),
    ("dispute", "close"): Text("Your bank asks no more"),
    ("dispute", "charge_back"): Text("Your bank took the money back until it decides"),
    ("dispute", "review"): Text("We have answered your bank"),
    ("dispute", "consider"): Text("We have answered your bank"),
    ("dispute", "win"): Text("Your bank decided that the payment stands"),
    ("dispute", "lose"): Text("Your bank gave you the money back"),
    ("payment", "begin"): Text("Payment started"),
    ("payment", "process"): Text("The payment is being processed"),
    ("payment", "complete"): Text("The payment arrived"),
    ("payment", "fail"): Text("The payment was refused"),
    ("payment", "expire"): Text("The payment page closed"),
    ("payment", "cancel"): Text("The payment was cancelled"),
    ("payment_transaction", "hold"): Text("Your money is held"),
    ("payment_transaction", "release"): Text("The money was released to the seller"),
}
TITLES: Mapping[bool, Mapping[tuple[str, str], str]] = {
    False: _SENT,
    True: _SENT
    | {("order", "ship"): Text("The seller handed it over"), ("order", "deliver"): Text("You have collected it")},
}
"""By whether the order is collected; as is the next."""
ARRIVED: Mapping[bool, Mapping[DeliveredBy, str]] = {
    False: {
        DeliveredBy.BUYER: Text("You told us that it has arrived, {}."),
        DeliveredBy.SELLER: Text("The seller marked it as delivered, {}."),
        DeliveredBy.TIME: Text("It counts as delivered since {}. You did not say that it is missing."),
    },
    True: {
        DeliveredBy.BUYER: Text("You told us that you have collected it, {}."),
        DeliveredBy.SELLER: Text("The seller marked it as collected, {}."),
        DeliveredBy.TIME: Text("It counts as collected since {}. You did not say that you do not have it."),
    },
}
