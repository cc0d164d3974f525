"""The first draft of the evidence, from what the shop knows: goods, parcel, refunds, policies. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.disputes.evidence_rules import EvidenceText

_T = EvidenceText
_ADDRESS = ("full_name", "line1", "line2", "postcode", "city", "region", "country")


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a disputed order; `price` is a ready text."""

    title: str
    quantity: int
    price: str


@dataclass(frozen=True, slots=True)
class DraftParcel:
    """One parcel of a disputed order; carrier and number are "" where nothing was said."""

    carrier: str
    tracking_number: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """One disputed order as the shop knows it."""

    number: str
    shop_name: str
    total: str
    lines: tuple[DraftLine, ...]
    ordered_at: datetime
    parcels: tuple[DraftParcel, ...]
    """In the order in which they went; none before."""
    delivered_at: datetime | None
    delivered_word: str
    """On whose word it has arrived, in words; "" before."""
    returns_policy: str
    refunds: tuple[str, ...]
    """Each refund of the order in a sentence."""
    messages: tuple[str, ...]
    """What buyer and seller wrote each other, each in a sentence."""
    statement: str
    """What its seller says about the dispute."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that a draft is made of."""

    buyer_name: str
    buyer_email: str
    billing_address: Mapping[str, str]
    delivery_address: Mapping[str, str]
    paid_at: datetime | None
    orders: tuple[DraftOrder, ...]


def draft(case: Case) -> dict[EvidenceText, str]:
    """Return a text for every field that the shop knows something about; "" for the others."""
    sent = [parcel for order in case.orders for parcel in order.parcels]
    return {
        _T.UNCATEGORIZED_TEXT: _story(case),
        _T.PRODUCT_DESCRIPTION: "\n".join(map(_goods, case.orders)),
        _T.CUSTOMER_NAME: case.buyer_name,
        _T.CUSTOMER_EMAIL_ADDRESS: case.buyer_email,
        _T.BILLING_ADDRESS: _address(case.billing_address),
        _T.SHIPPING_ADDRESS: _address(case.delivery_address),
        _T.SHIPPING_CARRIER: _joined([parcel.carrier for parcel in sent]),
        _T.SHIPPING_DATE: _joined([_day(parcel.sent_at) for parcel in sent]),
        _T.SHIPPING_TRACKING_NUMBER: _joined([parcel.tracking_number for parcel in sent]),
        _T.REFUND_POLICY_DISCLOSURE: "\n".join(
            f"{order.shop_name} said before the buyer paid: {order.returns_policy}"
            for order in case.orders
            if order.returns_policy
        ),
        _T.REFUND_REFUSAL_EXPLANATION: "\n".join(map(_refunds, case.orders)),
        _T.DUPLICATE_CHARGE_EXPLANATION: "",
    }


def _story(case: Case) -> str:
    lines = []
    for order in case.orders:
        lines.append(f"Order {order.number} at {order.shop_name}, {order.total}:")
        lines.append(f"- {_day(order.ordered_at)}: the buyer ordered and agreed to the price and the terms.")
        if case.paid_at:
            lines.append(f"- {_day(case.paid_at)}: the payment succeeded.")
        lines += [f"- {_parcel(parcel, place, len(order.parcels))}" for place, parcel in enumerate(order.parcels, 1)]
        if order.delivered_at:
            lines.append(f"- {_day(order.delivered_at)}: delivered. {order.delivered_word}")
        lines += [f"- {refund}" for refund in order.refunds]
        lines += [f"- {message}" for message in order.messages]
        if order.statement:
            lines.append(f"The seller says: {order.statement}")
    return "\n".join(lines)


def _parcel(parcel: DraftParcel, place: int, count: int) -> str:
    what = f"parcel {place} of {count} sent" if count > 1 else "sent"
    by = f" with {parcel.carrier}" if parcel.carrier else ""
    number = f", tracking number {parcel.tracking_number}" if parcel.tracking_number else ""
    return f"{_day(parcel.sent_at)}: {what}{by}{number}."


def _goods(order: DraftOrder) -> str:
    goods = "; ".join(f"{line.quantity} x {line.title}, {line.price} each" for line in order.lines)
    return f"Order {order.number}, sold by {order.shop_name}: {goods}. Total {order.total}."


def _refunds(order: DraftOrder) -> str:
    return f"Order {order.number}: " + (" ".join(order.refunds) or "nobody has asked for a refund.")


def _address(address: Mapping[str, str]) -> str:
    return ", ".join(address[part] for part in _ADDRESS if address.get(part))


def _joined(texts: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
