"""The pages on which sellers set payouts up, choose their days and write what their shop tells; what pausing shows."""

import pytest

from marketplace import db
from marketplace.carts import operations as carts
from marketplace.errors import Conflict
from marketplace.payouts import schedules
from marketplace.web import account_words
from tests.builders import World, form_token

SETUP = "/seller/payouts/setup"


def post(world: World, seller_id: int, path: str, **form: str):
    client = world.client(seller_id)
    return client, client.post(path, data={"csrf_token": form_token(client.get(path).text), **form})


def test_the_button_opens_an_account_and_leads_to_a_fresh_link_each_time(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    page = client.get(SETUP).text
    assert "Tell us where to pay you" in page
    token = form_token(page)
    links = [client.post(SETUP, data={"csrf_token": token, "country": "US"}).location for _ in range(2)]
    again = client.get(f"{SETUP}/again").location
    assert len({*links, again}) == 3
    assert all(link.startswith(f"{world.sandbox.base_url}/setup/s/acct_") for link in (*links, again))
    assert world.rows("SELECT count(*), max(country) FROM seller_account") == [(1, "US")]
    tables = (
        "SELECT count(*) FROM outbound_call WHERE request::text || coalesce(error_message, '') LIKE '%%/setup/s/%%'"
    )
    assert world.rows(tables) == [(0,)], "a link is kept nowhere"
    assert world.sandbox.walk_onboarding(again).endswith(f"{SETUP}/done")
    world.advance(seconds=11)
    assert client.get(f"{SETUP}/done").status_code == 303, "the way back asks the provider before any event has come"
    page = client.get(SETUP).text
    assert "You are set up" in page
    assert "•• 6789" in page
    opened = client.post(f"{SETUP}/account", data={"csrf_token": token}).location
    assert opened.startswith(f"{world.sandbox.base_url}/express/acct_")


def test_each_state_says_what_to_do_next(world: World) -> None:
    seller_id = world.seller()
    client = world.client(seller_id)
    account_id = world.begin_onboarding(seller_id)
    page = client.get(SETUP).text
    assert "Finish the setup" in page
    assert "Your date of birth" in page
    assert "Missing" in page
    assert "Overdue" not in page
    world.onboard(seller_id)
    world.press(account_id, "require", days="5")
    page = client.get(SETUP).text
    assert "You are paid for now" in page
    assert "A picture of your passport or identity card" in page
    assert "Give what is missing" in page
    world.advance(days=6)
    world.settle_down()
    page = client.get(SETUP).text
    assert "Your account is restricted" in page
    assert "Overdue" in page
    world.press(account_id, "verify")
    world.press(account_id, "pause")
    assert "We have paused the account." in client.get(SETUP).text
    world.press(account_id, "disconnect")
    page = client.get(SETUP).text
    assert "Connect again" in page
    assert "Open my payout account" not in page


def test_a_deadline_is_told_once_and_so_is_each_stop(world: World) -> None:
    seller_id = world.seller()
    account_id = world.onboard(seller_id)
    world.press(account_id, "require", days="20")
    told = "SELECT kind FROM notification WHERE user_id = %s ORDER BY id"
    world.advance(days=12)
    world.settle_down()
    assert world.rows(told, seller_id) == [("account_enabled",)]
    world.advance(days=2)
    for _ in range(2):
        world.tick()
    assert world.rows(told, seller_id)[1:] == [("account_deadline",)]
    world.advance(days=7)
    world.settle_down()
    world.press(account_id, "verify")
    world.press(account_id, "restrict")
    kinds = [kind for (kind,) in world.rows(told, seller_id)]
    assert kinds[2:] == ["account_restricted", "account_enabled", "account_restricted"]
    page = world.client(seller_id).get("/notifications").text
    assert "The provider needs something from you by" in page
    assert "Your shop takes orders again" in page


def test_who_is_not_set_up_may_sell_and_reads_what_waits(world: World) -> None:
    bought = world.paid_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    page = world.client(int(str(seller_id))).get("/seller").text
    assert "Set up payouts" in page
    assert "$93.80 waits for you here" in page


def test_a_restricted_seller_sells_nothing_until_enabled_again(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    listing_id = world.listing(seller_id, 5_000)
    other = world.listing(world.seller("Ann Archer"), 2_000, title="Wing mirror")
    for listing in (listing_id, other):
        world.put_in_cart(buyer_id, listing)
    bought = world.check_out(buyer_id)
    account_id = world.onboard(seller_id)
    world.press(account_id, "restrict")
    buyer = world.client(buyer_id)
    [(slug, shop)] = world.rows(
        "SELECT l.slug, s.slug FROM listing l JOIN shop s USING (seller_id) WHERE l.id = %s", listing_id
    )
    for path in (f"/l/{slug}", f"/s/{shop}"):
        page = buyer.get(path).text
        assert "This shop takes no orders at the moment" in page
        assert "Add to basket" not in page
    assert "takes no orders at the moment, so it is not counted" in buyer.get("/basket").text
    review = buyer.get("/checkout/USD").text
    assert "takes no orders at the moment. It is left out." in review
    assert "$20.00" in review
    with pytest.raises(Conflict, match="takes no orders"):
        db.atomic(carts.add, (), user_id=buyer_id, token_hash=None, listing_id=listing_id, quantity=1, now=world.now)
    world.sandbox.pay(bought.session_id)  # paid before anybody could tell the buyer: the order stands
    world.settle_down()
    assert world.rows('SELECT DISTINCT status FROM "order"') == [("confirmed",)]
    world.press(account_id, "verify")
    assert "Add to basket" in buyer.get(f"/l/{slug}").text


def test_no_new_attempt_to_pay_a_shop_that_takes_no_orders(world: World) -> None:
    seller_id, buyer_id = world.seller(), world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 5_000))
    bought = world.check_out(buyer_id)
    world.pay(bought, "4000000000000002")
    world.settle_down()
    world.press(world.onboard(seller_id), "restrict")
    world.advance(minutes=40)
    world.settle_down()
    with pytest.raises(Conflict, match="takes no orders at the moment"):
        world.try_again(bought)


