"""A seller with a telephone lists a part with three pictures: put in order by hand, or by buttons without scripts."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import Visitor
from tests.evidence import photo

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"]),
]

Visit = Callable[..., Visitor]
FACTS = {
    "Title": "Brake disc, front", "Description": "Vented, 300 mm.", "Brand": "Bosch", "Part number": "BD-300",
    "Fits": "Most cars", "Price of one": "100", "Units in stock": "3",
}  # fmt: skip


def list_a_part(seller: Visitor, pictures: Sequence[Path]) -> None:
    """Write a part, publish it, and send all its pictures at once."""
    seller.open("/seller/listings/new/part")
    for label, value in FACTS.items():
        seller.main.get_by_label(label, exact=True).fill(value)
    seller.main.get_by_label("Category").select_option("Brakes")
    seller.main.get_by_label("Condition").select_option("New")
    seller.main.get_by_role("button", name="Save and publish").click()
    seller.sees("Saved. Buyers see it now.")
    seller.main.get_by_role("link", name="Add pictures").click()
    seller.main.get_by_label("Pictures", exact=True).set_input_files(pictures)
    seller.main.get_by_role("button", name="Add pictures").click()
    seller.sees(f"{len(pictures)} pictures added.")


def test_a_part_is_listed_with_three_pictures(shop: World, visit: Visit, tmp_path: Path, *, javascript: bool) -> None:
    # Given a seller with a telephone and three photographs
    seller_id = shop.seller()
    seller = visit(seller_id)
    seller.page.set_viewport_size({"width": 390, "height": 1200})
    files = []
    for number, size in enumerate([(640, 480), (400, 300), (480, 640)]):
        files.append(tmp_path / f"{number}.jpg")
        files[-1].write_bytes(photo(*size))

    # When writing a part and sending all three at once
    list_a_part(seller, files)

    # And putting the last one first, once its scripts have run
    seller.is_complete()
    rows = seller.main.locator("[data-sortable]")
    last = rows.nth(2).locator("img").get_attribute("src")
    if javascript:
        rows.nth(2).locator("[data-handle]").hover()
        seller.page.mouse.down()
        target = rows.nth(0).locator("[data-handle]").bounding_box()
        assert target is not None
        seller.page.mouse.move(target["x"] + 20, target["y"] + 20, steps=5)
        seller.page.mouse.up()
    else:
        rows.nth(2).get_by_role("button", name="Make main").click()

    # Then it is the main one, for buyers too
    expect(rows.nth(0).locator("img")).to_have_attribute("src", str(last))
    expect(rows.nth(0)).to_contain_text("Main picture")
    [(slug,)] = shop.rows("SELECT slug FROM listing")
    buyer = visit()
    buyer.open(f"/l/{slug}")
    gallery = buyer.main.locator(".listing-gallery-strip img")
    expect(gallery).to_have_count(3)
    expect(gallery.first).to_have_attribute("width", "480")
    stem = str(last).rpartition("/")[2].partition(".")[0]
    assert stem in str(gallery.first.get_attribute("src"))
