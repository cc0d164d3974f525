"""Cancelling as people walk it: what is asked, what goes back in words, what every side reads afterwards."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.cancellations.rules import CancelReason, Side
from tests.builders import Bought, World, form_token
from tests.journeys.test_cancelling import cancel
from tests.journeys.test_scars_payments import paid_after_the_reservation_lapsed, two_open_pages
from tests.pages.test_explain import everywhere, follow_all
from tests.snapshots import walked_once_from_nothing

MINUS = "\N{MINUS SIGN}"
SLOW_REFUNDS, FAILED_REFUNDS = "4000000000007726", "4000000000005126"
UPS = {"carrier": "ups", "tracking_number": "1Z999AA10123456784"}


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def words(client: FlaskClient, path: str) -> str:
    return page(client, path).main.get_text(" ", strip=True)


@walked_once_from_nothing
def paid(world: World, *grosses: int, card: str = "4242424242424242") -> Bought:
    bought = world.open_purchase(*grosses)
    world.pay(bought, card)
    world.settle_down()
    return bought


def order_of(world: World, bought: Bought) -> tuple[str, int]:
    """Return the first order's number and seller."""
    [(number, seller), *_] = world.rows(
        'SELECT number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id
    )
    return str(number), int(str(seller))


def send(client: FlaskClient, path: str, **answers: str) -> TestResponse:
    """Send the cancelling form as the page shows it, with `answers`."""
    form = page(client, path).select_one(f"main form[action='{path}']")
    hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    chosen = {field["name"]: field["value"] for field in form.select("input[checked]")}
    return client.post(path, data=hidden | chosen | answers)


