"""The money box of the admin's payment page."""

from collections.abc import Sequence

from flask import url_for

from marketplace.language import gettext as _
from marketplace.payments.admin_queries import PaymentRecord, ProviderLine, SellerShare
from marketplace.payments.queries import Receipt
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import money_text


def rows(
    record: PaymentRecord,
    seller_shares: Sequence[SellerShare],
    receipts: Sequence[Receipt],
    provider_lines: Sequence[ProviderLine],
) -> tuple[MoneyRow, ...]:
    """Return the payment's figures; each opens to the rows that make it."""
    shares = [each.share for each in seller_shares]
    subsidy = sum(share.subsidy_minor for share in shares)
    figures = [
        (_("Amount"), record.amount_minor, "amount"),
        *([(_("Discounts paid by us"), subsidy, "subsidy")] if subsidy else []),
        (_("Platform fees"), sum(share.platform_fee_minor for share in shares), "platform-fee"),
        (_("Card fees charged to sellers"), sum(share.processing_fee_minor for share in shares), "card-fee"),
        (_("Net for the sellers"), sum(share.net_minor for share in shares), "net"),
        (_("Held now"), sum(share.held_minor for share in shares), "held"),
    ]
    refunded = sum(share.refunded_minor for share in shares)
    figures += [(_("Refunded to the buyer"), refunded, "refunded")] if refunded else []
    figures += [(_("Received, could not be used"), receipt.amount_minor, "unapplied") for receipt in receipts]
    found = [_figure(record.id, label, minor, record.currency, figure) for label, minor, figure in figures]
    if provider_lines:
        currency = provider_lines[0].currency
        lines = [line for line in provider_lines if line.currency == currency]
        # Adjustments are disputes, whose fees are another account: they stand in their own box.
        fee = sum(line.fee_minor for line in lines if line.kind != "adjustment")
        net = sum(line.net_minor for line in lines)
        found.append(_figure(record.id, _("Fee taken by the provider"), fee, currency, "provider-fee"))
        found.append(_figure(record.id, _("In the provider's balance"), net, currency, "provider-net"))
    return tuple(found)


def _figure(payment_id: int, label: str, minor: int, currency: str, figure: str) -> MoneyRow:
    url = url_for("admin.explain_payment", payment_id=payment_id, figure=figure)
    return MoneyRow(label, money_text(minor, currency), url, is_total=figure == "net")
