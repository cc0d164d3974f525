"""Printed documents in the language of who has to have them, the same for whoever opens them and for ever."""

import json
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import db
from marketplace.accounts import operations as accounts
from marketplace.language import reading
from marketplace.numerals import date_text
from marketplace.reconciliation import invoice_checks
from marketplace.sandbox import disputes as bank
from marketplace.web import printing
from marketplace.web.pages import money_text
from tests.architecture.source import CHECKOUT
from tests.builders import Bought, World
from tests.builders_invoices import documents, the_invoice
from tests.fixtures_mail import PostOffice
from tests.journeys.test_holds import later
from tests.operations.test_invoices import LOST, deed, refund
from tests.pages.test_language import SWEDISH, translated_texts
from tests.pages.test_seller_day import sell
from tests.pdf_text import Pdf, read_pdf

_ENGLISH = re.compile(
    r"\b(the|and|your|is|are|was|not|this|with|from|of|to|by|on|paid|total|page|each)\b", re.IGNORECASE
)
_IN_PRINT = re.compile(r"words\.(\w+)")


def reads(user_id: int, code: str = "sv") -> None:
    """Let an account be written to in a language."""
    db.atomic(accounts.choose_language, (), user_id=user_id, code=code)


def swedish_sale(world: World, *grosses: int) -> tuple[Bought, int]:
    """Let somebody who reads Swedish buy of somebody who reads English; return the purchase and the seller."""
    seller_id, buyer_id = world.seller(tax_basis_points=2_500), world.person()
    reads(buyer_id)
    for gross in grosses or (123_456,):
        world.put_in_cart(buyer_id, world.listing(seller_id, gross, title="Bromsskiva"))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    return bought, seller_id


def printed(client: FlaskClient, path: str, **headers: str) -> bytes:
    """Return a PDF as somebody is answered who asks for it."""
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), path
    return answer.data


def english_in(pdf: Pdf) -> list[str]:
    """Return the lines of a PDF that are English: they have a translation, or words that no Swedish text has."""
    of_people = ("Parts", "Thirty days", "United States", "Buyer")
    said = [line.strip() for line in pdf.text.splitlines() if not any(known in line for known in of_people)]
    translated = translated_texts()
    return [line for line in said if line in translated or _ENGLISH.search(line)]


@pytest.mark.covers("S2.12")
def test_an_invoice_is_printed_in_its_buyers_language_whoever_opens_it(world: World) -> None:
    bought, seller_id = swedish_sale(world)
    number, admin_id = the_invoice(world).number, world.person("Ada Admin", is_admin=True)
    ways = [
        (bought.buyer_id, f"/invoices/{number}/pdf"),
        (seller_id, f"/seller/invoices/{number}/pdf"),
        (admin_id, f"/admin/invoices/{number}/pdf"),
    ]
    files = {printed(world.client(user_id), path, **headers) for user_id, path in ways for headers in (SWEDISH, {})}
    [content] = files
    pdf = read_pdf(content)
    assert (pdf.language, pdf.is_kept) == ("sv", True)
    assert not english_in(pdf)
    with reading("sv"):
        day, total = date_text(the_invoice(world).issued_at), money_text(the_invoice(world).total, "USD")
    assert pdf.says(f"Faktura {number}")
    assert pdf.says(f"Helt betald {day}. Inget återstår att betala.")
    assert pdf.says("Sida 1 av 1")
    assert total == "1\N{NO-BREAK SPACE}543,20\N{NO-BREAK SPACE}US$"
    assert pdf.says(total)
    assert pdf.says("25 %")
    page = BeautifulSoup(world.client(bought.buyer_id).get(f"/invoices/{number}", headers=SWEDISH).text, "html.parser")
    for amount in page.select("dl.money-box dd"):
        assert pdf.says(next(amount.stripped_strings)), "the page and the print say the same figures"
    reads(bought.buyer_id, "en")
    assert printed(world.client(bought.buyer_id), f"/invoices/{number}/pdf") == content, "it keeps its language"
    assert not [each for each in invoice_checks.check_invoices().found if each.wrong]


def test_the_page_of_a_document_is_its_readers_and_says_which_words_are_not(world: World) -> None:
    bought, seller_id = swedish_sale(world)
    path = f"/seller/invoices/{the_invoice(world).number}"
    page = BeautifulSoup(world.client(seller_id).get(path).text, "html.parser")
    [terms] = page.select('[lang="sv"] p:first-child')
    assert "Helt betald" in terms.text
    assert "The document is in Swedish." in page.text
    assert page.find("h2", string="Terms and notes")
    own = world.client(bought.buyer_id).get(path.removeprefix("/seller"), headers=SWEDISH).text
    assert "Dokumentet är på" not in own
    answer = world.client(seller_id).get(f"/api{path.removeprefix('/seller')}/").json
    assert answer["language"] == "sv"


def test_a_mail_carries_the_same_file_as_the_page(post: PostOffice) -> None:
    bought, _seller_id = swedish_sale(post.world)
    number = the_invoice(post.world).number
    post.run()
    [mail] = [mail for mail in post.taken.mails if number in str(mail["Subject"])]
    [file] = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    assert file.get_filename() == f"{number}.pdf"
    content = printed(post.world.client(bought.buyer_id), f"/invoices/{number}/pdf")
    assert file.get_payload(decode=True) == content
    assert read_pdf(content).language == "sv"


