"""What people are told about disputes, in words: by kind and by who reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.web.pages import date_text

_ASKED_BUYER = (
    "Your bank is looking at your payment of {amount}",
    "It is about {which}. You need not do anything here.",
)
_DISPUTES = {
    ("dispute_asked", "buyer"): _ASKED_BUYER,
    ("dispute_asked", "seller"): (
        "A buyer's bank asks about {amount} of order {orders}",
        "No money has moved. Your share stands still until it is settled. Tell us what you know.",
    ),
    ("dispute_asked", "admin"): (
        "A bank asks about {amount}",
        "Dispute {number}, {which}. No money has moved.",
    ),
    ("dispute_taken", "buyer"): _ASKED_BUYER,
    ("dispute_taken", "seller"): (
        "A buyer's bank took {amount} of order {orders} back",
        "Your share stands still until the bank decides. Tell us what you know, so that our answer is good.",
    ),
    ("dispute_taken", "admin"): ("A bank took {amount} back", "Dispute {number}, {which}."),
    ("dispute_answered", "buyer"): ("We have answered your bank", "It is about {amount}, {which}."),
    ("dispute_answered", "seller"): (
        "We have answered the bank about order {orders}",
        "It decides about {amount} now. This takes some weeks.",
    ),
    ("dispute_answered", "admin"): ("The bank has our answer about {amount}", "Dispute {number}, {which}."),
    ("dispute_closed", "buyer"): ("Your bank asks no more about {amount}", "{go_on} as before."),
    ("dispute_closed", "seller"): ("The bank asks no more about order {orders}", "{amount} moves as before."),
    ("dispute_closed", "admin"): ("Dispute {number} is closed", "{amount}, {which}. No money has moved."),
    ("dispute_won", "buyer"): (
        "Your bank decided that your payment of {amount} stands",
        "It is about {which}. Write to us if something is still wrong.",
    ),
    ("dispute_won", "seller"): (
        "The bank decided for you: {amount} of order {orders}",
        "The money is back and moves as before.",
    ),
    ("dispute_won", "admin"): ("Dispute {number} is won", "{amount} came back, {which}."),
    ("dispute_lost", "buyer"): ("Your bank gave you {amount} back", "It is about {which}."),
    ("dispute_lost", "seller"): (
        "The bank decided for the buyer: {amount} of order {orders}",
        "It was taken from this order like a refund. The page says from where.",
    ),
    ("dispute_lost", "admin"): ("Dispute {number} is lost", "{amount}, {which}."),
    ("dispute_warned", "seller"): (
        "A bank warns of fraud in order {orders}",
        "If you have not sent it yet, wait. {amount} stands still until we have looked.",
    ),
    ("dispute_warned", "admin"): (
        "A bank warns of fraud: {amount}",
        "Case {number}, {which}. Refund it, or close the warning with a reason.",
    ),
    ("dispute_contributed", "admin"): ("A seller added something to dispute {number}", "It is about {which}."),
}
KINDS = tuple(dict.fromkeys(kind for kind, _ in _DISPUTES))
_WITH_A_DATE = frozenset({"dispute_taken", "dispute_asked"})


def words_of(kind: str, facts: Mapping[str, Any], amount: str) -> tuple[str, str]:
    """Return title and text of one fact for the one who is told."""
    title, text = _DISPUTES[kind, str(facts["role"])]
    orders = facts["orders"]
    named = ", ".join(orders) or "none"
    which = f"order {named}" if len(orders) == 1 else f"orders {named}"
    goes_on = f"Order {named} goes on" if len(orders) == 1 else f"Orders {named} go on"
    places = {"amount": amount, "orders": named, "which": which, "go_on": goes_on, "number": facts["number"]}
    due = str(facts.get("due_by") or "")
    if due and facts["role"] == "admin" and kind in _WITH_A_DATE:
        text = f"{text} Answer by {date_text(datetime.fromisoformat(due))}."
    return title.format(**places), text.format(**places)
