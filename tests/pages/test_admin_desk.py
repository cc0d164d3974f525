"""The admin's desk: figures that open to their rows, purchases, users, the ledger of a day, and the job queue."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import croniter
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import clock, jobs, worker
from marketplace.ledger import sums
from marketplace.reconciliation import checks
from tests.builders import World, form_token
from tests.pages.test_statistics import bought_much, figures, number, page, rows_agree, table


def admin(world: World) -> FlaskClient:
    return world.client(world.person("Ada Admin", is_admin=True))


def names(html: BeautifulSoup) -> list[str]:
    return [link.text for link in html.select(".row-title-link")]


@pytest.mark.covers("S2.39")
def test_the_overviews_figures_open_to_their_rows(world: World) -> None:
    bought_much(world)
    client = admin(world)
    html = page(client, "/admin?days=90&currency=USD")
    tiles = figures(html)
    for name in ("Volume", "Platform fees", "Refunded"):
        rows_agree(page(client, tiles[name][1]), tiles[name][0])
    failed = table(client, tiles["Failed payments"][1] + "&format=csv")
    assert {row["Status"] for row in failed} == {"Failed"}
    part, whole = int(failed_note(html).split()[0]), int(failed_note(html).split()[2])
    assert part == len(failed)
    since = tiles["Failed payments"][1].partition("&")[2]
    assert whole == len(table(client, f"/admin/payments?{since}&format=csv"))
    assert tiles["Failed payments"][0] == f"{round(1000 * part / whole) / 10} %"

    chart = html.select_one(".bar-chart-table table")
    days = [(str(cell.a["href"]), cell.text) for cell in chart.select("tbody td") if cell.a]
    assert len(chart.select("tbody tr")) == 90
    assert sum(number(text) for _, text in days) == number(tiles["Volume"][0])
    rows_agree(page(client, days[-1][0]), days[-1][1])

    held = {row.dt.text: row.dd.a for row in html.select(".money-box-row")}["Held for sellers, USD"]
    account = figures(page(client, str(held["href"])))
    assert account["The balance"][0] == account["Sum of the rows"][0] == str(held.contents[0])
    assert "The ledger balances" in html.main.text


def failed_note(html: BeautifulSoup) -> str:
    [tile] = [tile for tile in html.select(".kpis-item") if tile.dt.text == "Failed payments"]
    return str(tile.select_one(".kpis-note span").text)


def test_the_overview_names_what_waits_longest(world: World) -> None:
    bought = world.paid_purchase(10_000)
    world.advance(days=4)
    client = admin(world)
    rows = {row.a.text: row for row in page(client, "/admin").select("table[data-rows] tbody tr")}
    assert "Late" in rows["Paid orders not sent yet"].text
    found = page(client, str(rows["Paid orders not sent yet"].a["href"]))
    assert world.rows("SELECT number FROM purchase WHERE id = %s", bought.purchase_id)[0][0] in found.h1.text
    assert "Nothing waits" in rows["Calls to the provider without an outcome"].text


@pytest.mark.tampers
def test_the_overview_says_when_the_books_do_not_balance(world: World) -> None:
    world.paid_purchase(10_000)
    while sums.keep():
        pass
    world.tamper("UPDATE ledger_sum SET credit_minor = credit_minor + 7 WHERE account = 'seller_held'")
    html = page(admin(world), "/admin")
    assert "The ledger does not balance" in html.main.text
    assert "Off by \N{MINUS SIGN}$0.07" in html.main.text


@pytest.mark.tampers
def test_a_posting_that_is_changed_behind_its_sum_is_found_with_the_books(world: World) -> None:
    world.paid_purchase(10_000)
    while sums.keep():
        pass
    world.tamper("UPDATE posting SET amount_minor = amount_minor - 7 WHERE account = 'seller_held'")
    found = {each.check for each in checks.check_books().differences}
    assert {"entries balance", "kept sums are those of the postings", "entries are as they were booked"} <= found


def test_purchases_are_found_and_shown_with_all_that_belongs_to_them(world: World) -> None:
    world.paid_purchase(700)
    bought = world.paid_purchase(10_000, 3_333)
    client = admin(world)
    [(purchase, email)] = world.rows(
        'SELECT p.number, u.email FROM purchase p JOIN "user" u ON u.id = p.buyer_id WHERE p.id = %s',
        bought.purchase_id,
    )
    orders = [row[0] for row in world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)]
    for text in (purchase, email, *orders):
        assert names(page(client, f"/admin/purchases?q={text}")) == [purchase], text
    html = page(client, f"/admin/purchases/{orders[0]}")
    assert purchase in html.h1.text
    for text in (*orders, f"Payment {bought.payment_id}", email):
        assert str(text) in html.main.text
    gross = [str(link["href"]) for link in html.select("td a[href*='explain/gross']")]
    assert len(gross) == 2
    assert all(client.get(url).status_code == 200 for url in gross)
    totals = [Decimal(row["Total"]) for row in table(client, "/admin/purchases?sort=largest&format=csv")]
    assert totals == [Decimal("133.33"), Decimal(7)]


def test_people_are_found_and_their_devices_signed_out(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    buyer = world.client(bought.buyer_id)
    client = admin(world)
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', bought.buyer_id)
    assert names(page(client, f"/admin/users?q={email}")) == ["Bo Buyer"]
    assert names(page(client, "/admin/users?role=sellers&q=parts")) == ["Sam Seller"]
    assert "Held as a seller in USD" in page(client, f"/admin/users/{seller_id}").main.text
    html = page(client, f"/admin/users/{bought.buyer_id}")
    assert f"Payment {bought.payment_id}" in html.main.text
    assert buyer.get("/account").status_code == 200
    [device] = html.select("form[action*='/devices/']")
    answer = client.post(str(device["action"]), data={"csrf_token": form_token(str(html))})
    assert answer.status_code == 303
    assert buyer.get("/account").status_code == 302 or buyer.get("/account").status_code == 303


def test_the_trial_balance_of_a_day_leaves_out_what_came_later(world: World) -> None:
    world.paid_purchase(10_000)
    day = world.now.date()
    world.advance(days=2)
    world.paid_purchase(5_000)
    client = admin(world)
    early, now = (
        {row["Account"]: row for row in table(client, f"/admin/ledger?format=csv{when}")} for when in (f"&to={day}", "")
    )
    for found in (early, now):
        assert sum(Decimal(row["Balance"]) for row in found.values()) == 0
    assert Decimal(early["platform_fee"]["Balance"]) == Decimal(-3)
    assert Decimal(now["platform_fee"]["Balance"]) == Decimal("-4.5")
    html = page(client, f"/admin/ledger?to={day}")
    link = next(str(a["href"]) for a in html.select("a.row-title-link") if "platform_fee" in str(a["href"]))
    assert figures(page(client, link))["The balance"][0] == "\N{MINUS SIGN}$3.00"
    rows = table(client, link + "&format=csv")
    assert sum(Decimal(row["Amount"]) for row in rows) == Decimal(-3)
    assert names(page(client, "/admin/ledger/entries?q=payment:")) != []


@pytest.mark.covers("S4.22")
def test_a_failed_job_says_why_and_is_queued_again_by_name(world: World) -> None:
    job_id = world.failed_job()
    client = admin(world)
    html = page(client, "/admin/jobs")
    assert "NotFound" in html.main.text
    assert f"Job {job_id}" in html.main.text
    [form] = html.select("form[action$='/retry']")
    data = {"csrf_token": form_token(str(html))}
    assert "queued again" in client.post(str(form["action"]), data=data, follow_redirects=True).text
    assert world.rows("SELECT status::text FROM procrastinate_jobs WHERE id = %s", job_id) == [("todo",)]
    queued = page(client, "/admin/jobs?tab=queued")
    assert f"Job {job_id}" in queued.main.text
    assert "Ada Admin" in queued.main.text, "who did it is kept"
    again = client.post(str(form["action"]), data=data, follow_redirects=True)
    assert "has not failed" in again.text
    assert world.rows("SELECT verb FROM status_change WHERE subject = 'failed_job' ORDER BY id") == [
        ("begin",),
        ("retry",),
    ]


@pytest.mark.covers("S4.22")
def test_the_timetable_says_when_each_step_ran_and_comes_next(world: World) -> None:
    client = admin(world)
    assert "Not run yet" in page(client, "/admin/jobs").main.text
    world.tick()
    jobs.mail(world.app)
    rows = {row.td.text: row for row in page(client, "/admin/jobs").select("table:not([data-rows]) tbody tr")}
    assert len(rows) == len(jobs.timetable(world.app))
    for name, row in rows.items():
        if not name.startswith(("Rescue", "The books", "Files", "Mail")):
            assert "On time" in row.text
            assert " ms" in row.text
    world.tamper("UPDATE last_run SET started_at = started_at - interval '1 hour'")
    assert "Late" in page(client, "/admin/jobs").main.text
    world.tamper("UPDATE last_run SET error = 'RuntimeError: no', failed_at = started_at WHERE name = 'calls sent'")
    assert "RuntimeError: no" in page(client, "/admin/jobs").main.text


def test_the_timetable_and_the_queue_mean_the_same_moments(world: World) -> None:
    crons = {
        "tick": worker.EVERY_FIVE_SECONDS,
        "mail": worker.EVERY_FIVE_SECONDS,
        "rescue_stalled": worker.EVERY_MINUTE,
        jobs.SWEEP_FILES: worker.EVERY_HOUR,
        jobs.CHECK_BOOKS: worker.EVERY_NIGHT,
    }
    now = clock.system_now()
    for line in jobs.timetable(world.app):
        if not line.is_step:
            assert line.next_after(now) == croniter.croniter(crons[line.name], now).get_next(type(now)), line.name
    assert jobs.timetable(world.app)[0].next_after(now) - now <= timedelta(seconds=5)


def test_a_step_that_fails_is_told_and_the_others_go_on(world: World) -> None:
    world.tamper("ALTER TABLE stock_reservation RENAME TO elsewhere")
    try:
        counts = world.tick()
    finally:
        world.tamper("ALTER TABLE elsewhere RENAME TO stock_reservation")
    assert counts.pop("reservations returned") == -1
    assert counts.pop("auctions ended") == -1, "what is set aside for an auction stands there too"
    assert -1 not in counts.values()
    html = page(admin(world), "/admin/jobs")
    assert "UndefinedTable" in html.main.text
    assert "Failed: reservations returned" in html.main.text


def test_files_of_the_admins_lists_open(world: World) -> None:
    bought_much(world)
    client = admin(world)
    for path in (
        "purchases",
        "users",
        "payments",
        "events",
        "jobs",
        "ledger",
        "ledger/entries",
        "ledger/seller_held/USD",
    ):
        answer = client.get(f"/admin/{path}?format=csv")
        assert answer.mimetype == "text/csv", path
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len({len(row) for row in rows}) == 1, path
