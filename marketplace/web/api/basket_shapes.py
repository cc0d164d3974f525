"""The basket as programs fill it and read it."""

from pydantic import Field

from marketplace.carts.parts import Problem
from marketplace.language import Text
from marketplace.web.api.shapes import Amount, Asked, Country, Currency, RowId, Shape, Wish

_LARGEST = 100_000


class BasketAsked(Asked):
    """What the basket is reckoned for."""

    country: Country | None = Field(None, description=Text("Where it goes; without it your latest address's country."))


class NewLine(Wish):
    """Some units of a listing."""

    listing_id: RowId = Field(description=Text("A listing's id, or that of one of its variants."))
    quantity: int = Field(1, ge=1, le=_LARGEST)


class Units(Wish):
    """How many of it."""

    quantity: int = Field(ge=1, le=_LARGEST)


class BasketLine(Shape):
    """Some units of one listing, as it is now."""

    id: RowId
    listing_id: RowId
    item_name: str
    seller: str
    seller_id: RowId
    quantity: int
    available: int
    unit_price: Amount
    subtotal: Amount
    problem: Problem | None = Field(description=Text("Why it can't be bought as it stands; it is not counted then."))


class BasketPart(Shape):
    """What is bought in one go: all of one currency."""

    currency: Currency
    lines: list[BasketLine]
    subtotal: Amount
    shipping: Amount
    tax: Amount = Field(description=Text("What is added to the prices."))
    discount: Amount
    total_amount: Amount = Field(description=Text("What you agree to as expected_total."))
    discount_code: str | None
    country: str = Field(description=Text("Where it is reckoned for; empty while nobody knows."))
    can_be_bought: bool


class Basket(Shape):
    """All that lies in a basket."""

    parts: list[BasketPart]
