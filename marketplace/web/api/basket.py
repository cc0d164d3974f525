"""The basket for programs: looked at, filled and emptied, so that `POST /orders/` has something to buy (S2.6)."""

from marketplace import clock, db
from marketplace.carts import operations, queries
from marketplace.carts.parts import CurrencyPart, Line, ShopPart
from marketplace.checkout import queries as checkout
from marketplace.discounts import pricing
from marketplace.language import Text
from marketplace.web import guards
from marketplace.web.api.answers import amount, row_id
from marketplace.web.api.basket_shapes import Basket, BasketAsked, BasketLine, BasketPart, NewLine, Units

_NO_LINE = Text("This is not in your basket any more.")


def basket(query: BasketAsked) -> Basket:
    """Return what lies in the viewer's basket, with what it costs now."""
    return _basket(query.country or "")


def add(body: NewLine) -> Basket:
    """Put units of a listing in the basket, as far as stock goes, and return the basket."""
    db.atomic(
        operations.add,
        (),
        user_id=guards.viewer().user_id,
        token_hash=None,
        listing_id=body.listing_id,
        quantity=body.quantity,
        now=clock.now(),
    )
    return _basket()


def change(line_id: str, body: Units) -> Basket:
    """Make a line hold so many units, or as many as there are, and return the basket."""
    user_id = guards.viewer().user_id
    db.atomic(
        operations.change_quantity,
        (),
        user_id=user_id,
        token_hash=None,
        line_id=row_id(line_id, _NO_LINE),
        quantity=body.quantity,
    )
    return _basket()


def remove(line_id: str) -> Basket:
    """Take a line out and return what is left."""
    db.atomic(
        operations.remove, (), user_id=guards.viewer().user_id, token_hash=None, line_id=row_id(line_id, _NO_LINE)
    )
    return _basket()


def _basket(country: str = "") -> Basket:
    user_id, now = guards.viewer().user_id, clock.now()
    parts = queries.contents(user_id, None, checkout.set_aside(user_id), country, now=now)
    return Basket(parts=[_part(priced.part) for priced in pricing.priced(parts, user_id, now)])


def _part(part: CurrencyPart) -> BasketPart:
    return BasketPart(
        currency=part.currency,
        lines=[_line(shop, line) for shop in part.shops for line in shop.lines],
        subtotal=amount(part.subtotal.minor, part.currency),
        shipping=amount(part.delivery.minor, part.currency),
        tax=amount(part.tax.minor, part.currency),
        discount=amount(part.discount.minor, part.currency),
        total_amount=amount(part.total.minor, part.currency),
        discount_code=part.code,
        country=part.country,
        can_be_bought=part.can_be_bought,
    )


def _line(shop: ShopPart, line: Line) -> BasketLine:
    return BasketLine(
        id=line.line_id,
        listing_id=line.listing_id,
        item_name=line.title,
        seller=line.shop_name,
        seller_id=line.seller_id,
        quantity=line.quantity,
        available=line.available,
        unit_price=amount(line.unit_price.minor, line.unit_price.currency),
        subtotal=amount(line.subtotal.minor, line.subtotal.currency),
        problem=shop.problems.get(line.line_id),
    )
