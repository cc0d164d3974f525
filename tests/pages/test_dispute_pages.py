"""The pages of disputes: the desk that answers the bank, what a seller says, what a buyer reads."""

import io
import re

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.sandbox import disputes as bank
from tests import evidence
from tests.builders import World, form_token
from tests.journeys.test_disputes import FRAUD, INQUIRY, WARNING, at_the_bank, bought_with, dispute, later
from tests.pages.test_lists import table

PDF = evidence.pdf()


def post(client: FlaskClient, page: str, path: str, **form: object) -> TestResponse:
    """Send a form of `page` and follow where it leads."""
    token = form_token(client.get(page).text)
    return client.post(path, data={"csrf_token": token, **form}, follow_redirects=True)


def number(world: World) -> str:
    return str(world.rows("SELECT number FROM dispute ORDER BY id DESC")[0][0])


def people(world: World) -> tuple[FlaskClient, FlaskClient, FlaskClient]:
    """Return browsers of an admin, the seller and the buyer of the only dispute."""
    [(seller, buyer)] = world.rows(
        "SELECT s.seller_id, p.user_id FROM dispute_share s JOIN dispute d ON d.id = s.dispute_id"
        " JOIN payment p ON p.id = d.payment_id"
    )
    admin = world.client(world.person("Ada Admin", is_admin=True))
    return admin, world.client(int(str(seller))), world.client(int(str(buyer)))