def hidden(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    fields = page(client, path).select("main form input[type=hidden]")
    return {str(field["name"]): str(field["value"]) for field in fields}


def an_admin(world: World) -> FlaskClient:
    return world.client(world.person("Ada Admin", is_admin=True))


@pytest.mark.covers("S2.3", "S2.4")
def test_the_buyer_cancels_one_of_two_and_everybody_reads_it(world: World) -> None:
    bought = paid(world, 10_000, 4_000, card=SLOW_REFUNDS)
    number, seller_id = order_of(world, bought)
    buyer, seller, admin = world.client(bought.buyer_id), world.client(seller_id), an_admin(world)
    path = f"/orders/{number}/cancel"
    assert page(buyer, f"/orders/{number}").select_one(f"main a[href='{path}']").text == "Cancel this order"

    asked = page(buyer, path)
    assert "You get $100.00 back, the way you paid." in asked.main.get_text(" ", strip=True)
    *_, keep, danger = asked.select("main form a, main form button")
    assert keep["href"] == f"/orders/{number}"
    assert danger.text == "Cancel the order and get $100.00 back"
    assert "is-danger" in danger["class"]
    assert len(asked.select("input[name=reason]")) == 5

    answer = send(buyer, path, reason="mistake", note="Sorry.")
    assert (answer.status_code, answer.location) == (303, f"/orders/{number}")
    shown = words(buyer, f"/orders/{number}")
    assert "The order is cancelled. The seller was told" in shown
    assert "You cancelled this order" in shown
    assert "It was ordered by mistake. Sorry." in shown
    assert "$100.00 goes back to you by itself." in shown
    assert "Your money is held until" not in shown
    assert "The money goes back to you by itself" in shown
    assert "You asked for a refund" not in shown
    assert path not in str(page(buyer, f"/orders/{number}").main)
    assert [step.text.split()[0] for step in page(buyer, f"/orders/{number}").select(".progress-steps-name")] == [
        "Paid", "Cancelled", "Money",
    ]  # fmt: skip

    sold = words(seller, f"/seller/orders/{number}")
    assert "The buyer cancelled this order" in sold
    assert "The goods are for sale again." in sold
    assert "is held for you" not in sold
    assert "Mark as sent" not in sold
    told = words(seller, "/notifications")
    assert f"The buyer cancelled order {number}" in told
    assert "Do not send it. $100.00 goes back to the buyer, $93.89 of it from what was held for you." in told
    assert "The card fee of $3.11 stays with you." in told

    world.advance(days=1)
    world.settle_down()
    [(refund,)] = world.rows("SELECT number FROM refund")
    buyer, seller, admin = world.client(bought.buyer_id), world.client(seller_id), an_admin(world)
    back = words(buyer, f"/refunds/{refund}")
    assert "Your money went back to you" in back
    assert "The buyer cancelled the order. It was ordered by mistake. Sorry." in back
    assert "Withdraw" not in back
    assert "$100.00 went back to you" in words(buyer, "/notifications")
    assert "Why" in words(seller, f"/seller/refunds/{refund}")
    decided = words(admin, f"/admin/refunds?refund={refund}")
    assert "By itself: the buyer cancelled the order" in decided
    assert "Sent back by a rule" in decided
    assert refund in words(admin, f"/admin/payments/{bought.payment_id}")
    for client, shown_at in (
        (buyer, f"/orders/{number}"), (seller, f"/seller/orders/{number}"), (admin, f"/admin/refunds?refund={refund}"),
        (admin, "/admin/refunds/rules"),
    ):  # fmt: skip
        assert follow_all(client, shown_at)
    assert everywhere(world, bought) > 30


@pytest.mark.covers("S2.4")
def test_the_seller_reads_what_it_costs_before_cancelling(world: World) -> None:
    bought = paid(world, 10_000, card=SLOW_REFUNDS)
    number, seller_id = order_of(world, bought)
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    path = f"/seller/orders/{number}/cancel"
    asked = page(seller, path)
    text = asked.main.get_text(" ", strip=True)
    assert "The buyer gets $100.00 back." in text
    assert "You give back $93.80, and the card fee of $3.20 stays with you" in text
    assert "We give back our fee of $3.00." in text
    assert asked.select("main form button")[-1].text == "Cancel the order and send $100.00 back"

    answer = send(seller, path)
    assert answer.status_code == 422
    assert "Choose a reason." in answer.text
    answer = send(seller, path, reason="other")
    assert answer.status_code == 422
    assert "Say in a few words why." in answer.text
    assert send(seller, path, reason="damaged", note="It fell <down>.", shelf="no").status_code == 303
    shown = words(buyer, f"/orders/{number}")
    [(shop,)] = world.rows("SELECT name FROM shop")
    assert f"{shop} cancelled this order" in shown
    assert "It is damaged or lost. It fell <down>." in shown
    assert f"{shop} cancelled order {number}" in words(buyer, "/notifications")
    assert "You cancelled this order" in words(seller, f"/seller/orders/{number}")
    assert "were not put back on sale" in words(seller, f"/seller/orders/{number}")
    assert world.rows("SELECT in_stock FROM listing") == [(9,)]


def test_too_late_too_early_and_changed_are_answered_in_words(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id = order_of(world, bought)
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    early = seller.get(f"/seller/orders/{number}/cancel")
    assert early.status_code == 303
    assert "This order is not paid yet." in words(seller, early.location)
    world.pay(bought)
    world.settle_down()

    path = f"/orders/{number}/cancel"
    token = {"csrf_token": form_token(buyer.get(path).text)}
    answer = buyer.post(path, data=token | {"reason": "mistake", "seen_minor": "9999"})
    assert answer.status_code == 409
    assert "The amount has changed since you opened this page." in answer.text
    assert "get $100.00 back" in answer.text
    answer = buyer.post(path, data=token | {"reason": "damaged", "seen_minor": "10000"})
    assert answer.status_code == 422
    assert world.rows("SELECT * FROM cancellation") == []

    ship = f"/seller/orders/{number}/ship"
    sellers = {"csrf_token": form_token(seller.get(f"/seller/orders/{number}").text)}
    assert seller.post(ship, data=sellers | UPS).status_code == 303
    late = "This order was sent already, so it cannot be cancelled any more."
    for client, its, own in ((buyer, path, token), (seller, f"/seller/orders/{number}/cancel", sellers)):
        for answer in (client.get(its), client.post(its, data=own)):
            assert answer.status_code == 303
        assert words(client, answer.location).count(late) == 2
    assert path not in str(page(buyer, f"/orders/{number}").main)


def test_a_cancelled_order_is_not_sent(world: World) -> None:
    bought = paid(world, 10_000, card=SLOW_REFUNDS)
    number, seller_id = order_of(world, bought)
    seller = world.client(seller_id)
    token = {"csrf_token": form_token(seller.get(f"/seller/orders/{number}").text)}
    send(world.client(bought.buyer_id), f"/orders/{number}/cancel", reason="mistake")
    answer = seller.post(f"/seller/orders/{number}/ship", data=token | UPS)
    assert "This order was cancelled. Do not send it." in words(seller, answer.location)


def test_an_open_request_is_closed_and_says_so(world: World) -> None:
    bought = paid(world, 10_000)
    number, seller_id = order_of(world, bought)
    buyer = world.client(bought.buyer_id)
    ask = f"/orders/{number}/refund/new"
    data = {"how": "percent", "percent": "25", "reason": "changed_mind", "description": "Too dear."}
    asked = buyer.post(ask, data=hidden(buyer, ask) | data).location
    request = asked.rpartition("/")[2]
    assert f"asked for with {request}, which is closed" in words(buyer, f"/orders/{number}/cancel")
    no_reason = hidden(buyer, ask) | data | {"reason": "cancelled"}
    assert buyer.post(ask, data=no_reason).status_code == 422
    send(buyer, f"/orders/{number}/cancel", reason="mistake")
    [(refund,)] = world.rows("SELECT number FROM refund WHERE origin = 'buyer_cancelled'")
    shown = words(buyer, asked)
    assert "This request is closed" in shown
    assert f"with refund {refund}." in shown
    assert f"refund {refund} sends all of its money back" in words(world.client(seller_id), f"/seller{asked}")
    assert f"Closed by Refund {refund}" in words(an_admin(world), f"/admin/refunds?refund={request}")


def test_a_failed_refund_of_a_cancelled_order_is_told_and_approved_again(world: World) -> None:
    bought = paid(world, 10_000, card=FAILED_REFUNDS)
    number, _ = order_of(world, bought)
    send(world.client(bought.buyer_id), f"/orders/{number}/cancel", reason="mistake")
    world.settle_down()
    world.advance(days=14)
    world.settle_down()
    buyer, admin = world.client(bought.buyer_id), an_admin(world)
    assert "Your money did not reach you yet" in words(buyer, f"/orders/{number}")
    waiting = page(admin, "/admin/refunds")
    form = waiting.select_one(".refund-detail-decision")
    assert "Approve $100.00" in form.text
    [(refund,)] = world.rows("SELECT number FROM refund")
    data = {field["name"]: field["value"] for field in form.select("input")} | {"notes": ""}
    assert admin.post(f"/admin/refunds/{refund}/approve", data=data).status_code == 303
    assert world.rows("SELECT attempt FROM refund") == [(2,)]


def test_an_unpaid_purchase_is_cancelled_as_a_whole(world: World) -> None:
    bought = world.open_purchase(10_000, 4_000)
    number, seller_id = order_of(world, bought)
    buyer = world.client(bought.buyer_id)
    path = f"/orders/{number}/cancel"
    assert page(buyer, f"/orders/{number}").select_one(f"main a[href='{path}']").text == "Cancel the purchase"
    asked = page(buyer, path)
    assert "Nothing was charged." in asked.main.text
    assert asked.select("main button")[-1].text == "Cancel all 2 orders"
    answer = send(buyer, path)
    assert "is cancelled. Nothing was charged." in words(buyer, answer.location)
    assert world.rows('SELECT DISTINCT status FROM "order"') == [("cancelled",)]
    assert "The order was cancelled" in words(world.client(seller_id), f"/seller/orders/{number}")
    assert "This order is already cancelled." in words(buyer, buyer.get(path).location)


def test_paid_in_another_tab_nothing_is_cancelled(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, _ = order_of(world, bought)
    buyer = world.client(bought.buyer_id)
    data = {"csrf_token": form_token(buyer.get(f"/orders/{number}/cancel").text), "unpaid": "1"}
    world.pay(bought)
    answer = buyer.post(f"/orders/{number}/cancel", data=data)
    assert "You have paid this purchase already." in words(buyer, answer.location)
    assert "Paid · held for you" in words(buyer, f"/orders/{number}")
    answer = buyer.post(f"/orders/{number}/cancel", data=data)
    assert "You have paid this purchase already." in words(buyer, answer.location)


@pytest.mark.covers("S2.4", "S2.31")
def test_nobody_cancels_what_is_not_theirs(world: World) -> None:
    bought = paid(world, 10_000)
    number, seller_id = order_of(world, bought)
    other, stranger = world.client(world.seller("Olga Other")), world.client(world.person("Sue Stranger"))
    for client, path, code in (
        (stranger, f"/orders/{number}/cancel", 404),
        (other, f"/orders/{number}/cancel", 404),
        (world.client(seller_id), f"/orders/{number}/cancel", 404),
        (other, f"/seller/orders/{number}/cancel", 404),
        (stranger, f"/seller/orders/{number}/cancel", 403),
        (stranger, "/admin/refunds/rules", 403),
    ):
        assert client.get(path).status_code == code, path
        if "admin" not in path:
            data = {"csrf_token": form_token(client.get("/account/security").text), "reason": "mistake"}
            assert client.post(path, data=data | {"unpaid": "1"}).status_code == code, path
    assert world.rows("SELECT * FROM cancellation") == []


@pytest.mark.covers("S4.10")
def test_the_rules_tell_how_often_and_each_time(world: World) -> None:
    bought = paid(world, 10_000)
    number, seller_id = order_of(world, bought)
    send(world.client(seller_id), f"/seller/orders/{number}/cancel", reason="sold_elsewhere")
    [(refund,)] = world.rows("SELECT number FROM refund")
    for tab in two_open_pages(world):
        world.pay(tab)
        world.settle_down()
    admin = an_admin(world)
    html = page(admin, "/admin/refunds/rules")
    rules = [[row.b.text, row.select("td")[2].a.contents[0]] for row in html.select("table")[0].select("tbody tr")]
    assert rules == [
        ["The seller cancels", "Once"],
        ["The buyer cancels before it is sent", "Never"],
        ["Paid after the goods were gone", "Never"],
        ["One purchase paid twice", "Once"],
        ["Paid after the purchase was given up", "Never"],
        ["Money for nothing we sold", "Never"],
        ["A payment is refused as fraud", "Never"],
    ]
    newest, oldest = html.select("#log tbody tr")
    assert "One purchase paid twice" in newest.text
    assert "Returned" in newest.text
    links = {link["href"] for link in oldest.select("a")}
    assert {
        f"/admin/purchases/{number}", f"/admin/payments/{bought.payment_id}", f"/admin/refunds?refund={refund}",
    } < links  # fmt: skip
    assert follow_all(admin, "/admin/refunds/rules")
    assert number not in words(admin, "/admin/refunds/rules?rule=paid_twice")
    assert "Not once" in words(admin, "/admin/refunds/rules?rule=sold_out")
    world.advance(days=31)
    admin = world.client(world.person("Bea Admin", is_admin=True))
    assert "Never" in page(admin, "/admin/refunds/rules").select("table")[0].select("tbody tr")[0].text
    assert len(page(admin, "/admin/refunds/rules").select("#log tbody tr")) == 2


@pytest.mark.covers("S4.10")
def test_money_that_came_too_late_is_in_the_log(world: World) -> None:
    late = paid_after_the_reservation_lapsed(world, units=1)
    faster = world.person("Fay Faster")
    [(listing_id,)] = world.rows("SELECT id FROM listing")
    world.put_in_cart(faster, int(str(listing_id)))
    world.pay(world.check_out(faster))
    world.sandbox.release_webhooks()
    world.settle_down()
    assert world.rows("SELECT rule, payment_id FROM automatic_refund") == [("sold_out", late.payment_id)]
    assert "Paid after the goods were gone" in page(an_admin(world), "/admin/refunds/rules").select_one("#log").text


def test_the_log_pages_from_the_newest_on(world: World) -> None:
    bought = paid(world, *[1_000] * 27)
    orders = world.rows('SELECT number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id)
    for number, seller_id in orders:
        cancel(world, str(number), int(str(seller_id)), Side.SELLER, seen=1_000, reason=CancelReason.CANNOT_DELIVER)
    numbers = [f"Order {number}" for number, _ in orders]
    world.settle_down()
    admin = an_admin(world)

    def shown(html: BeautifulSoup) -> list[str]:
        return [row.select("td")[2].get_text(strip=True) for row in html.select("#log tbody tr")]

    first = page(admin, "/admin/refunds/rules")
    assert shown(first) == numbers[:1:-1]
    [older] = [link["href"] for link in first.select(".pager a[rel=next]")]
    assert shown(page(admin, older)) == numbers[1::-1]
