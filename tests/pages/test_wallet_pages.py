"""A wallet's pages: its owner's, an admin's, the checkout that spends it, and the JSON."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.refunds import flows as refunds
from marketplace.refunds.wishes import Wish
from tests import builders_wallets as wallets
from tests.builders import Bought, World
from tests.pages.test_checkout import pay


def parsed(answer: TestResponse, code: int = 200) -> BeautifulSoup:
    assert answer.status_code == code
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def words(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def ways(html: BeautifulSoup) -> list[tuple[str, bool]]:
    """Return the ways to pay that are offered, and whether each is chosen."""
    return [(str(field["value"]), field.has_attr("checked")) for field in html.select("input[name=pay_from]")]


def figures(html: BeautifulSoup) -> dict[str, str]:
    return {item.dt.text: item.select_one(".kpis-value").text for item in html.select(".kpis-item")}


def movements(html: BeautifulSoup) -> list[list[str]]:
    return [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in html.select("tbody tr")]


def change(client: FlaskClient, user_id: int, **typed: str) -> TestResponse:
    path = f"/admin/users/{user_id}/wallet"
    form = parsed(client.get(path)).select_one(f'form[method=post][action="{path}/change"]')
    hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    data = {"way": "add", "amount": "25", "currency": "USD", "order_number": "", "reason": "For your patience."}
    return client.post(f"{path}/change", data={**hidden, **data, **typed})


def spent_and_refunded(world: World) -> Bought:
    """Return a purchase of 100.00 from a wallet with 120.00, of which 40.00 came back."""
    bought = wallets.bought(world, 10_000, held=12_000)
    refunds.approve_and_send(
        admin_id=world.person(is_admin=True),
        refund_id=world.ask_refund(bought, Wish(amount_minor=4_000)),
        amount_minor=4_000,
        notes="",
        policy=world.settings.money,
        providers={},
        now=world.now,
    )
    return bought


def test_an_empty_wallet_explains_itself(world: World) -> None:
    html = parsed(world.client(world.person()).get("/wallet"))
    assert "Your wallet is empty" in words(html)
    assert not html.select(".kpis-item")


@pytest.mark.covers("S2.19")
def test_each_figure_of_a_wallet_opens_to_its_ledger_rows(world: World) -> None:
    bought = spent_and_refunded(world)
    client = world.client(bought.buyer_id)
    html = parsed(client.get("/wallet"))
    assert figures(html) == {
        "In the wallet, USD": "$60.00", "Total earned, USD": "$120.00", "Total spent, USD": "$60.00",
    }  # fmt: skip
    for link, total in zip(html.select(".kpis-item a"), ("$60.00", "$120.00", "$60.00"), strict=True):
        page = parsed(client.get(link["href"]))
        assert page.select_one("tfoot").get_text(" ", strip=True).endswith(total)
        assert "agree" in words(page)
        assert parsed(world.client(world.person()).get(link["href"])).select("tbody tr") == []
    assert client.get("/wallet/explain/owed/USD").status_code == 404
    assert client.get("/wallet/explain/balance/usd").status_code == 404


@pytest.mark.covers("S2.20")
def test_movements_have_their_balance_and_a_filter_in_the_address(world: World) -> None:
    bought = spent_and_refunded(world)
    client = world.client(bought.buyer_id)
    [(number,)], [(purchase,)] = world.rows('SELECT number FROM "order"'), world.rows("SELECT number FROM purchase")
    rows = movements(parsed(client.get("/wallet")))
    assert [(row[0], *row[2:]) for row in rows] == [
        (f"Refund Order {number}", "+$40.00", "$60.00"),
        (f"Paid a purchase Purchase {purchase}", "\N{MINUS SIGN}$100.00", "$20.00"),
        ("Added by us For your patience.", "+$120.00", "$120.00"),
    ]
    assert len(movements(parsed(client.get("/wallet?type=spent")))) == 1
    assert "No movement fits" in words(parsed(client.get("/wallet?type=taken_back")))
    answer = client.get("/wallet?format=csv&type=refunded")
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["Type"], row["Amount"], row["Balance"], row["Order"]) == ("Refund", "40.00", "60.00", number)


@pytest.mark.covers("S2.21")
def test_an_admin_puts_money_in_and_takes_it_back(world: World) -> None:
    buyer_id, client = world.person("Bea Buyer"), world.client(world.person("Ada Admin", is_admin=True))
    answer = change(client, buyer_id)
    assert answer.status_code == 303
    html = parsed(client.get(answer.location))
    assert "$25.00 is in the wallet, and Bea Buyer was told." in html.text
    assert figures(html)["In the wallet, USD"] == "$25.00"
    assert movements(html)[0][1].startswith("Ada Admin, ")
    too_much = parsed(change(client, buyer_id, way="take_back", amount="25.01"), 409)
    assert "The wallet holds $25.00. Take back at most that." in too_much.text
    links = {link["href"].partition("?")[0] for link in too_much.select(".list-tools a[href^='/']")}
    assert links == {f"/admin/users/{buyer_id}/wallet"}
    assert change(client, buyer_id, way="take_back", amount="5.50").status_code == 303
    assert wallets.holds(world, buyer_id) == 1_950
    on_page = words(parsed(client.get(f"/admin/users/{buyer_id}")))
    assert "In USD 2 movements $19.50" in on_page
    told = words(parsed(world.client(buyer_id).get("/notifications")))
    assert "We put $25.00 into your wallet" in told
    assert "The reason: For your patience. It holds $19.50 now." in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "x"}, "Write the amount like this: 12.50"),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"amount": "500.01"}, "That is more than one admin may move at once."),
        ({"amount": "-5"}, "Write the amount like this: 12.50"),
        ({"reason": " "}, "Give the reason"),
        ({"order_number": "TD-1"}, "This person has no order with this number."),
        ({"currency": "XXX"}, "Not a valid choice"),
        ({"token": ""}, "Reload the page and try again."),
    ],
)
def test_what_an_admin_typed_wrongly_is_said_at_its_field(world: World, typed: dict[str, str], said: str) -> None:
    buyer_id, client = world.person(), world.client(world.person(is_admin=True))
    assert said in parsed(change(client, buyer_id, **typed), 422).text
    assert world.rows("SELECT count(*) FROM wallet_movement") == [(0,)]


def test_a_form_that_was_sent_before_with_something_else_does_nothing_and_is_offered_anew(world: World) -> None:
    buyer_id, client = world.person(), world.client(world.person(is_admin=True))
    token = "the-same-form-of-a-moment-ago"
    assert change(client, buyer_id, token=token).status_code == 303
    assert change(client, buyer_id, token=token).status_code == 303
    html = parsed(change(client, buyer_id, token=token, amount="26"), 409)
    assert "This form was sent already, with something else." in words(html)
    assert html.select_one("input[name=token]")["value"] != token
    assert wallets.holds(world, buyer_id) == 2_500


def test_admins_have_no_form_for_their_own_wallet(world: World) -> None:
    admin_id = world.person(is_admin=True)
    html = parsed(world.client(admin_id).get(f"/admin/users/{admin_id}/wallet"))
    assert "Another admin must do it." in words(html)
    assert html.select("main form[method=post]") == []


def shopper(world: World, *prices: int, held: int) -> tuple[FlaskClient, int]:
    buyer_id = world.person()
    wallets.fill(world, buyer_id, held)
    for price in prices:
        world.put_in_cart(buyer_id, world.listing(world.seller(), price))
    return world.client(buyer_id), buyer_id


def test_the_checkout_offers_a_wallet_that_covers_everything_and_only_then(world: World) -> None:
    client, buyer_id = shopper(world, 4_000, held=3_999)
    html = parsed(client.get("/checkout/USD"))
    assert ways(html) == [("page", True), ("paypal", False)]
    assert "Your wallet holds $39.99. It pays a purchase when it covers all of it." in words(html)
    wallets.fill(world, buyer_id, 2_001)
    html = parsed(client.get("/checkout/USD"))
    assert ways(html) == [("page", True), ("paypal", False), ("wallet", False)]
    assert "From your wallet: it holds $60.00, $20.00 is left" in words(html)


@pytest.mark.covers("S2.19")
def test_paying_from_the_wallet_leads_to_the_paid_page_and_shows_everywhere(world: World) -> None:
    client, _buyer_id = shopper(world, 4_000, 1_000, held=9_000)
    answer = pay(client, pay_from="wallet")
    assert answer.status_code == 303
    back = parsed(client.get(answer.location))
    assert back.h1.text == "Thank you, it is paid"
    assert "$50.00 was paid from your wallet." in words(back)
    [(payment_id,)] = world.rows("SELECT id FROM payment")
    of_buyer = words(parsed(client.get(f"/account/payments/{payment_id}")))
    assert "Paid through Wallet" in of_buyer
    assert "Times we asked the provider" not in of_buyer
    assert "agree" in words(parsed(client.get(f"/account/payments/{payment_id}/explain/amount")))
    admin = world.client(world.person(is_admin=True))
    shown = words(parsed(admin.get(f"/admin/payments/{payment_id}")))
    assert "Provider Wallet" in shown
    assert "In buyers' wallets" in shown
    assert "agree" in words(parsed(admin.get(f"/admin/payments/{payment_id}/explain/amount")))
    asked = words(parsed(admin.get(f"/admin/payments/{payment_id}/diagnose")))
    assert "Paid from the buyer's wallet, so no provider was asked." in asked
    for number, seller_id in world.rows('SELECT number, seller_id FROM "order"'):
        assert "agree" in words(parsed(client.get(f"/orders/{number}/explain/total")))
        seller = world.client(int(str(seller_id)))
        assert "agree" in words(parsed(seller.get(f"/seller/orders/{number}/explain/gross")))
    for figure in ("paid", "spent", "held"):
        assert "agree" in words(parsed(client.get(f"/account/explain/{figure}/USD"))), figure


def test_a_wallet_that_was_emptied_in_another_tab_buys_nothing_and_says_so(world: World) -> None:
    client, buyer_id = shopper(world, 4_000, held=4_000)
    html = parsed(client.get("/checkout/USD"))
    assert ("wallet", False) in ways(html)
    wallets.take_back(world, buyer_id, 1)
    answer = pay(client, pay_from="wallet")
    html = parsed(answer, 409)
    assert "Your wallet holds $39.99, and this costs $40.00. Nothing was bought." in words(html)
    assert ways(html) == [("page", True), ("paypal", False)]
    assert world.rows("SELECT count(*) FROM purchase") == [(0,)]
    assert pay(client, pay_from="page").location.startswith(world.sandbox.base_url)


@pytest.mark.parametrize("way", ["", "card", "WALLET"])
def test_any_other_way_is_the_payment_page(world: World, way: str) -> None:
    client, buyer_id = shopper(world, 4_000, held=4_000)
    assert pay(client, pay_from=way).location.startswith(world.sandbox.base_url)
    assert wallets.holds(world, buyer_id) == 4_000


def test_a_refund_into_the_wallet_waits_for_no_bank(world: World) -> None:
    bought = spent_and_refunded(world)
    client = world.client(bought.buyer_id)
    [(number,)] = world.rows("SELECT number FROM refund")
    html = parsed(client.get(f"/refunds/{number}"))
    assert "$40.00 is in your wallet since" in words(html)
    assert "5 to 10 days" not in words(html)
    assert "It is in your wallet now." in words(parsed(client.get("/notifications")))
    [(order,)] = world.rows('SELECT number FROM "order"')
    assert "5 to 10 days" not in words(parsed(client.get(f"/orders/{order}/refund/new")))
    cancel = words(parsed(client.get(f"/orders/{order}/cancel")))
    assert "You get $60.00 back in your wallet, at once." in cancel


def test_programs_read_their_own_wallet_and_nobody_elses(world: World) -> None:
    bought = spent_and_refunded(world)
    client = world.client(bought.buyer_id)
    mine = client.get("/api/wallets/my_wallet/")
    assert mine.status_code == 200
    assert mine.json["id"] == bought.buyer_id
    [held] = mine.json["balances"]
    assert (held["currency"], held["balance"], held["total_earned"], held["total_spent"]) == (
        "USD", "60.00", "120.00", "60.00",
    )  # fmt: skip
    assert [(row["type"], row["kind"], row["amount"], row["balance"]) for row in mine.json["transactions"]] == [
        ("credit", "refunded", "40.00", "60.00"),
        ("debit", "spent", "-100.00", "20.00"),
        ("credit", "added", "120.00", "120.00"),
    ]
    assert client.get(f"/api/wallets/{bought.buyer_id}/").json == mine.json
    assert world.client(world.person()).get(f"/api/wallets/{bought.buyer_id}/").status_code == 404
    assert world.client().get("/api/wallets/my_wallet/").status_code == 401
