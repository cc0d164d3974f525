"""Purchases that are paid at PayPal: approved there, captured by us once, held, given back (S2.26, S1.3, C16)."""

import pytest

from marketplace import db
from marketplace.checkout import sweeps
from tests.builders import World
from tests.builders_paypal import again, agree, approve, balances, captured, come_back, paid, refund, status
from tests.faults import Fault, wire_fault
from tests.pages.test_cart import post
from tests.pages.test_checkout import pay
from tests.races import at_once


@pytest.mark.covers("S2.26")
def test_approved_captured_and_held_with_its_fee_at_once(world: World) -> None:
    bought = agree(world, 10_000, 2_500)
    assert bought.url == f"{world.sandbox.base_url}/paypal/checkoutnow?token={bought.session_id}"
    assert world.rows("SELECT status, provider FROM payment") == [("pending", "paypal")]
    back = approve(world, bought)
    assert back.startswith(f"http://localhost/checkout/return/{bought.payment_id}?")
    assert captured(world) == [], "approved is not paid"
    come_back(world, bought)
    assert status(world, bought) == "completed"
    assert world.rows("SELECT status FROM payment_transaction") == [("held",), ("held",)]
    # 3.49 % and 0.49 of 125.00
    assert world.rows("SELECT kind, amount_minor, fee_minor, net_minor FROM balance_transaction") == [
        ("payment", 12_500, 485, 12_015)
    ]
    found = balances(world)
    assert (found["paypal_balance"], found["processing_fee"]) == (12_015, 485)
    assert "provider_clearing" not in found
    world.settle_down()
    assert balances(world) == found
    assert len(captured(world)) == 1


@pytest.mark.parametrize("road", ["webhook", "sweeper", "check"])
def test_each_road_alone_takes_the_money_once(world: World, road: str) -> None:
    bought = agree(world, 10_000)
    approve(world, bought)
    if road == "webhook":
        world.settle_down()
    elif road == "sweeper":
        world.advance(minutes=11)
        world.tick()
        world.tick()
    else:
        post(world.client(bought.buyer_id), f"/checkout/return/{bought.payment_id}/verify")
    assert status(world, bought) == "completed"
    world.settle_down()
    come_back(world, bought)
    assert [state for _id, state in captured(world)] == ["COMPLETED"]
    assert world.rows("SELECT kind, status FROM outbound_call WHERE kind = 'capture_checkout'") == [
        ("capture_checkout", "done")
    ]


def test_ten_at_once_capture_once(world: World) -> None:
    bought = agree(world, 10_000)
    approve(world, bought)
    at_once(world.app, [lambda: come_back(world, bought)] * 10)
    world.settle_down()
    assert status(world, bought) == "completed"
    assert len(captured(world)) == 1
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'capture_checkout'") == [(1,)]


def test_a_lost_answer_of_the_capture_is_found_and_nothing_else_begins_meanwhile(world: World) -> None:
    bought = agree(world, 10_000)
    approve(world, bought)
    with wire_fault(world.sandbox, f"/paypal/v2/checkout/orders/{bought.session_id}/capture", Fault(after=True)):
        come_back(world, bought)
    assert status(world, bought) == "pending"
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'capture_checkout'") == [("unknown",)]
    other = post(world.client(bought.buyer_id), f"/checkout/retry/{bought.purchase_id}", pay_from="page")
    assert world.rows("SELECT count(*) FROM payment") == [(1,)], "its money may be on its way"
    assert other.status_code == 303
    world.advance(minutes=2)
    world.tick()
    assert status(world, bought) == "completed"
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'capture_checkout'") == [("done",)]
    assert len(captured(world)) == 1


def test_declined_and_then_paid_another_way(world: World) -> None:
    bought = paid(world, 10_000, funding="declined")
    page = world.client(bought.buyer_id).get(f"/checkout/return/{bought.payment_id}").text
    assert "declined" in page
    assert "Nothing was charged" in page
    assert 'name="pay_from"' in page
    assert status(world, bought) == "failed"
    again = post(world.client(bought.buyer_id), f"/checkout/retry/{bought.purchase_id}", pay_from="page")
    assert "/c/pay/" in again.location
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment ORDER BY id DESC LIMIT 1")
    world.sandbox.pay(str(session_id))
    world.settle_down()
    assert world.rows("SELECT provider, status FROM payment ORDER BY id") == [
        ("paypal", "failed"),
        ("stripe", "completed"),
    ]
    assert captured(world) == []


def test_who_goes_back_is_never_captured(world: World) -> None:
    bought = agree(world, 10_000)
    back = approve(world, bought, answer="cancel")
    assert back.startswith(f"http://localhost/checkout/cancelled/{bought.payment_id}?")
    world.client(bought.buyer_id).get(f"/checkout/cancelled/{bought.payment_id}")
    assert status(world, bought) == "cancelled"
    approve(world, bought)  # in a window that was left open
    world.settle_down()
    come_back(world, bought)
    assert captured(world) == []
    assert status(world, bought) == "cancelled"


def test_time_runs_out_and_an_approval_after_that_takes_nothing(world: World) -> None:
    bought = agree(world, 10_000)
    world.advance(minutes=33)
    world.tick()
    assert status(world, bought) == "expired"
    assert world.rows("SELECT in_stock FROM listing") == [(10,)]
    approve(world, bought)
    world.settle_down()
    come_back(world, bought)
    assert captured(world) == []
    assert status(world, bought) == "expired"


