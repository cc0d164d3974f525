"""A part in variants: made and changed by its seller, chosen by its buyer, and named wherever it goes from there."""

import csv
import io
import json
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import delivering, import_flows, shelf_operations, variant_operations
from marketplace.catalog import operations as catalog
from marketplace.catalog.variant_operations import VariantChange
from marketplace.checkout.flows import Outcome
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.money import Money
from marketplace.reconciliation.checks import check_books
from tests.builders import World
from tests.races import at_once, refusals


@dataclass
class Shelf:
    """A seller with a brake disc at 100.00, and a browser of theirs."""

    world: World
    seller_id: int
    listing_id: int
    client: FlaskClient

    @property
    def path(self) -> str:
        return f"/seller/listings/{self.listing_id}/variants"

    def page(self) -> Tag:
        return main(self.client.get(self.path).text)

    def send(self, deed: str, **changed: object) -> Tag:
        """Press the button of a form with `changed` in its fields, None for a box to clear; return what it leads to."""
        form = self.page().select_one(f'form:has(button[value="{deed}"])')
        fields = {each["name"]: each.get("value", "") for each in form.select("input[name]:not([type=checkbox])")}
        fields |= {each["name"]: "1" for each in form.select("input[type=checkbox][checked]")}
        ids = [each["value"] for each in form.select("input[name=variant]")]
        wanted = {name: value for name, value in (fields | changed).items() if value is not None}
        answer = self.client.post(self.path, data={**wanted, "variant": ids, "deed": deed})
        return main((self.client.get(answer.location) if answer.status_code == 303 else answer).text)

    def begin(self, names: tuple[str, ...] = ("Side",), values: tuple[str, ...] = ("left, right",)) -> list[int]:
        """Sell it in variants and return their ids."""
        given = {f"name-{place}": name for place, name in enumerate(names, start=1)}
        self.send("begin", **given, **{f"values-{place}": text for place, text in enumerate(values, start=1)})
        return self.ids()

    def stock(self, **units: int) -> list[int]:
        """Sell it left and right with so many of each; the right one costs 120.00. Return their ids."""
        left, right = self.begin()
        fields = {f"in_stock-{left}": units["left"], f"in_stock-{right}": units["right"], f"price-{right}": "120"}
        self.send("save", **fields)
        return [left, right]

    def ids(self) -> list[int]:
        statement = "SELECT id FROM listing WHERE parent_id = %s AND status <> 'dropped' ORDER BY id"
        return [int(str(found)) for (found,) in self.world.rows(statement, self.listing_id)]

    def shown(self) -> tuple[object, ...]:
        """Return what lists show of it: units, lowest and highest price."""
        statement = "SELECT in_stock, price_minor, highest_minor FROM listing WHERE id = %s"
        return self.world.rows(statement, self.listing_id)[0]


def main(text: str) -> Tag:
    found = BeautifulSoup(text, "html.parser").select_one("main")
    assert found is not None
    return found


def words(html: Tag) -> str:
    return html.get_text(" ", strip=True)


@pytest.fixture
def shelf(world: World) -> Shelf:
    seller_id = world.seller()
    return Shelf(world, seller_id, world.listing(seller_id, 10_000), world.client(seller_id))


def test_a_seller_makes_variants_and_gives_each_a_price_a_stock_and_a_key(shelf: Shelf) -> None:
    assert "Its 10 units in stock are not counted any more then" in words(shelf.page())
    wrong = shelf.send("begin", **{"name-1": "Side", "values-1": "left", "values-2": "280 mm"})
    assert wrong.select_one("#name-2-error").text.strip() == "Say what these are values of."
    assert shelf.ids() == []
    left, right = shelf.begin()
    assert shelf.shown() == (0, 10_000, 10_000)
    fields = {f"in_stock-{left}": "3", f"in_stock-{right}": "1", f"price-{left}": "90.50", f"sku-{left}": "BD-L"}
    assert "2 variants are changed." in words(shelf.send("save", **fields))
    assert shelf.shown() == (4, 9_050, 10_000)
    # Nobody can choose the cheaper one for a while: the list asks the other's price.
    assert "1 variant is changed." in words(shelf.send("save", **{f"offered-{left}": None}))
    assert shelf.shown() == (1, 10_000, 10_000)
    shelf.send("save", **{f"offered-{left}": "1"})
    # What is wrong stays in its field, and nothing of the rest is written.
    wrong = shelf.send("save", **{f"price-{left}": "80", f"sku-{right}": "BD-L", f"in_stock-{right}": "5"})
    assert wrong.select_one(f"#sku-{right}-error").text.strip() == (
        "Your listing “Brake disc (left)” has this key already."
    )
    assert wrong.select_one(f"#price-{left}")["value"] == "80"
    assert shelf.shown() == (4, 9_050, 10_000)
    added = shelf.send("add", **{"value-1": "both sides", "price": "180", "in_stock": "2"})
    assert "both sides is added." in words(added)
    assert "There is Left already." in words(shelf.send("add", **{"value-1": "Left", "price": "1", "in_stock": "2"}))
    assert shelf.shown() == (6, 9_050, 18_000)


