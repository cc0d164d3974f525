"""Refunds as people walk them: the buyer asks, an admin decides, the provider's event ends it, and all pages agree."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World, form_token
from tests.faults import Fault, wire_fault
from tests.journeys.test_refund_after_payout import CLOSED_BANK, seller_with, until_the_bank_has_answered
from tests.journeys.test_refunds import at_the_provider
from tests.pages.test_explain import everywhere, follow_all

MINUS = "\N{MINUS SIGN}"


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def words(client: FlaskClient, path: str) -> str:
    return page(client, path).main.get_text(" ", strip=True)


def order_of(world: World, bought: Bought) -> tuple[int, str, int]:
    """Return the first order's id, number and seller."""
    rows = world.rows(
        'SELECT id, number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id
    )
    return int(str(rows[0][0])), str(rows[0][1]), int(str(rows[0][2]))


def ask(world: World, bought: Bought, **answers: str) -> tuple[FlaskClient, str]:
    """Ask through the buyer's form; return the buyer's browser and the refund's number."""
    buyer = world.client(bought.buyer_id)
    path = f"/orders/{order_of(world, bought)[1]}/refund/new"
    data = {"how": "whole", "reason": "damaged", "description": "The rim is chipped.", **answers}
    sent = buyer.post(path, data=hidden(buyer, path) | data)
    assert sent.status_code == 303, sent.text
    return buyer, sent.location.rpartition("/")[2]


def hidden(client: FlaskClient, path: str) -> dict[str, str]:
    """Return what the page's own form carries unseen."""
    return {field["name"]: field["value"] for field in page(client, path).main.select("form input[type=hidden]")}


def decide(admin: FlaskClient, number: str, verb: str, **answers: str) -> str:
    """Press a button of the decision form as the page shows it; return the page that follows."""
    html = page(admin, f"/admin/refunds?refund={number}")
    form = html.select_one(".refund-detail-decision")
    data = {field["name"]: field["value"] for field in form.select("input")} | {"notes": form.textarea.text.strip()}
    sent = admin.post(f"/admin/refunds/{number}/{verb}", data=data | answers)
    return admin.get(sent.location).text if sent.status_code == 303 else sent.text


def looked_at(admin: FlaskClient, number: str) -> dict[str, str]:
    """Return what the decision form of a refund carries unseen: token, amount and the plan that is shown."""
    form = page(admin, f"/admin/refunds?refund={number}").select_one(".refund-detail-decision")
    return {field["name"]: field["value"] for field in form.select("input")}


def status_of(world: World, number: str) -> str:
    [(status,)] = world.rows("SELECT status FROM refund WHERE number = %s", number)
    return str(status)


def an_admin(world: World, name: str = "Ada Admin") -> FlaskClient:
    return world.client(world.person(name, is_admin=True))


