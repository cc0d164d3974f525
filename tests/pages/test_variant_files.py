"""Files of listings know variants: a row each that names its part and its values, added and changed by them."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.catalog.import_parsing import SAMPLE
from tests.builders import World
from tests.pages.test_importing import HEAD, part, taken

WIDE = f"{HEAD},parent,option_1,value_1,option_2,value_2"
_VARIANTS = "SELECT sku, title, price_minor, in_stock, status FROM listing WHERE parent_id IS NOT NULL ORDER BY id"


def row(key: str, parent: str = "A-1", first: str = "", second: str = "", **cells: str) -> str:
    """Return the row of a variant; cells that it does not need stay empty."""
    told = {"sku": key, "kind": "variant", "currency": "USD", "price": "20", "in_stock": "3", "parent": parent}
    told |= {"value_1": first, "value_2": second, **cells}
    return ",".join(told.get(name, "") for name in WIDE.split(","))


def sides(key: str = "A-1", options: str = "Side,,Width,", **cells: str) -> str:
    return f"{part(key, **cells)},,{options}"


@pytest.fixture
def client(world: World) -> FlaskClient:
    return world.client(world.seller())


def test_a_file_adds_a_part_with_its_variants_and_changes_them(world: World, client: FlaskClient) -> None:
    # Variants may stand before their part, and in another hundred of rows than it.
    others = [part(f"B-{number}") for number in range(120)]
    lines = [WIDE, row("L", first="left", second="280 mm"), *others, sides(), row("R", first="right", second="300 mm")]
    figures, wrong, _ = taken(world, client, "\n".join(lines))
    assert (figures["New listings"], wrong) == ("123", [])
    assert world.rows(_VARIANTS) == [
        ("L", "Disc A-1 (left, 280 mm)", 2_000, 3, "offered"), ("R", "Disc A-1 (right, 300 mm)", 2_000, 3, "offered")
    ]  # fmt: skip
    shown = "SELECT option_names, price_minor, in_stock, received_units, status FROM listing WHERE sku = 'A-1'"
    assert world.rows(shown) == [(["Side", "Width"], 2_000, 6, 0, "active")]
    # The same file once more changes nothing, also after one of them was sold.
    buyer_id = world.person()
    [(left,)] = world.rows("SELECT id FROM listing WHERE sku = 'L'")
    world.put_in_cart(buyer_id, int(str(left)))
    world.check_out(buyer_id)
    figures, wrong, _ = taken(world, client, "\n".join(lines))
    assert (figures["As they were"], wrong) == ("123", [])
    assert world.rows(shown)[0][2] == 5
    # Without the columns of variants, as files were before, they are changed too.
    short = f"{HEAD}\nL,variant,paused,,,USD,18.50,,3,,,,,"
    figures, wrong, _ = taken(world, client, short)
    assert (figures["Changed"], wrong) == ("1", [])
    assert world.rows(_VARIANTS)[0] == ("L", "Disc A-1 (left, 280 mm)", 1_850, 2, "withheld")
    # Other names: of an option in the row of the part, of a value in that of the variant.
    figures, wrong, _ = taken(
        world,
        client,
        "\n".join([WIDE, sides(options="Side,,Diameter,"), row("R", first="right", second="302 mm", in_stock="9")]),
    )
    assert (figures["Changed"], wrong) == ("2", [])
    assert world.rows(shown)[0][0] == ["Side", "Diameter"]
    assert world.rows(_VARIANTS)[1] == ("R", "Disc A-1 (right, 302 mm)", 2_000, 9, "offered")


def test_what_is_wrong_in_a_row_of_a_variant_is_told_by_line(world: World, client: FlaskClient) -> None:
    taken(world, client, "\n".join([WIDE, sides(), row("L", first="left", second="280"), part("ONE"), part("TWO")]))
    lines = [
        WIDE,
        row("N-1", parent="", first="a", second="b"),
        row("N-2", parent="NONE", first="a", second="b"),
        row("N-3", parent="L", first="a", second="b"),
        row("N-4", first="left"),
        row("N-5", first="LEFT", second="280"),
        row("N-6", first="a", second="b", option_1="Colour"),
        row("N-7", first="", second="b"),
        row("N-8", parent="ONE", first="a"),
        row("N-9", first="a", second="b", status="draft"),
        row("N-10", first="a", second="b", currency="SEK"),
        row("#77", first="a", second="b"),
        row("L", parent="TWO"),
        row("ONE", first="a", second="b"),
        row("N-11", parent="TWO", first="a", option_1="Side"),
        row("N-12", parent="TWO", first="b", price="x"),
        sides("A-1", options="Side,,side,"),
    ]
    figures, wrong, _ = taken(world, client, "\n".join(lines))
    assert [(line, key, column) for line, key, column, _why in wrong] == [
        ("2", "N-1", "sku"), ("3", "N-2", "parent"), ("4", "N-3", "parent"), ("5", "N-4", "value_1"),
        ("6", "N-5", "value_1"), ("7", "N-6", "option_1"), ("8", "N-7", "value_1"), ("9", "N-8", "option_1"),
        ("10", "N-9", "status"), ("11", "N-10", "price"), ("12", "#77", "sku"), ("13", "L", "parent"),
        ("14", "ONE", "kind"), ("16", "N-12", "price"), ("17", "A-1", "option_2"),
    ]  # fmt: skip
    assert wrong[4][3] == "There is LEFT, 280 already."
    assert figures["New listings"] == "1"
    # What failed left its part as it was: one thing, with its units.
    assert world.rows("SELECT option_names, in_stock FROM listing WHERE sku = 'ONE'") == [([], 4)]
    assert world.rows(_VARIANTS)[1:] == [("N-11", "Disc TWO (a)", 2_000, 3, "offered")]


def test_what_is_exported_names_parts_and_values_and_can_be_taken_in_by_another_seller(
    world: World, client: FlaskClient
) -> None:
    lines = [WIDE, sides(), row("L", first="left", second="280"), row("R", first="=right", second="300", price="30")]
    taken(world, client, "\n".join(lines))
    exported = client.get("/seller/listings/export").data.decode("utf-8-sig")
    rows = {each["sku"]: each for each in csv.DictReader(io.StringIO(exported))}
    columns = ("kind", "parent", "option_1", "value_1", "option_2", "value_2", "price", "in_stock")
    assert [tuple(rows[key][name] for name in columns) for key in ("A-1", "L", "R")] == [
        ("part", "", "Side", "", "Width", "", "20.00", "6"),
        ("variant", "A-1", "", "left", "", "280", "20.00", "3"),
        ("variant", "A-1", "", "'=right", "", "300", "30.00", "3"),
    ]  # fmt: skip
    figures, wrong, _ = taken(world, client, exported)
    assert (figures["As they were"], wrong) == ("3", [])
    other = world.client(world.seller("Other Seller"))
    figures, wrong, _ = taken(world, other, exported)
    assert (figures["New listings"], wrong) == ("3", [])
    again = other.get("/seller/listings/export").data.decode("utf-8-sig")
    assert again == exported
    page = client.get("/seller/listings/import").text
    sample = BeautifulSoup(page, "html.parser").select_one("table").select("tr")
    assert [cell.text for cell in sample[2].select("td")] == list(SAMPLE[2])
    assert [cell.text for cell in sample[0].select("th")] == list(SAMPLE[0])
