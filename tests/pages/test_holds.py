"""The admin's page of a hold: stopped, let go, extended and released by hand, each with a reason that is kept."""

import pytest
from flask.testing import FlaskClient

from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World, form_token
from tests.faults import Fault, wire_fault
from tests.journeys.test_scars_payouts import TRANSFERS, due


def share_page(world: World) -> str:
    [(payment_id, share_id)] = world.rows("SELECT payment_id, id FROM payment_transaction")
    return f"/admin/payments/{payment_id}/shares/{share_id}/hold"


def decide(admin: FlaskClient, path: str, step: str, reason: str = "Looked at it", days: str = "") -> str:
    """Send the form; return what the next page says."""
    form = {"csrf_token": form_token(admin.get(path).text), "step": step, "reason": reason, "days": days}
    return admin.post(f"{path}/decide", data=form, follow_redirects=True).text


def share(world: World) -> tuple[object, ...]:
    [row] = world.rows("SELECT status, hold_reason, days_to_hold FROM payment_transaction")
    return row


@pytest.fixture
def admin(world: World) -> FlaskClient:
    world.paid_purchase(10_000)
    return world.client(world.person("Ada Admin", is_admin=True))


def test_a_stopped_share_waits_until_somebody_lets_it_go(world: World, admin: FlaskClient) -> None:
    path = share_page(world)
    assert "The seller has not sent the order." in admin.get(path).text
    assert "The share is stopped." in decide(admin, path, "stop", "Two cards, one address")
    assert 'value="release"' not in admin.get(path).text
    assert world.rows("SELECT reason, note FROM payment_block WHERE lifted_at IS NULL") == [
        ("manual", "Two cards, one address")
    ]
    page = decide(admin, path, "let_go", "Both are his")
    assert "The share may move again." in page
    assert "Two cards, one address" in page
    assert "Ada Admin" in page
    assert world.rows("SELECT count(*) FROM payment_block WHERE lifted_at IS NULL") == [(0,)]
    assert world.rows("SELECT step, reason FROM hold_decision ORDER BY id") == [
        ("stop", "Two cards, one address"),
        ("let_go", "Both are his"),
    ]


def test_a_hold_is_extended_and_the_seller_sees_the_new_day(world: World, admin: FlaskClient) -> None:
    path = share_page(world)
    [(before,)] = world.rows("SELECT planned_release_date FROM payment_transaction")
    assert "The share is held longer." in decide(admin, path, "extend", days="10")
    assert share(world) == ("held", "manual", 40)
    [(after,)] = world.rows("SELECT planned_release_date FROM payment_transaction")
    assert (after - before).days == 10  # type: ignore[operator]
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order"')
    shown = world.client(int(str(seller_id))).get(f"/seller/orders/{number}").text
    assert f"until {after.day} {after:%b %Y}" in shown  # type: ignore[attr-defined]


def test_a_release_by_hand_pays_no_heed_to_the_date_and_books_it(world: World, admin: FlaskClient) -> None:
    path = share_page(world)
    assert "The share is released." in decide(admin, path, "release", "The buyer called and is happy")
    assert share(world)[0] == "available"
    assert world.rows("SELECT because FROM status_change WHERE verb = 'release'") == [
        ("The buyer called and is happy",)
    ]
    assert "The share is stopped." in decide(admin, path, "stop")
    assert "is not stopped" not in decide(admin, path, "let_go")


@pytest.mark.parametrize(
    ("step", "reason", "days", "said"),
    [
        ("stop", "", "", "Give the reason"),
        ("stop", " " * 9, "", "Give the reason"),
        ("stop", "x" * 501, "", "At most 500"),
        ("extend", "x", "", "1 to 90 days"),
        ("extend", "x", "91", "1 to 90 days"),
        ("extend", "x", "-1", "1 to 90 days"),
        ("let_go", "x", "", "Not a valid choice"),
        ("steal", "x", "", "Not a valid choice"),
    ],
)
def test_nonsense_decides_nothing(
    world: World, admin: FlaskClient, step: str, reason: str, days: str, said: str
) -> None:
    assert said in decide(admin, share_page(world), step, reason, days)
    assert world.rows("SELECT count(*) FROM hold_decision") == [(0,)]
    assert share(world) == ("held", "standard", 30)


def test_an_open_refund_is_not_passed_by(world: World, admin: FlaskClient) -> None:
    path, token = share_page(world), form_token(admin.get(share_page(world)).text)
    [(payment_id, purchase_id, buyer_id)] = world.rows("SELECT id, purchase_id, user_id FROM payment")
    ask = Bought(int(str(buyer_id)), int(str(payment_id)), int(str(purchase_id)), "", "", "")
    world.ask_refund(ask, Wish(percent=25))
    answer = admin.post(f"{path}/decide", data={"csrf_token": token, "step": "release", "reason": "x"})
    assert answer.status_code == 422, "the page offers it no more"
    assert share(world)[0] == "held"


def test_a_share_in_a_payout_is_stopped_until_the_provider_is_asked_and_then_the_page_says_why_not(
    world: World,
) -> None:
    browser = world.client(world.person("Ada Admin", is_admin=True))
    due(world, 10_000)
    path = share_page(world)
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False, status=400, code="account_invalid")):
        world.tick()
    assert share(world)[0] == "transferring"
    assert "A stop calls that off" in browser.get(path).text
    assert "The share is stopped." in decide(browser, path, "stop")
    assert world.payouts() == [("canceled", 9_380)]
    decide(browser, path, "let_go")
    with wire_fault(world.sandbox, TRANSFERS, Fault(after=False)):
        world.tick()
    assert world.payouts()[1:] == [("pending", 9_380)], "asked, and nobody knows"
    page = browser.get(path).text
    assert "A stop would come too late" in page
    assert 'value="stop"' not in page
    [(number,)] = world.rows("SELECT number FROM payout WHERE status = 'pending'")
    assert f"/admin/payouts/{number}" in page
    world.advance(minutes=5)
    world.settle_down()
    assert world.payouts()[1:] == [("in_transit", 9_380)]
