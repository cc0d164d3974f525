"""Orders as programs read and write them, with the names of the source documents (S2.2)."""

from typing import Literal

from pydantic import Field

from marketplace.cancellations.rules import CancelReason
from marketplace.language import Text
from marketplace.orders.rules import CARRIERS, OTHER
from marketplace.orders.states import OrderStatus, PurchaseStatus
from marketplace.web.api.shapes import (
    Address,
    Amount,
    AskedAmount,
    Currency,
    Line,
    Moment,
    Next,
    Paged,
    RowId,
    Shape,
    Wish,
    Words,
)


class OrdersAsked(Paged):
    """Which orders."""

    side: Literal["buyer", "seller"] = Field(
        "buyer", alias="as", description=Text("Those you bought, or those you sold.")
    )
    tab: str = Field(
        "all",
        pattern=r"^(all|to-pay|coming|delivered|cancelled|to-ship|waiting|sent)$",
        description=Text("The same tabs as on the page of orders."),
    )
    q: Line = Field("", description=Text("Part of a number, of what was bought, or of a name."))
    sort: Literal["newest", "oldest", "largest", "smallest"] = "newest"


class OrderRow(Shape):
    """One order of a list."""

    id: str = Field(description=Text("Its number, which stands in addresses."))
    order_number: str
    status: OrderStatus
    payment_status: PurchaseStatus
    item_name: str
    line_count: int
    seller: str
    buyer: str | None = Field(description=Text("Only for its seller."))
    currency: Currency
    discount: Amount
    total_amount: Amount
    net_amount: Amount | None = Field(description=Text("What its seller gets; only for them."))
    created_at: Moment
    url: str


class Orders(Shape):
    """One page of orders."""

    orders: list[OrderRow]
    next: Next = None


class OrderLine(Shape):
    """One thing that was bought."""

    id: RowId
    item_name: str
    order_type: str = Field(description=Text("car or part."))
    quantity: int
    unit_price: Amount
    subtotal: Amount
    discount: Amount


class Parcel(Shape):
    """One parcel on its way."""

    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: Moment


class WholeOrder(Shape):
    """All of one order that the asker may see."""

    id: str = Field(description=Text("Its number, which stands in addresses."))
    order_number: str
    purchase_number: str
    order_type: str = Field(description=Text("car or part; mixed where it holds both."))
    item_name: str
    quantity: int
    unit_price: Amount | None = Field(description=Text("null where the lines have several."))
    lines: list[OrderLine]
    status: OrderStatus
    payment_status: PurchaseStatus
    seller: str
    buyer: str | None = Field(description=Text("Only for its seller."))
    currency: Currency
    subtotal: Amount
    tax: Amount
    shipping: Amount
    discount: Amount
    total_amount: Amount
    discount_code: str | None
    platform_fee: Amount | None = Field(description=Text("Only for its seller, as the next two."))
    processing_fee: Amount | None
    net_amount: Amount | None
    shipping_address: dict[str, str] | None = Field(description=Text("null for its seller while it is not paid."))
    billing_address: dict[str, str] | None = Field(description=Text("Only for its buyer."))
    buyer_notes: str
    seller_notes: str | None = Field(description=Text("Only for its seller."))
    tracking_number: str | None
    tracking_url: str | None
    parcels: list[Parcel]
    payments: list[RowId] | None = Field(description=Text("The attempts to pay it, newest first; only for its buyer."))
    refunds: list[str]
    created_at: Moment
    confirmed_at: Moment | None
    shipped_at: Moment | None
    delivered_at: Moment | None
    cancelled_at: Moment | None
    url: str


class NewOrder(Wish):
    """What a basket is agreed to with."""

    currency: Currency = Field(description=Text("Which part of the basket: one purchase is in one currency."))
    address_id: RowId | None = Field(
        None, description=Text("An address of your book; without one and without shipping_address the first of it.")
    )
    shipping_address: Address | None = None
    billing_address: Address | None = Field(None, description=Text("Where the bill goes; else as the parcel."))
    coupon_code: Line | None = Field(None, description=Text("A discount code, entered before the total is made."))
    discount_code: Line | None = Field(None, description=Text("The same by its other name."))
    expected_total: AskedAmount | None = Field(
        None, description=Text("The total you agree to. Where it would be another one, nothing is bought.")
    )
    collect_from: list[RowId] = Field(
        default=[], max_length=50, description=Text("The sellers whose goods you collect, where there is a choice.")
    )
    buyer_notes: Words = Field("", max_length=1_000)


class Bought(Shape):
    """A purchase that waits for its payment, or needs none."""

    checkout_url: str | None = Field(description=Text("Where the buyer pays; null where nothing is to be paid."))
    session_id: str | None
    payment_id: RowId
    purchase_number: str
    orders: list[str]
    currency: Currency
    total_amount: Amount


class Notes(Wish):
    """What may be changed of an order once it is agreed: its seller's own note."""

    seller_notes: Words


class Shipping(Wish):
    """How an order was sent."""

    carrier: Line = Field(OTHER, json_schema_extra={"enum": list(CARRIERS)})
    carrier_name: Line = Field("", description=Text("Only for another carrier than those of the list."))
    tracking_number: Line = ""
    tracking_url: Line = Field("", max_length=500, description=Text("Only for another carrier, as its name."))


class Cancelling(Wish):
    """Why an order is cancelled."""

    reason: CancelReason
    note: Words = Field("", description=Text("The other side reads it. A seller with another reason must say which."))
    expected_refund: AskedAmount | None = Field(
        None, description=Text("What you expect to go back. Where it would be another amount, nothing is cancelled.")
    )
    is_back_on_sale: bool | None = Field(None, description=Text("Only for its seller; without it, as the reason says."))