def test_two_options_several_at_once_and_out_again(shelf: Shelf) -> None:
    ids = shelf.begin(("Side", "Diameter"), ("left, right, left", "280 mm\n300 mm"))
    names = [words(cell) for cell in shelf.page().select("tbody td:nth-child(2) b")]
    assert names == ["left, 280 mm", "left, 300 mm", "right, 280 mm", "right, 300 mm"]
    page = shelf.page()
    form, hidden = page.select_one("form#bulk"), page.select("[form=bulk][type=hidden], form#bulk [type=hidden]")
    data = {each["name"]: each["value"] for each in hidden}
    for deed, value in (("stock", "4"), ("raise", "10"), ("pause", "")):
        chosen = ids[:2] if deed == "pause" else ids
        shelf.client.post(form["action"], data={**data, "deed": deed, "value": value, "chosen": chosen})
    assert shelf.shown() == (8, 11_000, 11_000)
    token = data["csrf_token"]
    for units, variant_id in zip((8, 4, 0, 0), reversed(ids), strict=True):
        assert shelf.shown()[0] == units
        answer = shelf.client.post(f"{shelf.path}/drop", data={"csrf_token": token, "variant": variant_id})
    # Without any it is one thing again.
    assert answer.location.endswith("/edit")
    assert shelf.shown() == (0, 11_000, None)
    assert "sold as one thing again" in words(main(shelf.client.get(answer.location).text))
    db.atomic(catalog.change_stock, (), seller_id=shelf.seller_id, listing_id=shelf.listing_id, units=2)
    assert shelf.shown() == (2, 11_000, None)


def test_a_buyer_chooses_and_the_variant_is_named_everywhere(world: World, shelf: Shelf) -> None:
    left, right = shelf.stock(left=2, right=0)
    buyer_id = world.person()
    client = world.client(buyer_id)
    html = BeautifulSoup(client.get("/l/brake-disc").text, "html.parser")
    boxes = {each["value"]: each for each in html.select("fieldset input[type=radio][name=listing_id]")}
    assert {key: box.has_attr("disabled") for key, box in boxes.items()} == {str(left): False, str(right): True}
    assert boxes[str(left)].has_attr("checked")  # the only one there is
    assert "left $100.00 Only 2 left" in words(html.select_one("fieldset"))
    offers = json.loads(html.select_one('script[type="application/ld+json"]').text)["offers"]
    assert (offers["@type"], offers["lowPrice"], len(offers["offers"])) == ("AggregateOffer", "100.00", 2)
    # The address of a variant, as basket and orders have it, leads to where it is chosen.
    shelf.send("save", **{f"in_stock-{right}": "1"})
    answer = client.get("/l/brake-disc-right")
    assert answer.location == f"/l/brake-disc?choice={right}"
    html = BeautifulSoup(client.get(answer.location).text, "html.parser")
    assert html.select_one("fieldset input[checked]")["value"] == str(right)
    assert "$100.00 to $120.00" in words(html)
    assert "$100.00 to $120.00" in client.get("/l").text
    # The listing itself is no thing to buy.
    form = html.select_one('form[action="/basket/add"]')
    token = form.select_one("[name=csrf_token]")["value"]
    client.post("/basket/add", data={"csrf_token": token, "listing_id": shelf.listing_id, "quantity": 1})
    assert "comes in several variants. Choose one of them on its page." in client.get("/basket").text
    client.post("/basket/add", data={"csrf_token": token, "listing_id": right, "quantity": 1})
    assert "Brake disc (right)" in words(main(client.get("/basket").text))
    bought = world.check_out(buyer_id)
    assert shelf.shown() == (2, 10_000, 10_000)
    world.pay(bought)
    world.settle_down()
    [(title, line_listing)] = world.rows("SELECT title, listing_id FROM order_line")
    assert (title, line_listing) == ("Brake disc (right)", right)
    [(number,)] = world.rows('SELECT number FROM "order"')
    for who, path in ((client, f"/orders/{number}"), (shelf.client, f"/seller/orders/{number}")):
        assert "Brake disc (right)" in words(main(who.get(path).text))
    states = main(world.client(world.person("Ada Admin", is_admin=True)).get("/admin/states").text)
    found = {each["href"] for each in states.select("a[href^='/l/']")}
    assert found == {"/l/brake-disc"}, "a variant is looked at where it is chosen"
    again = client.post(f"/orders/{number}/again", data={"csrf_token": token})
    assert again.location == f"/orders/{number}"  # there is no other one
    assert "There are no more of these." in client.get(again.location).text


