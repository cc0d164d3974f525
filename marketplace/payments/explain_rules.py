"""What the figures of an order are made of as they were agreed, for pages that explain them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.catalog.rules import CATEGORIES
from marketplace.language import gettext as _
from marketplace.numerals import percent


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """One part of a figure that is agreed and not booked; signed minor units."""

    label: str
    note: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as it was agreed, and what refunds took of it; minor units."""

    id: int
    number: str
    shop_name: str
    currency: str
    subtotal_minor: int
    delivery_minor: int
    tax_minor: int
    discount_minor: int
    total_minor: int
    platform_fee_minor: int
    processing_fee_minor: int
    net_minor: int
    created_at: datetime
    subsidy_minor: int
    tax_included: bool
    code: str | None
    fees: Sequence[AgreedRow] = ()
    """The platform fee by the schedules that applied."""
    refunded_minor: int = 0
    """What refunds give back to the buyer and take from the seller's net; both of the share that was paid."""
    net_taken_minor: int = 0
    discounts: Sequence[AgreedRow] = ()
    delivery_taxes: Sequence[tuple[int, int]] = ()
    """What of the tax is of the delivery: basis points, and the tax."""


Parts = dict[str, tuple[int, Sequence[AgreedRow]]]
"""Each figure as agreed, with its rows."""


def buyer_parts(order: OrderFacts, lines: Sequence[AgreedRow]) -> Parts:
    """Return the figures of the buyer's page of an order, each with its rows."""
    shop = order.shop_name
    delivery = AgreedRow(_("Delivery by %(shop)s", shop=shop), _("One delivery per seller"), order.delivery_minor)
    taxes = _taxes(order)
    added = (delivery,) if order.tax_included else (delivery, *taxes)
    extras = [*(part for part in added if part.amount_minor), *order.discounts]
    return {
        "goods": (order.subtotal_minor, lines),
        "delivery": (order.delivery_minor, [delivery]),
        "tax": (order.tax_minor, taxes),
        "discount": (-order.discount_minor, order.discounts),
        "total": (order.total_minor, [*lines, *extras]),
        "refunded": (-order.refunded_minor, []),
    }


def _taxes(order: OrderFacts) -> list[AgreedRow]:
    """Return the tax of the goods, and that of each part of the delivery."""
    of_goods = order.tax_minor - sum(tax for _rate, tax in order.delivery_taxes)
    goods = AgreedRow(_("Tax"), _("On the goods of %(shop)s", shop=order.shop_name), of_goods)
    delivery = [AgreedRow(_("Tax on the delivery"), percent(rate), tax) for rate, tax in order.delivery_taxes]
    return [goods, *delivery]


def seller_parts(order: OrderFacts, lines: Sequence[AgreedRow]) -> Parts:
    """Return the figures of the seller's page of an order, each with its rows."""
    agreed = buyer_parts(order, lines)
    gross = AgreedRow(_("Paid by the buyer"), _("When the payment arrives"), order.total_minor)
    subsidy = [AgreedRow(_("Discount paid by the marketplace"), "", order.subsidy_minor)] if order.subsidy_minor else []
    card = AgreedRow(_("Card fee"), _("Once per payment, shared by its sellers"), -order.processing_fee_minor)
    return agreed | {
        "gross": agreed["total"],
        "subsidy": (order.subsidy_minor, subsidy),
        "platform-fee": (-order.platform_fee_minor, order.fees),
        "card-fee": (-order.processing_fee_minor, [card]),
        "net": (order.net_minor, [gross, *subsidy, *order.fees, card]),
        "taken": (-order.net_taken_minor, []),
        "held": (order.net_minor - order.net_taken_minor, []),
    }


def fee_row(basis_points: int, category: str | None, fee_minor: int) -> AgreedRow:
    """Return what one schedule takes of an order as a row."""
    rate, name = percent(basis_points), CATEGORIES.get(category or "", category)
    note = _("%(rate)s, on %(category)s", rate=rate, category=name.lower()) if name else rate
    return AgreedRow(_("Platform fee"), note, -fee_minor)