@pytest.mark.covers("S2.14", "S2.15", "S2.16", "S2.17", "S4.7", "S4.9")
def test_one_line_is_asked_back_approved_and_completed_by_the_event(world: World) -> None:
    buyer_id, seller_id = world.person(), world.seller()
    world.put_in_cart(buyer_id, world.listing(seller_id, 4_000, title="Brake disc"), 2)
    world.put_in_cart(buyer_id, world.listing(seller_id, 2_000, title="Brake pad"))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    [(line_id,)] = world.rows("SELECT id FROM order_line WHERE title = 'Brake disc'")

    buyer, number = ask(world, bought, how="items", **{f"units_{line_id}": "1"})
    assert "We are looking at your request" in words(buyer, f"/refunds/{number}")
    assert "1 × Brake disc" in words(buyer, f"/refunds/{number}")  # noqa: RUF001
    seller = world.client(seller_id)
    assert "What it would take" in words(seller, f"/seller/refunds/{number}")

    admin = an_admin(world)
    queue = words(admin, "/admin/refunds")
    assert f"{number} · $40.00" in queue
    assert "1 waiting" in queue
    shown = decide(admin, number, "approve")
    assert "$40.00 is approved and on its way to the buyer" in shown
    world.settle_down()

    assert status_of(world, number) == "completed"
    assert "Your money went back to you" in words(buyer, f"/refunds/{number}")
    _, order, _ = order_of(world, bought)
    assert f"Refunded {MINUS}$40.00" in words(buyer, f"/orders/{order}")
    assert "Partly refunded" in words(buyer, "/orders")
    assert "Partly refunded" in words(buyer, "/account/payments")
    # $100.00 leaves $93.80; 40 % of it goes back: $1.20 by the platform, $38.80 by the seller.
    sold = words(seller, f"/seller/orders/{order}")
    assert f"Taken from your share {MINUS}$38.80" in sold
    assert "Held now $55.00" in sold
    assert page(seller, "/seller/orders").select_one(".kpis-value").text == "$55.00"
    assert "What it took" in words(seller, f"/seller/refunds/{number}")
    for client, path in (
        (buyer, f"/refunds/{number}"),
        (buyer, "/refunds"),
        (seller, f"/seller/refunds/{number}"),
        (admin, f"/admin/refunds?refund={number}"),
    ):
        assert follow_all(client, path)
    assert everywhere(world, bought) > 30
    assert "$40.00 went back to you" in words(buyer, "/notifications")
    assert "went back to the buyer" in words(seller, "/notifications")


@pytest.mark.covers("S2.15", "S2.18", "S4.9")
def test_one_hundred_dollars_are_the_same_everywhere(world: World) -> None:
    """Buyer +100.00, platform −3.00, seller −97.00 (held 93.80, debt 3.20): on every page, before and after."""  # noqa: RUF002
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    admin = an_admin(world)
    _, order, seller_id = order_of(world, bought)
    seller = world.client(seller_id)
    plan = {
        "Platform fee given back": "$3.00",
        "From what is held for the seller": "$93.80",
        "Owed by the seller": "$3.20",
    }
    effects = {"Buyer": "+$100.00", "Seller": f"{MINUS}$97.00", "Platform": f"{MINUS}$3.00"}
    planned = page(admin, f"/admin/refunds?refund={number}")
    assert effects_of(planned) == effects
    assert box_of(planned) == plan | {"Buyer receives": "$100.00"}
    assert "$3.20 becomes the seller's debt" in planned.main.get_text(" ", strip=True)
    in_sellers_words = {
        "Our fee, given back": "$3.00",
        "From what is held for you": "$93.80",
        "Added to what you owe": "$3.20",
    }
    of_seller = page(seller, f"/seller/refunds/{number}")
    assert box_of(of_seller) == in_sellers_words | {"The buyer would receive": "$100.00"}
    assert box_of(page(buyer, f"/refunds/{number}")) == {"You asked for": "$100.00"}

    decide(admin, number, "approve")
    world.settle_down()

    done = page(admin, f"/admin/refunds?refund={number}")
    assert (effects_of(done), box_of(done)) == (effects, plan | {"Buyer receives": "$100.00"})
    assert box_of(page(seller, f"/seller/refunds/{number}")) == in_sellers_words | {"The buyer receives": "$100.00"}
    assert box_of(page(buyer, f"/refunds/{number}")) == {"You got back": "$100.00"}
    assert "Refunded" in page(buyer, f"/orders/{order}").select_one(".page-header").text
    assert f"Refunded {MINUS}$100.00" in words(buyer, f"/orders/{order}")
    sold = words(seller, f"/seller/orders/{order}")
    assert f"Taken from your share {MINUS}$93.80" in sold
    assert "Held now $0.00" in sold
    assert "$3.20" in words(admin, "/admin/ledger/seller_debt/USD")
    for client, path in (
        (buyer, f"/refunds/{number}"),
        (buyer, "/refunds"),
        (seller, f"/seller/refunds/{number}"),
        (seller, "/seller/refunds?tab=done"),
        (admin, f"/admin/refunds?refund={number}"),
    ):
        assert follow_all(client, path), path
    assert everywhere(world, bought) > 20
    sums = world.rows("SELECT account, sum(amount_minor) FROM posting GROUP BY account HAVING sum(amount_minor) <> 0")
    # The buyer has 100.00 back, the platform its 3.00 not, and the seller owes the card fee that the provider keeps.
    assert sorted(sums) == [
        ("processing_fee", 320),
        ("processing_fee_recovery", -320),
        ("provider_balance", -320),
        ("seller_debt", 320),
    ]
    assert world.sandbox.balance_sum("usd") == -320
    assert not page(buyer, f"/orders/{order}").select("a[href$='/refund/new']")


