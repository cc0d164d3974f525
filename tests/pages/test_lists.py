"""Lists: every row on exactly one page in every order, and a file of exactly the filtered rows."""

import csv
import io
from decimal import Decimal

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.builders import World
from tests.snapshots import walked_once


def pages(client: FlaskClient, path: str) -> list[BeautifulSoup]:
    """Return all pages of a list, following the links to the next one."""
    found = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, path
        found.append(BeautifulSoup(answer.text, "html.parser"))
        link = found[-1].select_one(".pager a[rel=next]")
        path = str(link["href"]) if link else ""
    return found


def numbers(html: BeautifulSoup) -> list[str]:
    return [row.select_one(".nowrap").text for row in html.select(".order-row")]


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """Return the rows of a list's file."""
    answer = client.get(path)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def bought_thirty(world: World) -> tuple[int, FlaskClient]:
    """Let one buyer order thirty parts, some for the same price, one purchase a day; the dearest come first."""
    buyer_id = _thirty(world)
    return buyer_id, world.client(buyer_id)


@walked_once
def _thirty(world: World) -> int:
    buyer_id = world.person()
    for day in range(6):
        world.pay(world.open_purchase(*(1_000 * (1 + (day + seller) % 4) for seller in range(5)), buyer_id=buyer_id))
        world.settle_down()
        world.advance(days=1)
    return buyer_id


def test_in_each_order_every_row_is_on_exactly_one_page(world: World) -> None:
    buyer_id, client = bought_thirty(world)
    rows = world.rows('SELECT number, total_minor, id FROM "order" WHERE buyer_id = %s', buyer_id)
    wanted = {
        "newest": sorted(rows, key=lambda row: -row[2]),
        "oldest": sorted(rows, key=lambda row: row[2]),
        "largest": sorted(rows, key=lambda row: (-row[1], -row[2])),
        "smallest": sorted(rows, key=lambda row: (row[1], row[2])),
    }
    for order, expected in wanted.items():
        first, second = pages(client, f"/orders?sort={order}")
        assert numbers(first) + numbers(second) == [row[0] for row in expected], order
        assert len(numbers(first)) == 25
        back = client.get(str(second.select_one(".pager a[rel=prev]")["href"]))
        assert numbers(BeautifulSoup(back.text, "html.parser")) == numbers(first), order
    assert len(numbers(pages(client, "/orders?size=50")[0])) == 30


def test_the_file_has_exactly_the_filtered_rows(world: World) -> None:
    _, client = bought_thirty(world)
    days = [row["Placed (UTC)"][:10] for row in table(client, "/orders?format=csv")]
    assert len(days) == 30
    path = f"/orders?from={days[20]}&to={days[11]}&sort=oldest"
    [html] = pages(client, path)
    assert next(chip.contents[0] for chip in html.select(".chips-item")).startswith("From ")
    link = str(html.select_one(".list-tools a[href*='format=csv']")["href"])
    rows = table(client, link)
    assert [row["Order"] for row in rows] == numbers(html)
    assert {row["Placed (UTC)"][:10] for row in rows} == {days[20], days[11], days[15]}
    assert {Decimal(row["Total"]) for row in rows} <= {Decimal(10), Decimal(20), Decimal(30), Decimal(40)}

    [cleared] = pages(client, str(html.select(".chips-clear")[0]["href"]) + "&size=50")
    assert len(numbers(cleared)) == 30


def test_nothing_in_a_file_is_a_formula(world: World) -> None:
    buyer_id, seller_id = world.person(), world.seller()
    title = '=HYPERLINK("https://example.com","x")'
    world.put_in_cart(buyer_id, world.listing(seller_id, title=title))
    world.check_out(buyer_id)
    [row] = table(world.client(buyer_id), "/orders?format=csv")
    assert row["Title"] == "'" + title


def test_nonsense_in_the_address_is_left_out(world: World) -> None:
    client = world.client(world.person())
    for wrong in ("from=x&to=9999-99-99", "from=0001-01-01", "sort=%00&size=7", "before=-1&after=x", "size=1e9"):
        assert client.get(f"/orders?{wrong}").status_code == 200, wrong
