"""The admin's pages of what sellers owe, and what a seller reads about it on the order's page."""

import re

import pytest
from flask.testing import FlaskClient

from marketplace.refunds.wishes import Wish
from tests.builders import World
from tests.journeys.test_debts import WritingOff, sale
from tests.pages.test_explain import follow_all
from tests.pages.test_refund_pages import MINUS, an_admin, looked_at, page, words


def opens(admin: FlaskClient, path: str) -> int:
    """Follow every amount of a page to the rows that make it, which say it too; return how many there are."""
    amounts = page(admin, path).select("a.money")
    for amount in amounts:
        assert amount.find(string=True) in admin.get(amount["href"]).text, amount["href"]
    return len(amounts)


def test_nobody_owes_anything(world: World) -> None:
    admin = an_admin(world)
    assert "Nobody owes anything" in words(admin, "/admin/debts")
    assert "Nothing is settled yet" in words(admin, "/admin/debts?settled=1")
    assert "No debt was made on these days" in words(admin, "/admin/debts?to=2001-01-01")
    assert admin.get("/admin/debts/1/USD").status_code == 404


@pytest.mark.covers("S4.8")
def test_debts_age_and_each_payment_opens_to_its_rows(world: World) -> None:
    debt = WritingOff(world)
    admin = an_admin(world)
    cells = [str(cell.find(string=True) or "") for cell in page(admin, "/admin/debts").select("tbody td.num")]
    assert cells == ["$3.20", "", "", "", "$3.20", "", ""]
    world.advance(days=61)
    cells = [str(cell.find(string=True) or "") for cell in page(admin, "/admin/debts").select("tbody td.num")]
    assert cells == ["", "", "$3.20", "", "$3.20", "", ""]
    assert opens(admin, "/admin/debts") == 1, "the age opens to its debts"
    path = f"/admin/debts/{debt.seller}/USD"
    assert "Open: $3.20" in words(admin, f"{path}?age=quarter")
    assert "Open: $0.00" in words(admin, f"{path}?age=old")
    shown = words(admin, path)
    assert "Refund RF-" in shown
    assert "61 days" in shown

    seller = world.client(debt.seller)
    [(first,)] = world.rows('SELECT number FROM "order"')
    sold = words(seller, f"/seller/orders/{first}")
    assert f"You still owe for this order {MINUS}$3.20" in sold
    assert "$3.20 is still open; your coming sales pay it." in sold
    assert follow_all(seller, f"/seller/orders/{first}")

    sale(world, debt.seller, 10_000)
    assert "Paid by sales" in words(admin, path)
    assert opens(admin, path) == 2
    assert "Nobody owes anything" in words(admin, "/admin/debts")
    assert "$3.20" in words(admin, "/admin/debts?settled=1")
    [(second,)] = world.rows('SELECT max(number) FROM "order"')
    assert f"Paid what you owed for others {MINUS}$3.20" in words(seller, f"/seller/orders/{second}")
    assert "$3.20 of this order paid what you owed." in words(seller, f"/seller/orders/{second}")
    assert "paid what you owed" in words(seller, "/notifications")
    assert follow_all(seller, f"/seller/orders/{second}")
    for list_path in ("/admin/debts?settled=1&format=csv", f"{path}?format=csv"):
        assert "3.20" in admin.get(list_path).text


def test_a_debt_is_written_off_with_a_reason(world: World) -> None:
    debt = WritingOff(world)
    admin = an_admin(world)
    path = f"/admin/debts/{debt.debt_id}/write-off"
    form = page(admin, path).select_one("main form[method=post]")
    data = {field["name"]: field["value"] for field in form.select("input")}
    assert "Give the reason" in admin.post(form["action"], data=data | {"reason": " "}).text
    sent = admin.post(form["action"], data=data | {"reason": "The shop is closed for good."})
    assert sent.status_code == 303
    after = admin.get(sent.location).text
    assert "$3.20 is written off" in after
    assert "The shop is closed for good." in after
    assert opens(admin, f"/admin/debts/{debt.seller}/USD") == 2
    assert "Nothing of this debt is open any more" in words(admin, path)
    again = admin.post(form["action"], data=data | {"reason": "Twice."})
    assert "changed since you looked" in admin.get(again.location).text
    assert "You do not owe $3.20 any more" in words(world.client(debt.seller), "/notifications")


def test_the_plan_that_moved_is_shown_again_with_the_amount_that_was_looked_at(world: World) -> None:
    seller, first = world.seller(), world.person("Ada Admin", is_admin=True)
    bought = sale(world, seller, 10_000)
    refund_id = world.ask_refund(bought, Wish(amount_minor=4_000))
    [(number,)] = world.rows("SELECT number FROM refund WHERE id = %s", refund_id)
    admin = world.client(first)
    data = looked_at(admin, str(number))
    assert re.fullmatch(r"[\d-]+", data["plan"])
    sent = admin.post(f"/admin/refunds/{number}/approve", data=data | {"plan": "1-2-3", "notes": ""})
    shown = admin.get(sent.location).text
    assert "Look again" in shown
    assert world.rows("SELECT status FROM refund") == [("pending",)]
    assert "available to the seller" in shown, "where the money stands"
