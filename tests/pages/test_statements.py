"""Statements: every month adds up to the ledger's own balance, is the next one's opening, and stays as it was."""

import csv
import io
import random
from datetime import datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
import typst
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.paging import Cursor
from marketplace.statements import operations, queries, rules, sheet_queries
from marketplace.statements.sheet_queries import Which
from marketplace.web import printing
from tests.architecture.source import CHECKOUT
from tests.builders import World
from tests.journeys.test_holds import later
from tests.pages.test_seller_day import busy_shop, minor, page, refund, sell
from tests.races import at_once


def booked_before(world: World, which: Which, *, is_end: bool) -> int:
    """Return the ledger's balance of a seller at the start or the end of a month, asked of PostgreSQL directly."""
    moment = rules.end_of(which.month) if is_end else rules.start_of(which.month)
    [(total,)] = world.rows(
        "SELECT -coalesce(sum(p.amount_minor), 0) FROM posting p JOIN ledger_entry e ON e.id = p.entry_id"
        " WHERE p.account IN ('seller_held', 'seller_payable', 'seller_debt') AND p.owner_id = %s AND p.currency = %s"
        " AND e.booked_at < %s",
        which.seller_id, which.currency, moment,
    )  # fmt: skip
    return int(str(total))


def assert_adds_up(world: World, seller_id: int) -> int:
    """Check all statements of a seller against the ledger and each other; return how many there are."""
    months = queries.months(seller_id)
    closings: dict[str, int] = {}
    for month in reversed(months):
        which = Which(seller_id, month.currency, month.month)
        sheet, listed = sheet_queries.sheet(which, Cursor(size=1_000))
        assert sheet.agrees, (month, sheet)
        assert sheet.difference_minor == 0
        assert sheet.opening_minor == booked_before(world, which, is_end=False) == closings.get(month.currency, 0)
        assert sheet.closing_minor == booked_before(world, which, is_end=True) == month.closing_minor
        assert sheet.opening_minor + sum(line.amount_minor for line in listed.rows) == sheet.closing_minor
        assert month.opening_minor + month.incoming_minor + month.outgoing_minor == month.closing_minor
        assert (month.opening_minor, month.lines) == (sheet.opening_minor, len(listed.rows))
        if listed.rows:
            assert listed.rows[-1].balance_minor == sheet.closing_minor
        closings[month.currency] = sheet.closing_minor
    return len(months)


def statement_urls(client: FlaskClient) -> list[str]:
    return [str(link["href"]) for link in page(client, "/seller/statements").select(".row-title-link")]


def test_each_month_adds_up_on_page_file_and_print(world: World) -> None:
    seller_id, client = busy_shop(world)
    later(world, days=31)
    assert assert_adds_up(world, seller_id) >= 3, "two currencies, over several months"
    for url in statement_urls(client):
        html = page(client, url)
        sums = [minor(next(node.stripped_strings)) for node in html.select(".money-box-row dd")]
        assert sum(sums[:-1]) == sums[-1]
        assert html.select_one(".notice.is-ok")
        rows = list(csv.DictReader(io.StringIO(client.get(url + "?format=csv").text.lstrip("\ufeff"))))
        links = html.select("td[data-label=Amount] a")
        amounts = [minor(next(link.stripped_strings)) for link in links]
        assert [int(Decimal(row["Amount"]) * 100) for row in rows] == amounts
        assert sums[0] + sum(amounts) == sums[-1]
        for link, amount in zip(links, amounts, strict=True):
            opened = page(client, str(link["href"]))
            assert opened.select_one(".notice.is-ok"), "the rows make the line"
            assert minor(opened.select_one(".kpis-value").text) == amount
        printed = client.get(url + "/pdf")
        assert (printed.mimetype, printed.data[:5]) == ("application/pdf", b"%PDF-")
        assert b"/MarkInfo" in printed.data, "tagged: it can be read aloud"
        assert printed.data == client.get(url + "/pdf").data, "the same month is the same file"


def test_the_print_says_what_the_page_says() -> None:
    """Typst is asked what it has set; names that look like markup stay names."""
    data = printing.inputs(
        "statement",
        {
            "shop_name": "#strong[x] $y$",
            "title": "Statement",
            "note": "",
            "agreement": "",
            "lines": [],
            "sums": [{"label": "Closing", "amount": "$93.80", "note": "", "is_total": True}],
        },
    )
    template = CHECKOUT / "templates" / "print" / "statement.typ"
    assert typst.query(template, "<closing>", field="value", one=True, sys_inputs={"data": data}) == '"$93.80"'


