"""Variants under other names: changed by their seller, found by them, and nothing that was agreed before is touched."""

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.catalog import variant_operations, variant_renaming
from marketplace.errors import NotFound
from marketplace.reconciliation.checks import check_books
from tests.builders import World

ADDRESS = {
    "delivery_choice": "new", "delivery_full_name": "A Buyer", "delivery_line1": "1 Main Street",
    "delivery_city": "Springfield", "delivery_region": "IL", "delivery_postcode": "62701", "delivery_country": "US",
    "billing_same": "y",
}  # fmt: skip


def main(text: str) -> Tag:
    found = BeautifulSoup(text, "html.parser").select_one("main")
    assert found is not None
    return found


def words(html: Tag) -> str:
    return html.get_text(" ", strip=True)


def shelf(world: World, *values: tuple[str, ...], names: tuple[str, ...] = ("Side",)) -> tuple[int, int, list[int]]:
    """Sell a brake disc in variants with three units each; return seller, listing and variants."""
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 10_000)
    mine = {"seller_id": seller_id, "listing_id": listing_id}
    db.atomic(variant_operations.offer_in_variants, (), **mine, names=names, values=values, now=world.now)
    rows = world.rows("SELECT id FROM listing WHERE parent_id = %s ORDER BY id", listing_id)
    ids = [int(str(found)) for (found,) in rows]
    for variant_id in ids:
        db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=variant_id, units=3)
    return seller_id, listing_id, ids


def rename(client: FlaskClient, listing_id: int, **changed: str) -> Tag:
    """Send the form of other names with `changed`, by the name it has: word_280_mm="282 mm"."""
    path = f"/seller/listings/{listing_id}/variants"
    form = main(client.get(path).text).select_one('form:has(button[value="rename"])')
    data: dict[str, list[str]] = {"deed": ["rename"]}
    for each in form.select("input[name]"):
        data.setdefault(each["name"], []).append(each["value"])
    wanted = {name.replace("_", " "): value for name, value in changed.items()}
    for each in form.select("input:not([type=hidden])"):
        if each["value"] in wanted:
            data[each["name"]] = [wanted[each["value"]]]
    answer = client.post(path, data=data)
    return main((client.get(answer.location) if answer.status_code == 303 else answer).text)


def values(world: World, listing_id: int) -> list[tuple[object, ...]]:
    statement = "SELECT array_to_string(option_values, ' '), title FROM listing WHERE parent_id = %s ORDER BY id"
    return world.rows(statement, listing_id)


def test_a_variant_under_another_name_leaves_what_was_agreed_as_it_was(world: World) -> None:
    seller_id, listing_id, [first, _] = shelf(world, ("280 mm", "300 mm"), names=("Diameter",))
    seller, buying, waiting = world.client(seller_id), world.person(), world.person()
    world.put_in_cart(buying, first)
    bought = world.check_out(buying)
    world.put_in_cart(waiting, first)
    visitor, basket = world.client(waiting), "You chose “280 mm”. The seller calls it “282 mm” now."
    assert basket not in words(main(visitor.get("/basket").text))
    shown = words(rename(seller, listing_id, **{"280_mm": "282 mm", "Diameter": "Width"}))
    assert "The names are changed. Orders keep those of before." in shown
    assert values(world, listing_id) == [("282 mm", "Brake disc (282 mm)"), ("300 mm", "Brake disc (300 mm)")]
    assert world.rows("SELECT option_names FROM listing WHERE id = %s", listing_id) == [(["Width"],)]
    assert "Width" in words(main(visitor.get("/l/brake-disc").text))
    # What is paid now was agreed before; the one who has not agreed yet is told, in the basket and at the checkout.
    world.pay(bought)
    world.settle_down()
    assert world.rows("SELECT title FROM order_line") == [("Brake disc (280 mm)",)]
    printed = "SELECT content::json -> 'lines' -> 0 ->> 'title' FROM invoice WHERE kind = 'invoice'"
    assert world.rows(printed) == [("Brake disc (280 mm)",)]
    assert basket in words(main(visitor.get("/basket").text))
    review = words(main(visitor.get("/checkout/USD", follow_redirects=True).text))
    assert "Brake disc (282 mm) was called “280 mm” when you chose it." in review
    # Who has the page of the checkout open while a name changes agrees to nothing that was not shown.
    form = main(visitor.get("/checkout/USD").text).select_one('form[action^="/checkout/USD"], form:has([name=token])')
    sent = {each["name"]: each.get("value", "") for each in form.select("input[name]")} | ADDRESS
    rename(seller, listing_id, **{"282_mm": "284 mm"})
    refused = visitor.post("/checkout/USD", data=sent)
    assert refused.status_code == 409
    assert "Something is called otherwise since you opened this page." in words(main(refused.text))
    rename(seller, listing_id, **{"284_mm": "282 mm"})
    # Chosen once more under the new name, it is what was chosen.
    world.put_in_cart(waiting, first)
    assert basket not in words(main(visitor.get("/basket").text))
    # Search goes by the new name.
    assert len(main(world.client().get("/l?q=282").text).select("article.listing-card")) == 1
    assert not main(world.client().get("/l?q=280").text).select("article.listing-card")
    assert "Saved. Nothing was different." in words(rename(seller, listing_id))
    assert check_books().agrees


def test_no_two_variants_have_one_name_and_they_may_change_places(world: World) -> None:
    seller_id, listing_id, _ = shelf(world, ("left", "rigth", "right"), ("280", "300"), names=("Side", "Width"))
    seller, before = world.client(seller_id), values(world, listing_id)
    wrong = rename(seller, listing_id, rigth="Left")
    assert "Two variants can't both be called “Left, 280”." in words(wrong.select_one("[role=alert], .notice"))
    assert wrong.select_one("input[name^=word-1][value=Left]")
    for changed, why in (
        ({"Width": "side"}, "The two options need two names."),
        ({"left": "x" * 41}, "Use at most 40 characters."),
        ({"Side": ""}, "Fill this in."),
    ):
        assert why in words(rename(seller, listing_id, **changed)), changed
    assert values(world, listing_id) == before
    rename(seller, listing_id, left="right", right="left")
    assert [name for name, _ in values(world, listing_id)] == [
        "right 280", "right 300", "rigth 280", "rigth 300", "left 280", "left 300"
    ]  # fmt: skip
    stranger = {"seller_id": world.seller("Other Seller"), "listing_id": listing_id}
    with pytest.raises(NotFound):
        db.atomic(variant_renaming.rename, (), **stranger, names=["A", "B"], words=[{}, {}])
    alone = world.listing(seller_id, title="Other disc")
    with pytest.raises(NotFound, match="no variants yet"):
        db.atomic(variant_renaming.rename, (), seller_id=seller_id, listing_id=alone, names=["A"], words=[{}])
