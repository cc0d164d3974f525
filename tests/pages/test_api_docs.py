"""The pages of the API: each operation told from the document, and tried as who is signed in (S1.16)."""

import re

import pytest
from bs4 import BeautifulSoup

from marketplace.web.api.table import OPERATIONS
from tests.builders import World, form_token
from tests.fixtures_queries import CountQueries


def words(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text(" ", strip=True)


def test_every_operation_has_its_page_in_both_languages(world: World) -> None:
    visitor, document = world.client(), world.client().get("/api/openapi.json").json
    listed = visitor.get("/api/docs").text
    told = {
        each["operationId"]: (path, each) for path, methods in document["paths"].items() for each in methods.values()
    }
    assert set(told) == {each.name for each in OPERATIONS}
    for name, (path, said) in told.items():
        assert f'href="/api/docs/{name}"' in listed
        page = visitor.get(f"/api/docs/{name}")
        text = words(page.text)
        assert page.status_code == 200
        assert path in text
        assert said["summary"] in text
        for alias in said["x-aliases"]:
            assert alias in text, name
        for status in said["responses"]:
            assert status in text, name
        assert "curl" in text
        assert "Sign in, and you can try it here." in text
        swedish = words(visitor.get(f"/api/docs/{name}", headers={"Accept-Language": "sv"}).text)
        assert path in swedish, name
        assert said["summary"] not in swedish, name
    assert "<script" not in re.sub(r"<script nonce[^>]*></script>", "", listed), "no foreign script"
    assert visitor.get("/api/docs/nothing").status_code == 404


def test_a_reader_asks_there_and_sees_what_a_program_would(world: World, count_queries: CountQueries) -> None:
    bought = world.paid_purchase(10_000)
    buyer, stranger = world.client(bought.buyer_id), world.client(world.person())
    [(number,)] = world.rows('SELECT number FROM "order"')
    with count_queries() as asked:
        page = buyer.get(f"/api/docs/order?ask=1&number={number}").text
    assert len(asked) <= 20
    assert f'"order_number": "{number}"' in words(page)
    assert '"status": 404' in words(stranger.get(f"/api/docs/order?ask=1&number={number}").text)
    assert '"status": 422' in words(buyer.get("/api/docs/payments?ask=1&page=x").text)
    assert '"total_count": 1' in words(buyer.get("/api/docs/payments?ask=1&page=1&status=").text)


@pytest.mark.covers("S2.6")
def test_a_deed_there_is_done_with_the_form_token_only(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000))
    world.begin(world.agreed(buyer_id))
    buyer = world.client(buyer_id)
    [(number,)] = world.rows('SELECT number FROM "order"')
    form = {"number": str(number)}
    assert world.client().post("/api/docs/delete_order", data=form).status_code == 400
    assert buyer.post("/api/docs/delete_order", data=form).status_code == 400
    form["csrf_token"] = form_token(buyer.get("/api/docs/delete_order").text)
    answer = buyer.post("/api/docs/delete_order", data=form)
    assert (answer.status_code, '"status": "cancelled"' in words(answer.text)) == (200, True)
    again = buyer.post("/api/docs/delete_order", data=form)
    assert (again.status_code, '"status": 409' in words(again.text)) == (409, True)
