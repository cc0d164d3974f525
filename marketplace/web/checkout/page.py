"""What the pages of the checkout show: ready strings and addresses, made from the checkout's values."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from flask import url_for

from marketplace.accounts.queries import AddressRow
from marketplace.checkout.queries import ReturnState, Review, SellerGroup
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.web import countries, delivery_words, discount_words, order_parts, tax_words
from marketplace.web.cart.page import Row
from marketplace.web.checkout import return_words, ways
from marketplace.web.checkout.bought import Bought, back_label, back_url
from marketplace.web.checkout.forms import WayForm, way_form
from marketplace.web.checkout.return_words import CONFIRMING, PAID
from marketplace.web.checkout.ways import Other, Paying
from marketplace.web.pages import date_text, money
from marketplace.web.picture_parts import picture_url


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the review."""

    picture_url: str
    title: str
    quantity: int
    unit_price: str
    amount: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class SellerView:
    """One seller's part of the review: it becomes one order."""

    name: str
    url: str
    lines: tuple[LineView, ...]
    rows: tuple[Row, ...]
    ways: WayForm | None
    """Where the buyer has the choice of collecting it."""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What templates/checkout/review.html shows beside its form."""

    title: str
    action: str
    sellers: tuple[SellerView, ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...]
    can_buy: bool
    back_url: str
    back_label: str
    address_url: str
    """Where the total for another address is asked; "" where it would be the same."""
    has_saved: bool
    """Whether the buyer can choose among saved addresses."""
    button: str
    paying: Paying
    protection: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order that was just paid."""

    number: str
    shop: str
    total: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of what happens next."""

    label: str
    state: str
    note: str = ""


_SENT = (
    Step(Text("Sent"), "next", Text("We tell you when")),
    Step(Text("Arrived"), "next", Text("You confirm it on the order's page")),
)
_COLLECTED = (
    Step(Text("Handed over"), "next", Text("Agree on a time with the seller.")),
    Step(Text("Collected"), "next", Text("You confirm it on the order's page")),
)


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """What templates/checkout/return.html shows: one of the honest states."""

    title: str
    text: str
    tone: str
    icon: str
    eyebrow: str
    is_confirming: bool
    is_paid: bool
    state_url: str
    verify_url: str
    poll: str
    retry_url: str
    others: tuple[Other, ...]
    """By which other ways it can be tried again."""
    back_url: str
    back_label: str
    orders: tuple[OrderView, ...]
    steps: tuple[Step, ...]


def review_page(
    of: Bought, found: Review, saved: Sequence[AddressRow], today: date, held_minor: int, cards: ways.Cards
) -> ReviewPage:
    """Return the page for what is about to be bought.

    `saved` are the buyer's addresses, `held_minor` is what the buyer's wallet holds in the currency, `cards` what the
    payment page will know of the buyer.
    """
    return ReviewPage(
        title=_("Checkout"),
        action=of.pay_url,
        sellers=tuple(_seller(group, found.country, today) for group in found.groups),
        rows=_totals(found),
        notices=(*found.notices, *_code_notes(found)),
        can_buy=found.can_buy,
        back_url=of.back_url,
        back_label=of.back_label,
        address_url=of.address_url if found.depends_on_country else "",
        has_saved=bool(saved),
        button=_("Pay %(total)s", total=money(found.total)) if found.total else _("Place order"),
        paying=ways.paying(found, held_minor, cards),
        protection=_(
            "We hold your money until your order has arrived. If it does not come, or is not as described, "
            "you get it back."
        ),
    )


def address_choices(saved: Sequence[AddressRow]) -> list[tuple[str, str]]:
    """Return the options of the address field: id and the address in one line."""
    return [(str(row.address_id), ", ".join(order_parts.address_lines({**asdict(row), "line2": ""}))) for row in saved]


def billing_choice(saved: Sequence[AddressRow]) -> str:
    """Return the option of the address to which bills go; "" where none is the default."""
    return next((str(row.address_id) for row in saved if row.is_billing_default), "")


def return_page(payment_id: int, found: ReturnState, look: int) -> ReturnPage:
    """Return the page for how a payment stands; `look` is how often the page has looked."""
    title, text, tone, icon = return_words.words(found)
    is_paid = found.state == PAID
    return ReturnPage(
        title=title,
        text=text,
        tone=tone,
        icon=icon,
        eyebrow=_("Purchase %(number)s", number=found.purchase_number),
        is_confirming=found.state == CONFIRMING,
        is_paid=is_paid,
        state_url=url_for("checkout.state", payment_id=payment_id),
        verify_url=url_for("checkout.verify", payment_id=payment_id),
        poll="every 3s" if look < 10 else "every 20s",
        retry_url=retry_url(found),
        others=ways.others(found),
        back_url=back_url(found.auction_id),
        back_label=back_label(found.auction_id),
        orders=tuple(
            OrderView(number, shop_name, money(total), url_for("buyer.order", number=number))
            for number, shop_name, total in found.orders
        ),
        steps=_steps(found) if is_paid else (),
    )


def _seller(group: SellerGroup, country: str, today: date) -> SellerView:
    lines = tuple(
        LineView(
            picture_url=picture_url(line.picture),
            title=line.title,
            quantity=line.quantity,
            unit_price=money(line.unit_price),
            amount=money(line.subtotal),
            url=url_for("shop.listing", slug=line.slug),
            note=_off(line.discount),
        )
        for line in group.lines
    )
    rows = [Row(_("Discount"), money(-group.discount))] if group.discount else []
    said = delivery_words.agreed_note(group.agreed, country, today)
    is_pickup = bool(group.agreed and group.agreed.is_pickup)
    if group.pickup_place:
        said = _("%(when)s, %(place)s", when=said, place=group.pickup_place)
    label = delivery_words.label(is_pickup=is_pickup)
    rows.append(Row(label, money(group.delivery) if group.delivery else _("Free"), said))
    total = Row(_("Order total"), money(group.total), is_total=True)
    of = {"is_included": group.is_tax_included, "is_delivery_taxed": group.is_delivery_taxed}
    said = tax_words.rates_note(group.tax_rates, **of)
    tax = [Row(tax_words.label(is_included=group.is_tax_included), money(group.tax), said)] if group.tax else []
    rows += [total, *tax] if group.is_tax_included else [*tax, total]
    url = url_for("shop.shop", slug=group.shop_slug)
    return SellerView(group.shop_name, url, lines, tuple(rows) if lines else (), _ways(group, country))


def _ways(group: SellerGroup, country: str) -> WayForm | None:
    if group.ways is None:
        return None
    sent, where = group.ways.sent, countries.name(country)
    if sent is None:
        said = _("Have it sent to %(country)s: it is too heavy for that", country=where)
    elif sent:
        said = _("Have it sent to %(country)s for %(price)s", country=where, price=money(sent))
    else:
        said = _("Have it sent to %(country)s, free", country=where)
    collected = _("Collect it in %(place)s, free", place=group.ways.place)
    return way_form(group.seller_id, said, collected, is_collected=group.ways.is_collected)


def _off(discount: Money) -> str:
    return _("Less %(amount)s by your code", amount=money(discount)) if discount else ""


def _totals(found: Review) -> tuple[Row, ...]:
    rows = [Row(group.shop_name, money(group.total), _off(group.discount)) for group in found.groups]
    return (*rows, Row(_("Total"), money(found.total), is_total=True))


def _code_notes(found: Review) -> tuple[str, ...]:
    """Return why the entered code does not count, where it does not."""
    refused = found.priced is not None and found.priced.refused is not None
    return (discount_words.in_basket(found.priced),) if refused and found.priced else ()


def retry_url(found: ReturnState) -> str:
    """Return where the buyer of an unpaid purchase tries again; "" where that is over."""
    return url_for("checkout.retry", purchase_id=found.purchase_id) if found.can_try_again else ""


def _steps(found: ReturnState) -> tuple[Step, ...]:
    steps = (
        Step(_("Paid") if found.total else _("Ordered"), "done", _("Each seller has been told")),
        *(_COLLECTED if found.is_collected else _SENT),
    )
    if not found.release_date or not found.total:
        return steps
    when = _("Not before %(day)s", day=date_text(found.release_date))
    return (*steps, Step(_("Sellers get the money"), "next", when))
