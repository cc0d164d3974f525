"""A seller's day: what the overview says equals the ledger, and every movement carries the balance after it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import CarFacts, Offer
from marketplace.money import Money
from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World, form_token
from tests.pages.test_lists import table
from tests.snapshots import walked_once

_ACCOUNTS = "('seller_held', 'seller_payable', 'seller_debt')"


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def minor(text: str) -> int:
    """Return a shown amount of dollars or euros in minor units."""
    sign = -1 if "\N{MINUS SIGN}" in text else 1
    return sign * int(re.sub(r"[^0-9]", "", text))


def shown(node: Tag) -> int:
    """Return the amount that stands first in a node, without what only screen readers hear."""
    return minor(next(node.stripped_strings))


def kpis(html: BeautifulSoup) -> dict[str, str]:
    return {item.dt.text: item.select_one(".kpis-value").text for item in html.select(".kpis-item")}


def booked(world: World, seller_id: int, currency: str = "USD", accounts: str = _ACCOUNTS) -> int:
    [(total,)] = world.rows(
        f"SELECT -coalesce(sum(amount_minor), 0) FROM posting WHERE owner_id = %s AND currency = %s"
        f" AND account IN {accounts}",
        seller_id,
        currency,
    )
    return int(str(total))


def sell(world: World, seller_id: int, *grosses: int, currency: str = "USD") -> list[Bought]:
    """Let the seller sell one part per amount, each to a buyer of its own."""
    found = []
    for gross in grosses:
        buyer_id = world.person()
        world.put_in_cart(buyer_id, world.listing(seller_id, gross, currency=currency))
        found.append(world.check_out(buyer_id, currency))
        world.pay(found[-1])
    world.settle_down()
    return found


def refund(world: World, bought: Bought, percent: int) -> None:
    """Pay a part of an order back."""
    refund_id = world.ask_refund(bought, Wish(percent=percent))
    [(amount,)] = world.rows("SELECT amount_minor FROM refund WHERE id = %s", refund_id)
    approve_and_send(
        admin_id=world.person("Ada Admin", is_admin=True),
        refund_id=refund_id,
        amount_minor=int(str(amount)),
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()


def busy_shop(world: World) -> tuple[int, FlaskClient]:
    """Return a seller with sales on several days and in two currencies, a full refund, and one that waits."""
    seller_id = _busy_seller(world)
    return seller_id, world.client(seller_id)


@walked_once
def _busy_seller(world: World) -> int:
    seller_id = world.seller()
    [old] = sell(world, seller_id, 5_000)
    world.advance(days=35)
    first, _second = sell(world, seller_id, 10_000, 3_333)
    sell(world, seller_id, 8_000, currency="EUR")
    world.advance(days=5)  # two working days are over by then, whatever the weekday
    sell(world, seller_id, 2_500)
    refund(world, first, 100)
    world.ask_refund(old, Wish(percent=50))
    return seller_id


def test_where_the_money_is_equals_the_ledger_and_opens_to_its_rows(world: World) -> None:
    seller_id, client = busy_shop(world)
    for currency in ("USD", "EUR"):
        html = page(client, f"/seller?currency={currency}")
        rows = html.select(".money-flow-list li")
        parts = [shown(row.select_one(".money")) for row in rows]
        [balance] = html.select(".money-box-row dd")
        assert sum(parts) == shown(balance) == booked(world, seller_id, currency)
        links = [str(row.select_one("a.money")["href"]) for row in rows] + [str(balance.a["href"])]
        for link, amount in zip(links, [*parts, shown(balance)], strict=True):
            explained = page(client, link)
            assert [minor(text) for text in kpis(explained).values()] == [amount, amount], link
            assert "agree" in explained.select_one(".notice").text
    labels = [row.select("span")[0].contents[0] for row in page(client, "/seller").select(".money-flow-list li")]
    assert labels == ["Held until release", "Available", "In refund or dispute", "You owe"]
    assert minor(kpis(page(client, "/seller"))["Held for you"]) == booked(world, seller_id, "USD", "('seller_held')")


def test_sales_are_told_for_the_days_asked_and_against_the_days_before(world: World) -> None:
    _seller_id, client = busy_shop(world)
    html = page(client, "/seller?days=30")
    figure = html.select_one(".kpis-item")
    assert minor(figure.select_one(".kpis-value").text) == 10_000 + 3_333 + 2_500
    assert "+216.7% against $50.00 in the 30 days before" in figure.get_text(" ", strip=True)
    behind = page(client, str(figure.a["href"]))
    assert kpis(behind)["Paid by buyers"] == figure.select_one(".kpis-value").text
    assert len(behind.select("tbody tr")) == 3
    assert minor(kpis(page(client, "/seller?days=90"))["Sales, last 90 days"]) == 20_833
    assert minor(kpis(page(client, "/seller?days=7"))["Sales, last 7 days"]) == 15_833
    assert kpis(page(client, "/seller?days=5&currency=XXX")).keys() == kpis(html).keys()
    # The drawing is for the eyes; the table says the same.
    bars = html.select(".sales-chart-plot a")
    days = html.select(".sales-chart-table tbody tr")
    assert len(bars) == len(days) == 2
    assert [shown(row.select("td")[2]) for row in days] == [2_500, 13_333]
    assert {str(bar["href"]) for bar in bars} == {str(row.a["href"]) for row in days}
    assert minor(kpis(page(client, str(days[1].a["href"])))["Paid by buyers"]) == 13_333
    assert not html.select("svg [style]")


def test_planned_releases_sum_to_what_is_held_and_open_to_their_rows(world: World) -> None:
    seller_id, client = busy_shop(world)
    rows = page(client, "/seller").select(".release-list li")
    assert rows[0].b.text == "Due"
    assert len(rows) == 3
    amounts = [shown(row.select_one(".money")) for row in rows]
    assert sum(amounts) == booked(world, seller_id, "USD", "('seller_held')")
    for row, amount in zip(rows, amounts, strict=True):
        explained = page(client, str(row.select_one("a.money")["href"]))
        assert [minor(text) for text in kpis(explained).values()] == [amount, amount]


def test_the_list_of_what_is_to_be_done_names_each_kind_with_its_one_action(world: World) -> None:
    seller_id, client = busy_shop(world)
    few, gone, resting = (world.listing(seller_id, title=title) for title in ("Few", "Gone", "Resting"))
    for listing_id, units in ((few, 2), (gone, 0)):
        db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=listing_id, units=units)
    db.atomic(catalog.pause, (), seller_id=seller_id, listing_id=resting, now=world.now)
    html = page(client, "/seller")
    entries = {entry.b.text: entry for entry in html.select(".todo-list li")}
    assert list(entries) == [
        "4 orders to send",
        "1 refund asked for",
        "You owe $3.20",
        "Set up payouts",
        "1 listing is sold out",
        "1 part is nearly sold out",
        "1 listing is paused",
    ]
    assert "3 overdue" in entries["4 orders to send"].text
    for name, title in (("sold out", "Gone"), ("nearly", "Few"), ("paused", "Resting")):
        [entry] = [
            found for label, found in entries.items() if name in label and ("nearly" in label) == (name == "nearly")
        ]
        listed = page(client, str(entry.a["href"]))
        assert [link.text for link in listed.select(".row-title-link")] == [title]
    assert kpis(html)["Orders to send"] == "4"
    assert kpis(html)["Refunds waiting"] == "1"


def test_a_new_shop_sees_three_steps_that_follow_what_it_has_done(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    html = page(client, "/seller")
    assert len(html.select(".progress-steps li")) == 3
    assert [link["href"] for link in html.select(".panel .button")] == ["/seller/listings/new"]
    assert not html.select(".kpis")
    world.listing(seller_id)
    assert [link["href"] for link in page(client, "/seller").select(".panel .button")] == ["/seller/listings"]
    sell(world, seller_id, 1_000)
    html = page(client, "/seller")
    assert html.select(".kpis")
    assert not html.select(".progress-steps")
    world.advance(days=10)
    assert "Nothing was sold on these days" in page(client, "/seller?days=7").text


def test_the_page_refreshes_itself_by_its_own_address(world: World) -> None:
    _seller_id, client = busy_shop(world)
    part = page(client, "/seller?days=7").select_one("[data-live]")
    assert part["hx-get"] == "/seller?days=7"
    fresh = client.get(str(part["hx-get"]), headers={"HX-Request": "true"})
    assert BeautifulSoup(fresh.text, "html.parser").select_one(str(part["hx-select"]))


def test_the_running_balance_ends_at_the_ledger_whatever_is_filtered(world: World) -> None:
    seller_id, client = busy_shop(world)
    for currency in ("USD", "EUR"):
        rows = table(client, f"/seller/transactions?currency={currency}&sort=oldest&format=csv")
        balance = Decimal(0)
        for row in rows:
            balance += Decimal(row["Amount"])
            assert Decimal(row["Balance"]) == balance
        assert balance * 100 == booked(world, seller_id, currency)
        assert minor(kpis(page(client, f"/seller/transactions?currency={currency}"))["Balance now"]) == balance * 100
    everything = {row["Posting"]: row["Balance"] for row in table(client, "/seller/transactions?format=csv")}
    refunds = table(client, "/seller/transactions?type=refund&format=csv")
    assert {row["Where"] for row in refunds} == {"Held", "Owed"}
    assert [row["Balance"] for row in refunds] == [everything[row["Posting"]] for row in refunds]
    sales = table(client, "/seller/transactions?type=sale&format=csv")
    for row in sales:
        fees = Decimal(row["Platform fee"]) + Decimal(row["Card fee"])
        assert Decimal(row["Paid by the buyer"]) + fees == Decimal(row["Amount"])


def test_the_opening_balance_of_some_days_is_what_was_there_before(world: World) -> None:
    seller_id, client = busy_shop(world)
    [(first_day,)] = world.rows(
        "SELECT min(booked_at AT TIME ZONE 'UTC')::date FROM ledger_entry WHERE key LIKE 'payment:%%:captured'"
    )
    since, until = first_day + timedelta(days=1), first_day + timedelta(days=36)
    found = kpis(page(client, f"/seller/transactions?from={since}&to={until}"))
    opening, came, went, closing = (minor(text) for text in found.values())
    before, inside = (
        int(str(world.rows(
            f"SELECT -sum(p.amount_minor) FROM posting p JOIN ledger_entry e ON e.id = p.entry_id WHERE owner_id = %s"
            f" AND currency = 'USD' AND account IN {_ACCOUNTS} AND booked_at < %s",
            seller_id, day,
        )[0][0]))
        for day in (since, until + timedelta(days=1))
    )  # fmt: skip
    assert (opening, closing) == (before, inside)
    assert opening + came + went == closing
    rows = page(client, f"/seller/transactions?from={since}&to={until}&sort=oldest").select("tbody tr")
    assert len(rows) == 2
    assert minor(rows[0].select("td")[6].text) == opening + minor(rows[0].select("td")[5].text)
    assert minor(rows[-1].select("td")[6].text) == closing


def test_a_list_of_movements_is_paged_and_searched_by_its_address(world: World) -> None:
    seller_id, client = busy_shop(world)
    [html] = [page(client, "/seller/transactions?type=nonsense&currency=nope")]
    numbers = [row.small.text for row in html.select("tbody tr")]
    assert len(numbers) == len(table(client, "/seller/transactions?format=csv")) == 6
    links = [str(link["href"]) for link in html.select("tbody a")]
    assert links[0].startswith("/seller/refunds/RF-"), "a movement leads to what it is about"
    assert links[-1].startswith("/seller/orders/TM-")
    nothing = page(client, "/seller/transactions?type=returned")
    assert "No movement fits these filters" in nothing.text
    assert nothing.select_one(".chips-item").contents[0] == "Refunds that came back"
    other = world.client(world.seller())
    assert "No movement yet" in page(other, "/seller/transactions").text
    assert booked(world, seller_id) != 0


@pytest.mark.parametrize("tab", ["", "tab=all&"])
def test_orders_are_found_by_number_buyer_and_title(world: World, tab: str) -> None:
    seller_id = world.seller()
    for name, title in (("Priya Nair", "Head lamp"), ("Tom Wills", "Gear knob")):
        buyer_id = world.person(name)
        world.put_in_cart(buyer_id, world.listing(seller_id, title=title))
        world.pay(world.check_out(buyer_id))
        world.settle_down()
    client = world.client(seller_id)
    first, second = (str(number) for (number,) in world.rows('SELECT number FROM "order" ORDER BY id'))
    for text, found in (("priya", [first]), ("knob", [second]), (second.lower(), [second]), ("100%", [])):
        html = page(client, f"/seller/orders?{tab}q={text}")
        assert [link.text for link in html.select(".row-title-link")] == found, text
        rows = table(client, f"/seller/orders?{tab}q={text}&format=csv")
        assert [row["Order"] for row in rows] == found, text
    none = page(client, f"/seller/orders?{tab}q=nothing")
    assert "Without filters" in none.select_one(".empty-state").text
    assert page(client, f"/seller/orders?{tab}from=2001-01-01&to=2001-01-02").select_one(".empty-state")


def test_the_orders_file_has_what_the_list_has_and_no_formula(world: World) -> None:
    seller_id = world.seller()
    buyer_id = world.person("Bo Buyer")
    world.put_in_cart(buyer_id, world.listing(seller_id, title="=1+1"))
    world.pay(world.check_out(buyer_id))
    world.settle_down()
    [row] = table(world.client(seller_id), "/seller/orders?tab=all&format=csv")
    assert (row["Title"], row["Order total"], row["You receive"]) == ("'=1+1", "100.00", "93.80")


def test_an_empty_list_of_orders_leads_to_the_listings(world: World) -> None:
    empty = page(world.client(world.seller()), "/seller/orders").select_one(".empty-state")
    assert empty.a["href"] == "/seller/listings"


def test_listings_are_sorted_filtered_and_written_to_a_file(world: World) -> None:
    seller_id = world.seller()
    for price, units in ((3_000, 2), (1_000, 9), (2_000, 3)):
        world.listing(seller_id, price, units=units, title=f"Part {price}")
    client = world.client(seller_id)

    def titles(path: str) -> list[str]:
        return [link.text for link in page(client, path).select(".row-title-link")]

    assert titles("/seller/listings?sort=largest") == ["Part 3000", "Part 2000", "Part 1000"]
    assert titles("/seller/listings?tab=active&stock=low") == ["Part 2000", "Part 3000"]
    rows = table(client, "/seller/listings?stock=low&sort=smallest&format=csv")
    assert [(row["Title"], row["Price"], row["In stock"]) for row in rows] == [
        ("Part 2000", "20.00", "3"),
        ("Part 3000", "30.00", "2"),
    ]


def test_price_and_stock_are_changed_in_the_list_and_what_it_brings_is_said(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 5_000, units=3)
    client = world.client(seller_id)
    place = "/seller/listings?tab=active"

    def send(**form: str) -> str:
        [shown] = page(client, place).select(".quick-edit-form")
        kept = {str(field["name"]): str(field["value"]) for field in shown.select("input[type=hidden]")}
        answer = client.post(str(shown["action"]), data={**kept, **form})
        assert (answer.status_code, answer.location) == (303, place)
        return page(client, place).select_one(".flash-messages, .notice").get_text(" ", strip=True)

    assert "You receive $93.80 for one" in send(price="100.00", in_stock="7")
    stored = "SELECT price_minor, in_stock FROM listing WHERE id = %s"
    assert world.rows(stored, listing_id) == [(10_000, 7)]
    for form in ({"price": "1,5", "in_stock": "7"}, {"price": "90", "in_stock": "-1"}, {"price": "", "in_stock": "7"}):
        assert "was not changed" in send(**form)
    assert "In between this has changed to 7" in send(price="90", in_stock="5", seen_stock="6")
    assert world.rows(stored, listing_id) == [(10_000, 7)]


def test_a_copy_is_a_draft_with_everything_but_a_second_car(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 5_000, units=3, title="Head lamp")
    client = world.client(seller_id)
    token = form_token(client.get("/account/security").text)
    answer = client.post(f"/seller/listings/{listing_id}/copy", data={"csrf_token": token})
    html = page(client, answer.location)
    assert "Draft" in html.select_one(".badge").text
    same = "SELECT title, description, price_minor, currency, in_stock, kind FROM listing ORDER BY id"
    first, second = world.rows(same)
    assert first == second
    facts = CarFacts("Saab", "900", 1987, 214_000, "Hatchback", "Petrol", "Manual", "Red", "1M8GDM9AXKP042788")
    car = Offer("Saab 900", "One owner.", Money(890_000, "EUR"), Money(0, "EUR"), 1, facts)
    listing_id = db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=car, now=world.now)
    client.post(f"/seller/listings/{listing_id}/copy", data={"csrf_token": token})
    assert [row[4] for row in world.rows(same)[2:]] == [1, 0]
