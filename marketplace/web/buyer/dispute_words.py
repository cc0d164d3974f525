"""What people are told about disputes, in words: by kind and by who reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.web.pages import date_text
from marketplace.language import Text
from marketplace.language import gettext as _

_ASKED_BUYER = (
    Text("Your bank is looking at your payment of {amount}"),
    Text("It is about {which}. You need not do anything here."),
)
_DISPUTES = {
    ("dispute_asked", "buyer"): _ASKED_BUYER,
    ("dispute_asked", "seller"): (
        Text("A buyer's bank asks about {amount} of order {orders}"),
        Text("No money has moved. Your share stands still until it is settled. Tell us what you know."),
    ),
    ("dispute_asked", "admin"): (
        Text("A bank asks about {amount}"),
        Text("Dispute {number}, {which}. No money has moved."),
    ),
    ("dispute_taken", "buyer"): _ASKED_BUYER,
    ("dispute_taken", "seller"): (
        Text("A buyer's bank took {amount} of order {orders} back"),
        Text("Your share stands still until the bank decides. Tell us what you know, so that our answer is good."),
    ),
    ("dispute_taken", "admin"): (Text("A bank took {amount} back"), Text("Dispute {number}, {which}.")),
    ("dispute_answered", "buyer"): (Text("We have answered your bank"), Text("It is about {amount}, {which}.")),
    ("dispute_answered", "seller"): (
        Text("We have answered the bank about order {orders}"),
        Text("It decides about {amount} now. This takes some weeks."),
    ),
    ("dispute_answered", "admin"): (Text("The bank has our answer about {amount}"), Text("Dispute {number}, {which}.")),
    ("dispute_closed", "buyer"): (Text("Your bank asks no more about {amount}"), "{go_on} as before."),
    ("dispute_closed", "seller"): (Text("The bank asks no more about order {orders}"), "{amount} moves as before."),
    ("dispute_closed", "admin"): (Text("Dispute {number} is closed"), "{amount}, {which}. No money has moved."),
    ("dispute_won", "buyer"): (
        Text("Your bank decided that your payment of {amount} stands"),
        Text("It is about {which}. Write to us if something is still wrong."),
    ),
    ("dispute_won", "seller"): (
        Text("The bank decided for you: {amount} of order {orders}"),
        Text("The money is back and moves as before."),
    ),
    ("dispute_won", "admin"): (Text("Dispute {number} is won"), "{amount} came back, {which}."),
    ("dispute_lost", "buyer"): (Text("Your bank gave you {amount} back"), Text("It is about {which}.")),
    ("dispute_lost", "seller"): (
        Text("The bank decided for the buyer: {amount} of order {orders}"),
        Text("It was taken from this order like a refund. The page says from where."),
    ),
    ("dispute_lost", "admin"): (Text("Dispute {number} is lost"), "{amount}, {which}."),
    ("dispute_warned", "seller"): (
        Text("A bank warns of fraud in order {orders}"),
        Text("If you have not sent it yet, wait. {amount} stands still until we have looked."),
    ),
    ("dispute_warned", "admin"): (
        Text("A bank warns of fraud: {amount}"),
        Text("Case {number}, {which}. Refund it, or close the warning with a reason."),
    ),
    ("dispute_contributed", "admin"): (Text("A seller added something to dispute {number}"), Text("It is about {which}.")),
}
KINDS = tuple(dict.fromkeys(kind for kind, _ in _DISPUTES))
_WITH_A_DATE = frozenset({"dispute_taken", "dispute_asked"})


def words_of(kind: str, facts: Mapping[str, Any], amount: str) -> tuple[str, str]:
    """Return title and text of one fact for the one who is told."""
    title, text = _DISPUTES[kind, str(facts["role"])]
    orders = facts["orders"]
    named = ", ".join(orders) or "none"
    which = _("order %(named)s", named=named) if len(orders) == 1 else _("orders %(named)s", named=named)
    goes_on = _("Order %(named)s goes on", named=named) if len(orders) == 1 else _("Orders %(named)s go on", named=named)
    places = {"amount": amount, "orders": named, "which": which, "go_on": goes_on, "number": facts["number"]}
    due = str(facts.get("due_by") or "")
    if due and facts["role"] == "admin" and kind in _WITH_A_DATE:
        text = _("%(text)s Answer by %(due)s.", text=text, due=date_text(datetime.fromisoformat(due)))
    return title.format(**places), text.format(**places)
