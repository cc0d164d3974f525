"""Bank transfers on pages: chosen at the checkout, told, recorded, taken in from a file, and sent back."""

import io
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.bank_transfers.rules import in_groups, reference_of
from tests import builders_transfers as transfers
from tests.builders import World, form_token
from tests.pages.test_checkout import pay
from tests.pages.test_mail_language import swedish_mails

ADMIN = "/admin/bank-transfers"


@pytest.fixture(autouse=True)
def bank(world: World) -> Iterator[None]:
    with transfers.accounts(world):
        yield


def parsed(answer: TestResponse, code: int = 200) -> BeautifulSoup:
    assert answer.status_code == code
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def words(html: BeautifulSoup) -> str:
    return str(html.main.get_text(" ", strip=True))


def send(client: FlaskClient, page: str, path: str, **typed: object) -> TestResponse:
    token = form_token(client.get(page).text)
    return client.post(path, data={"csrf_token": token, **typed})


@pytest.mark.covers("S2.8", "S2.27")
def test_a_buyer_chooses_it_is_told_what_to_transfer_and_the_orders_say_so(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 9_600))
    client = world.client(buyer_id)
    assert "Bank transfer: within 10 days" in words(parsed(client.get("/checkout/USD")))
    answer = pay(client, pay_from="bank_transfer")
    [(payment_id,)] = world.rows("SELECT id FROM payment")
    shown = parsed(client.get(answer.location, follow_redirects=True))
    reference = in_groups(reference_of(int(str(payment_id))))
    copied = [code.text for code in shown.select("code[data-copy]")]
    assert copied[0] == "Tandem Marketplace Ltd"
    assert copied[-2:] == ["96.00", reference]
    assert "GB82 WEST 1234 5698 7654 32" in copied
    for path in ("/orders", "/account"):
        assert "Waiting for your transfer" in words(parsed(client.get(path)))
    [(number,)] = world.rows('SELECT number FROM "order"')
    order = parsed(client.get(f"/orders/{number}"))
    assert "Waiting for your transfer" in words(order)
    assert order.select_one(f'a[href="/checkout/transfer/{payment_id}"]')
    assert not order.select('form[action^="/checkout/retry"]')
    assert "Bank transfer" in words(parsed(client.get(f"/account/payments/{payment_id}")))
    mailed = dict(swedish_mails(world))["transfer_awaited"]
    assert "GB82 WEST 1234 5698 7654 32" in mailed.text
    assert mailed.text.count(reference) == 2


def test_without_an_account_for_the_currency_nobody_pays_by_transfer(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 9_600, currency="CHF"))
    client = world.client(buyer_id)
    assert "Bank transfer" not in words(parsed(client.get("/checkout/CHF")))
    answer = pay(client, "CHF", pay_from="bank_transfer")
    assert "no bank account for this currency" in words(parsed(answer, 409))
    assert world.rows("SELECT count(*) FROM purchase") == [(0,)]


@pytest.mark.covers("S2.27")
def test_an_admin_records_a_line_and_the_bank_file_does_not_book_it_again(world: World) -> None:
    bought = transfers.ordered(world, 9_600)
    client = world.client(world.person("Ada Admin", is_admin=True))
    reference = reference_of(bought.payment_id)
    assert in_groups(reference) in words(parsed(client.get(f"{ADMIN}?tab=waiting&q={reference}")))
    assert "Nothing here" in words(parsed(client.get(f"{ADMIN}?tab=waiting&q=12.34")))
    line = {
        "amount": "96", "currency": "USD", "day": "2026-11-20", "text": reference, "line_id": "B1",
        "payer_name": "Bo", "payer_account": transfers.PAYER,
    }  # fmt: skip
    page = f"{ADMIN}/record"
    assert "Write the amount like this" in words(parsed(send(client, page, page, **{**line, "amount": "x"}), 422))
    answer = send(client, page, page, **line)
    assert "Matched" in words(parsed(client.get(answer.location)))
    assert "known already" in words(parsed(send(client, page, page, **line), 409))
    file = f"line_id,date,amount,currency,text\nB1,2026-11-20,96,USD,{reference}\nB2,2026-11-20,5,USD,<b>hi</b>\n"
    for expected in ("1 new line. Paid a purchase: 0. Known before: 1.", "0 new lines. Paid a purchase: 0. Known"):
        answer = send(client, page, f"{ADMIN}/import", file=(io.BytesIO(file.encode()), "bank.csv"))
        shown = parsed(client.get(answer.location))
        assert expected in shown.get_text(" ", strip=True)
        assert "<b>hi</b>" in words(shown)
    wrong = (io.BytesIO(b"line_id,date,amount,currency,text\nB3,soon,5,USD,x"), "bank.csv")
    assert "Line 2: The date is no day" in words(parsed(send(client, page, f"{ADMIN}/import", file=wrong), 422))
    assert client.get(f"{ADMIN}?tab=matched&format=csv").text.count("\n") == 2


@pytest.mark.covers("S2.27")
def test_a_line_goes_back_to_the_account_that_an_admin_names(world: World) -> None:
    received = transfers.receive(world, transfers.line(700, "Thank you", account=""))
    assert received is not None
    client = world.client(world.person("Ada Admin", is_admin=True))
    page = f"{ADMIN}/{received.transfer_id}"
    assert "No reference of ours" in words(parsed(client.get(page)))
    assert "Nobody was given" in words(parsed(send(client, page, f"{page}/match", reference="RF00"), 422))
    assert send(client, page, f"{page}/return", reason="It is nobody's.").status_code == 303
    [(back,)] = world.rows("SELECT id FROM outgoing_transfer")
    out = f"{ADMIN}/outgoing/{back}"
    assert "no IBAN" in words(parsed(send(client, out, f"{out}/account", name="Bo", iban="GB00"), 422))
    send(client, out, f"{out}/account", name="Bo <Buyer>", iban=transfers.PAYER)
    file = send(client, f"{ADMIN}/outgoing", f"{ADMIN}/outgoing/file/USD")
    made = client.get(file.location)
    assert made.mimetype == "application/xml"
    assert "<Nm>Bo &lt;Buyer&gt;</Nm>" in made.text
    assert "the bank's reference" in words(parsed(send(client, out, f"{out}/sent", bank_reference=" "), 422)).lower()
    send(client, out, f"{out}/sent", bank_reference="S1")
    assert "Sent" in words(parsed(client.get(out)))
    assert "Sent back" in words(parsed(client.get(page)))
