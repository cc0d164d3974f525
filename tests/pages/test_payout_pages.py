"""Payouts on pages: what the next run does, one payout to the last cent, a stop, and money on request."""

import pytest
from bs4 import BeautifulSoup

from tests.builders import PASSWORD, World, form_token
from tests.faults import Fault, wire_fault
from tests.journeys.test_payouts import choose, due

TRANSFERS = "/v1/transfers"


def said(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def test_an_admin_sees_the_next_run_runs_it_and_reads_the_payout(world: World) -> None:
    admin = world.client(world.person("Ada Admin", is_admin=True))
    seller_id = world.paid_seller(10_000, 5_000)
    choose(world, seller_id, "weekly", weekday=(world.now.weekday() + 30 + 3) % 7)
    world.later(days=30)
    page = said(admin.get("/admin/payouts/next").text)
    assert "Weekly Waits for its day" in page
    assert "$140.55" in page
    token = form_token(admin.get("/admin/payouts/next").text)
    answer = admin.post("/admin/payouts/next/run", data={"csrf_token": token}, follow_redirects=True)
    assert "1 payout was begun." in said(answer.text)
    [(number, transfer_id)] = world.rows("SELECT number, transfer_id FROM payout")
    detail = said(admin.get(f"/admin/payouts/{number}").text)
    for text in ("$93.80", "$46.75", "$140.55", str(transfer_id), f"Payout {number} transferred", "attempt 1"):
        assert text in detail, text
    listed = said(admin.get(f"/admin/payouts?q={transfer_id}").text)
    assert str(number) in listed
    rows = admin.get("/admin/payouts?format=csv").text.splitlines()
    assert len(rows) == 2
    assert "140.55" in rows[1]


def test_an_admin_stops_a_seller_lifts_it_and_decides_about_a_refusal(world: World) -> None:
    admin = world.client(world.person("Ada Admin", is_admin=True))
    seller_id = due(world, 10_000)
    url = f"/admin/payouts/sellers/{seller_id}"
    token = form_token(admin.get(url).text)
    assert admin.post(f"{url}/stop", data={"csrf_token": token}).status_code == 422
    answer = admin.post(f"{url}/stop", data={"csrf_token": token, "reason": "Papers."}, follow_redirects=True)
    assert "Their payouts are stopped." in said(answer.text)
    world.settle_down()
    assert world.payouts() == []
    assert "We have stopped your payouts for now." in said(admin.get(url).text)
    assert admin.post(f"{url}/lift", data={"csrf_token": token}).status_code == 422
    admin.post(f"{url}/lift", data={"csrf_token": token, "reason": "They are theirs."})
    assert "They are theirs." in said(admin.get(url).text)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False, status=400, code="a_new_word")):
        world.tick()
    [(number, status)] = world.rows("SELECT number, status FROM payout")
    assert status == "refused"
    page = admin.get(f"/admin/payouts/{number}").text
    assert "A person has to decide." in said(page)
    reason = {"csrf_token": token, "reason": "They know the word now."}
    for deed in ("retry", "cancel"):
        assert "Give the reason" in admin.post(f"/admin/payouts/{number}/{deed}", data={"csrf_token": token}).text
    answer = admin.post(f"/admin/payouts/{number}/retry", data=reason, follow_redirects=True)
    assert "It is sent again." in said(answer.text)
    assert "They know the word now." in said(answer.text)
    answer = admin.post(f"/admin/payouts/{number}/cancel", data=reason, follow_redirects=True)
    assert "can't be called off any more" in said(answer.text)
    assert world.transfers() == [9_380]


@pytest.mark.covers("S2.30")
def test_a_seller_withdraws_with_their_password_once_more(world: World) -> None:
    seller_id = due(world, 10_000)
    choose(world, seller_id, "manual")
    world.settle_down()
    seller = world.client(seller_id)
    page = seller.get("/seller/payouts/withdraw").text
    assert "All that is available: $93.80" in said(page)
    token = form_token(page)
    wrong = seller.post(
        "/seller/payouts/withdraw", data={"csrf_token": token, "currency": "USD", "password": "not this one"}
    )
    assert wrong.status_code == 422
    assert "This is not your password." in said(wrong.text)
    assert world.payouts() == []
    done = seller.post(
        "/seller/payouts/withdraw",
        data={"csrf_token": token, "currency": "USD", "password": PASSWORD},
        follow_redirects=True,
    )
    assert "$93.80 is on its way to your bank." in said(done.text)
    assert world.payouts() == [("in_transit", 9_380)]