def test_the_draft_names_every_parcel(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, _, _ = people(world)
    [(seller_id, order)] = world.rows('SELECT seller_id, number FROM "order"')
    for operation, found in ((orders.ship, "1Z999AA10123456784"), (orders.add_parcel, "1Z999AA10123456785")):
        parcel = rules.parcel("ups", name="", tracking_number=found, link="")
        db.atomic(operation, (), seller_id=seller_id, number=order, parcel=parcel, now=world.now)
    html = BeautifulSoup(admin.get(f"/admin/disputes/{number(world)}").text, "html.parser")
    numbers = html.select_one("[name=shipping_tracking_number]")["value"]
    assert numbers == "1Z999AA10123456784, 1Z999AA10123456785"
    assert html.select_one("[name=shipping_carrier]")["value"] == "UPS"
    told = html.select_one("[name=uncategorized_text]").text
    assert "parcel 1 of 2 sent with UPS, tracking number 1Z999AA10123456784." in told
    assert "parcel 2 of 2 sent with UPS, tracking number 1Z999AA10123456785." in told


def test_the_desk_drafts_keeps_checks_and_submits(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, seller, buyer = people(world)
    page = f"/admin/disputes/{number(world)}"
    shown = admin.get(page).text
    assert "Not paid by the cardholder" in shown
    assert "1 x Brake disc, $100.00 each" in shown
    assert "1 Main Street" in shown
    assert "Thirty days." in shown, "the return policy the buyer read"
    assert re.search(r"Answer by \d+ \w+ \d{4}, 1[34] d", shown)

    own = f"/seller/disputes/{number(world)}"
    assert "Your share stands still" in seller.get(own).text
    assert "It is kept" in post(seller, own, f"{own}/say", text="It was signed for.").text
    file = (io.BytesIO(PDF), "proof.pdf")
    answer = post(seller, own, f"{own}/files", kind="shipping_documentation", file=file)
    assert "The file is added" in answer.text
    assert "Choose a PDF" in post(seller, own, f"{own}/files", kind="receipt", file=(io.BytesIO(b"MZ"), "x.pdf")).text

    shown = admin.get(page).text
    assert "It was signed for." in shown
    [link] = re.findall(rf'href="({page}/files/\d+)"', shown)
    sent = admin.get(link, buffered=True)
    assert sent.data == PDF
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"

    asked = post(admin, page, f"{page}/evidence", uncategorized_text="winning_evidence", next="submit").text
    assert "This can&#39;t be undone" in asked or "This can't be undone" in asked
    assert "winning_evidence" in asked
    done = post(admin, f"{page}/submit", f"{page}/submit").text
    assert "The bank has our evidence" in done
    assert "handed over already" in post(admin, "/admin/disputes", f"{page}/submit").text
    world.settle_down()
    later(world, hours=2)
    assert "Won" in admin.get(page).text
    assert "The bank gave the money back" in seller.get(own).text
    [(order,)] = world.rows('SELECT number FROM "order"')
    assert "The payment stands" in buyer.get(f"/orders/{order}").text
    for client in (admin, seller, buyer):
        assert "dispute" in client.get("/notifications").text.lower() or "bank" in client.get("/notifications").text


def test_accepting_says_the_amount_and_shows_who_bears_it(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, seller, buyer = people(world)
    page = f"/admin/disputes/{number(world)}"
    [(order,)] = world.rows('SELECT number FROM "order"')
    assert "Your bank is looking at this payment" in buyer.get(f"/orders/{order}").text
    assert "Disputed" in seller.get(f"/seller/orders/{order}").text
    [(payment,)] = world.rows("SELECT payment_id FROM dispute")
    assert "Disputed" in admin.get(f"/admin/payments/{payment}").text
    asked = admin.get(f"{page}/accept").text
    assert asked.count("Accept the loss of $100.00") == 1
    done = post(admin, f"{page}/accept", f"{page}/accept", amount_minor=10_000).text
    assert "The loss is accepted" in done
    assert "$93.80" in done
    for figure, amount in (("taken", "$100.00"), ("fee", "$15.00"), ("platform", "$3.00"), ("debt", "$3.20")):
        explained = admin.get(f"{page}/explain/{figure}").text
        assert amount in explained, figure
        assert "do not" not in explained
    own = seller.get(f"/seller/disputes/{number(world)}").text
    assert "$93.80" in own
    assert "$3.20" in own
    assert "$93.80" in seller.get(f"/seller/disputes/{number(world)}/explain/held").text
    assert "Your bank gave you the money back" in buyer.get(f"/orders/{order}").text
    assert "Dispute lost" in seller.get(f"/seller/orders/{order}").text


def test_the_list_has_what_is_due_first_on_top_and_a_file_of_it(world: World) -> None:
    world.paid_purchase(10_000)
    dispute(world, "general", 4_000)
    first = number(world)
    world.advance(days=2)
    dispute(world, "duplicate", 6_000)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    shown = admin.get("/admin/disputes").text
    assert shown.index(first) < shown.index(number(world))
    assert [row["Dispute"] for row in table(admin, "/admin/disputes?format=csv")] == [first, number(world)]
    newest = admin.get("/admin/disputes?sort=newest").text
    assert newest.index(number(world)) < newest.index(first)
    assert first in admin.get(f"/admin/disputes?q={first}").text
    assert number(world) not in admin.get(f"/admin/disputes?q={first}").text
    for tab in ("review", "won", "lost", "inquiries", "warnings"):
        assert "Nothing here" in admin.get(f"/admin/disputes?tab={tab}").text
    at_the_bank(world, bank.decide, "lost")
    assert first in admin.get("/admin/disputes?tab=lost").text


def test_an_inquiry_offers_a_refund_and_a_warning_is_closed_with_a_reason(world: World) -> None:
    bought_with(world, INQUIRY, 10_000)
    admin, _, _ = people(world)
    shown = admin.get(f"/admin/disputes/{number(world)}").text
    assert "Refund the buyer" in shown
    assert "Accept the loss" not in shown
    bought_with(world, WARNING, 5_000)
    page = f"/admin/disputes/{number(world)}"
    assert "Give the reason" in post(admin, page, f"{page}/dismiss", reason="").text
    assert "The warning is closed" in post(admin, page, f"{page}/dismiss", reason="Known buyer.").text


def test_an_admin_says_which_order_bears_it(world: World) -> None:
    world.paid_purchase(10_000, 5_000)
    dispute(world, "general", 3_001)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    page = f"/admin/disputes/{number(world)}"
    first, second = (str(part) for (part,) in world.rows("SELECT id FROM dispute_share ORDER BY id"))
    parts = {f"part-{first}": "0.00", f"part-{second}": "30.01"}
    assert (
        "must add up" in post(admin, page, f"{page}/shares", **parts | {f"part-{first}": "1"}, share_reason="So.").text
    )
    assert "The orders bear it" in post(admin, page, f"{page}/shares", **parts, share_reason="Second parcel.").text
    assert world.rows("SELECT amount_minor FROM dispute_share ORDER BY id") == [(0,), (3_001,)]


def test_the_invoice_is_added_to_the_evidence_once(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, *_ = people(world)
    own = f"/admin/disputes/{number(world)}"
    for _ in range(2):
        assert post(admin, own, f"{own}/invoices").status_code in {200, 303}
    [(name,)] = world.rows("SELECT number FROM invoice WHERE kind = 'invoice'")
    files = world.rows("SELECT id, file_name, field, media_type FROM dispute_file")
    assert [row[1:] for row in files] == [(f"{name}.pdf", "receipt", "application/pdf")]
    assert admin.get(f"{own}/files/{files[0][0]}", buffered=True).data.startswith(b"%PDF-")