def test_a_closed_month_never_changes_and_is_told_once(world: World) -> None:
    seller_id, client = busy_shop(world)
    later(world, days=31)
    closed = [month for month in queries.months(seller_id) if month.closed_at]
    assert closed
    urls = [url for url in statement_urls(client) if "Closed" in page(client, url).text]
    before = {url: (client.get(url + "/pdf").data, client.get(url + "?format=csv").text) for url in urls}
    told = "SELECT count(*), count(DISTINCT facts->>'month') FROM notification WHERE kind = 'statement_ready'"
    [(count, months)] = world.rows(told)
    assert count == months == len({month.month for month in closed}), "once per month, with all currencies"
    sell(world, seller_id, 7_777)
    later(world, days=40)
    assert {url: (client.get(url + "/pdf").data, client.get(url + "?format=csv").text) for url in urls} == before
    assert [month for month in queries.months(seller_id) if month in closed] == closed
    assert_adds_up(world, seller_id)
    words = client.get("/notifications").text
    assert f"Your statement of {closed[0].month:%B %Y} is ready" in words
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation), psycopg.connect(world.urls.owner) as connection:
        connection.execute("UPDATE seller_statement SET closing_minor = closing_minor")


@pytest.mark.tampers
def test_nothing_is_booked_into_a_month_that_is_closed(world: World) -> None:
    """The database itself refuses it, to the last moment of the month; the first one after it is open."""
    seller_id = world.seller()
    sell(world, seller_id, 5_000)
    later(world, days=40)
    [(month,)] = world.rows("SELECT max(month) FROM statement_month")
    end = rules.end_of(month)  # type: ignore[arg-type]
    lines = [Line(Account.SELLER_PAYABLE, 5, owner_id=seller_id), Line(Account.SELLER_PAYABLE, -5, owner_id=seller_id)]

    def book(session: Session, moment: datetime) -> int:
        facts = {"key": f"at {moment}", "description": "Nothing", "currency": "USD", "payment_id": None}
        return ledger.book(session, lines=lines, now=moment, **facts)  # type: ignore[arg-type]

    for moment in (end - timedelta(microseconds=1), end - timedelta(days=45)):
        with pytest.raises(IntegrityError, match="falls into a month that is closed"):
            db.atomic(book, (), moment)
    assert db.atomic(book, (), end)


def test_many_workers_close_a_month_once_and_catch_up_on_what_was_missed(world: World) -> None:
    seller_id = world.seller()
    sell(world, seller_id, 5_000)
    world.advance(days=95)
    while any(at_once(world.app, [lambda: db.atomic(operations.close_months, (), now=world.now)] * 3)):
        pass
    [(rows, months, finished)] = world.rows(
        "SELECT (SELECT count(*) FROM seller_statement), count(*), count(finished_at) FROM statement_month"
    )
    assert rows == months == finished
    assert rows >= 3, "months in which nothing moved carry the balance on"
    assert assert_adds_up(world, seller_id) == rows


@pytest.mark.parametrize("seed", range(2))
def test_any_course_of_events_adds_up(world: World, seed: int) -> None:
    chance = random.Random(seed)
    seller_id = world.seller()
    bought = sell(world, seller_id, 4_321)
    for _ in range(7):
        event = chance.choice(("sell", "sell in euros", "refund", "time", "time"))
        if event == "sell":
            bought += sell(world, seller_id, chance.randint(100, 90_000))
        elif event == "sell in euros":
            sell(world, seller_id, chance.randint(100, 90_000), currency="EUR")
        elif event == "refund" and bought:
            refund(world, bought.pop(), chance.randint(1, 100))
        else:
            later(world, days=chance.randint(1, 25))
    assert_adds_up(world, seller_id)


def test_other_peoples_and_impossible_statements_are_not_there(world: World) -> None:
    seller_id, _client = busy_shop(world)
    stranger = world.client(world.seller("Ann Archer"))
    month = f"{queries.months(seller_id)[0].month:%Y-%m}"
    [(entry_id,)] = world.rows("SELECT min(id) FROM ledger_entry")
    for path in (
        f"/seller/statements/USD/{month}",
        f"/seller/statements/USD/{month}/pdf",
        "/seller/statements/USD/2026-13",
        "/seller/statements/USD/2026-1",
        "/seller/statements/usd/2026-01",
        f"/seller/explain/entry/{entry_id}",
    ):
        assert stranger.get(path).status_code == 404, path
    assert "No statement yet" in stranger.get("/seller/statements").text
