"""The pages of credits: packages with a code, movements that open to their payment and rows, and what is refused."""

import pytest
from bs4 import BeautifulSoup

from tests import builders_credits as credits_of
from tests import builders_discounts as discounts
from tests.builders import World
from tests.pages.test_wallet_pages import figures, movements, parsed, words


def package_form(html: BeautifulSoup, name: str) -> dict[str, str]:
    item = next(each for each in html.select(".package-list-item") if each.h3.text == name)
    return {field["name"]: field["value"] for field in item.select("input[type=hidden]")}


@pytest.mark.covers("S1.11")
def test_a_package_is_bought_with_a_code_from_the_page(world: World) -> None:
    discounts.code(world.now, "WELCOME10", seller_id=None, actor_id=world.person(is_admin=True))
    client = world.client(world.person())
    assert "There is no code NOSUCH" in words(parsed(client.get("/credits?code=nosuch")))
    html = parsed(client.get("/credits?code=welcome10"))
    assert "The code WELCOME10 lowers these prices." in words(html)
    form = package_form(html, "Creator Pack")
    assert (form["expected_minor"], form["code"]) == ("899", "WELCOME10")
    first, second = (client.post("/credits/buy", data=form) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location), "a form sent twice is one purchase"
    assert world.rows("SELECT status, amount_minor, credits_to_add FROM payment") == [("pending", 899, 150)]
    stale = client.post("/credits/buy", data={**form, "expected_minor": "1", "token": "another-token-of-the-form"})
    assert stale.location == "/credits"
    assert "The price has changed" in client.get("/credits").text


@pytest.mark.covers("S1.18")
def test_movements_open_to_their_payment_and_their_ledger_rows(world: World) -> None:
    seller_id = world.seller()
    bought = credits_of.paid_package(world, seller_id)
    client, stranger = world.client(seller_id), world.client(world.person())
    listing_id = world.listing(seller_id, 5_000, title="Head lamp")
    path = f"/seller/listings/{listing_id}/promote"
    form = parsed(client.get(path)).select_one(f'form[action="{path}"]')
    hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    assert client.post(path, data={**hidden, "days": "7"}).status_code == 303
    assert "It costs 140 credits, and you hold 80." in words(
        parsed(client.post(path, data={**hidden, "token": "x" * 24, "days": "14"}), 422)
    )
    html = parsed(client.get("/credits"))
    assert figures(html) == {"You hold": "80 credits", "Bought": "150", "Used": "70"}
    assert [row[0] for row in movements(html)] == ["Listing promoted Head lamp", "Package bought Creator Pack"]
    spent, paid = ([link["href"] for link in row.select("a")] for row in html.select("tbody tr"))
    assert paid[0] == f"/account/payments/{bought.payment_id}"
    rows = words(parsed(client.get(spent[-1])))
    assert "In credits" in rows
    assert "$4.66" in rows, "70 of 150 credits earn 4.66 of 9.99"
    assert "agree" in words(parsed(client.get("/credits/explain")))
    for foreign in (spent[-1], paid[-1], f"/credits/return/{bought.payment_id}", paid[0]):
        assert stranger.get(foreign).status_code == 404
    page = words(parsed(client.get(f"/credits/return/{bought.payment_id}")))
    for fact in ("Checked Yes", "Payment Confirmed", "Credits added 150 credits", "You hold now 80 credits"):
        assert fact in page
    assert client.get(f"/checkout/return/{bought.payment_id}").location == f"/credits/return/{bought.payment_id}"


def test_an_admin_sees_the_package_and_sends_it_back_from_the_payment(world: World) -> None:
    buyer_id, admin_id = world.person("Bea Buyer"), world.person("Ada Admin", is_admin=True)
    bought, admin = credits_of.paid_package(world, buyer_id), world.client(admin_id)
    path = f"/admin/payments/{bought.payment_id}"
    form = parsed(admin.get(path)).select_one(f'form[action="{path}/refund-package"]')
    token = form.select_one("input[name=csrf_token]")["value"]
    assert "150 credits" in words(parsed(admin.get(f"/admin/users/{buyer_id}")))
    assert admin.post(f"{path}/refund-package", data={"csrf_token": token}).status_code == 303
    assert world.rows("SELECT count(*) FROM unapplied_receipt") == [(0,)], "no reason, no refund"
    admin.post(f"{path}/refund-package", data={"csrf_token": token, "reason": "Bought by mistake."})
    world.settle_down()
    assert world.rows("SELECT status FROM payment") == [("refunded",)]
    html = parsed(admin.get(path))
    assert "Bought by mistake." in words(html)
    for figure in ("amount", "unapplied"):
        assert "agree" in words(parsed(admin.get(f"{path}/explain/{figure}")))
    assert "Creator Pack" in words(parsed(admin.get(f"/admin/purchases?q=P-{100_000 + bought.purchase_id}")))
    assert "Creator Pack" in words(parsed(admin.get(f"/admin/purchases/P-{100_000 + bought.purchase_id}")))
    told = words(parsed(world.client(buyer_id).get("/notifications")))
    for title in ("150 credits are yours", "150 credits were taken back", "$9.99 went back to you"):
        assert title in told