@pytest.mark.tampers
def test_documents_from_before_stay_english(world: World) -> None:
    bought = world.paid_purchase(5_000)
    world.settle_down()
    number = the_invoice(world).number
    plain = printed(world.client(bought.buyer_id), f"/invoices/{number}/pdf")
    world.tamper("UPDATE invoice SET content = replace(content, '\"language\":\"en\",', '')")
    world.tamper("UPDATE invoice SET content_hash = sha256(convert_to(content, 'UTF8'))")
    reads(bought.buyer_id)
    pdf = read_pdf(printed(world.client(bought.buyer_id), f"/invoices/{number}/pdf", **SWEDISH))
    assert pdf.language == "en-GB"
    assert pdf.text.splitlines()[:-2] == read_pdf(plain).text.splitlines()[:-2], "all but the hash"
    assert (
        "Dokumentet är på engelska." in world.client(bought.buyer_id).get(f"/invoices/{number}", headers=SWEDISH).text
    )


def test_a_credit_note_is_in_the_language_its_buyer_reads_by_then(world: World) -> None:
    bought, _seller_id = swedish_sale(world)
    refund(world, bought, 1_001)
    [note] = documents(world, "credit_note")
    pdf = read_pdf(printed(world.client(bought.buyer_id), f"/invoices/{note.number}/pdf"))
    assert not english_in(pdf)
    assert pdf.says(f"Kreditnota {note.number}")
    assert pdf.says(f"Den rättar faktura {the_invoice(world).number}. Pengarna gick tillbaka")
    assert pdf.says("\N{MINUS SIGN}10,01\N{NO-BREAK SPACE}US$")
    reads(bought.buyer_id, "en")
    refund(world, bought, 999)
    [_first, second] = documents(world, "credit_note")
    assert read_pdf(printed(world.client(bought.buyer_id), f"/invoices/{second.number}/pdf")).language == "en-GB"


def test_a_lost_dispute_is_credited_in_swedish(world: World) -> None:
    buyer_id = world.person()
    reads(buyer_id)
    bought = world.open_purchase(10_000, buyer_id=buyer_id)
    world.pay(bought, LOST)
    world.settle_down()
    deed(world, bank.decide, "lost")
    [note] = documents(world, "credit_note")
    pdf = read_pdf(printed(world.client(buyer_id), f"/invoices/{note.number}/pdf"))
    assert pdf.says("banken gav tillbaka pengarna")
    assert not english_in(pdf)


def test_fees_and_statements_are_in_the_sellers_language_when_the_month_was_closed(world: World) -> None:
    seller_id = world.seller()
    reads(seller_id)
    sell(world, seller_id, 10_000, 123_400)
    later(world, days=40)
    seller, [bill] = world.client(seller_id), documents(world, "commission")
    closed = next(found for found in statements(seller) if "Stängd" in found[1])[0]
    before = [printed(seller, f"/seller/invoices/{bill.number}/pdf"), printed(seller, closed)]
    for pdf in map(read_pdf, before):
        assert (pdf.language, pdf.is_kept) == ("sv", True)
        assert not english_in(pdf)
    assert read_pdf(before[0]).says("Plattformsavgifter för 2 ordrar")
    assert read_pdf(before[1]).says("Ingående saldo och alla rader ger utgående saldo.")
    reads(seller_id, "en")
    sell(world, seller_id, 5_000)
    assert [printed(seller, f"/seller/invoices/{bill.number}/pdf"), printed(seller, closed)] == before
    running = next(found for found in statements(seller) if "Pågår" in found[1])[0]
    assert read_pdf(printed(seller, running, **SWEDISH)).language == "en-GB", "as it would be closed now"
    kinds = {json.loads(str(text))["language"] for (text,) in world.rows("SELECT content FROM invoice")}
    assert kinds == {"sv", "en"}


def statements(seller: FlaskClient) -> Iterator[tuple[str, str]]:
    """Yield the address of each month's print with what its row says, in Swedish."""
    page = BeautifulSoup(seller.get("/seller/statements", headers=SWEDISH).text, "html.parser")
    for row in page.select("tbody tr"):
        yield str(row.select_one('a[href$="/pdf"]')["href"]), row.text  # type: ignore[index]


def test_packing_slips_are_in_the_language_the_seller_reads(world: World) -> None:
    _bought, seller_id = swedish_sale(world)
    [(number,)] = world.rows('SELECT number FROM "order"')
    path, seller = f"/seller/orders/packing-slips?order={number}", world.client(seller_id)
    swedish, english = read_pdf(printed(seller, path, **SWEDISH)), read_pdf(printed(seller, path))
    assert (swedish.language, swedish.is_kept, english.language) == ("sv", True, "en-GB")
    assert swedish.says(f"Packsedel {number}")
    assert swedish.says("Skickas till")
    assert english.says("Send to")
    assert not english_in(swedish)


@pytest.mark.parametrize("name", ["invoice", "statement", "packing_slip"])
def test_templates_for_print_say_words_that_are_translated_and_no_others(world: World, name: str) -> None:
    folder = CHECKOUT / "templates" / "print"
    source = (folder / f"{name}.typ").read_text(encoding="utf-8")
    with world.app.app_context():
        known = printing_words(name)
    said = set(_IN_PRINT.findall(source))
    assert said <= known
    assert known - said <= {"page"}, "words that no template says"
    assert "words.page" in (folder / "house.typ").read_text(encoding="utf-8")


def printing_words(name: str) -> set[str]:
    """Return the names of the words that a template is given."""
    given = json.loads(printing.inputs(name, {}))
    return set(given["words"])