def test_the_last_piece_of_a_variant_goes_to_one_of_ten(world: World, shelf: Shelf) -> None:
    left, right = shelf.stock(left=1, right=1)
    buyers = [world.person() for _ in range(10)]
    for place, buyer_id in enumerate(buyers):
        world.put_in_cart(buyer_id, (left, right)[place % 2])
    agreed = [world.agreed(buyer_id) for buyer_id in buyers]
    answers = at_once(world.app, [lambda each=each: world.begin(each) for each in agreed])
    opened = [answer for answer in answers if isinstance(answer, Outcome) and answer.redirect_url]
    assert len(opened) == 2
    assert len(refusals(answers)) == 8
    taken = world.rows("SELECT listing_id, sum(quantity) FROM stock_reservation GROUP BY 1 ORDER BY 1")
    assert taken == [(left, 1), (right, 1)]
    assert shelf.shown()[0] == 0


def test_what_was_in_a_basket_or_set_aside_before_there_were_variants(world: World, shelf: Shelf) -> None:
    waiting, paying = world.person(), world.person()
    world.put_in_cart(waiting, shelf.listing_id)
    world.put_in_cart(paying, shelf.listing_id, 3)
    world.check_out(paying)
    left, _ = shelf.stock(left=2, right=2)
    assert "It comes in several variants now" in words(main(world.client(waiting).get("/basket").text))
    with pytest.raises(Conflict):
        world.put_in_cart(waiting, shelf.listing_id)
    # Not paid in time: the three are none of the variants.
    world.advance(hours=30)
    world.settle_down()
    assert shelf.shown()[0] == 4
    assert world.rows("SELECT received_units FROM listing WHERE id = %s", shelf.listing_id) == [(0,)]
    # A paused listing takes its variants off the shelf, also for who waits with one in the basket.
    world.put_in_cart(waiting, left)
    db.atomic(catalog.pause, (), seller_id=shelf.seller_id, listing_id=shelf.listing_id, now=world.now)
    assert "taken this off the shelf for now" in words(main(world.client(waiting).get("/basket").text))
    with pytest.raises(Conflict):
        world.put_in_cart(waiting, left)


def test_a_listing_leads_its_variants_and_a_lower_price_is_told_once(world: World, shelf: Shelf) -> None:
    left, right = shelf.stock(left=2, right=2)
    mine = {"seller_id": shelf.seller_id, "listing_id": shelf.listing_id}
    db.atomic(delivering.choose, (), **mine, profile_id=None, weight_grams=900)
    db.atomic(shelf_operations.set_tax_category, (), **mine, category="reduced")
    assert world.rows("SELECT DISTINCT tax_category FROM listing") == [("reduced",)]
    edit = main(shelf.client.get(f"/seller/listings/{shelf.listing_id}/edit").text)
    form = edit.select_one("form[data-keeps]")
    data = {each["name"]: each.get("value", "") for each in form.select("input[name]")}
    data |= {each["name"]: each.text.strip() for each in form.select("textarea")}
    data |= {each["name"]: each.select_one("[selected]")["value"] for each in form.select("select[name]")}
    data |= {"title": "Vented disc", "delivery": "7.50", "deed": "save"}
    # A sale that changes what lists show of it is no other text.
    shelf.send("save", **{f"in_stock-{left}": "0"})
    assert shelf.shown() == (2, 12_000, 12_000)
    answer = shelf.client.post(f"/seller/listings/{shelf.listing_id}/edit", data=data)
    assert answer.status_code == 303, answer.text
    statement = "SELECT title, delivery_minor, weight_grams FROM listing WHERE parent_id IS NOT NULL ORDER BY id"
    assert world.rows(statement) == [("Vented disc (left)", 750, 900), ("Vented disc (right)", 750, 900)]
    shelf.send("save", **{f"in_stock-{left}": "2"})
    for price, variant_id in (("110", right), ("95", left)):
        shelf.send("save", **{f"price-{variant_id}": price})
    assert world.rows("SELECT listing_id, was_minor, price_minor FROM price_drop") == [
        (shelf.listing_id, 10_000, 9_500)
    ]
    # Its words find it by what it comes in; in lists it stands once.
    found = main(world.client().get("/l?q=right").text)
    assert len(found.select("article.listing-card")) == 1
    assert "Vented disc" in words(found)
    listings = main(shelf.client.get("/seller/listings").text)
    assert len(listings.select("tbody tr")) == 1
    # Price and stock are the variants' alone, and no other seller's.
    stranger = world.seller("Other Seller")
    with pytest.raises(Invalid, match="sold in variants"):
        db.atomic(catalog.change_stock, (), **mine, units=9)
    with pytest.raises(NotFound):
        db.atomic(catalog.change_stock, (), seller_id=stranger, listing_id=left, units=9)
    theirs = {"seller_id": stranger, "listing_id": shelf.listing_id, "now": world.now}
    change = VariantChange(left, Money(100, "USD"), 1, 2, "", is_offered=True)
    with pytest.raises(NotFound):
        db.atomic(variant_operations.change, (), **theirs, changes=[change])


