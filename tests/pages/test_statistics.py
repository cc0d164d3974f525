"""A buyer's overview and statistics: every figure is the sum of exactly the rows it opens to (S1.19, S1.20)."""

import csv
import io
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from tests.builders import World
from tests.snapshots import walked_once

DECLINED_CARD = "4000000000000002"


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """Return the rows of a list's file."""
    return list(csv.DictReader(io.StringIO(client.get(path).text.removeprefix("\ufeff"))))


def figures(html: BeautifulSoup) -> dict[str, tuple[str, str]]:
    """Return the tiles of a page: what each says and where it leads."""
    found = {}
    for tile in html.select(".kpis-item"):
        link = tile.select_one("a")
        found[tile.dt.text] = (tile.select_one(".kpis-value").text, str(link["href"]) if link else "")
    return found


def number(text: str) -> Decimal:
    return Decimal(text.replace("\N{MINUS SIGN}", "-").replace("$", "").replace("€", "").replace(",", ""))


def refund(world: World, payment_id: int, refund_id: int, amount_minor: int) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    approve_and_send(
        admin_id=admin_id,
        refund_id=refund_id,
        amount_minor=amount_minor,
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()


@walked_once
def bought_much(world: World) -> int:
    """Let one buyer pay in two currencies and three months, be refused, walk away and get something back."""
    buyer_id, seller_id = world.person(), world.seller()
    dollars = world.listing(seller_id, 10_010, units=50)
    euros = world.listing(seller_id, 3_333, currency="EUR", units=50)
    for month in range(3):
        world.put_in_cart(buyer_id, dollars, month + 1)
        bought = world.check_out(buyer_id)
        world.pay(bought)
        world.settle_down()
        if month == 1:
            refund(world, bought.payment_id, world.ask_refund(bought, Wish(percent=25)), 5_005)
        world.advance(days=31)
    world.put_in_cart(buyer_id, euros)
    world.pay(world.check_out(buyer_id, "EUR"))
    world.settle_down()
    world.put_in_cart(buyer_id, dollars)
    world.pay(world.check_out(buyer_id), DECLINED_CARD)
    world.settle_down()
    return buyer_id


@pytest.mark.covers("S1.20")
def test_every_figure_is_the_sum_of_the_rows_it_opens_to(world: World) -> None:
    client = world.client(bought_much(world))
    dollars, euros = (
        figures(section) for section in page(client, "/account/statistics").select("section:has(> .kpis)")
    )
    assert {name: value for name, (value, _) in dollars.items()} == {
        "Spent": "$550.55",
        "Paid": "$600.60",
        "Refunded": "$50.05",
        "Completed payments": "3",
        "Average payment": "$200.20",
    }
    assert (euros["Paid"][0], euros["Completed payments"][0]) == ("€33.33", "1")
    for currency in (dollars, euros):
        for name in ("Spent", "Paid", "Refunded"):
            value, url = currency[name]
            rows_agree(page(client, url), value)
        amounts = [Decimal(row["Amount"]) for row in table(client, currency["Completed payments"][1] + "&format=csv")]
        assert len(amounts) == int(currency["Completed payments"][0])
        assert sum(amounts) == number(currency["Paid"][0])
        assert sum(amounts) / len(amounts) == number(currency["Average payment"][0])


def rows_agree(html: BeautifulSoup, figure: str) -> None:
    """Add the rows of a page that explains a figure up, and compare."""
    assert html.select_one(".notice.is-ok") is not None
    tiles = figures(html)
    assert tiles["The figure"][0] == tiles["Sum of the rows"][0] == figure
    total = Decimal(0)
    for row in html.select("table tbody tr"):
        debit, credit = (cell.text.strip() for cell in row.select("td.num")[:2])
        total += number(debit or "0") - number(credit or "0")
    assert abs(total) == number(figure)


@pytest.mark.covers("S1.20")
def test_the_months_make_the_whole_and_open_to_their_rows(world: World) -> None:
    client = world.client(bought_much(world))
    chart = page(client, "/account/statistics").select_one(".bar-chart-table table")
    months = [(row.th.text, row.td) for row in chart.select("tbody tr")]
    assert len(months) == 12
    paid = [(cell.a["href"], cell.text) for _, cell in months if cell.a]
    assert sum(number(text) for _, text in paid) == number(chart.select_one("tfoot td").text) == Decimal("600.60")
    assert len(paid) >= 3
    for url, text in paid:
        rows_agree(page(client, str(url)), text)


@pytest.mark.covers("S1.19")
def test_payments_are_filtered_paged_and_found_by_any_own_number(world: World) -> None:
    buyer_id = bought_much(world)
    client = world.client(buyer_id)
    tabs = {tab.contents[0].strip(): tab for tab in page(client, "/account/payments").select(".tabs a")}
    counts = {name: int(tab.select_one(".tabs-count").text) for name, tab in tabs.items()}
    assert (counts["All"], counts["Paid"], counts["Failed"], counts["Partly refunded"]) == (5, 3, 1, 1)
    assert len(tabs) == 9
    for name, tab in tabs.items():
        assert len(table(client, f"{tab['href']}{'&' if '?' in tab['href'] else '?'}format=csv")) == counts[name]

    [(payment_id, session, intent, order, purchase)] = world.rows(
        """
        SELECT p.id, p.provider_session_id, p.provider_payment_id, o.number, u.number FROM payment p
        JOIN purchase u ON u.id = p.purchase_id JOIN "order" o ON o.purchase_id = u.id
        WHERE p.user_id = %s ORDER BY p.id LIMIT 1
        """,
        buyer_id,
    )
    for text in (payment_id, session, intent, order, purchase):
        rows = table(client, f"/account/payments?q={text}&format=csv")
        assert [row["Payment"] for row in rows] == [str(payment_id)], text

    amounts = [
        Decimal(row["Amount"]) for row in table(client, "/account/payments?sort=largest&currency=USD&format=csv")
    ]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) == 4
    first = table(client, "/account/payments?format=csv")[-1]["Started (UTC)"][:10]
    assert len(table(client, f"/account/payments?to={first}&format=csv")) == 1

    stranger = world.client(world.person())
    assert table(stranger, f"/account/payments?q={payment_id}&format=csv") == []


