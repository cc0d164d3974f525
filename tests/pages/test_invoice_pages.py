"""Invoices as people see them: the same figures on page, print, list, CSV, order page and in the ledger."""

import csv
import io
import re
from decimal import Decimal

import pytest
import typst
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.web import printing
from marketplace.web.pages import money_text
from tests import builders_discounts as codes
from tests.architecture.source import CHECKOUT
from tests.builders import Bought, World, form_token
from tests.builders_invoices import documents, the_invoice
from tests.operations.test_invoices import refund
from tests.snapshots import walked_once_from_nothing

MINUS = "\N{MINUS SIGN}"


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def money_box(client: FlaskClient, path: str, label: str = "Money") -> dict[str, str]:
    """Return the rows of a page's box of amounts, without their notes."""
    page = BeautifulSoup(client.get(path).text, "html.parser")
    found = {}
    for row in page.select(f'dl.money-box[aria-label="{label}"] > div'):
        for hidden in row.select("dt small, .vh"):
            hidden.decompose()
        found[row.dt.get_text(strip=True)] = row.dd.get_text(" ", strip=True)  # type: ignore[union-attr]
    return found


@walked_once_from_nothing
def taxed_sale(world: World) -> tuple[Bought, int]:
    """Let somebody buy three of something with tax, delivery and a code; return the purchase and the seller's id."""
    seller_id, buyer_id = world.seller(tax_basis_points=725), world.person()
    codes.code(world.now, "TEN", seller_id=seller_id, actor_id=seller_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 3_333, delivery_minor=799), 3)
    codes.enter(buyer_id, "TEN")
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    return bought, seller_id