def test_a_copy_a_file_and_papers_know_the_variants(world: World, shelf: Shelf) -> None:
    left, right = shelf.stock(left=2, right=5)
    shelf.send("save", **{f"sku-{left}": "L-1", f"offered-{right}": None})
    token = shelf.page().select_one("[name=csrf_token]")["value"]
    answer = shelf.client.post(f"/seller/listings/{shelf.listing_id}/copy", data={"csrf_token": token})
    copy_id = int(answer.location.split("/")[-2])
    statement = (
        "SELECT title, price_minor, in_stock, sku, status FROM listing WHERE parent_id = %s AND status <> 'dropped'"
    )
    made = world.rows(f"{statement} ORDER BY id", copy_id)
    assert made == [
        ("Brake disc (left)", 10_000, 2, None, "offered"), ("Brake disc (right)", 12_000, 5, None, "withheld")
    ]  # fmt: skip
    exported = shelf.client.get("/seller/listings/export").data.decode("utf-8-sig")
    rows = {row["sku"]: row for row in csv.DictReader(io.StringIO(exported))}
    found = [(rows[key]["kind"], rows[key]["status"], rows[key]["price"], rows[key]["in_stock"])
             for key in (f"#{shelf.listing_id}", "L-1", f"#{right}")]  # fmt: skip
    assert found == [
        ("part", "active", "100.00", "2"), ("variant", "active", "100.00", "2"), ("variant", "paused", "120.00", "5")
    ]  # fmt: skip
    # The same file changes nothing; then price, stock and offer of one, and keys that mean something else.
    assert take_in(world, shelf, exported)["same"] == len(rows)
    head = "sku,kind,status,title,description,currency,price,delivery,in_stock"
    lines = [
        head, f"#{right},variant,active,,,USD,99.50,,7", "L-1,part,,Disc,Text,USD,1,0,1", "L-9,variant,,,,USD,1,,1",
        f"#{shelf.listing_id},variant,,,,USD,1,,1",
    ]  # fmt: skip
    taken = take_in(world, shelf, "\n".join(lines))
    assert (taken["changed"], taken["bad"]) == (1, 3)
    assert shelf.shown() == (9, 9_950, 10_000)


def take_in(world: World, shelf: Shelf, content: str) -> dict[str, object]:
    """Take a file in as the job does; return what came of it."""
    import_id = import_flows.begin(content.encode(), "shelf.csv", seller_id=shelf.seller_id, now=world.now)
    import_flows.run(import_id, now=world.now)
    [(changed, same, bad)] = world.rows("SELECT changed, same, bad FROM listing_import WHERE id = %s", import_id)
    return {"changed": changed, "same": same, "bad": bad}


@pytest.mark.tampers
def test_the_books_find_a_listing_and_its_variants_out_of_step(world: World, shelf: Shelf) -> None:
    left, right = shelf.stock(left=2, right=5)
    report = check_books()
    assert report.agrees, report.differences
    # With its triggers off the database no longer keeps them together.
    world.tamper(f"UPDATE listing SET in_stock = 6 WHERE id = {shelf.listing_id}")
    world.tamper(f"UPDATE listing SET title = 'Something else' WHERE id = {left}")
    world.tamper(f"UPDATE listing SET in_stock = 4, received_units = 4 WHERE id = {right}")
    found = {(one.check, one.row_id) for one in check_books().differences}
    assert found == {("variants are what their listing is", left)}, "six is the sum of two and four"
    world.tamper(f"UPDATE listing SET highest_minor = NULL WHERE id = {shelf.listing_id}")
    world.tamper(f"UPDATE listing SET received_units = 1 WHERE id = {shelf.listing_id}")
    found = {(one.check, one.row_id) for one in check_books().differences}
    assert found >= {
        ("listings with variants show what these come to", shelf.listing_id),
        ("stock received is in stock, set aside or sold", shelf.listing_id),
    }
