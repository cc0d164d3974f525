"""A buyer's orders, payments and notifications: own rows only, no fee anywhere, every state in plain words."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import event

from marketplace import db
from tests.builders import World, form_token


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def text(html: BeautifulSoup) -> str:
    return html.main.get_text(" ", strip=True)


def orders_of(world: World, purchase_id: int) -> list[str]:
    rows = world.rows('SELECT number FROM "order" WHERE purchase_id = %s ORDER BY id', purchase_id)
    return [str(number) for (number,) in rows]


@pytest.mark.covers("S0.18", "S2.2", "S3.1")
def test_a_paid_order_shows_where_goods_and_money_are(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [number] = orders_of(world, bought.purchase_id)
    client = world.client(bought.buyer_id)

    row = page(client, "/orders").select_one(".order-row")
    assert number in row.text
    assert [badge.get_text(strip=True) for badge in row.select(".badge")] == ["Paid · held for you", "To be sent"]
    assert not row.select("form")

    shown = page(client, f"/orders/{number}")
    [(released,)] = world.rows("SELECT planned_release_date FROM payment_transaction")
    assert f"Your money is held until {released.day} {released:%b %Y}" in text(shown)
    steps = [step["class"][-1] for step in shown.select(".progress-steps-item")]
    assert steps == ["is-done", "is-now", "is-next", "is-next"]
    assert "Springfield" in text(shown)
    assert "You placed the order" in text(shown)


@pytest.mark.covers("S0.18")
def test_a_buyer_never_sees_what_the_seller_pays(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [number] = orders_of(world, bought.purchase_id)
    client = world.client(bought.buyer_id)
    paths = ["/orders", f"/orders/{number}", "/account/payments", f"/account/payments/{bought.payment_id}"]
    paths += [f"/orders/{number}/explain/total", f"/account/payments/{bought.payment_id}/explain/amount"]
    for path in [*paths, "/notifications"]:
        words = text(page(client, path))
        assert not [secret for secret in ("93.80", "3.20", "3.00", "fee") if secret in words], path
    for figure in ("net", "platform-fee", "card-fee", "gross", "held"):
        assert client.get(f"/orders/{number}/explain/{figure}").status_code == 404
        assert client.get(f"/account/payments/{bought.payment_id}/explain/{figure}").status_code == 404


@pytest.mark.covers("S0.5", "S0.16", "S1.6")
def test_declines_are_told_in_plain_words_and_stay_after_success(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000009995")
    world.pay(bought, "4000000000000069")
    world.settle_down()
    client = world.client(bought.buyer_id)
    [number] = orders_of(world, bought.purchase_id)
    assert "Payment failed" in text(page(client, "/orders?tab=to-pay"))

    world.pay(bought)
    world.settle_down()
    for path in (f"/orders/{number}", f"/account/payments/{bought.payment_id}"):
        words = text(page(client, path))
        assert "The card does not have enough money for this payment." in words
        assert "The card has expired." in words
        assert "insufficient_funds" not in words


@pytest.mark.covers("S1.1", "S1.12", "S0.2")
def test_an_attempt_is_listed_from_the_first_moment_and_can_be_paid(world: World) -> None:
    bought = world.open_purchase(5_000)
    client = world.client(bought.buyer_id)
    assert "Waiting for payment" in page(client, "/account/payments").select_one("tbody").text
    assert not page(client, "/account/payments?status=completed").select("tbody")

    form = page(client, "/orders?tab=to-pay").select_one(".order-row form")
    token = form.select_one("input[name=csrf_token]")["value"]
    answer = client.post(form["action"], data={"csrf_token": token})
    assert answer.status_code == 303
    assert answer.location.startswith(world.sandbox.base_url)


@pytest.mark.covers("S0.18")
def test_an_order_whose_payment_is_with_the_bank_does_not_ask_to_be_paid_again(world: World) -> None:
    bought = world.open_purchase(5_000)
    [number] = orders_of(world, bought.purchase_id)
    world.pay(bought, account="000123456789")
    world.settle_down()
    client = world.client(bought.buyer_id)
    listed = page(client, "/orders?tab=to-pay")
    assert not listed.select(".order-row"), "nothing is asked of the buyer"
    tabs = {tab.contents[0].strip(): tab.get_text(" ", strip=True) for tab in listed.select(".tabs a")}
    assert (tabs["To pay"], tabs["Payment on its way"]) == ("To pay 0", "Payment on its way 1")
    row = page(client, "/orders?tab=at-bank").select_one(".order-row")
    assert [badge.get_text(strip=True) for badge in row.select(".badge")] == ["Payment on its way", "Not sent yet"]
    assert not row.select("form")
    shown = page(client, f"/orders/{number}")
    assert "Your bank is handling this payment" in text(shown)
    assert not shown.select("form[action*='/checkout/']")
    assert "Cancel the purchase" not in text(shown)
    assert "Pay for" not in text(page(client, "/account"))


def test_who_sells_comes_from_one_desk_to_the_other_and_changes_the_password_at_both(world: World) -> None:
    seller = world.client(world.seller())
    for here, there in (("/seller", "/account"), ("/account", "/seller")):
        links = {link["href"] for link in page(seller, here).select(".side a")}
        assert {there, "/account/security"} <= links
    of_buyer = {link["href"] for link in page(world.client(world.person()), "/account").select(".side a")}
    assert not {link for link in of_buyer if link.startswith(("/seller", "/admin"))}


def test_a_page_for_sellers_leads_somebody_without_a_shop_to_opening_one(world: World) -> None:
    answer = world.client(world.person()).get("/seller")
    assert answer.status_code == 403
    assert BeautifulSoup(answer.text, "html.parser").select_one("main a.button")["href"] == "/sell"


@pytest.mark.covers("S1.15", "S1.22")
def test_an_expired_payment_says_so_and_offers_another(world: World) -> None:
    bought = world.open_purchase(5_000)
    world.advance(minutes=40)
    world.settle_down()
    client = world.client(bought.buyer_id)
    shown = page(client, f"/account/payments/{bought.payment_id}")
    assert "Expired" in shown.select_one(".page-header").text
    assert "Pay again" in text(shown)
    assert page(client, "/account/payments?status=expired").select("tbody tr")


@pytest.mark.covers("S2.31")
def test_other_peoples_rows_do_not_exist(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [number] = orders_of(world, bought.purchase_id)
    stranger = world.client(world.person("Sue Stranger"))
    paths = [f"/orders/{number}", f"/orders/{number}/explain/total", f"/account/payments/{bought.payment_id}"]
    for path in [*paths, f"/account/payments/{bought.payment_id}/explain/amount"]:
        assert stranger.get(path).status_code == 404, path
        anonymous = world.client().get(path)
        assert (anonymous.status_code, anonymous.location.partition("?")[0]) == (303, "/login"), path
    assert "No orders yet" in text(page(stranger, "/orders"))
    assert "No payments yet" in text(page(stranger, "/account/payments"))


def test_nonsense_in_the_address_is_answered_calmly(world: World) -> None:
    client = world.client(world.person())
    huge = "9" * 25
    for path in ("/orders/%00", "/orders/TM-%C3%A4", f"/account/payments/{huge}", f"/account/payments/{2**63}"):
        assert client.get(path).status_code == 404, path
    for path in (f"/orders?before={huge}&tab=x", "/orders?after=-1", "/account/payments?status=%00&before=a"):
        assert client.get(path).status_code == 200, path


@pytest.mark.covers("S1.19")
def test_lists_page_by_key_and_cost_the_same_however_long_they_are(world: World) -> None:
    bought = world.open_purchase(1_000, 2_000)
    client = world.client(bought.buyer_id)
    few = _queries(client, "/orders")
    world.pay(bought)
    world.settle_down()
    world.open_purchase(*range(1_000, 1_026), buyer_id=bought.buyer_id)

    assert _queries(client, "/orders") == few < 15
    first = page(client, "/orders")
    assert len(first.select(".order-row")) == 25
    assert not first.select("a[rel=prev]")
    second = page(client, first.select_one("a[rel=next]")["href"])
    assert len(second.select(".order-row")) == 3
    assert not second.select("a[rel=next]")
    back = page(client, second.select_one("a[rel=prev]")["href"])
    assert [row.a["href"] for row in back.select(".order-row")] == [row.a["href"] for row in first.select(".order-row")]


def test_notifications_are_read_one_by_one_or_all_at_once(world: World) -> None:
    bought = world.paid_purchase(10_000, 5_000)
    world.open_purchase(700, buyer_id=bought.buyer_id)
    world.advance(minutes=40)
    world.settle_down()
    client = world.client(bought.buyer_id)
    shown = page(client, "/notifications")
    assert "You paid $150.00" in text(shown)
    assert "The payment page for $7.00 has closed" in text(shown)
    assert len(shown.select(".is-unread")) == 4, "and an invoice of each order"

    form = shown.select_one(".notification-list form")
    assert _press(client, form["action"], shown).status_code == 303
    assert len(page(client, "/notifications?show=unread").select(".notification-list-item")) == 3
    stranger = world.client(world.person("Sue Stranger"))
    foreign = _press(stranger, form["action"], page(stranger, "/account/security"))
    assert foreign.status_code == 404

    assert _press(client, "/notifications/read", shown).status_code == 303
    assert "Nothing new" in text(page(client, "/notifications?show=unread"))


def _press(client: FlaskClient, action: str, html: BeautifulSoup) -> object:
    return client.post(action, data={"csrf_token": form_token(str(html))})


def _queries(client: FlaskClient, path: str) -> int:
    """Count the statements of one request, after one that warms the caches."""
    client.get(path)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    for engine in (db.database.engines["reader"], db.database.engine):
        event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        for engine in (db.database.engines["reader"], db.database.engine):
            event.remove(engine, "before_cursor_execute", note)
    return len(seen)