def test_two_open_pages_of_one_purchase_take_one_payment(world: World) -> None:
    bought = agree(world, 10_000)
    again = post(world.client(bought.buyer_id), f"/checkout/retry/{bought.purchase_id}", pay_from="page")
    assert "/c/pay/" in again.location
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment ORDER BY id DESC LIMIT 1")
    approve(world, bought)
    world.sandbox.pay(str(session_id))
    world.settle_down()
    come_back(world, bought)
    assert world.rows("SELECT provider, status FROM payment ORDER BY id") == [
        ("paypal", "cancelled"),
        ("stripe", "completed"),
    ]
    assert captured(world) == []


def test_an_echeck_clears_days_later_or_is_denied(world: World) -> None:
    clears, denied = paid(world, 10_000, funding="echeck"), paid(world, 2_000, funding="echeck_denied")
    world.settle_down()
    assert (status(world, clears), status(world, denied)) == ("processing", "processing")
    assert balances(world) == {}
    world.advance(days=3)
    world.settle_down()
    assert (status(world, clears), status(world, denied)) == ("completed", "failed")
    assert balances(world)["paypal_balance"] == 10_000 - 398
    page = world.client(denied.buyer_id).get(f"/checkout/return/{denied.payment_id}").text
    assert "Nothing was charged" in page


def test_paypal_is_offered_where_it_can_take_the_money_and_only_there(world: World) -> None:
    for currency, is_offered in (("SEK", True), ("HUF", False)):
        buyer_id = world.person()
        world.put_in_cart(buyer_id, world.listing(world.seller(), 2_000_000, currency=currency))
        assert ('value="paypal"' in world.client(buyer_id).get(f"/checkout/{currency}").text) is is_offered
        outcome = pay(world.client(buyer_id), currency=currency, pay_from="paypal")
        assert ("/paypal/checkoutnow" in outcome.location) is is_offered


def test_money_that_comes_when_the_goods_are_gone_goes_back_by_paypal(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    listing_id = world.listing(seller_id, 10_000, units=1)
    world.put_in_cart(buyer_id, listing_id)
    bought = agree(world, buyer_id=buyer_id)
    approve(world, bought)
    path = f"/paypal/v2/checkout/orders/{bought.session_id}/capture"
    with wire_fault(world.sandbox, path, Fault(after=True)):
        come_back(world, bought)
    world.advance(minutes=50)
    db.atomic(sweeps.reap_reservations, (), now=world.now)
    faster = world.person()
    world.put_in_cart(faster, listing_id)
    world.pay(world.check_out(faster))
    world.settle_down()
    assert status(world, bought) == "refunded"
    assert world.rows("SELECT status FROM unapplied_receipt") == [("returned",)]
    assert balances(world)["paypal_balance"] == -398, "PayPal keeps its fee"


@pytest.mark.parametrize(("funding", "meanwhile"), [("balance", "completed"), ("refund_pending", "processing")])
def test_a_refund_goes_back_by_paypal(world: World, funding: str, meanwhile: str) -> None:
    bought = paid(world, 10_000, funding=funding)
    world.settle_down()
    refund_id = refund(world, bought)
    assert world.rows("SELECT status FROM refund") == [(meanwhile,)]
    world.advance(days=2)
    world.settle_down()
    assert world.rows("SELECT id, status FROM refund") == [(refund_id, "completed")]
    assert status(world, bought) == "refunded"
    assert balances(world)["paypal_balance"] == -398
    assert balances(world).get("refund_pending") is None


def test_a_refund_that_fails_walks_back_and_is_sent_again(world: World) -> None:
    bought = paid(world, 10_000, funding="refund_fails")
    world.settle_down()
    refund_id = refund(world, bought)
    world.advance(days=2)
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert balances(world)["paypal_balance"] == 10_000 - 398
    assert status(world, bought) == "completed"
    again(world, refund_id)
    world.settle_down()
    assert world.rows("SELECT status FROM refund") == [("completed",)]
    assert balances(world)["paypal_balance"] == -398


def test_a_dispute_keeps_the_share_back_until_it_ends_well(world: World) -> None:
    bought = paid(world, 10_000)
    world.settle_down()
    [(capture_id, _status)] = captured(world)
    dispute_id = world.sandbox.dispute_at_paypal(capture_id)
    world.settle_down()
    world.settle_down()
    assert world.rows("SELECT reason, lifted_at IS NULL FROM payment_block") == [("manual", True)]
    [(note,)] = world.rows("SELECT note FROM payment_block")
    assert str(note).startswith(f"PayPal dispute {dispute_id}: ")
    assert world.rows("SELECT DISTINCT payment_id FROM provider_event WHERE starts_with(type, 'CUSTOMER')") == [
        (bought.payment_id,)
    ]
    admin = world.client(world.person(is_admin=True))
    assert dispute_id in admin.get(f"/admin/payments/{bought.payment_id}").text
    world.sandbox.resolve_at_paypal(dispute_id, "RESOLVED_SELLER_FAVOUR")
    world.settle_down()
    assert world.rows("SELECT lifted_at IS NULL FROM payment_block") == [(False,)]
