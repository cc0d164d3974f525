"""What people are told about disputes, in words: by kind and by who reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.pages import date_text

_ASKED_BUYER = (
    Text("Your bank is looking at your payment of %(amount)s"),
    Text("It is about %(which)s. You need not do anything here."),
)
_GOES_ON, _GO_ON = Text("Order %(orders)s goes on as before."), Text("Orders %(orders)s go on as before.")
_DISPUTES = {
    ("dispute_asked", "buyer"): _ASKED_BUYER,
    ("dispute_asked", "seller"): (
        Text("A buyer's bank asks about %(amount)s of order %(orders)s"),
        Text("No money has moved. Your share stands still until it is settled. Tell us what you know."),
    ),
    ("dispute_asked", "admin"): (
        Text("A bank asks about %(amount)s"),
        Text("Dispute %(number)s, %(which)s. No money has moved."),
    ),
    ("dispute_taken", "buyer"): _ASKED_BUYER,
    ("dispute_taken", "seller"): (
        Text("A buyer's bank took %(amount)s of order %(orders)s back"),
        Text("Your share stands still until the bank decides. Tell us what you know, so that our answer is good."),
    ),
    ("dispute_taken", "admin"): (Text("A bank took %(amount)s back"), Text("Dispute %(number)s, %(which)s.")),
    ("dispute_answered", "buyer"): (Text("We have answered your bank"), Text("It is about %(amount)s, %(which)s.")),
    ("dispute_answered", "seller"): (
        Text("We have answered the bank about order %(orders)s"),
        Text("It decides about %(amount)s now. This takes some weeks."),
    ),
    ("dispute_answered", "admin"): (
        Text("The bank has our answer about %(amount)s"),
        Text("Dispute %(number)s, %(which)s."),
    ),
    ("dispute_closed", "buyer"): (Text("Your bank asks no more about %(amount)s"), _GOES_ON),
    ("dispute_closed", "seller"): (
        Text("The bank asks no more about order %(orders)s"),
        Text("%(amount)s moves as before."),
    ),
    ("dispute_closed", "admin"): (
        Text("Dispute %(number)s is closed"),
        Text("%(amount)s, %(which)s. No money has moved."),
    ),
    ("dispute_won", "buyer"): (
        Text("Your bank decided that your payment of %(amount)s stands"),
        Text("It is about %(which)s. Write to us if something is still wrong."),
    ),
    ("dispute_won", "seller"): (
        Text("The bank decided for you: %(amount)s of order %(orders)s"),
        Text("The money is back and moves as before."),
    ),
    ("dispute_won", "admin"): (Text("Dispute %(number)s is won"), Text("%(amount)s came back, %(which)s.")),
    ("dispute_lost", "buyer"): (Text("Your bank gave you %(amount)s back"), Text("It is about %(which)s.")),
    ("dispute_lost", "seller"): (
        Text("The bank decided for the buyer: %(amount)s of order %(orders)s"),
        Text("It was taken from this order like a refund. The page says from where."),
    ),
    ("dispute_lost", "admin"): (Text("Dispute %(number)s is lost"), Text("%(amount)s, %(which)s.")),
    ("dispute_warned", "seller"): (
        Text("A bank warns of fraud in order %(orders)s"),
        Text("If you have not sent it yet, wait. %(amount)s stands still until we have looked."),
    ),
    ("dispute_warned", "admin"): (
        Text("A bank warns of fraud: %(amount)s"),
        Text("Case %(number)s, %(which)s. Refund it, or close the warning with a reason."),
    ),
    ("dispute_contributed", "admin"): (
        Text("A seller added something to dispute %(number)s"),
        Text("It is about %(which)s."),
    ),
}
KINDS = tuple(dict.fromkeys(kind for kind, _role in _DISPUTES))
_WITH_A_DATE = frozenset({"dispute_taken", "dispute_asked"})


def words_of(kind: str, facts: Mapping[str, Any], amount: str) -> tuple[str, str]:
    """Return title and text of one fact for the one who is told."""
    title, text = _DISPUTES[kind, str(facts["role"])]
    orders = facts["orders"]
    named = ", ".join(orders) or _("none")
    which = _("order %(named)s", named=named) if len(orders) == 1 else _("orders %(named)s", named=named)
    if text == _GOES_ON and len(orders) != 1:
        text = _GO_ON
    places = {"amount": amount, "orders": named, "which": which, "number": facts["number"]}
    said = _(text, **places)
    due = str(facts.get("due_by") or "")
    if due and facts["role"] == "admin" and kind in _WITH_A_DATE:
        answer = _("Answer by %(day)s.", day=date_text(datetime.fromisoformat(due)))
        said = f"{said} {answer}"
    return _(title, **places), said
