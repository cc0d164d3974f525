"""Refunds as programs ask for them, and as an admin's program decides about them (S2.14, S2.15)."""

import pytest

from tests.builders import World
from tests.builders_api import Program, program

REASONS = ("not_received", "damaged", "defective", "not_as_described", "wrong_item", "changed_mind", "other")


def asked(world: World, amount: str = "25.00") -> tuple[Program, Program, str]:
    """Return the buyer's and an admin's program, and the number of a refund that the first has asked for."""
    bought = world.paid_purchase(10_000)
    world.settle_down()
    buyer, admin = program(world, bought.buyer_id), program(world, world.person("Ada Admin", is_admin=True))
    [(number,)] = world.rows('SELECT number FROM "order"')
    wish = {"order_id": str(number), "refund_reason": "damaged", "reason_description": "Cracked."}
    code, refund = buyer.post("/api/refunds/", key="refund-0001", **wish, refund_amount=amount)
    assert (code, refund["status"], refund["asked_amount"]) == (201, "pending", amount)
    assert buyer.post("/api/v1/refunds/", key="refund-0001", **wish, refund_amount=amount)[1]["id"] == refund["id"]
    assert world.rows("SELECT count(*) FROM refund") == [(1,)], "the same key, the same refund"
    return buyer, admin, str(refund["id"])


@pytest.mark.covers("S2.15")
def test_a_refund_is_approved_by_the_plan_that_was_looked_at(world: World) -> None:
    buyer, admin, number = asked(world)
    path = f"/api/refunds/{number}/"
    assert buyer.ask("GET", f"{path}plan/")[0] == 403
    plan = admin.get(f"{path}plan/")
    assert (plan["amount"], plan["from_debt"]) == ("25.00", "0.00")
    code, refused = admin.post(f"{path}approve/", refund_amount="25.00", plan="another")
    assert (code, "look again" in refused["detail"].lower()) == (409, True)
    assert admin.post(f"{path}approve/", refund_amount="20.00", plan=plan["plan"])[0] in {409, 422}
    assert buyer.post(f"{path}approve/", refund_amount="25.00", plan=plan["plan"])[0] == 403
    code, done = admin.post(f"{path}approve/", refund_amount="25.00", plan=plan["plan"])
    assert (code, done["status"] in {"processing", "completed"}) == (200, True)
    world.settle_down()
    assert admin.post(f"{path}complete/")[1]["status"] == "completed"
    assert buyer.get(path)["refund_amount"] == "25.00"
    assert admin.post(f"{path}approve/", refund_amount="25.00", plan=plan["plan"])[0] == 409
    assert program(world, world.person()).ask("GET", path)[0] == 404


def test_a_refund_is_rejected_with_a_reason_that_both_read(world: World) -> None:
    buyer, admin, number = asked(world)
    path = f"/api/v1/payments/refunds/{number}/"
    assert admin.post(f"{path}complete/")[0] == 409
    assert admin.post(f"{path}reject/", admin_notes=" ")[1]["errors"][0]["field"] == "admin_notes"
    assert admin.get("/api/refunds/?as=admin&tab=waiting")["refunds"][0]["id"] == number
    assert admin.post(f"{path}reject/", admin_notes="The picture shows another lamp.")[1]["status"] == "rejected"
    told = buyer.get(path)
    assert (told["admin_notes"], told["approved_at"]) == ("The picture shows another lamp.", None)
    assert [row["id"] for row in buyer.get("/api/refunds/")["refunds"]] == [number]
    assert buyer.ask("GET", "/api/refunds/?as=admin")[0] == 403


@pytest.mark.parametrize(
    ("wish", "amount"),
    [
        ({}, "100.00"),
        ({"refund_percentage": 25}, "25.00"),
        ({"refund_amount": "7.50"}, "7.50"),
        ({"refund_amount": "7.505"}, "refund_amount"),
        ({"refund_amount": "1", "refund_percentage": 1}, "refund_amount"),
        ({"items": {"x": 1}}, "items"),
        ({"refund_reason": "cancelled"}, "refund_reason"),
    ],
)
def test_how_much_is_said_in_one_way(world: World, wish: dict[str, object], amount: str) -> None:
    bought = world.paid_purchase(10_000)
    world.settle_down()
    [(number,)] = world.rows('SELECT number FROM "order"')
    body = {"order_id": str(number), "refund_reason": "other", "reason_description": "So.", **wish}
    code, found = program(world, bought.buyer_id).post("/api/refunds/", **body)
    if code == 201:
        assert found["asked_amount"] == amount
    else:
        assert (code, found["errors"][0]["field"]) == (422, amount), found


@pytest.mark.covers("S2.14")
def test_the_seven_reasons_are_those_of_the_form(world: World) -> None:
    found = world.client().get("/api/openapi.json").json["components"]["schemas"]["NewRefund"]
    assert tuple(found["properties"]["refund_reason"]["enum"]) == REASONS