@pytest.mark.covers("S2.12")
def test_the_figures_are_the_same_wherever_they_stand(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    found = the_invoice(world)
    [(goods, delivery, tax, discount, total, order)] = world.rows(
        'SELECT subtotal_minor, delivery_minor, tax_minor, discount_minor, total_minor, number FROM "order"'
    )
    assert found.total == total == int(str(goods)) + int(str(delivery)) + int(str(tax)) - int(str(discount))
    texts = {
        "Subtotal": goods, "Discount TEN": -int(str(discount)), "Delivery": delivery, "Tax": tax, "Total": total,
        "Paid": total, "Still due": 0,
    }  # fmt: skip
    expected = {label: money_text(int(str(minor)), "USD") for label, minor in texts.items()}
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    for client, path in ((buyer, f"/invoices/{found.number}"), (seller, f"/seller/invoices/{found.number}")):
        assert money_box(client, path) == expected
    on_order = money_box(buyer, f"/orders/{order}")
    assert on_order["Goods"] == expected["Subtotal"]
    assert {on_order[label] for label in ("Delivery", "Tax", "Total", "Discount TEN")} == {
        expected[label] for label in ("Delivery", "Tax", "Total", "Discount TEN")
    }
    assert f"Invoice {found.number}" in text_of(buyer, f"/orders/{order}")
    assert f"Invoice {found.number}" in text_of(seller, f"/seller/orders/{order}")
    booked = world.rows(
        "SELECT sum(amount_minor) FROM posting WHERE account = 'provider_clearing' AND amount_minor > 0"
    )
    assert booked == [(total,)]
    [row] = csv.DictReader(io.StringIO(buyer.get("/invoices?format=csv").text.lstrip("\ufeff")))
    sums = [Decimal(row[name]) for name in ("Subtotal", "Delivery", "Tax", "Discount")]
    assert sum(sums) == Decimal(row["Total"]) == Decimal(row["Paid"]) == Decimal(total).scaleb(-2)
    assert row["Still due"] == "0.00"


def test_every_amount_opens_to_its_rows(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    found = the_invoice(world)
    for client, path in (
        (world.client(bought.buyer_id), f"/invoices/{found.number}"),
        (world.client(seller_id), f"/seller/invoices/{found.number}"),
    ):
        page = BeautifulSoup(client.get(path).text, "html.parser")
        links = [str(link["href"]) for link in page.select("dl.money-box a")]
        assert len(links) == 6, "all but what is due, of which there is nothing"
        for link in links:
            assert client.get(link).status_code == 200, link


@pytest.mark.covers("S2.12")
def test_the_print_says_what_the_page_says_and_is_the_same_twice(world: World) -> None:
    bought, _ = taxed_sale(world)
    found = the_invoice(world)
    buyer = world.client(bought.buyer_id)
    answer = buyer.get(f"/invoices/{found.number}/pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert b"pdfaid" in answer.data, "it says that it is PDF/A"
    assert answer.data == buyer.get(f"/invoices/{found.number}/pdf").data


def test_names_in_other_scripts_are_printed_too(world: World) -> None:
    buyer_id = world.person("\u674e\u56db Li")
    world.put_in_cart(buyer_id, world.listing(world.seller("\u5f20\u4e09"), 1_000, title="\u5239\u8f66"))
    world.pay(world.check_out(buyer_id))
    world.settle_down()
    assert world.client(buyer_id).get(f"/invoices/{the_invoice(world).number}/pdf").data.startswith(b"%PDF-")


def test_the_template_prints_what_is_due(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.sandbox.pay(bought.session_id, account="000123456789")
    world.settle_down()
    found = the_invoice(world)
    buyer = world.client(bought.buyer_id)
    assert "$100.00 is due on" in text_of(buyer, f"/invoices/{found.number}")
    assert money_box(buyer, f"/invoices/{found.number}")["Still due"] == "$100.00"
    assert text_of(buyer, "/invoices").count("$100.00 due") == 1


def test_a_company_and_its_vat_number_stand_on_the_bill_as_agreed(world: World) -> None:
    buyer_id, seller_id = world.person(), world.seller()
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    client = world.client(buyer_id)
    form = {
        "csrf_token": form_token(client.get("/checkout/USD").text),
        "token": "x" * 32,
        "expected_total_minor": "5000",
        "delivery_choice": "new",
        "billing_same": "y",
        "billing_company": "Acme R\u00e4der GmbH",
        "billing_vat_id": "de 136 695 978",
        **{f"delivery_{name}": text for name, text in GERMAN.items()},
    }
    refused = client.post("/checkout/USD", data=form)
    assert refused.status_code == 422
    assert "not how a VAT number is written" in refused.text
    assert world.rows("SELECT count(*) FROM purchase") == [(0,)]
    assert client.post("/checkout/USD", data={**form, "billing_vat_id": "de 136 695 976"}).status_code == 303
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment")
    world.sandbox.pay(str(session_id), "4242424242424242")
    world.settle_down()
    shown = text_of(client, f"/invoices/{the_invoice(world).number}")
    assert "Acme R\u00e4der GmbH Bo Buyer Hauptstr. 1 10115 Berlin Germany VAT number DE136695976" in shown
    [(order,)] = world.rows('SELECT number FROM "order"')
    assert "VAT number DE136695976" in text_of(client, f"/orders/{order}")


GERMAN = {
    "full_name": "Bo Buyer", "line1": "Hauptstr. 1", "line2": "", "postcode": "10115", "city": "Berlin", "region": "",
    "country": "DE",
}  # fmt: skip


def test_who_sells_stands_on_invoices_from_then_on_and_not_before(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    before = the_invoice(world)
    client, path = world.client(seller_id), "/seller/shop/legal"
    typed = {"csrf_token": form_token(client.get(path).text), "legal_name": "Sam Seller Parts Ltd"}
    typed |= {"legal_street": "12 Dock Road", "legal_postcode": "48201", "vat_id": "DE136695976"}
    assert client.post(path, data={**typed, "vat_id": "DE136695977"}).status_code == 422
    assert client.post(path, data={**typed, "legal_name": ""}).status_code == 422
    assert client.post(path, data=typed).status_code == 303
    assert "12 Dock Road" in client.get(path).text
    assert "Dock Road" not in text_of(client, f"/seller/invoices/{before.number}")
    world.put_in_cart(bought.buyer_id, world.listing(seller_id, 1_000))
    world.pay(world.check_out(bought.buyer_id))
    world.settle_down()
    [(number,)] = world.rows("SELECT number FROM invoice WHERE kind = 'invoice' ORDER BY id DESC LIMIT 1")
    text = text_of(world.client(bought.buyer_id), f"/invoices/{number}")
    for line in ("Sam Seller Parts Ltd", "12 Dock Road", "Detroit 48201", "VAT number DE136695976"):
        assert line in text


def test_a_credit_note_leads_to_its_invoice_and_its_refund_and_back(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    refund(world, bought, 1_001)
    [note] = documents(world, "credit_note")
    buyer = world.client(bought.buyer_id)
    page = text_of(buyer, f"/invoices/{note.number}")
    assert f"{MINUS}$10.01" in page
    assert f"It corrects invoice {the_invoice(world).number}." in page
    assert "Paid back" in page
    for client, path in ((buyer, "/invoices"), (world.client(seller_id), "/seller/invoices")):
        links = client.get(f"{path}/{note.number}").text
        [number] = re.findall(r"Refund (RF-\d+)</a>", links)
        assert client.get(f"{'/refunds' if client is buyer else '/seller/refunds'}/{number}").status_code == 200
        assert f"Credit note {note.number}" in text_of(client, f"{path}/{the_invoice(world).number}")


@pytest.mark.covers("S2.11")
def test_the_buyers_first_look_is_remembered_and_nobody_elses(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    number = the_invoice(world).number
    world.client(seller_id).get(f"/seller/invoices/{number}")
    world.client(world.person("Ada Admin", is_admin=True)).get(f"/admin/invoices/{number}")
    assert the_invoice(world).viewed_at is None
    address = str(world.rows("SELECT email FROM invoice_delivery")[0][0])
    assert address not in text_of(world.client(seller_id), f"/seller/invoices/{number}")
    world.client(bought.buyer_id).get(f"/invoices/{number}/pdf")
    first = the_invoice(world).viewed_at
    assert first is not None
    world.advance(hours=1)
    assert "Opened" in text_of(world.client(bought.buyer_id), f"/invoices/{number}")
    assert the_invoice(world).viewed_at == first
    assert the_invoice(world).status == "paid", "a paid invoice stays paid"


def test_the_seller_sends_it_again_and_not_twice_at_once(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    seller, number = world.client(seller_id), the_invoice(world).number
    world.advance(hours=1)
    token = form_token(seller.get(f"/seller/invoices/{number}").text)
    for words in ("The buyer was told", "It was sent just now"):
        answer = seller.post(f"/seller/invoices/{number}/send", data={"csrf_token": token}, follow_redirects=True)
        assert words in answer.text
    assert world.rows("SELECT count(*), count(asked_by_id) FROM invoice_delivery") == [(2, 1)]
    told = world.rows("SELECT facts->>'number' FROM notification WHERE kind = 'invoice_ready'")
    assert told == [(number,)] * 2
    assert f"Your invoice {number} is ready" in text_of(world.client(bought.buyer_id), "/notifications")


def test_the_commission_invoice_is_the_sellers_to_read(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    world.advance(days=40)
    world.settle_down()
    [bill] = documents(world, "commission")
    seller = world.client(seller_id)
    assert bill.number in text_of(seller, "/seller/invoices?kind=commission")
    page = text_of(seller, f"/seller/invoices/{bill.number}")
    assert "Platform fees on 1 order" in page
    assert "Nothing is due" in page
    assert seller.get(f"/seller/invoices/{bill.number}/pdf").data.startswith(b"%PDF-")
    assert "Your commission invoice" in text_of(seller, "/notifications")
    assert world.client(bought.buyer_id).get(f"/invoices/{bill.number}").status_code == 404
    assert world.client(world.seller("Eve Else")).get(f"/seller/invoices/{bill.number}").status_code == 404


@pytest.mark.tampers
def test_the_admin_sees_every_document_and_what_is_wrong_with_one(world: World) -> None:
    taxed_sale(world)
    found = the_invoice(world)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    assert found.number in text_of(admin, f"/admin/invoices?q={found.number.lower()}")
    assert "No invoice found" in text_of(admin, "/admin/invoices?status=overdue")
    assert "Every number, hash and sum is right." in text_of(admin, "/admin/invoices/check")
    world.tamper("UPDATE invoice SET content = replace(content, 'Brake disc', 'Brake disk')")
    checked = text_of(admin, "/admin/invoices/check")
    assert "1 found that are wrong." in checked
    assert f"{found.number}: the hash does not fit the content" in checked


def test_an_empty_list_says_why_and_a_draft_is_not_the_buyers_yet(world: World) -> None:
    bought = world.open_purchase(1_000)
    for path in ("/invoices", "/invoices?kind=credit_note", "/invoices?status=paid"):
        assert "invoice" in text_of(world.client(bought.buyer_id), path).lower()
    assert world.client(bought.buyer_id).get("/invoices/INV-1-00001").status_code == 404


def test_the_invoice_template_reads_what_it_is_given() -> None:
    template = CHECKOUT / "templates" / "print" / "invoice.typ"
    data = printing.inputs(
        "invoice",
        {
            "kind": "Invoice",
            "number": "#evil",
            "state": "*x*",
            "from": ["A"],
            "to": ["B"],
            "facts": [],
            "sums": [{"label": "Still due", "amount": "$1.00", "note": "", "is_total": True}],
            "lines": [],
            "remark": "",
            "terms": [],
            "taxes": [],
            "hash": "0",
        },
    )
    assert typst.query(template, "<due>", field="value", one=True, sys_inputs={"data": data}) == '"$1.00"'
    assert typst.query(template, "<number>", field="value", one=True, sys_inputs={"data": data}) == '"#evil"'


def test_the_rate_of_tax_stands_on_order_invoice_and_print(world: World) -> None:
    bought, seller_id = taxed_sale(world)
    found = the_invoice(world)
    [(order, rate, tax, of_order)] = world.rows(
        'SELECT number, tax_basis_points, l.tax_minor, o.tax_minor FROM order_line l JOIN "order" o ON o.id = order_id'
    )
    assert (rate, tax) == (725, of_order)
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    assert "7.25 % on the goods" in text_of(buyer, f"/orders/{order}")
    assert "7.25 % on the goods" in text_of(seller, f"/seller/orders/{order}")
    for client, path in ((buyer, f"/invoices/{found.number}"), (seller, f"/seller/invoices/{found.number}")):
        assert "7.25 %" in text_of(client, path)
        assert client.get(f"{path}/pdf").data.startswith(b"%PDF")
