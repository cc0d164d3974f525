"""Codes on pages: entered in the basket, in review and order, and each rule's refusal in its own words (S2.23)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests import builders_discounts as codes
from tests.builders import World, form_token
from tests.pages.test_lists import table

_PART = "Discount paid by the marketplace"


def send(browser: FlaskClient, letters: str) -> str:
    """Type a code into the basket; return the page that answers, as text."""
    token = form_token(browser.get("/basket").text)
    answer = browser.post("/basket/code", data={"csrf_token": token, "code": letters}, follow_redirects=True)
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def test_a_code_in_the_basket_is_shown_with_what_it_takes_off_everywhere(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    codes.code(world.now, "SPRING", seller_id=seller_id, actor_id=seller_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000, delivery_minor=500), 2)
    browser = world.client(buyer_id)
    text = send(browser, " spring ")
    assert "10 % off goods of Sam Seller Parts" in text
    assert "Discount \N{MINUS SIGN}$20.00" in text
    assert "Total $185.00" in text
    review = browser.get("/checkout/USD").text
    assert "Less $20.00 by your code" in review
    assert "Pay $185.00" in review

    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    [(number,)] = world.rows('SELECT number FROM "order"')
    for path, who in ((f"/orders/{number}", buyer_id), (f"/seller/orders/{number}", seller_id)):
        shown = world.client(who).get(path).text
        assert "Discount SPRING" in shown
        assert "\N{MINUS SIGN}$20.00" in shown
        assert "less $20.00" in shown


@pytest.mark.covers("S2.23")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_from": timedelta(days=2)}, "is valid from"),
        ({"valid_until": timedelta(hours=-1)}, "was valid until"),
        ({"currency": "EUR", "minimum_minor": 5}, "is for prices in EUR"),
        ({"categories": ("wheels",)}, "is for wheels and tyres of"),
        ({"currency": "USD", "minimum_minor": 12_000}, "Add $20.00 more"),
        ({"basis_points": 1, "listing_ids": "cheap"}, "takes less than the smallest coin"),
    ],
)
def test_each_rule_says_its_own_words(world: World, changes: Mapping[str, Any], words: str) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    values = {key: world.now + value if isinstance(value, timedelta) else value for key, value in changes.items()}
    cheap = world.listing(seller_id, 10)
    if values.get("listing_ids"):
        values["listing_ids"] = (cheap,)
        world.put_in_cart(buyer_id, cheap)
    codes.code(world.now, "RULED", seller_id=seller_id, actor_id=seller_id, **values)
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    browser = world.client(buyer_id)
    assert words in send(browser, "RULED")
    assert world.rows("SELECT discount_code FROM cart") == [(None,)]
    assert "There is no code NOBODYS" in send(browser, "nobodys")


@pytest.mark.covers("S2.23")
def test_the_rules_about_the_buyer_and_the_number_of_uses_say_their_own_words(world: World) -> None:
    seller_id, buyer_id, other_id = world.seller(), world.person(), world.person()
    limits: dict[str, dict[str, Any]] = {
        "FIRST": {"first_order_only": True},
        "MINE": {"max_uses_per_buyer": 1},
        "ALL": {"max_uses": 1},
    }
    ids = {
        letters: codes.code(world.now, letters, seller_id=seller_id, actor_id=seller_id, **values)
        for letters, values in limits.items()
    }
    listing_id = world.listing(seller_id, 10_000)
    for letters, who in (("MINE", buyer_id), ("ALL", other_id)):
        world.put_in_cart(who, listing_id)
        codes.enter(who, letters)
        world.pay(world.check_out(who))
    world.settle_down()
    world.put_in_cart(buyer_id, listing_id)
    browser = world.client(buyer_id)
    assert "may be used once by one person, and you have" in send(browser, "MINE")
    assert "has been used as often as it may be" in send(browser, "ALL")
    assert "is for a first order from" in send(browser, "FIRST")
    codes.move(world.now, ids["FIRST"], "pause", seller_id=seller_id)
    assert "is paused at the moment" in send(browser, "FIRST")
    codes.move(world.now, ids["FIRST"], "end", seller_id=seller_id)
    assert "has ended" in send(browser, "FIRST")


def test_who_guesses_codes_has_to_wait(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller()))
    browser = world.client(buyer_id)
    token = form_token(browser.get("/basket").text)
    for number in range(20):
        browser.post("/basket/code", data={"csrf_token": token, "code": f"GUESS{number}"})
    assert "Too many codes that do not exist" in send(browser, "GUESS20")


@pytest.mark.covers("S2.23")
def test_a_seller_makes_changes_pauses_and_ends_a_code_and_sees_who_used_it(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 10_000)
    browser = world.client(seller_id)
    token = form_token(browser.get("/seller/discounts/new").text)
    today = world.now.date().isoformat()
    form = {"csrf_token": token, "kind": "percentage", "value": "12.5", "valid_from": today}

    for wrong, words in (
        ({"value": "0"}, "Enter a percentage from 0.01 to 100."),
        ({"value": "ten"}, "Write the percentage like this"),
        ({"kind": "fixed", "value": "5"}, "Choose the currency of the amount."),
        ({"cap": "5"}, "Choose the currency of the amounts."),
        ({"code": "a b!"}, "Use 3 to 30 letters and digits"),
        ({"valid_until": "2001-01-01"}, "The last day lies before the first."),
        ({"max_uses": "-1"}, "Enter a number from 1"),
    ):
        answer = browser.post("/seller/discounts/new", data={**form, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True), words

    made = browser.post("/seller/discounts/new", data={**form, "code": "summer", "max_uses_per_buyer": "2"})
    assert made.status_code == 303
    taken = browser.post("/seller/discounts/new", data={**form, "code": "SUMMER"})
    assert "This code is taken" in taken.text

    buyer_id = world.person("Bo Buyer")
    world.put_in_cart(buyer_id, listing_id)
    codes.enter(buyer_id, "SUMMER")
    world.pay(world.check_out(buyer_id))
    world.settle_down()
    page = browser.get(made.location).text
    assert "Bo Buyer" in page
    assert "$12.50" in page
    assert "2 per buyer" in page
    assert "Bo Buyer" in browser.get(f"{made.location}?format=csv").text
    assert "12.5 %" in browser.get("/seller/discounts").text

    edited = browser.post(f"{made.location}/edit", data={**form, "value": "20", "max_uses": "1"})
    assert edited.status_code == 303
    assert "Used up" in browser.get(made.location).text
    for verb, words in (("pause", "Paused"), ("resume", "Used up"), ("end", "Ended")):
        browser.post(f"{made.location}/move", data={"csrf_token": token, "verb": verb})
        assert words in browser.get(made.location).text
    assert browser.post(f"{made.location}/move", data={"csrf_token": token, "verb": "resume"}).status_code == 303
    assert world.rows("SELECT status FROM discount") == [("ended",)]


def test_an_admin_makes_a_code_of_the_marketplace_and_sees_every_sellers_but_changes_none(world: World) -> None:
    admin_id, seller_id = world.person("Ada Admin", is_admin=True), world.seller()
    own = codes.code(world.now, "SELLERS", seller_id=seller_id, actor_id=seller_id)
    browser = world.client(admin_id)
    token = form_token(browser.get("/admin/discounts/new").text)
    today = world.now.date().isoformat()
    form = {"csrf_token": token, "kind": "fixed", "value": "5.00", "currency": "USD", "valid_from": today}
    made = browser.post("/admin/discounts/new", data={**form, "categories": ["brakes"], "code": ""})
    assert made.status_code == 303
    [(letters,)] = world.rows("SELECT code FROM discount WHERE seller_id IS NULL")
    assert len(str(letters)) == 16, "64 bits that nobody guesses"

    buyer_id = world.person("Bo Buyer")
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    codes.enter(buyer_id, str(letters))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    assert "Bo Buyer" in browser.get(made.location).text
    assert "SELLERS" not in browser.get("/admin/discounts").text
    assert "SELLERS" in browser.get("/admin/discounts?of=sellers").text
    assert browser.get(f"/admin/discounts/{own}").status_code == 200
    assert browser.post(f"/admin/discounts/{own}/move", data={"csrf_token": token, "verb": "end"}).status_code == 404

    [(number,)] = world.rows('SELECT number FROM "order"')
    order = world.client(seller_id).get(f"/seller/orders/{number}").text
    assert "Discount paid by the marketplace" in order
    for path in ("subsidy", "net", "discount", "gross"):
        shown = world.client(seller_id).get(f"/seller/orders/{number}/explain/{path}").text
        assert "does not" not in shown, path
    payment = browser.get(f"/admin/payments/{bought.payment_id}").text
    assert "Discounts paid by us" in payment
    assert browser.get(f"/admin/payments/{bought.payment_id}/explain/subsidy").status_code == 200


def test_what_the_marketplace_pays_of_a_discount_stands_wherever_a_sale_is_reckoned_up(world: World) -> None:
    """Paid by the buyer + the marketplace's part - fees = what the seller gets, in each file and on each page."""
    seller_id, admin_id = world.seller(), world.person(is_admin=True)
    codes.code(world.now, "HOUSE", seller_id=None, actor_id=admin_id, basis_points=2_500)
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    codes.enter(buyer_id, "HOUSE")
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    seller, admin = world.client(seller_id), world.client(admin_id)

    month = f"{world.now:%Y-%m}"
    for path in ("/seller/transactions?type=sale&format=csv", f"/seller/statements/USD/{month}?format=csv"):
        [row] = table(seller, path)
        parts = [row[name] for name in ("Paid by the buyer", _PART, "Platform fee", "Card fee")]
        assert parts[:2] == ["75.00", "25.00"], path
        assert sum(map(Decimal, parts)) == Decimal(row["Amount"]), path
    [row] = table(seller, "/seller/orders?tab=all&format=csv")
    assert [row["Discount"], row["Order total"], row[_PART], row["You receive"]] == ["25.00", "75.00", "25.00", "94.52"]
    [row] = table(world.client(buyer_id), "/orders?format=csv")
    assert [row["Discount"], row["Total"]] == ["25.00", "75.00"]

    added = "and $25.00 of discount paid by the marketplace"
    for path in ("/seller/transactions", "/seller/transactions?type=sale", f"/seller/statements/USD/{month}"):
        assert added in plain(seller, path), path
    sums = plain(seller, f"/seller/statements/USD/{month}")
    assert "Discounts paid by the marketplace $25.00" in sums
    overview = plain(seller, "/seller")
    assert "$25.00 of both are discounts that the marketplace paid" in overview
    assert "Fees $5.48" in overview
    [(number,)] = world.rows("SELECT number FROM purchase")
    purchase = plain(admin, f"/admin/purchases/{number}")
    assert "Discount code HOUSE" in purchase
    assert "less $25.00" in purchase
    assert "of discount paid by us" in purchase
    soup = BeautifulSoup(admin.get(f"/admin/purchases/{number}").text, "html.parser")
    [part] = [link for link in soup.select("a.money") if link.text.startswith("$25.00")]
    assert "$25.00" in plain(admin, str(part["href"]))
    payment = plain(admin, f"/admin/payments/{bought.payment_id}")
    assert "of discount paid by us" in payment


def plain(browser: FlaskClient, path: str) -> str:
    """Return a page's words."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())
