"""What a credit note says: made from the frozen content of the invoice that it corrects, in its buyer's language.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.invoices import rules
from marketplace.invoices.drafting import Draft, iso, tax_table
from marketplace.invoices.rules import Amounts, InvoiceKind, RatePart
from marketplace.language import gettext as _
from marketplace.language import reading
from marketplace.money import Money
from marketplace.numerals import date_text


@dataclass(frozen=True, slots=True)
class GoneBack:
    """Money of an invoiced order that is back with its buyer: a refund, or a lost dispute; minor units."""

    invoice_id: int
    invoice_number: str
    invoice_content: str
    order_id: int
    buyer_id: int
    seller_id: int
    currency: str
    amount_minor: int
    """Positive."""
    refund_id: int | None
    dispute_share_id: int | None
    number: str
    """The refund's or the dispute's."""
    reason: str
    """One of ours: a Text."""
    gone_at: datetime
    language: str
    """The code of the language that the buyer is written to in."""


def credit_note_of(gone: GoneBack, invoice: Mapping[str, Any], credited_minor: int, now: datetime) -> Draft:
    """Return the credit note for money that went back, given the invoice's content and what was credited before."""
    amount = Money(gone.amount_minor, gone.currency)
    before, is_included = Money(credited_minor, gone.currency), invoice.get("tax_included", False)
    parts = rules.back_by_rate(amount, credited_before=before, parts=parts_of(invoice))
    tax = Money.total((part.tax for part in parts), gone.currency)
    goods = (amount if is_included else amount - tax).minor
    is_sent_taxed = any(part["tax_minor"] for part in invoice.get("delivery_taxes", ()))
    with reading(gone.language):
        words = _words(gone, parts, is_included=is_included, is_sent_taxed=is_sent_taxed)
    content = {
        "language": gone.language,
        "seller": invoice["seller"],
        "buyer": invoice["buyer"],
        "order": invoice["order"],
        "corrects": gone.invoice_number,
        "paid_on": iso(gone.gone_at),
        "discount_code": "",
        "note": "",
        **words,
        **({"is_delivery_taxed": True} if is_sent_taxed else {}),
        **({"taxes": _table(parts)} if _shows_taxes(invoice) else {}),
    }
    return Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        issuer_id=gone.seller_id,
        recipient_id=gone.buyer_id,
        currency=gone.currency,
        amounts=Amounts(-goods, 0, -tax.minor, 0, tax_included=is_included),
        paid_minor=-gone.amount_minor,
        paid_at=gone.gone_at,
        due_at=now,
        content=content,
        order_id=gone.order_id,
        credits_id=gone.invoice_id,
        refund_id=gone.refund_id,
        dispute_share_id=gone.dispute_share_id,
    )


def parts_of(invoice: Mapping[str, Any]) -> list[RatePart]:
    """Return an invoice's content by rate of tax, lowest first; one part where no rates were kept.

    A delivery that is taxed is in the parts of its rates, one that is not comes last.
    """

    def money(minor: int) -> Money:
        return Money(minor, invoice["currency"])

    is_included = invoice.get("tax_included", False)
    tax, whole = money(invoice["tax_minor"]), money(invoice["total_minor"])
    if not tax or any("tax_basis_points" not in line for line in invoice["lines"]):
        rates = {line.get("tax_basis_points") for line in invoice["lines"]}
        return [RatePart(rates.pop() if len(rates) == 1 else None, whole - tax, tax)]
    sent = invoice.get("delivery_taxes", ())
    priced = [
        *(
            (line["tax_basis_points"], line["amount_minor"] - line.get("discount_minor", 0), line["tax_minor"])
            for line in invoice["lines"]
        ),
        *((part["tax_basis_points"], part["amount_minor"], part["tax_minor"]) for part in sent),
        *(() if sent else ((None, invoice["delivery_minor"], 0),)),
    ]
    found = rules.by_rate(
        rules.of_price(rate, money(price), money(own), is_included=is_included) for rate, price, own in priced
    )
    # Discounts by line were not kept at first: such an invoice is one whole.
    is_whole = Money.total((part.net + part.tax for part in found), invoice["currency"]) == whole
    return found if is_whole else [RatePart(None, whole - tax, tax)]


def _shows_taxes(invoice: Mapping[str, Any]) -> bool:
    """Return whether the table of an invoice is what was paid: not where the marketplace paid a part of the price."""
    table = invoice.get("taxes", ())
    return bool(table) and sum(row["net_minor"] + row["tax_minor"] for row in table) == invoice["total_minor"]


def _table(parts: Sequence[RatePart]) -> list[dict[str, int]]:
    return tax_table([RatePart(part.basis_points, -part.net, -part.tax) for part in parts])


def _words(gone: GoneBack, parts: Sequence[RatePart], *, is_included: bool, is_sent_taxed: bool) -> dict[str, object]:
    """Return what a credit note says in the language that is read: its cause, its lines and its terms."""
    is_refund = gone.refund_id is not None
    cause = _("Refund %(number)s", number=gone.number) if is_refund else _("Dispute %(number)s", number=gone.number)
    title = _("%(cause)s: %(reason)s", cause=cause, reason=gone.reason)
    corrected, day = gone.invoice_number, date_text(gone.gone_at)
    term = _("It corrects invoice %(number)s. The money went back on %(day)s.", number=corrected, day=day)
    lines = _lines(title, parts, is_included=is_included, is_sent_taxed=is_sent_taxed)
    return {"cause": cause, "lines": lines, "terms": [term]}


def _lines(title: str, parts: Sequence[RatePart], *, is_included: bool, is_sent_taxed: bool) -> list[dict[str, object]]:
    """Return the lines of a credit note: one, or one per rate with what it is of."""
    found: list[dict[str, object]] = []
    for part in parts:
        minor = -(part.net + part.tax).minor if is_included else -part.net.minor
        rate = (
            {} if part.basis_points is None else {"tax_basis_points": part.basis_points, "tax_minor": -part.tax.minor}
        )
        of_goods = part.basis_points is not None
        of = _("%(what)s, goods", what=title) if of_goods else _("%(what)s, delivery", what=title)
        if of_goods and is_sent_taxed:
            of = _("%(what)s, goods and delivery", what=title)
        named = title if len(parts) == 1 else of
        found.append({"title": named, "quantity": 1, "unit_minor": minor, "amount_minor": minor, **rate})
    return found
