"""Payments as programs list, count, retry and check them (S1.18 to S1.20, S2.9, C29)."""

import pytest

from tests.builders import World
from tests.builders_api import program
from tests.fixtures_queries import CountQueries

DECLINED = "4000000000000002"


@pytest.mark.covers("S2.9")
def test_a_failed_payment_is_tried_again_with_a_new_page_and_completed(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, DECLINED)
    world.settle_down()
    buyer = program(world, bought.buyer_id)
    [listed] = buyer.get("/api/payments/")["payments"]
    assert (listed["id"], listed["status"], listed["amount"]) == (bought.payment_id, "failed", "100.00")
    failed = buyer.get(listed["url"])
    assert failed["can_retry"]
    assert failed["declines"][0]["code"] == "card_declined"
    assert failed["error_message"]
    code, again = buyer.post(f"/api/payments/{bought.payment_id}/retry/")
    assert (code, again["payment_id"] != bought.payment_id) == (201, True)
    assert again["session_id"] != bought.session_id
    assert again["purchase_number"] == failed["purchase_number"]
    old = world.rows("SELECT status, session_closed_at IS NOT NULL FROM payment WHERE id = %s", bought.payment_id)
    assert old == [("cancelled", True)], "nobody can pay on the old page"
    world.sandbox.pay(again["session_id"])
    code, checked = buyer.post("/api/credits/verify-payment", session_id=again["session_id"])
    assert (code, checked["success"], checked["payment_verified"]) == (200, True, True)
    world.settle_down()
    assert buyer.get(f"/api/payments/{again['payment_id']}/")["status"] == "completed"
    assert buyer.post(f"/api/payments/{again['payment_id']}/retry/")[0] == 409
    assert buyer.post(f"/api/payments/{bought.payment_id}/retry/")[0] == 409


def test_the_open_page_of_a_payment_is_closed_before_another_is_opened(world: World) -> None:
    bought = world.open_purchase(10_000)
    buyer, path = program(world, bought.buyer_id), f"/api/payments/{bought.payment_id}/"
    assert buyer.post(f"{path}process/")[1]["checkout_url"] == bought.url, "going on is the same page"
    [(number,)] = world.rows('SELECT number FROM "order"')
    assert buyer.post("/api/payments/", order_id=str(number))[1]["payment_id"] == bought.payment_id
    code, again = buyer.post(f"{path}retry/")
    assert (code, again["payment_id"] != bought.payment_id) == (201, True)
    assert buyer.get(f"{path}status/") == {
        "payment_id": bought.payment_id,
        "status": "cancelled",
        "payment_verified": False,
    }
    assert buyer.post(f"/api/payments/{again['payment_id']}/cancel/")[1]["status"] == "cancelled"
    world.settle_down()


@pytest.mark.covers("S1.19")
def test_pages_are_counted_as_the_documents_print_them_and_rows_are_followed(
    world: World, count_queries: CountQueries
) -> None:
    buyer_id = world.person()
    for _ in range(5):
        world.open_purchase(1_000, buyer_id=buyer_id)
    buyer = program(world, buyer_id)
    first = buyer.get("/api/credits/payment-history?page=1&page_size=2")
    assert (first["total_count"], first["page"], first["page_size"], first["has_more"]) == (5, 1, 2, True)
    ids = [row["id"] for row in first["payments"]]
    for page, more in ((2, True), (3, False)):
        found = buyer.get(f"/api/credits/payment-history?page={page}&page_size=2")
        assert (found["page"], found["has_more"]) == (page, more)
        ids += [row["id"] for row in found["payments"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5
    assert buyer.get("/api/payments/?page=9&page_size=2")["payments"] == []
    assert [row["id"] for row in buyer.get(first["next"])["payments"]] == ids[2:4], "the cursor says the same"
    assert buyer.get("/api/payments/?status=completed")["total_count"] == 0
    assert buyer.ask("GET", "/api/payments/?page=0")[0] == 422
    with count_queries() as few:
        buyer.get("/api/payments/?page=2&page_size=2")
    assert len(few) <= 8


@pytest.mark.covers("S1.20")
def test_what_was_spent_adds_up(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer = program(world, bought.buyer_id)
    world.pay(world.open_purchase(2_500, buyer_id=bought.buyer_id), DECLINED)
    world.settle_down()
    stats = buyer.get("/api/credits/payment-stats")
    assert (stats["total_spent_usd"], stats["completed_payments"], stats["failed_payments"]) == ("100.00", 1, 1)
    assert stats["spent"] == [
        {"currency": "USD", "paid": "100.00", "refunded": "0.00", "spent": "100.00", "payments": 1}
    ]


def test_a_payment_tells_no_id_by_which_anything_could_be_done(world: World) -> None:
    bought = world.paid_purchase(10_000)
    answer = program(world, bought.buyer_id).get(f"/api/v1/payments/{bought.payment_id}/")
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment")
    assert bought.session_id not in str(answer)
    assert str(intent) not in str(answer)
    assert answer["provider_payment_id"] == f"pi_…{str(intent)[-4:]}"
    assert program(world, world.person()).ask("GET", f"/api/v1/payments/{bought.payment_id}/")[0] == 404