def box_of(html: BeautifulSoup) -> dict[str, str]:
    """Return the money box of a refund's page: what, and how much."""
    rows = html.select_one(".refund-detail .money-box, main .money-box").select(".money-box-row")
    return {row.dt.text.strip(): re.search(r"[^\s,]*\$[\d.,]+\d", row.dd.text)[0] for row in rows}


def effects_of(html: BeautifulSoup) -> dict[str, str]:
    """Return what the admin sees a refund do to the three sides."""
    return {dt.text: dt.find_next("dd").text for dt in html.select(".refund-detail-effects dt")}


@pytest.mark.covers("S2.15")
def test_a_rejection_needs_a_reason_and_both_sides_read_it(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    admin = an_admin(world)
    assert "Give the reason; both sides read it." in decide(admin, number, "reject")
    assert status_of(world, number) == "pending"
    assert "is rejected" in decide(admin, number, "reject", notes="The pictures show no damage.")
    _, order, seller_id = order_of(world, bought)
    for client, path in ((buyer, f"/refunds/{number}"), (world.client(seller_id), f"/seller/refunds/{number}")):
        assert "The pictures show no damage." in words(client, path)
    assert number in words(admin, "/admin/refunds?tab=rejected")
    assert "Ask for a refund" in words(buyer, f"/orders/{order}")
    # Whoever presses the other buttons now is told what stands, without an error page.
    token = form_token(buyer.get(f"/orders/{order}/refund/new").text)
    assert buyer.post(f"/refunds/{number}/withdraw", data={"csrf_token": token}).status_code == 303
    assert "already decided: rejected" in words(buyer, f"/refunds/{number}")


@pytest.mark.covers("S2.15", "S2.16")
def test_another_amount_is_looked_at_first_and_told_to_the_buyer(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    admin = an_admin(world)
    html = page(admin, f"/admin/refunds?refund={number}&amount=60.00")
    button = html.select_one("button[data-key=a]")
    assert button.text == "Approve $60.00"
    form = html.select_one(".refund-detail-decision")
    data = {field["name"]: field["value"] for field in form.select("input")}
    path = button["formaction"]
    assert "Give the reason" in admin.post(path, data=data | {"notes": ""}).text
    assert admin.post(path, data=data | {"notes": "One of two was fine."}).status_code == 303
    world.settle_down()
    told = words(buyer, f"/refunds/{number}")
    assert "$60.00 was sent" in told
    assert "You asked for $100.00" in told
    assert "One of two was fine." in told
    for wrong, answer in (("1e9", "Enter an amount such as"), ("999.00", "more than can still be refunded")):
        other = ask(world, world.paid_purchase(5_000))[1]
        assert answer in words(admin, f"/admin/refunds?refund={other}&amount={wrong}")


@pytest.mark.covers("S2.17")
def test_the_buyer_withdraws_while_nobody_has_decided(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    form = next(form for form in page(buyer, f"/refunds/{number}").main.select("form") if "withdraw" in form["action"])
    token = {"csrf_token": form_token(str(form))}
    for _ in range(2):
        assert buyer.post(form["action"], data=token).status_code == 303
    assert "You withdrew this request" in words(buyer, f"/refunds/{number}")
    admin = an_admin(world)
    assert "Withdrawn" in words(admin, f"/admin/refunds?refund={number}")
    answer = admin.post(f"/admin/refunds/{number}/approve", data=token_of(admin) | {"amount_minor": "10000"})
    assert answer.status_code == 303
    assert "already decided: withdrawn" in admin.get(answer.location).text


@pytest.mark.covers("S4.8")
def test_a_refund_that_fails_is_told_and_can_be_approved_again(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000005126")
    world.settle_down()
    buyer, number = ask(world, bought)
    admin = an_admin(world)
    decide(admin, number, "approve")
    world.settle_down()
    world.advance(days=14)
    world.settle_down()
    assert status_of(world, number) == "failed"
    assert "The money did not reach you yet" in words(buyer, f"/refunds/{number}")
    assert "did not arrive" in words(buyer, "/notifications")
    assert f"A refund of $100.00 of order {order_of(world, bought)[1]} failed" in words(admin, "/notifications")
    _, order, seller_id = order_of(world, bought)
    seller = world.client(seller_id)
    assert "Held now $93.80" in words(seller, f"/seller/orders/{order}")
    assert everywhere(world, bought) > 20
    waiting = page(admin, "/admin/refunds")
    assert number in waiting.main.text
    assert "Approve $100.00" in waiting.main.text
    assert waiting.select("button[data-key=r]"), "whoever will not try again says so"
    decide(admin, number, "approve")
    assert status_of(world, number) in {"approved", "processing", "completed"}


@pytest.mark.covers("S2.15")
def test_a_second_admin_confirms_a_large_refund(world: World) -> None:
    _buyer, number = ask(world, world.paid_purchase(60_000))
    first, second = an_admin(world), an_admin(world, "Bea Admin")
    assert "Above $500.00 a second admin must confirm" in words(first, f"/admin/refunds?refund={number}")
    assert "A second admin must confirm it before it is sent" in decide(first, number, "approve")
    assert status_of(world, number) == "pending"
    again = page(first, f"/admin/refunds?refund={number}")
    assert not again.select("button[data-key=a]")
    assert "You have approved this already" in again.main.text
    assert "Ada Admin has approved this amount" in words(second, f"/admin/refunds?refund={number}")
    decide(second, number, "approve")
    world.settle_down()
    assert status_of(world, number) == "completed"


@pytest.mark.covers("S4.7")
def test_s19_ten_presses_of_approve_make_one_refund_at_the_provider(world: World) -> None:
    _buyer, number = ask(world, world.paid_purchase(10_000))
    clients = [an_admin(world, f"Ada {each}") for each in range(2)]
    sessions = [(client, looked_at(client, number)) for client in clients]

    def press(which: int) -> int:
        client, data = sessions[which % 2]
        return copy_of(world, client).post(f"/admin/refunds/{number}/approve", data=data).status_code

    with ThreadPoolExecutor(5) as threads:
        assert set(threads.map(press, range(10))) == {303}
    world.settle_down()
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'refund'") == [(1,)]
    assert status_of(world, number) == "completed"
    assert world.sandbox.balance_sum("usd") == -320


def test_an_admin_opens_a_refund_from_the_payment(world: World) -> None:
    bought = world.paid_purchase(10_000)
    admin = an_admin(world)
    html = page(admin, f"/admin/payments/{bought.payment_id}")
    path = html.select_one("a[href$='/refund']")["href"]
    data = hidden(admin, path) | {"how": "percent", "percent": "25", "reason": "other", "description": "A gesture."}
    sent = admin.post(path, data=data)
    assert sent.status_code == 303
    assert "$25.00" in admin.get(sent.location).text
    number = sent.location.rpartition("=")[2]
    decide(admin, number, "approve")
    world.settle_down()
    assert "Refunded to the buyer $25.00" in re.sub(
        r"(\$[\d.]+), explain.*?(?=[A-Z])", r"\1 ", words(admin, f"/admin/payments/{bought.payment_id}")
    )


def test_wrong_answers_stand_next_to_their_fields_and_what_was_typed_is_kept(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer = world.client(bought.buyer_id)
    path = f"/orders/{order_of(world, bought)[1]}/refund/new"
    token = hidden(buyer, path)
    assert len(page(buyer, path).select("input[name=reason]")) == 7
    sent = buyer.post(path, data=token | {"how": "amount", "amount": "lots", "description": "It squeaks."})
    html = BeautifulSoup(sent.text, "html.parser")
    assert sent.status_code == 422
    assert html.select_one("textarea").text.strip() == "It squeaks."
    assert "Choose a reason." in html.main.text
    good = token | {"reason": "other", "description": "It squeaks."}
    for answers, code, message in (
        ({"how": "amount", "amount": "lots"}, 422, "Enter an amount such as $100.00"),
        ({"how": "amount", "amount": "100.01"}, 409, "more than can still be refunded"),
        ({"how": "amount", "amount": "0"}, 422, "above zero"),
        ({"how": "percent"}, 422, "from 1 to 100"),
        ({"how": "percent", "percent": "101"}, 422, "from 1 to 100"),
        ({"how": "items"}, 422, "Choose at least one item"),
    ):
        sent = buyer.post(path, data=good | answers)
        assert (sent.status_code, message in sent.text) == (code, True), answers
    ask(world, bought)
    assert buyer.get(path).status_code == 303


@pytest.mark.covers("S2.31")
def test_foreign_refunds_do_not_exist(world: World) -> None:
    bought = world.paid_purchase(10_000)
    _buyer, number = ask(world, bought)
    _, order, _ = order_of(world, bought)
    stranger, other = world.client(world.person("Sue Stranger")), world.client(world.seller("Olga Other"))
    for path in (f"/refunds/{number}", f"/refunds/{number}/explain/amount", f"/orders/{order}/refund/new"):
        assert stranger.get(path).status_code == 404, path
    for path in (f"/seller/refunds/{number}", f"/seller/refunds/{number}/explain/held"):
        assert other.get(path).status_code == 404, path
    token = token_of(stranger, "/account/security")
    assert stranger.post(f"/refunds/{number}/withdraw", data=token).status_code == 404
    assert stranger.post(f"/orders/{order}/refund/new", data=token).status_code == 404
    for path in ("/admin/refunds", f"/admin/refunds/{number}/explain/amount", f"/admin/orders/{order}/refund"):
        assert stranger.get(path).status_code == 403, path
    for verb in ("approve", "reject"):
        assert stranger.post(f"/admin/refunds/{number}/{verb}", data=token).status_code == 403
    admin = an_admin(world)
    for path in ("/admin/refunds?refund=RF-1", "/admin/refunds?refund=%00", "/admin/refunds/RF-1/explain/amount"):
        assert admin.get(path).status_code == 404, path
    assert "Nothing here" in words(admin, "/admin/refunds?tab=done")


def token_of(client: FlaskClient, path: str = "/admin/refunds") -> dict[str, str]:
    return {"csrf_token": form_token(client.get(path).text)}


@pytest.mark.covers("S4.7")
def test_s24_one_form_sent_ten_times_is_one_request_and_leads_to_it(world: World) -> None:
    """Would fail without the form's one-time token: a double click would ask for the money twice."""
    bought = world.paid_purchase(10_000)
    buyer = world.client(bought.buyer_id)
    path = f"/orders/{order_of(world, bought)[1]}/refund/new"
    for how in ({"how": "amount", "amount": "5.00"}, {"how": "whole"}):
        data = hidden(buyer, path) | {"reason": "damaged", "description": "The rim is chipped."} | how
        copies = [copy_of(world, buyer) for _ in range(10)]
        with ThreadPoolExecutor(5) as threads:
            answers = list(threads.map(lambda copy, data=data: copy.post(path, data=data), copies))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.location for answer in answers}) == 1
    assert world.rows("SELECT amount_minor FROM refund ORDER BY id") == [(500,), (9_500,)]


@pytest.mark.covers("S4.7")
@pytest.mark.parametrize("amount", [None, "", " ", "0", "-5", "1e3", "12.50", "null", "10001", str(10**17)])
def test_s27_a_nonsense_amount_is_refused_and_the_provider_is_not_asked(world: World, amount: str | None) -> None:
    """Would fail if an amount that is missing or unreadable were taken for all that is left."""
    _buyer, number = ask(world, world.paid_purchase(10_000))
    admin = an_admin(world)
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=500)) as asked:
        data = token_of(admin) | {"notes": "Wrong on purpose."} | ({} if amount is None else {"amount_minor": amount})
        answer = admin.post(f"/admin/refunds/{number}/approve", data=data)
    assert answer.status_code == (303 if amount == "10001" else 422)
    assert asked == []
    assert status_of(world, number) == "pending"


def copy_of(world: World, client: FlaskClient) -> FlaskClient:
    """Return another tab of the same browser."""
    copy = world.client()
    for cookie in client._cookies.values():
        copy.set_cookie(cookie.key, cookie.value)
    return copy


def queue_of(client: FlaskClient, address: str) -> list[str]:
    """Return the numbers on the left of the queue."""
    return [entry.text.split()[0] for entry in page(client, address).select(".queue-list .strong")]


def link(html: BeautifulSoup, words: str) -> str:
    [found] = [each["href"] for each in html.main.select("a") if each.get_text(" ", strip=True).startswith(words)]
    return str(found)


def test_the_queue_is_paged_oldest_first_filtered_by_its_address_and_goes_on_by_itself(world: World) -> None:
    bought = world.paid_purchase(10_000)
    numbers = [world.ask_refund(bought, Wish(amount_minor=100)) for _ in range(30)]
    first, last = numbers[0], numbers[-1]
    world.advance(days=5)
    fresh = world.ask_refund(bought, Wish(amount_minor=100))
    numbers = [f"RF-{100_000 + each}" for each in (*numbers, fresh)]
    admin = an_admin(world)

    # Oldest first, page by page, without losing or repeating one; opening one keeps the page.
    html = page(admin, "/admin/refunds")
    assert "31 waiting" in html.main.text
    assert queue_of(admin, "/admin/refunds") == numbers[:25]
    later = link(html, "More")
    assert queue_of(admin, later) == numbers[25:]
    assert queue_of(admin, link(page(admin, later), "Back")) == numbers[:25]
    opened = page(admin, link(page(admin, later), numbers[27]))
    assert [entry.text.split()[0] for entry in opened.select(".queue-list .strong")] == numbers[25:]
    assert opened.select_one(".queue-list a[aria-current]").text.startswith(numbers[27])
    # One that is named by its number alone stands on its page.
    assert numbers[29] in queue_of(admin, f"/admin/refunds?refund={numbers[29]}")

    # Those beyond their target: the fresh one is not.
    late = link(html, "Over target 30")
    assert numbers[30] not in queue_of(admin, later.replace("?", "?late=1&"))
    decided = numbers[24]
    html = page(admin, f"{late}&refund={decided}")
    form = html.select_one(".refund-detail-decision")
    data = {field["name"]: field["value"] for field in form.select("input")} | {"notes": "It was as described."}
    answer = admin.post(form.select_one("button[data-key=r]")["formaction"], data=data)
    assert "late=1" in answer.location
    assert answer.location.endswith(numbers[25]), "the next one opens itself"
    assert numbers[25] in page(admin, answer.location).select_one("#refund-heading").text
    # After the last the oldest comes.
    form = page(admin, f"/admin/refunds?refund={numbers[30]}").select_one(".refund-detail-decision")
    data["amount_minor"] = form.select_one("input[name=amount_minor]")["value"]
    assert admin.post(f"/admin/refunds/{numbers[30]}/reject", data=data).location.endswith(numbers[0])
    # A tab with several statuses is narrowed by one of them.
    assert queue_of(admin, "/admin/refunds?tab=rejected&status=rejected") == [numbers[30], decided]
    assert queue_of(admin, "/admin/refunds?tab=rejected&status=cancelled") == []
    assert (first, last) == tuple(int(number[3:]) - 100_000 for number in (numbers[0], numbers[29]))


def test_what_the_provider_refused_is_told_to_everybody_and_can_be_approved_again(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    admin, seller = an_admin(world), world.client(order_of(world, bought)[2])
    with wire_fault(world.sandbox, "/v1/refunds", Fault(after=False, status=400, code="charge_disputed")):
        assert "but the provider refused it" in decide(admin, number, "approve")
    assert "The payment provider has not sent $100.00 yet." in words(buyer, f"/refunds/{number}")
    assert "Not sent" in words(buyer, f"/refunds/{number}")
    assert "What it took is back on your balance" in words(seller, f"/seller/refunds/{number}")
    shown = words(admin, f"/admin/refunds?refund={number}")
    assert "The buyer's bank disputes the payment" in shown
    assert "Approve $100.00" in shown
    decide(admin, number, "approve")
    world.settle_down()
    assert "Your money went back to you" in words(buyer, f"/refunds/{number}")
    assert "The buyer has the money back" in words(seller, f"/seller/refunds/{number}")


def test_a_refund_that_nobody_will_try_again_is_closed_with_a_reason(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, number = ask(world, bought)
    at_the_provider(world, bought, 10_000)
    admin = an_admin(world)
    decide(admin, number, "approve")
    world.settle_down()
    shown = words(admin, f"/admin/refunds?refund={number}")
    assert "All of the payment has gone back already" in shown
    assert "more than can still be refunded" in shown
    decide(admin, number, "reject", notes="It went back to you in another way.")
    assert "It went back to you in another way." in words(buyer, f"/refunds/{number}")
    assert number not in words(admin, "/admin/refunds?tab=waiting")


def test_a_second_admin_confirms_the_taking_back_as_well_or_decides_anew(world: World) -> None:
    _, bought = seller_with(world, 60_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    _buyer, number = ask(world, bought)
    first, second = an_admin(world), an_admin(world, "Bea Admin")
    decide(first, number, "approve", take_back="y")
    shown = page(second, f"/admin/refunds?refund={number}")
    assert shown.select_one("#take_back").has_attr("checked")
    assert "and that what was paid out is taken back" in shown.main.get_text(" ", strip=True)
    assert "A second admin must confirm it" in decide(second, number, "approve"), "without it, it is another decision"
    shown = page(first, f"/admin/refunds?refund={number}")
    assert not shown.select_one("#take_back").has_attr("checked")
    assert "Bea Admin has approved this amount. You confirm it" in shown.main.get_text(" ", strip=True)
    decide(first, number, "approve", take_back="y")
    assert world.rows("SELECT count(*) FROM transfer_reversal") == [(0,)]
    decide(second, number, "approve", take_back="y")
    assert status_of(world, number) == "completed"
    assert world.rows("SELECT status FROM transfer_reversal") == [("done",)]


def test_what_a_mirrored_refund_left_owed_can_be_taken_back_afterwards(world: World) -> None:
    _, bought = seller_with(world, 10_000, bank=CLOSED_BANK)
    until_the_bank_has_answered(world)
    at_the_provider(world, bought, 4_000)
    world.settle_down()
    [(number, origin)] = world.rows("SELECT number, origin FROM refund")
    assert origin == "provider"
    admin, path = an_admin(world), f"/admin/refunds/{number}/take-back"
    shown = page(admin, f"/admin/refunds?tab=all&refund={number}")
    assert "Take $38.80 back" in shown.main.get_text(" ", strip=True)
    data = {field["name"]: field["value"] for field in shown.select("#take-back input")}
    assert "Give the reason" in admin.post(path, data=data).text
    asked = admin.post(path, data={**data, "take_back_reason": "Nobody had asked us."}, follow_redirects=True)
    assert "The money is back" in asked.text
    assert world.rows("SELECT status, amount_minor FROM transfer_reversal") == [("done", 3_880)]
    assert (
        "There is nothing to take back"
        in admin.post(path, data={**data, "take_back_reason": "Once more."}, follow_redirects=True).text
    )
