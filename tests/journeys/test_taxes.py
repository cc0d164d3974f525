"""Tax by country and category, in the prices or on top: the same figures from the basket to the credit notes."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.checkout.operations import CartChanged
from marketplace.refunds.wishes import Wish
from tests import builders_taxes as taxes
from tests.builders import ADDRESS, Bought, World, form_token
from tests.builders_invoices import the_invoice
from tests.operations.test_invoices import refund
from tests.pages.test_invoice_pages import money_box, text_of
from tests.pages.test_seller_listings import money, page
from tests.snapshots import walked_once_from_nothing

_AGREED = (
    "SELECT subtotal_minor, discount_minor, delivery_minor, tax_minor, tax_included, total_minor, number"
    ' FROM "order" ORDER BY id'
)
_LINES = "SELECT tax_basis_points, tax_minor FROM order_line ORDER BY id"


@walked_once_from_nothing
def two_rates(world: World, *, is_included: bool) -> tuple[Bought, int]:
    """Let somebody buy goods of two rates and some without tax, with a code and delivery, and pay."""
    buyer_id, seller_id = taxes.three_rates(world, reduced_minor=9_999, exempt_minor=101, is_included=is_included)
    taxes.keep(world, seller_id, "CA", 500)
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    return bought, seller_id


@pytest.mark.parametrize(
    ("is_included", "lines", "total"),
    [
        # 10 % of 200.99 is 20.10: 10.00, 10.00 and 0.10. What is taxed is 89.99 at 19 % and 89.99 at 7 %.
        (True, [(1_900, 1_437), (700, 589), (0, 0)], 18_888),
        (False, [(1_900, 1_710), (700, 630), (0, 0)], 18_888 + 2_340),
    ],
)
@pytest.mark.covers("S2.39")
def test_two_rates_are_agreed_invoiced_and_booked_alike(
    world: World, is_included: bool, lines: list[tuple[int, int]], total: int
) -> None:
    bought, seller_id = two_rates(world, is_included=is_included)
    tax = sum(minor for _, minor in lines)
    [(*agreed, number)] = world.rows(_AGREED)
    assert agreed == [20_099, 2_010, 799, tax, is_included, total]
    assert world.rows(_LINES) == lines
    invoice = the_invoice(world)
    assert (invoice.total, invoice.status) == (total, "paid")
    assert world.rows("SELECT tax_minor, tax_included FROM invoice") == [(tax, is_included)]
    [paid] = [event["data"]["object"] for event in world.sandbox.events("checkout.session.completed")]
    assert paid["amount_total"] == total
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    label, said = ("Included tax", f"${tax / 100}") if is_included else ("Tax", f"${tax / 100:.2f}")
    for client, path in (
        (buyer, f"/orders/{number}"),
        (buyer, f"/invoices/{invoice.number}"),
        (seller, f"/seller/invoices/{invoice.number}"),
    ):
        box = money_box(client, path)
        assert (box[label], box["Total"]) == (said, f"${total / 100:.2f}"), path
        where = "in the price of the goods" if is_included else "on the goods"
        assert f"7 %, 19 % {where}" in text_of(client, path), path
    [row] = csv.DictReader(io.StringIO(buyer.get("/invoices?format=csv").text.lstrip("\ufeff")))
    assert (row["Tax rates"], row["Prices include tax"]) == ("7 %, 19 %", "yes" if is_included else "no")
    assert (Decimal(row["Tax"]), Decimal(row["Total"])) == (Decimal(tax) / 100, Decimal(total) / 100)
    for figure in ("tax", "total"):
        assert buyer.get(f"/orders/{number}/explain/{figure}").status_code == 200
    assert buyer.get(f"/invoices/{invoice.number}/pdf").data.startswith(b"%PDF-")


@pytest.mark.parametrize("is_included", [True, False])
def test_credit_notes_say_their_rates_and_end_at_the_invoice(world: World, is_included: bool) -> None:
    bought, _ = two_rates(world, is_included=is_included)
    whole, tax = (int(str(each)) for each in world.rows("SELECT total_minor, tax_minor FROM invoice")[0])
    for amount in (1, 3_333, whole - 3_334):
        refund(world, bought, amount)
    notes = world.rows(
        "SELECT total_minor, tax_minor, tax_included FROM invoice WHERE kind = 'credit_note' ORDER BY id"
    )
    assert [-int(str(total)) for total, *_ in notes] == [1, 3_333, whole - 3_334]
    assert -sum(int(str(each)) for _, each, _ in notes) == tax
    assert {included for *_, included in notes} == {is_included}
    by_rate: dict[Any, int] = {}
    for [lines] in world.rows("SELECT content::jsonb->'lines' FROM invoice WHERE kind = 'credit_note'"):
        for line in lines:  # type: ignore[attr-defined]
            rate = line.get("tax_basis_points")
            by_rate[rate] = by_rate.get(rate, 0) - line.get("tax_minor", line["amount_minor"])
    agreed = {int(str(rate)): int(str(minor)) for rate, minor in world.rows(_LINES)}
    assert by_rate == agreed | {None: 799}, "the tax of each rate, and the delivery without any"
    [number] = world.rows("SELECT number FROM invoice WHERE kind = 'credit_note' ORDER BY id LIMIT 1 OFFSET 1")
    said = text_of(world.client(bought.buyer_id), f"/invoices/{number[0]}")
    assert "19 %" in said
    assert ", delivery" in said


def test_chosen_items_come_back_with_the_tax_that_is_in_their_price(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    taxes.keep(world, seller_id, "US", 1_900)
    taxes.include(seller_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 11_900), 2)
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    [(line_id,)] = world.rows("SELECT id FROM order_line")
    world.ask_refund(bought, Wish(units={int(str(line_id)): 1}))
    assert world.rows("SELECT asked_minor FROM refund") == [(11_900,)]


def test_the_rate_is_that_of_the_day_and_of_where_it_goes_and_stays_as_agreed(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    taxes.keep(world, seller_id, "US", 1_000)
    taxes.keep(world, seller_id, "US", 2_000, days=1)
    taxes.keep(world, seller_id, "CA", 500)
    listing_id = world.listing(seller_id, 10_000)
    world.put_in_cart(buyer_id, listing_id)
    agreed = replace(world.agreed(buyer_id), shown_country="US")
    with pytest.raises(CartChanged):
        world.begin(replace(agreed, delivery_address={**ADDRESS, "country": "CA"}))
    assert agreed.expected_total_minor == 11_000
    world.begin(agreed)
    world.put_in_cart(buyer_id, listing_id)
    world.advance(days=1)
    world.check_out(buyer_id)
    assert [row[0] for row in world.rows(_LINES)] == [1_000, 2_000]


def test_sellers_keep_rates_and_say_whether_prices_include_them(world: World) -> None:
    seller_id = world.seller(tax_basis_points=625)
    world.listing(seller_id, 11_900)
    [(slug, listing_id)] = world.rows("SELECT slug, id FROM listing")
    client, visitor = world.client(seller_id), world.client()
    assert "Plus 6.25 % sales tax, shown before you pay." in text_of(visitor, f"/l/{slug}")
    day = world.now.date().isoformat()
    token = {"csrf_token": form_token(client.get("/seller/taxes").text)}
    typed = token | {"countries": "United States, CA", "category": "standard", "rate": "19", "valid_from": day}
    for wrong, said in (
        ({"countries": "Swedn"}, "There is no country called"),
        ({"rate": "51"}, "Enter a rate from 0 to 50"),
        ({"rate": "1.999"}, "Write the rate as a percentage"),
        ({"valid_from": "2020-01-01"}, "Choose today or a later day"),
    ):
        refused = client.post("/seller/taxes", data=typed | wrong)
        assert refused.status_code == 422
        assert said in refused.text
    assert client.post("/seller/taxes", data=typed).status_code == 303
    later = typed | {"countries": "", "valid_from": "2027-01-01", "rate": "7,5"}
    assert client.post("/seller/taxes", data=later).status_code == 303
    assert world.rows("SELECT country, basis_points FROM tax_rate ORDER BY id") == [
        ("US", 1_900), ("CA", 1_900), ("", 750),
    ]  # fmt: skip
    [(coming,)] = world.rows("SELECT max(id) FROM tax_rate")
    assert "Removed" in client.post(f"/seller/taxes/{coming}/remove", data=token, follow_redirects=True).text
    assert (
        "has begun"
        in client.post(f"/seller/taxes/{int(str(coming)) - 1}/remove", data=token, follow_redirects=True).text
    )
    client.post("/seller/taxes/mode", data=token | {"mode": "included"})
    assert "Includes 19 % tax in United States." in text_of(visitor, f"/l/{slug}")
    shown = money(page(client, f"/seller/listings/{listing_id}/edit"))
    assert (shown["Included tax"], shown["The buyer pays"]) == ("$19.00", "$119.00")
    client.post(f"/seller/listings/{listing_id}/delivery", data=token | {"profile": "0", "weight": "", "tax": "exempt"})
    assert "No tax is due in United States." in text_of(visitor, f"/l/{slug}")


def test_a_rate_ends_and_the_general_one_counts_again(world: World) -> None:
    seller_id, buyer_id = world.seller(tax_basis_points=625), world.person()
    rate_id = taxes.keep(world, seller_id, "US", 1_900)
    listing_id = world.listing(seller_id, 10_000)
    client, today = world.client(seller_id), world.now.date()
    token = {"csrf_token": form_token(client.get("/seller/taxes").text)}
    typed = token | {"rate_id": str(rate_id)}
    for wrong, said in (
        ({"valid_before": (today - timedelta(days=1)).isoformat()}, "Choose today or a later day"),
        ({"valid_before": today.isoformat()}, "It has not begun on that day"),
        ({"valid_before": "", "rate_id": str(rate_id)}, "Enter the first day without it"),
        ({"valid_before": today.isoformat(), "rate_id": "999999"}, "Not a valid choice"),
    ):
        refused = client.post("/seller/taxes/end", data=typed | wrong)
        assert (refused.status_code, said in refused.text) == (422, True), said
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert client.post("/seller/taxes/end", data=typed | {"valid_before": tomorrow}).status_code == 303
    assert "End the rate" not in client.get("/seller/taxes").text
    client.post(f"/seller/taxes/{rate_id}/keep-on", data=token)
    assert world.rows("SELECT valid_before FROM tax_rate") == [(None,)]
    client.post("/seller/taxes/end", data=typed | {"valid_before": tomorrow})
    for _day in range(2):
        world.put_in_cart(buyer_id, listing_id)
        world.pay(world.check_out(buyer_id))
        world.advance(days=1)
    assert [row[0] for row in world.rows(_LINES)] == [1_900, 625]
    shown = client.post(f"/seller/taxes/{rate_id}/keep-on", data=token, follow_redirects=True)
    assert "This rate has ended" in shown.text
    assert world.rows("SELECT valid_before FROM tax_rate") == [(today + timedelta(days=1),)]
