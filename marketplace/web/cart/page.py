"""What the basket page shows: ready strings and addresses, made from the carts' values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from marketplace.carts.parts import CurrencyPart, Line, Problem, ShopPart
from marketplace.carts.rules import MAX_QUANTITY
from marketplace.discounts.pricing import Priced
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web import countries, delivery_words, discount_words, tax_words
from marketplace.web.pages import money
from marketplace.web.picture_parts import picture_url


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a money box."""

    label: str
    amount: str
    note: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about a line."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One line with its own small forms."""

    line_id: int
    url: str
    picture_url: str
    title: str
    unit_price: str
    amount: str
    discount: str
    """What the code takes off it, in words; "" for nothing."""
    is_counted: bool
    quantity: int
    most: int
    notices: tuple[Notice, ...]
    fewer: int
    """How many are left when fewer than wanted; 0 when that is not the question."""
    quantity_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """One seller's lines."""

    name: str
    url: str
    lines: tuple[LineView, ...]
    delivery: str
    expected: str
    """When it is expected; "" where no profile says so."""


@dataclass(frozen=True, slots=True)
class PartView:
    """What is paid in one go."""

    currency: str
    heading: str
    shops: tuple[ShopView, ...]
    rows: tuple[Row, ...]
    can_be_bought: bool
    button: str
    proceed_url: str
    seen: str
    code_note: str
    """What the entered code does here, or why it does nothing; "" without one."""
    code_counts: bool
    asks_country: bool
    """Whether it would cost something else in another country."""
    country: str
    """The country it is reckoned for; "" while nobody knows."""


@dataclass(frozen=True, slots=True)
class RemovedView:
    """What was just taken out, and the fields that put it back."""

    text: str
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class BasketPage:
    """What templates/cart/basket.html shows."""

    title: str
    note: str
    parts: tuple[PartView, ...]
    removed: RemovedView | None
    code: str
    """The entered discount code; "" for none."""


def basket_page(priced: Sequence[Priced], removed: Sequence[object] | None, today: date) -> BasketPage:
    """Return the page for a cart; `removed` is the listing, title and number just taken out."""
    notes = {0: "", 1: ""}
    return BasketPage(
        title=_("Basket"),
        note=notes.get(len(priced), _("Each currency is paid on its own.")),
        parts=tuple(_part(one, today, is_alone=len(priced) == 1) for one in priced),
        removed=_removed(removed),
        code=(priced[0].part.code or "") if priced else "",
    )


def money_rows(part: CurrencyPart) -> tuple[Row, ...]:
    """Return the money box of a part: goods, discount, delivery, tax where there is any, total."""
    rows = [Row(_("Items"), money(part.subtotal))]
    if part.discount:
        rows.append(Row(_("Discount"), money(-part.discount)))
    rows.append(Row(_("Delivery"), money(part.delivery) if part.delivery else _("Free")))
    if part.tax:
        rows.append(Row(tax_words.ADDED, money(part.tax)))
    inside = [Row(tax_words.INCLUDED, money(part.tax_inside))] if part.tax_inside else []
    return (*rows, Row(_("Total"), money(part.total), is_total=True), *inside)


def _part(priced: Priced, today: date, *, is_alone: bool) -> PartView:
    part = priced.part
    lines = [line for shop in part.shops for line in shop.lines]
    return PartView(
        currency=part.currency,
        heading="" if is_alone else _("To pay in %(currency)s", currency=part.currency),
        shops=tuple(_shop(shop, part.country, today) for shop in part.shops),
        rows=money_rows(part),
        can_be_bought=part.can_be_bought,
        button=_("Go to checkout") if is_alone else _("Check out %(total)s", total=money(part.total)),
        proceed_url=url_for("cart.proceed", currency=part.currency),
        seen=",".join(f"{line.line_id}:{line.unit_price.minor}" for line in lines),
        code_note=discount_words.in_basket(priced),
        code_counts=priced.granted is not None,
        asks_country=part.depends_on_country,
        country=part.country,
    )


def _shop(shop: ShopPart, country: str, today: date) -> ShopView:
    problems, discounts = shop.problems, shop.discounts
    lines = tuple(_line(line, problems.get(line.line_id), discounts.get(line.line_id), country) for line in shop.lines)
    delivery = _("Delivery %(price)s", price=money(shop.delivery)) if shop.delivery else _("Free delivery")
    return ShopView(
        name=shop.shop_name,
        url=url_for("shop.shop", slug=shop.shop_slug),
        lines=lines,
        delivery=delivery if shop.counted else "",
        expected=". ".join(filter(None, (delivery_words.agreed_note(shop.agreed, country, today), _may_collect(shop)))),
    )


def _may_collect(shop: ShopPart) -> str:
    if shop.ways is None:
        return ""
    return _("Or collect it in %(place)s, free: choose at the checkout.", place=shop.ways.place)


def _line(line: Line, problem: Problem | None, discount: Money | None, country: str) -> LineView:
    return LineView(
        line_id=line.line_id,
        url=url_for("shop.listing", slug=line.slug),
        picture_url=picture_url(line.picture),
        title=line.title,
        unit_price=money(line.unit_price),
        amount=money(line.subtotal),
        discount=_("Less %(amount)s", amount=money(discount)) if discount else "",
        is_counted=problem is None,
        quantity=line.quantity,
        most=max(1, min(line.available, MAX_QUANTITY)),
        notices=_notices(line, problem, country),
        fewer=line.available if problem is Problem.TOO_FEW else 0,
        quantity_url=url_for("cart.change_quantity", line_id=line.line_id),
        remove_url=url_for("cart.remove", line_id=line.line_id),
    )


def _notices(line: Line, problem: Problem | None, country: str) -> tuple[Notice, ...]:
    there = countries.name(country) if country else _("there")
    words = {
        Problem.OWN: _("This is your own listing, so it is not counted."),
        Problem.SHOP_PAUSED: _("This shop takes no orders at the moment, so it is not counted."),
        Problem.TO_CHOOSE: _(
            "It comes in several variants now: choose one of them on its page. This one is not counted."
        ),
        Problem.PAUSED: _("The seller has taken this off the shelf for now, so it is not counted."),
        Problem.SOLD_OUT: _("Sold out, so it is not counted."),
        Problem.NOT_SENT_THERE: _(
            "The seller does not deliver this to %(country)s, so it is not counted.", country=there
        ),
        Problem.TOO_HEAVY: _(
            "Together this is too heavy for delivery to %(country)s, so it is not counted.", country=there
        ),
        Problem.TOO_FEW: _(
            "Only %(left)s left, and you want %(wanted)s. Not counted until you change it.",
            left=line.available,
            wanted=line.quantity,
        ),
    }
    found = [Notice("warn", words[problem])] if problem else []
    if line.is_price_changed and problem is None:
        before, price = money(line.seen_price), money(line.unit_price)
        change = _("The price changed from %(before)s to %(now)s.", before=before, now=price)
        found.append(Notice("wait", change))
    if line.was_called:
        renamed = _(
            "You chose “%(before)s”. The seller calls it “%(now)s” now.", before=line.was_called, now=line.is_called
        )
        found.append(Notice("wait", renamed))
    return tuple(found)


def _removed(removed: Sequence[object] | None) -> RemovedView | None:
    if not removed:
        return None
    listing_id, title, quantity = removed
    text = _("%(title)s is no longer in your basket.", title=title)
    return RemovedView(text, {"listing_id": listing_id, "quantity": quantity})
