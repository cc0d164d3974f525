"""What an admin's purchase page shows: ready texts and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.orders.purchase_queries import LineOfPurchase, OrderOfPurchase, PurchaseDetail
from marketplace.payments.admin_queries import SellerShare
from marketplace.payments.queries import Attempt, Share
from marketplace.payments.timeline_queries import Change
from marketplace.refunds.queries import RefundRow
from marketplace.risk.queries import RiskRow
from marketplace.web import order_parts, refund_parts, wording
from marketplace.web.admin import refund_page, risk_words
from marketplace.web.admin.risk_words import RiskLink
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.refund_parts import RefundLink
from marketplace.web.wording import Badge, TimelineEntry

_LABELS = {
    "purchase": Text("Purchase"),
    "order": Text("Order"),
    "payment": Text("Payment"),
    "payment_transaction": Text("Share"),
    "refund": Text("Refund"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about a purchase."""

    purchase: PurchaseDetail
    orders: Sequence[OrderOfPurchase]
    lines: Sequence[LineOfPurchase]
    shares: Mapping[int, Share]
    payments: Sequence[Attempt]
    refunds: Sequence[RefundRow]
    changes: Sequence[Change]
    risks: Mapping[int, RiskRow]
    """By payment, where it was assessed."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """One seller's part."""

    number: str
    shop: str
    shop_url: str
    lines: tuple[str, ...]
    note: str
    goods: Badge
    money: Badge
    total: str
    subsidy: str
    subsidy_url: str
    explain_url: str
    refund_url: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One attempt to pay it."""

    title: str
    note: str
    url: str
    badge: Badge
    amount: str
    explain_url: str
    risk: RiskLink | None


@dataclass(frozen=True, slots=True)
class PurchasePage:
    """What templates/admin/purchase.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    buyer: str
    buyer_url: str
    facts: tuple[Fact, ...]
    total: str
    total_url: str
    orders: tuple[OrderView, ...]
    payments: tuple[PaymentView, ...]
    refunds: tuple[RefundLink, ...]
    delivery: tuple[str, ...]
    billing: tuple[str, ...]
    entries: tuple[TimelineEntry, ...]


def build(facts: Facts) -> PurchasePage:
    """Return the page of a purchase."""
    found, payments = facts.purchase, tuple(_payment(each, facts.risks.get(each.id)) for each in facts.payments)
    total_url = payments[0].explain_url if payments else ""
    return PurchasePage(
        title=_("Purchase %(number)s", number=found.number),
        console=admin_console("purchases"),
        crumbs=(Crumb(_("Purchases"), url_for("admin.purchases")),),
        badge=wording.badge(found.status),
        note=pgettext("a purchase", "Placed %(when)s", when=time_text(found.created_at)),
        buyer=f"{found.buyer_name}, {found.buyer_email}",
        buyer_url=url_for("admin.user", user_id=found.buyer_id),
        facts=(
            Fact(_("Currency"), found.currency),
            *((Fact(_("Discount code"), found.discount_code),) if found.discount_code else ()),
            *_package(facts.payments),
            Fact(_("Sellers"), str(len(facts.orders))),
            Fact(_("Attempts to pay"), str(len(payments))),
            Fact(_("To be paid by"), date_text(found.open_until)),
        ),
        total=money_text(found.total_minor, found.currency),
        total_url=total_url,
        orders=tuple(_order(order, facts, total_url) for order in facts.orders),
        payments=payments,
        refunds=refund_parts.box(facts.refunds, "admin"),
        delivery=order_parts.address_lines(found.delivery_address) if found.delivery_address else (),
        billing=order_parts.address_lines(found.billing_address) if found.billing_address else (),
        entries=wording.audit(facts.changes, _LABELS),
    )


def explain_url(payment_id: int | None) -> str:
    """Return the page behind the amount of an attempt to pay; "" without any."""
    return url_for("admin.explain_payment", payment_id=payment_id, figure="amount") if payment_id else ""


def gross_url(share: Share, order_number: str) -> str:
    """Return the page behind what was paid for one order."""
    return url_for("admin.explain_payment", payment_id=share.payment_id, figure="gross", order=order_number)


def _subsidy_url(share: Share, order_number: str) -> str:
    return url_for("admin.explain_payment", payment_id=share.payment_id, figure="subsidy", order=order_number)


def _order(order: OrderOfPurchase, facts: Facts, total_url: str) -> OrderView:
    share, currency = facts.shares.get(order.id), facts.purchase.currency
    explain, subsidy_url, refund_url = total_url, "", ""
    if share is not None:
        explain, subsidy_url = gross_url(share, order.number), _subsidy_url(share, order.number)
        refund_url = refund_page.start_url(
            SellerShare(share, order.number, order.status, order.is_collected, order.shop_name)
        )
    return OrderView(
        number=order.number,
        shop=order.shop_name,
        shop_url=url_for("admin.user", user_id=order.seller_id),
        lines=tuple(
            _(
                "%(quantity)s of %(title)s, %(amount)s",
                quantity=line.quantity,
                title=line.title,
                amount=money_text(line.subtotal_minor, currency),
            )
            + order_parts.less(line.discount_minor, currency)
            for line in facts.lines
            if line.order_id == order.id
        ),
        note=order.buyer_note,
        goods=wording.fulfilment_badge(order.status, is_collected=order.is_collected),
        money=wording.seller_money_badge(order.status, facts.purchase.status, share),
        total=money_text(order.total_minor, currency),
        subsidy=money_text(order.subsidy_minor, currency) if order.subsidy_minor else "",
        subsidy_url=subsidy_url,
        explain_url=explain,
        refund_url=refund_url,
    )


def _package(payments: Sequence[Attempt]) -> Sequence[Fact]:
    """Return the package of credits that a purchase is of; none for a purchase of goods."""
    names = {payment.package_name for payment in payments if payment.package_name}
    return [Fact(_("Package"), name) for name in names]


def _payment(payment: Attempt, risk: RiskRow | None) -> PaymentView:
    return PaymentView(
        title=_("Payment %(number)s", number=payment.id),
        note=time_text(payment.created_at),
        url=url_for("admin.payment", payment_id=payment.id),
        badge=wording.payment_badge(payment.status),
        amount=money_text(payment.amount_minor, payment.currency),
        explain_url=explain_url(payment.id),
        risk=risk_words.link(risk) if risk else None,
    )
