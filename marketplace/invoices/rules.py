"""How invoices are numbered, when they are due, what their content is worth. Pure: values only."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from marketplace.bank_transfers.rules import in_groups
from marketplace.errors import Conflict
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import date_text

DUE_WITHIN = timedelta(days=14)
"""How long after its issue an invoice is due whose payment is still on its way."""
LOOK_BACK = timedelta(days=2)
"""How far before its mark the sweep looks again: what was paid then has been committed by now."""
MARK_EVERY = timedelta(hours=6)
"""How often the sweep's mark moves."""
BATCH = 50
"""How many documents of one series one transaction makes: while it runs, nobody else takes a number of it."""
PAID = {
    False: Text("Paid in full on %(day)s. Nothing is due."),
    True: Text("Paid in full from the wallet on %(day)s. Nothing is due."),
}
"""What an invoice says of a payment that is here, by whether the buyer's wallet has paid."""
_AWAITED = Text(
    "Please transfer the amount of the whole purchase with the reference %(reference)s. It is due on %(day)s."
)
_ON_ITS_WAY = Text("Your payment is on its way from your bank. It is due on %(day)s.")
_RESEND_AFTER = timedelta(minutes=10)
_DIGITS = 5


class InvoiceKind(StrEnum):
    """What a document is: its word, its label, and the letters its numbers begin with."""

    label: str
    letters: str

    def __new__(cls, value: str, label: str = "", letters: str = "") -> Self:
        """Make a member from its word, label and letters."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.letters = label, letters
        return member

    INVOICE = "invoice", Text("Invoice"), "INV"
    """From a seller to a buyer, for one order."""
    CREDIT_NOTE = "credit_note", Text("Credit note"), "CRN"
    """From a seller to a buyer, for money that went back; negative."""
    COMMISSION = "commission", Text("Commission invoice"), "COM"
    """From the marketplace to a seller, for the fees of a month; negative where more was given back than taken."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a document adds up from, minor units; a credit note's are negative, its discount positive or zero."""

    subtotal_minor: int
    delivery_minor: int
    tax_minor: int
    discount_minor: int
    tax_included: bool = False
    """Whether the subtotal includes the tax; else it is added."""

    @property
    def total_minor(self) -> int:
        """Return what it comes to."""
        added = 0 if self.tax_included else self.tax_minor
        return self.subtotal_minor + self.delivery_minor + added - self.discount_minor


def series_key(kind: InvoiceKind, issuer_id: int | None) -> str:
    """Return the name of the series whose next number a document takes; None issues for the marketplace."""
    return f"platform:{kind.value}" if issuer_id is None else f"{issuer_id}:{kind.value}"


def series_prefix(kind: InvoiceKind, issuer_id: int | None) -> str:
    """Return what every number of a series begins with: INV-7-."""
    return f"{kind.letters}-" if issuer_id is None else f"{kind.letters}-{issuer_id}-"


def number(prefix: str, position: int) -> str:
    """Return the number at a position of a series: INV-7-00012."""
    return f"{prefix}{position:0{_DIGITS}d}"


def due_at(issued_at: datetime, *, is_paid: bool) -> datetime:
    """Return when a document is due: at once where it is paid already, else after DUE_WITHIN (C22)."""
    return issued_at if is_paid else issued_at + DUE_WITHIN


def payment_term(paid_at: datetime | None, due: datetime, *, is_from_wallet: bool, reference: str) -> str:
    """Return what a document says of its payment; `reference` of the transfer that is awaited, "" where none is."""
    if paid_at is not None:
        return _(PAID[is_from_wallet], day=date_text(paid_at))
    day = date_text(due)
    return _(_AWAITED, reference=in_groups(reference), day=day) if reference else _(_ON_ITS_WAY, day=day)


