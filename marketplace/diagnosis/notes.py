"""Sentences that packages write into rows in English, so that they can be read in other languages as well.

Those with places are found again by what stands around the places.
"""

import re
from functools import cache

from marketplace.language import ENGLISH, Text, current
from marketplace.language import gettext as _

NOTES = (
    Text("The provider sent it."),
    Text("The provider sent it once more."),
    Text("The provider reported it."),
    Text("The seller has taken our access to their account away."),
    Text("Paid: counted."),
    Text("Paid: already."),
    Text("Paid: unapplied."),
    Text("The payment page is open."),
    Text("The payment has failed already."),
    Text("The payment clears later."),
    Text("This decline is known already."),
    Text("The decline is recorded."),
    Text("The tracker has moved on already."),
    Text("The tracker is up to date."),
    Text("The payment did not clear."),
    Text("The payment page closed unpaid."),
    Text("The warning is known already."),
    Text("A dispute about the payment is open already."),
    Text("The seller's account has the money."),
    Text("It was sent to the bank again since."),
    Text("The transfer was taken back; nothing to do."),
    Text("It is on its way to the bank."),
    Text("It was paid before."),
    Text("It has failed since; a payment to a bank never mends itself."),
    Text("The bank has it."),
    Text("It failed before."),
    Text("The refund is taken over; %(number)s of its credits were used."),
    Text("The bank did not take it."),
    Text("The transfer is in the books already."),
    Text("It was read again later; nothing to do."),
    Text("It was booked before."),
    Text("What was taken back is in the books."),
    Text("It failed before it was taken over; nothing has moved."),
    Text("The refund failed."),
    Text("The money is back with the buyer."),
    Text("A later attempt has taken its place."),
    Text("the event names no object"),
    Text("nothing can be read from this event"),
    Text("the session is paid"),
    Text("the charge matches no payment of ours"),
    Text("the payment is not settled yet"),
    Text("the dispute has changed while it was read"),
    Text("the dispute matches no payment of ours"),
    Text("the dispute is in another currency than its payment"),
    Text("an earlier attempt, given up since, has sent the money all the same"),
    Text("the refund is about another amount"),
    Text("the refund matches no payment of ours"),
    Text("the refund is about more than is left of the payment"),
    Text("the refund matches no row of ours"),
    Text("the refund matches no return of ours"),
    Text("the report matches no payment of ours"),
    Text("the reversal is about another amount"),
    Text("the reversal names a row that is not there"),
    Text("the reversal is about more than is left of the payout"),
    Text("the transfer is about another amount"),
    Text("the transfer went to another account"),
    Text("the payment to the bank is about another amount"),
    Text("it names a payout that is not there"),
    Text("It was made at the provider."),
    Text("It was made at the provider and pays none of our payouts."),
    Text("One of its shares was stopped."),
    Text("One share per seller."),
    Text("Set aside anew."),
    Text("Set aside while the buyer pays."),
    Text("Somebody was told something."),
    Text("The buyer agreed to the price."),
    Text("The buyer is sent to the payment page."),
    Text("The buyer started over."),
    Text("The buyer tries again."),
    Text("The buyer went back."),
    Text("The job ended with an error."),
    Text("The money arrived."),
    Text("The seller wrote it."),
    Text("What it paid of a debt is not owed any more."),
    Text("What was left of it paid what you owed."),
)
"""Whole sentences; `gettext` finds them by themselves."""

_WITH_PLACES = (
    Text("The payment is %(state)s already."),
    Text("The payment is %(state)s; that wins."),
    Text("The dispute stands there already: %(state)s."),
    Text("The account stays %(state)s."),
    Text("The account is %(state)s."),
    Text("The refund is %(state)s already."),
    Text("The refund is %(state)s."),
    Text("The provider reports the refund as %(state)s."),
    Text("The provider reports: %(state)s."),
    Text("Warning %(number)s keeps the money where it is."),
    Text("The provider refused: %(code)s"),
    Text("The provider says: %(code)s."),
    Text("The provider says: %(code)s"),
    Text("The provider does not answer: %(why)s"),
    Text("It could not be looked up. %(why)s"),
    Text("No answer. %(why)s"),
    Text("the payload is not what this type carries: %(why)s"),
    Text("the provider calls the dispute %(state)s"),
    Text("the dispute is %(state)s here and %(there)s at the provider"),
    Text("the refund is %(state)s here and %(there)s at the provider"),
    Text("payment %(number)s is about another amount"),
    Text("payment %(number)s has failed since; the report may be old"),
    Text("payment %(number)s has its money already"),
    Text("payment %(number)s belongs to another session"),
    Text("payment %(number)s is for no purchase"),
    Text("payout %(number)s is %(state)s and waits for no transfer"),
    Text("The provider refuses: %(why)s"),
    Text("The provider does not show %(id)s: %(why)s"),
    Text("%(id)s is not what this call asked for. Nothing was changed."),
    Text("%(id)s fits: the call is done."),
    Text("The money counts for purchase %(number)s."),
    Text("The money came too late and goes back, for purchase %(number)s."),
    Text("The money belongs to no purchase. It goes back as payment %(id)s."),
    Text("Dispute %(number)s: the buyer's bank has taken the money back until it decides."),
    Text("Dispute %(number)s: the buyer's bank asks about the payment."),
    Text("Dispute %(number)s is about one of its orders."),
    Text("Dispute %(number)s: %(state)s."),
    Text("Payment %(number)s waits for an admin's look."),
    Text("The payment looks like fraud, with a score of %(score)s. An admin decides."),
    Text("Refund %(number)s: %(state)s"),
    Text("Order %(number)s was cancelled."),
    Text("Money of payout %(number)s was taken back at the provider. Let it go to pay it again."),
    Text("For dispute %(number)s: %(why)s"),
    Text("It was sent %(days)s days ago and nobody said that it is missing."),
    Text("The provider does not answer: %(words)s"),
    Text("The provider could not be asked: %(words)s"),
    Text("The provider does not show it: %(words)s"),
    Text("It does not fit: %(words)s."),
    Text("Booked against: %(words)s."),
)


def read(note: str) -> str:
    """Return a note in the language that is read: what is none of these as it was written."""
    if not note or current() == ENGLISH:
        return note
    whole = _(note)
    if whole != note:
        return whole
    for text, pattern in _patterns():
        if found := pattern.fullmatch(note):
            places = found.groupdict()
            return _(text, **{name: _READ[name](part) if name in _READ else part for name, part in places.items()})
    return note


def _state(word: str) -> str:
    """Return a status's label, which stands in small letters, or whole."""
    if (whole := _(word)) != word:
        return whole
    label = word[:1].upper() + word[1:]
    return found.lower() if (found := _(label)) != label else word


_READ = {"state": _state, "words": read}
"""By the name of a place: how what stands there is read."""


@cache
def _patterns() -> tuple[tuple[Text, re.Pattern[str]], ...]:
    places = re.compile(r"%\\\((\w+)\\\)s")
    return tuple((text, re.compile(places.sub(r"(?P<\1>.+)", re.escape(text)))) for text in _WITH_PLACES)