def test_admins_see_the_account_and_are_told_of_a_disconnect(world: World) -> None:
    admin_id, seller_id = world.person(is_admin=True), world.seller("Sam Seller")
    account_id = world.onboard(seller_id)
    world.press(account_id, "require", days="5")
    admin = world.client(admin_id)
    page = admin.get(f"/admin/users/{seller_id}").text
    assert account_id in page
    assert "A picture of your passport or identity card" in page
    assert "•• 6789" in page
    world.press(account_id, "disconnect")
    assert "Sam Seller has disconnected their payout account" in admin.get("/notifications").text


@pytest.mark.covers("S3.21")
def test_the_schedule_is_saved_in_one_and_says_the_next_day(world: World) -> None:
    seller_id = world.seller()
    path = "/seller/payouts/schedule"
    client, answer = post(world, seller_id, path, interval="weekly", weekday="2", month_day="1", minimum_USD="25.50")
    assert answer.status_code == 303
    page = client.get(path).text
    assert "Every Wednesday" in page
    assert "Saved. Your next payout day: Wednesday" in page
    chosen = schedules.schedule_of(seller_id, world.settings.money)
    assert (chosen.is_own, chosen.schedule.minimum_minor("USD"), chosen.schedule.minimum_minor("EUR")) == (
        True,
        2550,
        100,
    )
    for wrong in ({"interval": "hourly"}, {"interval": "monthly", "month_day": "32"}, {"minimum_USD": "-1"}, {}):
        form = {"interval": "daily", "weekday": "0", "month_day": "1", "minimum_USD": "", **wrong} if wrong else {}
        assert post(world, seller_id, path, **form)[1].status_code == 422, wrong
    assert schedules.schedule_of(seller_id, world.settings.money) == chosen
    post(world, seller_id, path, interval="manual", weekday="0", month_day="1", minimum_USD="")
    assert "None by itself" in client.get(SETUP).text


def test_shop_and_policies_are_written_anew(world: World) -> None:
    seller_id = world.seller()
    words = {
        "about": "Old brakes.",
        "city": "Flint",
        "country": "US",
        "delivery_policy": "By mule.",
        "returns_policy": "No.",
        "dispatch_days": "4",
    }
    client, answer = post(world, seller_id, "/seller/shop", **words)
    assert answer.status_code == 303
    page = client.get(SETUP).text
    assert all(text in page for text in ("Old brakes.", "Flint", "By mule."))
    [(slug,)] = world.rows("SELECT slug FROM shop")
    shop = client.get(f"/s/{slug}").text
    assert all(text in shop for text in ("Sent within 4 working days.", "By mule.", "Old brakes."))
    for wrong in ({"about": " "}, {"dispatch_days": "31"}, {"dispatch_days": "-1"}, {"dispatch_days": "soon"}):
        assert post(world, seller_id, "/seller/shop", **{**words, **wrong})[1].status_code == 422, wrong


def test_requirements_are_told_in_plain_words() -> None:
    words = {name: account_words.requirement_text(name) for name in (
        "individual.dob.day", "representative.address.city", "company.address.line1", "tos_acceptance.ip",
        "person_1NAb.relationship.title", "individual.verification.additional_document", "individual.registered_name",
    )}  # fmt: skip
    assert list(words.values()) == [
        "Your date of birth", "Your address", "The address of your company", "Your agreement to the provider's terms",
        "Your role in the company", "A document that shows your address", "Another detail: registered name",
    ]  # fmt: skip