def sealed(content: Mapping[str, Any]) -> str:
    """Return content as the text that is frozen: the same content is always the same text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(text: str) -> bytes:
    """Return SHA-256 over frozen content."""
    return hashlib.sha256(text.encode()).digest()


def tax_in(amount: Money, *, credited_before: Money, total: Money, tax: Money) -> Money:
    """Return the tax in `amount` of what goes back of an invoice.

    Counted from all that has gone back, less what earlier credit notes held of it: parts that make the whole total
    hold its whole tax, to the cent. What goes back beyond the total holds none.
    """
    if not total or not tax:
        return Money.zero(amount.currency)

    def of(gone: Money) -> Money:
        return min(total, gone).split([total.minor - tax.minor, tax.minor])[1]

    return of(credited_before + amount) - of(credited_before)


@dataclass(frozen=True, slots=True)
class RatePart:
    """What of an invoice, or of what goes back of it, carries one rate of tax: its price without tax, and the tax."""

    basis_points: int | None
    """None for what carries none: a delivery that is not taxed, and everything where no rates were kept."""
    net: Money
    tax: Money


def of_price(basis_points: int | None, price: Money, tax: Money, *, is_included: bool) -> RatePart:
    """Return what a price and its tax are by rate; `is_included`: the tax is in the price."""
    return RatePart(basis_points, price - tax if is_included else price, tax)


def by_rate(parts: Iterable[RatePart]) -> list[RatePart]:
    """Return parts with those of one rate in one, lowest rate first; what carries none comes last."""
    found: dict[int | None, RatePart] = {}
    for part in parts:
        before = found.get(part.basis_points, RatePart(part.basis_points, part.net * 0, part.net * 0))
        found[part.basis_points] = RatePart(part.basis_points, before.net + part.net, before.tax + part.tax)
    return sorted(found.values(), key=lambda part: (part.basis_points is None, part.basis_points or 0))


def back_by_rate(amount: Money, *, credited_before: Money, parts: Sequence[RatePart]) -> list[RatePart]:
    """Return what of `amount`, which goes back of an invoice of these parts, is of each; what is of none is left out.

    The taxes sum to `tax_in`. Notes that make the whole total hold each part to the cent, and none takes anything
    back that one before gave. What goes back beyond the total carries no rate.
    """
    net = Money.total((part.net for part in parts), amount.currency)
    tax = Money.total((part.tax for part in parts), amount.currency)

    def of(gone: Money) -> list[tuple[Money, Money]]:
        within = min(net + tax, gone)
        of_tax = tax_in(within, credited_before=within * 0, total=net + tax, tax=tax)
        nets = _spread(within - of_tax, [part.net for part in parts])
        return list(zip(nets, _spread(of_tax, [part.tax for part in parts]), strict=True))

    before, after = of(credited_before), of(credited_before + amount)
    found = [
        RatePart(part.basis_points, new[0] - old[0], new[1] - old[1])
        for part, old, new in zip(parts, before, after, strict=True)
    ]
    beyond = amount - Money.total((part.net + part.tax for part in found), amount.currency)
    found.append(RatePart(None, beyond, beyond * 0))
    return [part for part in found if part.net or part.tax]


def _spread(amount: Money, weights: Sequence[Money]) -> list[Money]:
    """Return an amount spread over weights one after the other: of a larger amount nobody gets less."""
    found, left = [], Money.total(weights, amount.currency)
    for weight in weights:
        part = amount.split([weight.minor, (left - weight).minor])[0] if left else amount * 0
        found.append(part)
        amount, left = amount - part, left - weight
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """An open document and what the books say about what it is for."""

    kind: InvoiceKind
    status: InvoiceStatus
    is_due: bool
    """Whether something of it was due when it was last looked at."""
    due_at: datetime
    is_paid: bool
    """Whether the books have the money."""
    is_off: bool
    """Whether its order was given up without a payment."""


def steps(found: Standing, now: datetime) -> Sequence[str]:
    """Return the verbs that bring a document to where it belongs at `now`, in order; none when it is there."""
    if found.is_off and not found.is_paid:
        return ("cancel",)
    verbs = ["send"] if found.status is InvoiceStatus.DRAFT else []
    if found.is_paid or not found.is_due:
        return (*verbs, "settle")
    if found.status is not InvoiceStatus.OVERDUE and now >= found.due_at:
        return (*verbs, "lapse")
    return verbs


def check_can_send_again(status: InvoiceStatus, last: datetime | None, now: datetime) -> None:
    """Raise Conflict for a cancelled document, or one that was sent within the last ten minutes."""
    if status is InvoiceStatus.CANCELLED:
        raise Conflict(_("This document is cancelled and is not sent any more."))
    if last is not None and now - last < _RESEND_AFTER:
        raise Conflict(_("It was sent just now. You can send it again in ten minutes."))