def test_the_overview_says_what_needs_a_step(world: World) -> None:
    buyer_id = bought_much(world)
    html = page(world.client(buyer_id), "/account")
    tiles = figures(html)
    client = world.client(buyer_id)
    for name in ("Held for you, USD", "Held for you, EUR"):
        rows_agree(page(client, tiles[name][1]), tiles[name][0])
    assert tiles["On the way"][0] == "4"
    assert tiles["To pay"][0] == "1"
    steps = [step.b.text for step in html.select(".todo-list li")]
    assert steps[0].startswith("Pay for Brake disc")
    assert html.select_one("[data-live]") is not None

    nobody = page(world.client(world.person()), "/account")
    assert "Nothing waits for you." in nobody.main.text
    assert "No orders yet" in nobody.main.text


def test_a_payment_that_may_change_asks_for_itself(world: World) -> None:
    bought = world.open_purchase(5_000)
    client = world.client(bought.buyer_id)
    path = f"/account/payments/{bought.payment_id}"
    assert page(client, path).select_one("#payment[data-live]") is not None
    world.pay(bought)
    world.settle_down()
    settled = page(client, path)
    # The last answer still has the part that the page looks for, but does not ask again.
    assert settled.select_one("#payment") is not None
    assert settled.select_one("[data-live]") is None


def test_orders_are_found_by_number_part_and_shop(world: World) -> None:
    buyer_id = world.person()
    for name, title in (("Anna", "Wing mirror"), ("Berta", "Head lamp 100%")):
        world.put_in_cart(buyer_id, world.listing(world.seller(name), title=title))
    world.check_out(buyer_id)
    client = world.client(buyer_id)
    [(number_a, purchase), (number_b, _)] = world.rows(
        'SELECT o.number, p.number FROM "order" o JOIN purchase p ON p.id = o.purchase_id ORDER BY o.id'
    )
    found = {
        text: {row["Order"] for row in table(client, f"/orders?format=csv&q={text}")}
        for text in (number_a, purchase, "mirror", "berta", "100%25", "100_")
    }
    assert found == {
        number_a: {number_a},
        purchase: {number_a, number_b},
        "mirror": {number_a},
        "berta": {number_b},
        "100%25": {number_b},
        "100_": set(),
    }
