"""A suspended seller sells nothing and is not paid, a suspended buyer buys nothing; what was agreed goes on."""

from flask.testing import FlaskClient

from marketplace import db
from marketplace.accounts.suspension_queries import Side
from marketplace.catalog import shop_operations as shops
from marketplace.payouts import suspending
from tests.builders import World, form_token
from tests.pages.test_checkout import pay
from tests.pages.test_shop_pages import slug_of


def post(client: FlaskClient, path: str, **form: str) -> str:
    """Send a form and return the words of the page that follows."""
    token = form_token(client.get("/account/security").text)
    return client.post(path, data={"csrf_token": token, **form}, follow_redirects=True).text


def decide(world: World, admin: FlaskClient, user_id: int, side: Side, reason: str, *, lift: bool = False) -> str:
    path = f"/admin/users/{user_id}/suspension/{side.value}{'/lift' if lift else ''}"
    return post(admin, path, **{f"{side.value}-reason": reason})


def test_a_suspended_seller_sells_nothing_is_not_paid_and_goes_on_with_orders(world: World) -> None:
    seller_id = world.paid_seller(10_000)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    listing_id = world.listing(seller_id, 5_000)
    seller, path = world.client(seller_id), f"/l/{slug_of(world, listing_id)}"
    assert "Add to basket" in world.client().get(path).text

    assert "Give the reason" in decide(world, admin, seller_id, Side.SELLER, " ")
    assert world.rows("SELECT count(*) FROM suspension") == [(0,)]
    assert "Suspended. They were told" in decide(world, admin, seller_id, Side.SELLER, "Copies are offered as new.")
    assert "They are suspended already." in decide(world, admin, seller_id, Side.SELLER, "Again.")
    bare = world.client().get(path).text
    assert "This shop takes no orders at the moment" in bare
    assert "Add to basket" not in bare
    for told in ("/seller", "/orders", "/", "/notifications"):
        page = seller.get(told).text
        assert "Your shop is suspended" in page, told
        assert "The reason: Copies are offered as new." in page, told
    # Neither the seller nor their account at the provider lifts it.
    db.atomic(shops.pause_selling, (), seller_id=seller_id, is_paused=False)
    assert world.rows("SELECT is_paused FROM shop WHERE seller_id = %s", seller_id) == [(True,)]
    world.later(days=31)
    assert world.payouts() == [], "payouts wait"
    assert world.rows("SELECT reason FROM payout_stop WHERE lifted_at IS NULL") == [("Copies are offered as new.",)]
    [(status,)] = world.rows("SELECT status FROM payment_transaction")
    assert status == "available", "orders and their holds go on"

    assert "Lifted. They were told." in decide(world, admin, seller_id, Side.SELLER, "Papers are in order.", lift=True)
    assert "Add to basket" in world.client().get(path).text
    assert "Your shop is suspended" not in seller.get("/seller").text
    assert "Your shop is no longer suspended" in seller.get("/notifications").text
    world.later(days=1)
    assert len(world.payouts()) == 1
    assert "Papers are in order." in admin.get(f"/admin/users/{seller_id}").text, "the history stays"


def test_a_stop_of_payouts_for_another_reason_outlives_a_suspension(world: World) -> None:
    seller_id, admin_id = world.paid_seller(10_000), world.person("Ada Admin", is_admin=True)
    admin = world.client(admin_id)
    post(admin, f"/admin/payouts/sellers/{seller_id}/stop", reason="A look at the books.")
    for operation in (suspending.suspend, suspending.lift):
        who = {"admin_id": admin_id, "user_id": seller_id, "side": Side.SELLER}
        db.atomic(operation, (), **who, reason="A doubt.", now=world.now)
    assert world.rows("SELECT reason FROM payout_stop WHERE lifted_at IS NULL") == [("A look at the books.",)]


def test_a_suspended_buyer_buys_asks_and_reviews_nothing_and_still_asks_for_refunds(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(number,)] = world.rows('SELECT number FROM "order"')
    buyer, listing_id = world.client(bought.buyer_id), world.listing(world.seller("Otto Other"), 5_000)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    decide(world, admin, bought.buyer_id, Side.BUYER, "Chargebacks without a cause")
    assert "</span>Suspended<" in admin.get("/admin/users").text
    why = "The reason: Chargebacks without a cause"
    world.put_in_cart(bought.buyer_id, listing_id)
    refused = pay(buyer)
    assert refused.status_code == 403
    assert "Ring twice." in refused.text, "the form is still filled in"
    assert why in refused.text
    assert world.rows("SELECT count(*) FROM purchase") == [(1,)]
    asked = post(buyer, f"/messages/listing/{slug_of(world, listing_id)}", text="Does it fit a 240?", token="t" * 32)
    assert why in asked
    assert world.rows("SELECT count(*) FROM message") == [(0,)]
    assert why in buyer.get("/orders").text
    assert buyer.get(f"/orders/{number}").status_code == 200
    assert buyer.get(f"/orders/{number}/refund/new").status_code == 200
    fresh = world.client(bought.buyer_id)
    assert "Your account is suspended for buying" in fresh.get("/account").text
    decide(world, admin, bought.buyer_id, Side.BUYER, "Settled.", lift=True)
    assert "</span>Suspended<" not in admin.get("/admin/users").text
    world.check_out(bought.buyer_id)
    assert world.rows("SELECT count(*) FROM purchase") == [(2,)]
