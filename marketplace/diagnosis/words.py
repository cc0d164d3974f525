"""Texts of looks: how they are put together of pieces, and words of the provider that stand in them. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound.states import CallKind

Piece = str | int | Money | datetime

_PLACE = re.compile(r"%\((\w+)\)s")
CALLS = {
    CallKind.CREATE_CHECKOUT: Text("create checkout"),
    CallKind.EXPIRE_CHECKOUT: Text("expire checkout"),
    CallKind.CAPTURE_CHECKOUT: Text("capture checkout"),
    CallKind.REFUND: Text("refund"),
    CallKind.RETURN: Text("return"),
    CallKind.CREATE_ACCOUNT: Text("create account"),
    CallKind.TRANSFER: Text("transfer"),
    CallKind.BANK_PAYOUT: Text("bank payout"),
    CallKind.REVERSAL: Text("reversal"),
    CallKind.UPLOAD_FILE: Text("upload file"),
    CallKind.SUBMIT_EVIDENCE: Text("submit evidence"),
    CallKind.ACCEPT_DISPUTE: Text("accept dispute"),
    CallKind.CREATE_CUSTOMER: Text("create customer"),
    CallKind.DETACH_METHOD: Text("detach method"),
    CallKind.DEFAULT_METHOD: Text("default method"),
}


_WORDS_THERE = {
    "pending": Text("pending"),
    "in_transit": Text("in transit"),
    "paid": Text("paid"),
    "failed": Text("failed"),
    "canceled": Text("canceled"),
    "requires_action": Text("requires action"),
    "succeeded": Text("succeeded"),
    "needs_response": Text("needs response"),
    "under_review": Text("under review"),
    "won": Text("won"),
    "lost": Text("lost"),
    "warning_needs_response": Text("warning needs response"),
    "warning_under_review": Text("warning under review"),
    "warning_closed": Text("warning closed"),
    "prevented": Text("prevented"),
}
_METHODS = {
    "": Text("a method it does not name"),
    "customer_balance": Text("customer balance"),
    "us_bank_account": Text("us bank account"),
    "card": Text("card"),
    "sepa_debit": Text("sepa debit"),
}


def said(text: str, **values: Piece) -> tuple[Piece, ...]:
    """Return a text in pieces, with `values` in its places, which are written `%(name)s`."""
    parts = _PLACE.split(text)
    pieces = (values[part] if index % 2 else part for index, part in enumerate(parts))
    return tuple(piece for piece in pieces if piece != "")


def in_a_row(*texts: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces of several texts after each other, with a space between two; empty ones do not count."""
    found: list[Piece] = []
    for text in texts:
        if any(text):
            found += [" ", *text] if found else text
    return tuple(found)


def there(status: str) -> str:
    """Return the provider's word for how an object stands, as a page says it."""
    word = _WORDS_THERE.get(status)
    return str(word) if word else status.replace("_", " ")


def method(word: str) -> str:
    """Return the provider's word for how something was paid, as a page says it."""
    known = _METHODS.get(word)
    return str(known) if known else word.replace("_", " ")


def attempts(count: int, last: str) -> tuple[Piece, ...]:
    """Return how often something was asked for, and how the last attempt stands."""
    text = ngettext("Once; the last one: %(status)s.", "%(count)s attempts; the last one: %(status)s.", count)
    return said(text, count=str(count), status=last.lower())


def differs(there_: Money, here: Money) -> tuple[Piece, ...]:
    """Return that two amounts differ."""
    return said(_("%(there)s there, and %(here)s here."), there=there_, here=here)


def only_here(object_id: str) -> tuple[str]:
    """Return that the provider does not know an object which our books name."""
    return (_("%(id)s is in our books, and the provider does not have it.", id=object_id),)
