"""A seller's money on its pages: every figure is the ledger's, every share says why it is where it is."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import db
from marketplace.payouts import schedules
from marketplace.payouts.states import Interval
from marketplace.refunds.wishes import Wish
from marketplace.sandbox import disputes as bank
from tests.builders import World, form_token
from tests.fixtures_queries import CountQueries
from tests.journeys.test_disputes_and_payouts import decided, dispute_of, money_of_others
from tests.journeys.test_refund_after_payout import sell as sell_and_send
from tests.journeys.test_refund_after_payout import seller_with
from tests.pages.test_query_counts import cost
from tests.pages.test_seller_day import booked, minor, page, refund, sell, shown
from tests.pages.test_statements import assert_adds_up

_HELD = "('seller_held')"
_PAYABLE = "('seller_payable')"


def money_everywhere(world: World) -> int:
    """Return a seller with money paid out, on its way, available, held, unsent, in a refund, and owed in euros."""
    seller_id = world.paid_seller(10_000, 6_000)
    world.later(days=30, hours=1)
    world.later(days=6)
    world.sold(seller_id, 20_000)
    world.later(days=1)
    world.sold(seller_id, 1_500)
    world.later(days=25)
    [sold] = sell(world, seller_id, 4_000)
    world.ask_refund(sold, Wish(percent=10))
    sell(world, seller_id, 3_000)
    world.sold(seller_id, 5_000)
    sell(world, seller_id, 8_000, currency="EUR")
    refund(world, sell(world, seller_id, 7_000, currency="EUR")[0], 100)
    world.later(days=4, hours=1)
    assert [status for status, _ in world.payouts()] == ["paid", "in_transit"]
    # From now on payouts wait for a weekday that is four days off; what is released tomorrow stays available.
    weekly = {"interval": Interval.WEEKLY, "weekday": (world.now + timedelta(days=4)).weekday(), "month_day": 1}
    db.atomic(schedules.choose, (), seller_id=seller_id, now=world.now, minimums={}, **weekly)
    world.later(days=1)
    return seller_id


def flows(html: BeautifulSoup) -> dict[str, int]:
    """Return the amounts of "Where your money is", by label."""
    return {
        next(row.select_one("span").stripped_strings): shown(row.select_one(".money"))
        for row in html.select(".money-flow-list li")
    }


def open_all(client: FlaskClient, html: BeautifulSoup, selector: str) -> int:
    """Open every explained amount under `selector` and compare it with the rows behind it; return how many."""
    links = html.select(f"{selector} a.is-explained")
    for link in links:
        behind = page(client, str(link["href"]))
        assert behind.select_one(".notice.is-ok"), link["href"]
        assert [minor(node.text) for node in behind.select(".kpis-value")[:2]] == [shown(link)] * 2, link["href"]
    return len(links)


def reasons(html: BeautifulSoup) -> list[tuple[str, str, str]]:
    """Return state, reason and next step of each share in the list, oldest first."""
    cells = [
        [
            " ".join(row.select_one(f"td[data-label='{label}']").stripped_strings)
            for label in ("State", "Why", "Next step")
        ]
        for row in html.select("tbody tr")
    ]
    return [(state, why, step) for state, why, step in reversed(cells)]


@pytest.mark.covers("S3.11")
def test_every_figure_is_the_ledgers_and_every_share_says_why(world: World, count_queries: CountQueries) -> None:
    seller_id = money_everywhere(world)
    client = world.client(seller_id)
    for currency in ("USD", "EUR"):
        html = page(client, "/seller/balance?currency=" + currency)
        pots = flows(html)
        kept = sum(amount for label, amount in pots.items() if label not in {"On its way to your bank", "Paid out"})
        assert kept == shown(html.select_one(".money-box-row.is-total dd")) == booked(world, seller_id, currency)
        assert open_all(client, html, ".money-flow-list") == len(pots)
        for tab in ("open", "paid-out"):
            open_all(client, page(client, f"/seller/balance?currency={currency}&tab={tab}"), "td[data-label=Amount]")
    assert pots["You owe"] == booked(world, seller_id, "EUR", "('seller_debt')") < 0
    dollars = flows(page(client, "/seller/balance"))
    payouts = world.rows("SELECT status, sum(amount_minor)::int FROM payout GROUP BY status ORDER BY status DESC")
    assert payouts == [("paid", dollars["Paid out"]), ("in_transit", dollars["On its way to your bank"])]
    assert dollars["Available"] == booked(world, seller_id, "USD", _PAYABLE)
    assert dollars["Held until release"] + dollars["In refund or dispute"] == booked(world, seller_id, "USD", _HELD)
    assert assert_adds_up(world, seller_id) >= 4
    _says_why(page(client, "/seller/balance"))
    _the_calendar_has_it_all(world, client, dollars)
    _the_file_says_the_same(client, dollars)
    _payouts_add_up(world, client)
    [(number,)] = world.rows("SELECT min(number) FROM payout")
    for path in ("/seller/balance", "/seller/payouts", f"/seller/payouts/{number}"):
        cost(client, path, count_queries)


def _says_why(html: BeautifulSoup) -> None:
    on_its_way, available, blocked, unsent, held = reasons(html)
    assert on_its_way[:2] == ("On its way", on_its_way[1])
    assert "On its way to your bank" in on_its_way[1]
    assert available[0] == "Available"
    assert "Your next day of payouts" in available[1]
    assert available[2].startswith("Wait until ")
    rule = "Released 30 days after payment once delivered"
    assert blocked == ("Held", f"{rule} A refund is open", blocked[2])
    assert blocked[2].startswith("See the refund")
    assert unsent[1:] == (f"{rule} The parcel is not sent yet", unsent[2])
    assert unsent[2].startswith("Send the parcel")
    assert held[1].startswith(f"{rule} The hold is not over, until ")
    assert held[2].startswith("Wait until ")
    planned = [row.select_one("td[data-label='Payout planned']").text for row in html.select("tbody tr")]
    assert all(planned), "each share has its day from the moment of payment"


def _the_calendar_has_it_all(world: World, client: FlaskClient, dollars: dict[str, int]) -> None:
    """Over three months stands what is held, with the payouts it leads to, what is available, and what is sent."""
    months = {(world.now + timedelta(days=days)).strftime("%Y-%m") for days in range(-40, 60)}
    entries: dict[str, list[int]] = {}
    for month in sorted(months):
        html = page(client, f"/seller/balance?month={month}")
        for entry in html.select(".calendar-entry"):
            label = next(entry.select_one(".calendar-label").stripped_strings)
            entries.setdefault(label, []).append(shown(entry.a))
            behind = page(client, str(entry.a["href"]))
            assert behind.select_one(".notice.is-ok"), entry.a["href"]
    held = dollars["Held until release"] + dollars["In refund or dispute"]
    assert sum(entries["Release"]) == held
    assert sum(entries["Payout planned"]) == held + dollars["Available"]
    assert sum(entries["Arrives"]) == dollars["On its way to your bank"]
    assert sum(entries["Paid out"]) == dollars["Paid out"]


def _the_file_says_the_same(client: FlaskClient, dollars: dict[str, int]) -> None:
    text = client.get("/seller/balance?format=csv").text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    held = sum(int(Decimal(row["Left"]) * 100) for row in rows if row["State"] == "Held")
    assert held == dollars["Held until release"] + dollars["In refund or dispute"]
    assert [row["Payout"][:3] for row in rows if row["State"] == "On its way"] == ["PO-"]


def _payouts_add_up(world: World, client: FlaskClient) -> None:
    html = page(client, "/seller/payouts")
    listed = [(link.text, str(link["href"])) for link in html.select(".row-title-link")]
    numbers = [str(number) for (number,) in world.rows("SELECT number FROM payout ORDER BY id DESC")]
    assert [number for number, _ in listed] == numbers
    for number, url in listed:
        detail = page(client, url)
        assert detail.select_one(".notice.is-ok"), "the lines make the amount"
        lines = [shown(cell.select_one("a")) for cell in detail.select("td[data-label='Paid here']")]
        [(amount,)] = world.rows("SELECT amount_minor FROM payout WHERE number = %s", number)
        assert sum(lines) == amount
        assert open_all(client, detail, "td[data-label='Paid here']") == len(lines)
        rows = list(csv.DictReader(io.StringIO(client.get(url + "?format=csv").text.lstrip("\ufeff"))))
        assert sum(int(Decimal(row["Paid here"]) * 100) for row in rows) == amount
    assert [link.text for link in page(client, "/seller/payouts?tab=paid").select(".row-title-link")] == numbers[1:]
    [(order,)] = world.rows('SELECT min(number) FROM "order"')
    stranger = world.client(world.seller("Ann Archer"))
    for path in (f"/seller/payouts/{numbers[0]}", f"/seller/explain/paid-out/order/{order}"):
        assert stranger.get(path).status_code == 404
    assert "PO-1" not in stranger.get("/seller/payouts").text


def test_an_order_that_was_never_sent_stays_held_and_says_why(world: World) -> None:
    seller_id = world.seller()
    sell(world, seller_id, 5_000)
    world.later(days=70)
    client = world.client(seller_id)
    [(state, why, step)] = reasons(page(client, "/seller/balance"))
    assert (state, step[:15]) == ("Held", "Send the parcel")
    assert "The parcel is not sent yet" in why
    assert "Set up your payout account" in client.get("/seller/payouts").text


def test_a_dispute_has_its_words_and_links_wherever_the_sellers_money_is_shown(world: World) -> None:
    """Paid out, lost and won; another one refunded after its payout; every line has a name and every cause a link."""
    seller_id, paid_out = seller_with(world, 10_000)
    world.later(days=30, hours=1)
    world.later(days=6)
    money_of_others(world)
    open_one = sell_and_send(world, seller_id, 20_000)
    dispute_of(world, paid_out, 10_000)
    decided(world, "lost")
    dispute_of(world, open_one, 20_000)
    client = world.client(seller_id)
    admin = world.client(world.person("Ada Admin", is_admin=True))

    balance = page(client, "/seller/balance")
    [(lost, _), (asked, due)] = world.rows("SELECT number, due_by FROM dispute ORDER BY id")
    [share] = balance.select("td[data-label='Next step'] a[href*='/seller/disputes/']")
    assert share["href"] == f"/seller/disputes/{asked}"
    assert share.text.startswith(f"Answer the bank by {due:%-d}")
    assert balance.select_one(f"a[href='/seller/disputes/{lost}']").text.startswith("A lost dispute")
    debtor = page(admin, f"/admin/debts/{seller_id}/USD")
    assert debtor.select_one(f"a[href='/admin/disputes/{lost}']").text.strip() == f"Dispute {lost}"
    assert admin.get(f"/admin/disputes/{lost}/explain/debt").status_code == 200
    calls = page(admin, f"/admin/payments/{paid_out.payment_id}").text
    assert "Transfer" in calls
    assert "Pay a seller's bank" in calls

    with world.sandbox.sandbox.work() as work:
        [second] = work.rows("SELECT id FROM objects WHERE kind = 'dispute' ORDER BY seq DESC LIMIT 1")
        bank.decide(work, second["id"], "won")
    world.later(days=31)
    decided(world, "won")
    refund(world, open_one, 50)
    world.later(days=7)
    assert_adds_up(world, seller_id)
    names = {row.text for row in page(client, "/seller/transactions?per=100").select(".row-title")}
    words = " ".join(names)
    for name in ("Payout", "Lost dispute", "won after all", "Paid what you owed", "Not owed any more", "Refund"):
        assert name in words, name
    assert "Other" not in words


def test_who_is_released_before_the_card_money_is_there_reads_on_which_day_it_is_paid(world: World) -> None:
    world.noon()
    seller_id, buyer_id = world.seller(), world.person()
    world.onboard(seller_id)
    world.sold(seller_id, 10_000, buyer_id=buyer_id)
    [(number, settles)] = world.rows(
        "SELECT o.number, b.available_on FROM balance_transaction b, \"order\" o WHERE b.kind = 'charge'"
    )
    buyer, seller = world.client(buyer_id), world.client(seller_id)
    token = form_token(buyer.get(f"/orders/{number}").text)
    buyer.post(f"/orders/{number}/received", data={"csrf_token": token})
    world.settle_down()
    assert world.rows("SELECT status FROM payment_transaction") == [("available",)]
    assert world.payouts() == []
    day = f"{settles.day} {settles:%b %Y}"  # type: ignore[attr-defined]
    waits = f"The card payment is on its way to our balance, until {day}"
    of_order, listed = (
        page(seller, path).get_text(" ", strip=True) for path in (f"/seller/orders/{number}", "/seller/balance")
    )
    assert f"$93.80 is available to you {waits}. Payout planned: {day}." in of_order
    assert waits in listed
    assert f"Wait until {day}" in listed
    world.later(seconds=(settles - world.now).total_seconds() + 86_400 * 0.3)  # type: ignore[operator]
    assert world.transfers() == [9_380]
    assert world.rows("SELECT started_at::date FROM payout") == [(settles.date(),)]  # type: ignore[attr-defined]


def test_every_page_names_the_same_next_day_of_payouts(world: World) -> None:
    """A seller who is paid daily and has been paid today is paid next tomorrow, wherever they read it."""
    seller_id = world.paid_seller(10_000)
    world.later(days=30, hours=1)
    [(begun,)] = world.rows("SELECT started_at FROM payout")
    assert begun.date() == world.now.date()
    tomorrow = f"{world.now + timedelta(days=1):%A}"
    client = world.client(seller_id)
    for path in ("/seller/payouts/setup", "/seller/payouts/schedule"):
        words = page(client, path).main.get_text(" ", strip=True)
        assert f"{tomorrow}, " in words, path
        assert f"{world.now:%A}, " not in words, path
