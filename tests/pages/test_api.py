"""What programs ask as JSON: invoices listed, read and sent, codes validated, applied and counted (S2.13, S2.24)."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.inbox.storing import keep
from tests import builders_discounts as codes
from tests.builders import World, form_token
from tests.builders_invoices import the_invoice
from tests.fixtures_mail import PostOffice
from tests.journeys.test_discounts import cancel
from tests.pages.test_invoice_pages import taxed_sale


def send(client: FlaskClient, path: str, **values: object) -> tuple[int, Any]:
    """Post a JSON object with the session's form token in its header; return status and answer."""
    token = form_token(client.get("/register").text)
    answer = client.post(path, json=values, headers={"X-CSRFToken": token})
    return answer.status_code, answer.json


@pytest.mark.covers("S2.13")
def test_an_invoice_is_listed_read_sent_and_mailed_with_its_pdf(post: PostOffice) -> None:
    world = post.world
    bought, seller_id = taxed_sale(world)
    number = the_invoice(world).number
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    [listed] = buyer.get("/api/invoices/").json["invoices"]
    assert (listed["number"], listed["status"], listed["viewed_at"]) == (number, "paid", None)
    [amounts] = world.rows("SELECT subtotal_minor, tax_minor, discount_minor, total_minor FROM invoice")
    named = ("subtotal", "tax", "discount", "total")
    assert [listed[name].replace(".", "").lstrip("0") for name in named] == [str(minor) for minor in amounts]
    assert buyer.get("/api/invoices/?status=overdue").json == {"invoices": [], "next": None}
    read = buyer.get(listed["url"]).json
    assert (read["lines"][0]["quantity"], read["lines"][0]["unit"], read["due"]) == (3, "33.33", "0.00")
    assert read["viewed_at"] is not None, "its buyer has opened it"
    assert [each["number"] for each in seller.get("/api/invoices/?side=seller").json["invoices"]] == [number]
    assert buyer.get("/api/invoices/?side=seller").status_code == 403
    assert "buyer" not in seller.get(listed["url"]).text.replace("Bo Buyer", "").lower(), "no address of the buyer's"

    post.run()
    before = len(post.taken.mails)
    world.advance(hours=1)
    path = f"{listed['url']}send/"
    assert seller.post(path, json={}).status_code == 400, "a page of somebody else's can't press it"
    status, sent = send(seller, path)
    assert (status, len(sent["handed_over"])) == (200, 2)
    status, refused = send(seller, path)
    assert (status, refused["detail"][:20]) == (409, "It was sent just now")
    assert send(buyer, path)[0] == 403
    assert world.client().get(listed["url"]).json["detail"] == "Sign in first."
    assert world.client().get(listed["url"]).status_code == 401
    post.run()
    [mail] = post.taken.mails[before:]
    folder = world.settings.var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    keep(folder, b"X-Envelope-To: " + mail["To"].encode() + b"\r\n" + bytes(mail))
    name = max(each.stem for each in folder.glob("*.eml"))
    outbox = BeautifulSoup(buyer.get(f"/dev/mail/{name}").text, "html.parser").get_text(" ", strip=True)
    assert f"{number}.pdf" in outbox
    assert buyer.get(f"/dev/mail/{name}/files/0").data == buyer.get(f"/invoices/{number}/pdf").data


@pytest.mark.covers("S2.24")
def test_a_code_is_validated_applied_listed_with_its_uses_and_given_back(world: World) -> None:
    seller_id, other_id = world.seller(), world.seller("Other Seller")
    codes.code(world.now, "SPRING", seller_id=seller_id, actor_id=seller_id, max_uses=10)
    over = codes.code(world.now, "OVER", seller_id=seller_id, actor_id=seller_id)
    codes.move(world.now, over, "pause", seller_id=seller_id)
    listing_id, purchases = world.listing(seller_id, 10_000), []
    for buyer_id in (world.person(), world.person(), world.person()):
        world.put_in_cart(buyer_id, listing_id)
        client = world.client(buyer_id)
        status, verdict = send(client, "/api/discounts/validate/", code=" spring ")
        assert (status, verdict["valid"]) == (200, True)
        assert verdict["discounts"] == [{"currency": "USD", "amount": "10.00"}]
        assert world.rows(f"SELECT discount_code FROM cart WHERE user_id = {buyer_id}") == [(None,)]
        status, verdict = send(client, "/api/discounts/validate/", code="OVER")
        assert (status, verdict["valid"]) == (200, False)
        assert "is paused at the moment" in verdict["words"]
        status, refused = send(client, "/api/discounts/apply/", code="OVER")
        assert (status, refused["detail"]) == (422, verdict["words"])
        assert send(client, "/api/discounts/apply/", code="spring")[0] == 200
        assert world.rows(f"SELECT discount_code FROM cart WHERE user_id = {buyer_id}") == [("SPRING",)]
        purchases.append(world.check_out(buyer_id))
        world.pay(purchases[-1])
    world.settle_down()
    seller = world.client(seller_id)
    [listed] = seller.get("/api/discounts/").json["discounts"]
    assert (listed["code"], listed["usage"], listed["paid_with_it"]) == ("SPRING", "3/10", 3)
    assert "3 of 10" in seller.get("/seller/discounts").text
    assert world.client(other_id).get("/api/discounts/").json == {"discounts": [], "next": None}
    assert client.get("/api/discounts/").status_code == 403, "codes are for those who were told them"
    assert send(client, "/api/discounts/apply/", code="NOBODYS")[0] == 422
    cancel(world, purchases[0], seller_id, 9_000)
    world.settle_down()
    [listed] = seller.get("/api/discounts/").json["discounts"]
    assert listed["usage"] == "2/10", "its goods were never sent"
