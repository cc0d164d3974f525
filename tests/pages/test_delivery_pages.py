"""Delivery profiles on the pages: sellers write them, buyers read what it costs, where it goes and when it comes."""

from datetime import timedelta

from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import shop_operations
from marketplace.catalog.shop_operations import LegalFacts
from marketplace.orders import packing_queries, reminding
from tests.builders import World, form_token
from tests.builders_delivery import by_weight, flat, pickup, profile, send_by
from tests.pages.test_checkout import TYPED, hidden, parsed

ZONE = {
    "countries": "united states, CA",
    "method": "by_weight",
    "transit_first": "2",
    "transit_last": "4",
    "band_1_kg": "1",
    "band_1_price": "5.00",
    "band_2_kg": "30",
    "band_2_price": "24",
}


def test_a_seller_makes_a_profile_and_sends_a_listing_by_it(world: World) -> None:
    seller = world.seller()
    listing = world.listing(seller)
    client = world.client(seller)
    token = form_token(client.get("/seller/delivery/new").text)
    new = {"csrf_token": token, "name": "Pallet", "currency": "USD", "handling_days": "3", **ZONE}
    wrong = client.post("/seller/delivery/new", data={**new, "countries": "Swedn", "band_2_kg": "heavy"})
    assert wrong.status_code == 422
    assert "There is no country called" in wrong.text
    made = client.post("/seller/delivery/new", data=new)
    assert made.status_code == 303
    page = client.get(made.location)
    assert "Canada" in page.text
    assert "up to 30 kg $24.00" in page.text
    assert "5 to 7 working days after payment" in page.text
    chosen = {"csrf_token": token, "profile": made.location.rpartition("/")[2], "weight": "12.5", "tax": "reduced"}
    client.post(f"/seller/listings/{listing}/delivery", data=chosen)
    assert world.rows("SELECT weight_grams, delivery_minor, tax_category FROM listing") == [(12_500, 2_400, "reduced")]
    assert 'value="12.5"' in client.get(f"/seller/listings/{listing}/edit").text
    assert "1 listing without a weight" not in client.get(made.location).text
    archived = client.post(f"{made.location}/archive", data={"csrf_token": token}, follow_redirects=True)
    assert "1 of your listings are sent by it" in archived.text
    move = {"csrf_token": token, "old": f"USD:{chosen['profile']}", "new": "USD:0"}
    assert (
        "1 listing is sent by it now" in client.post("/seller/delivery/listings", data=move, follow_redirects=True).text
    )
    client.post(f"{made.location}/archive", data={"csrf_token": token})
    assert client.get(made.location).status_code == 404
    assert "Archived" in client.get("/seller/delivery").text


def test_buyers_read_where_it_goes_for_how_much_and_when(world: World) -> None:
    seller = world.seller()
    profile_id, _ = profile(world, seller, flat("US", free_from=50_000), pickup("CA"))
    listing = world.listing(seller)
    send_by(seller, listing, profile_id)
    [(slug,)] = world.rows("SELECT slug FROM listing")
    visitor = world.client()
    text = visitor.get(f"/l/{slug}").text
    assert "Delivery $9.00 to United States" in text
    assert "$9.00; free from $500.00. Expected" in text
    assert "You collect it from the seller" in text
    token = form_token(text)
    visitor.post("/basket/add", data={"csrf_token": token, "listing_id": str(listing), "quantity": "1"})
    assert "Expected" in visitor.get("/basket").text
    visitor.post("/basket/country", data={"csrf_token": token, "country": "NO"})
    assert "It is not delivered to Norway." in visitor.get(f"/l/{slug}").text
    basket = visitor.get("/basket").text
    assert "The seller does not deliver this to Norway, so it is not counted." in basket
    assert "Nothing here can be bought right now" in basket


def test_the_review_follows_the_address_and_the_order_keeps_what_it_said(world: World) -> None:
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller)
    listing = world.listing(seller)
    send_by(seller, listing, profile_id)
    world.put_in_cart(buyer, listing)
    client = world.client(buyer)
    form = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    assert form["expected_total_minor"] == "10900"
    there = client.post("/checkout/USD/address", data={**form, "delivery_country": "CA"})
    assert hidden(parsed(there))["expected_total_minor"] == "12100"
    assert "to Canada" in there.text
    nowhere = client.post("/checkout/USD/address", data={**form, "delivery_country": "NO"})
    assert "is not delivered to Norway and is left out" in nowhere.text
    refused = client.post("/checkout/USD", data={**form, "delivery_country": "NO", "delivery_postcode": "0150"})
    assert refused.status_code == 409
    assert "Nothing of this is delivered to this country" in refused.text
    mistyped = client.post("/checkout/USD", data={**form, "delivery_country": "CA"})
    assert mistyped.status_code == 422
    assert "There they look like this: K1A 0B1" in parsed(mistyped).select_one("#delivery_postcode-error").text
    form["delivery_postcode"] = "k1a0b1"
    elsewhere = client.post("/checkout/USD", data={**form, "delivery_country": "CA"})
    assert elsewhere.status_code == 409
    assert hidden(parsed(elsewhere))["expected_total_minor"] == "12100"
    paying = client.post("/checkout/USD", data={**form, **hidden(parsed(elsewhere)), "delivery_country": "CA"})
    assert paying.status_code == 303
    assert world.rows("SELECT delivery_address ->> 'postcode' FROM purchase") == [("K1A 0B1",)]
    [(number,)] = world.rows('SELECT number FROM "order"')
    for who, path in ((client, f"/orders/{number}"), (world.client(seller), f"/seller/orders/{number}")):
        assert "Parcel. Expected" in who.get(path).text


def both_ways(world: World, *, grams: int | None = None) -> tuple[int, int, int]:
    """Put something in a basket that is sent or collected, as its buyer likes; return seller, buyer and listing."""
    seller, buyer = world.seller(), world.person()
    profile_id, _ = profile(world, seller, by_weight("US", bands=((5_000, 900),)), pickup("US"), flat("CA"))
    listing = world.listing(seller)
    send_by(seller, listing, profile_id, grams)
    world.put_in_cart(buyer, listing)
    return seller, buyer, listing


def test_a_buyer_collects_what_could_be_sent_and_it_is_handed_over(world: World) -> None:
    seller, buyer, _listing = both_ways(world)
    client, shop = world.client(buyer), world.client(seller)
    first = parsed(client.get("/checkout/USD"))
    form = {**hidden(first), **TYPED}
    unseen = client.post("/checkout/USD", data=form)
    assert unseen.status_code == 409, "nobody pays before the choice was shown"
    assert "Some of this can be collected" in unseen.text
    form = {**hidden(parsed(unseen)), **TYPED}
    way = f"from{seller}-way"
    assert [radio["value"] for radio in parsed(unseen).select(f"[name={way}]")] == ["sent", "collected"]
    assert parsed(unseen).select_one(f"[name={way}][checked]")["value"] == "sent"
    assert form["expected_total_minor"] == "10900"
    pressed = client.post("/checkout/USD", data={**form, way: "collected"})
    assert pressed.status_code == 409, "the total that was shown is another one"
    there = parsed(client.post("/checkout/USD/address", data={**form, way: "collected"}))
    assert hidden(there)["expected_total_minor"] == "10000"
    assert there.select_one(f"[name={way}][checked]")["value"] == "collected"
    assert client.post("/checkout/USD", data={**form, **hidden(there), way: "collected"}).status_code == 303
    assert world.rows("SELECT is_pickup, pickup_place FROM order_delivery") == [(True, "Detroit")]
    assert world.rows('SELECT delivery_minor, total_minor FROM "order"') == [(0, 10_000)]
    [(session,)] = world.rows("SELECT provider_session_id FROM payment")
    world.sandbox.pay(str(session), "4242424242424242")
    world.settle_down()
    [(number,)] = world.rows('SELECT number FROM "order"')
    shown = client.get(f"/orders/{number}").text
    assert "You collect it" in shown
    assert "Detroit." in shown
    assert "Agree on a time with the seller." in shown
    for who, path in ((client, "/orders?format=csv"), (shop, "/seller/orders?format=csv")):
        assert "Collected by the buyer" in who.get(path).text
    assert "To be collected" in shop.get("/seller/orders").text
    bench = parsed(shop.get(f"/seller/orders/send?order={number}"))
    assert bench.select_one("option[selected]")["value"] == "hand"
    assert shop.get(f"/seller/orders/packing-slips?order={number}").mimetype == "application/pdf"
    [packed] = packing_queries.to_pack(seller, [str(number)])
    assert packed.is_pickup
    page = shop.get(f"/seller/orders/{number}")
    assert "Have it ready by" in page.text
    assert_admins_read(world, "To be collected", "The seller has not handed it over.")
    token = form_token(page.text)
    handed = shop.post(f"/seller/orders/{number}/ship", data={"csrf_token": token, "carrier": "hand"})
    assert handed.status_code == 303
    assert "is marked as handed over" in shop.get(handed.location).text
    assert world.rows("SELECT carrier, tracking_number FROM shipment") == [("hand", "")]
    assert_admins_read(world, "Handed over", "The buyer has not said that they have it.")


def assert_admins_read(world: World, badge: str, waits_for: str) -> None:
    """Read purchase, payment and hold as an admin: nothing that is collected is on its way."""
    [(purchase_id, payment_id)] = world.rows("SELECT purchase_id, id FROM payment")
    [(share_id,)] = world.rows("SELECT id FROM payment_transaction")
    [(purchase,)] = world.rows("SELECT number FROM purchase WHERE id = %s", purchase_id)
    admin = world.client(world.person(f"Ada {badge}", is_admin=True))
    hold = f"/admin/payments/{payment_id}/shares/{share_id}/hold"
    for path in (f"/admin/purchases/{purchase}", f"/admin/payments/{payment_id}", hold):
        badges = [each.get_text(strip=True) for each in parsed(admin.get(path)).select(".badge")]
        assert badge in badges, path
        assert "On the way" not in badges, path
    assert waits_for in admin.get(hold).text


def test_what_is_too_heavy_to_send_can_be_collected(world: World) -> None:
    seller, buyer, _listing = both_ways(world, grams=9_000)
    client = world.client(buyer)
    form = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    there = client.post("/checkout/USD/address", data=form)
    assert "it is too heavy for that" in there.text
    assert parsed(there).select_one(f"[name=from{seller}-way]")
    collected = client.post("/checkout/USD/address", data={**form, f"from{seller}-way": "collected"})
    assert hidden(parsed(collected))["expected_total_minor"] == "10000"


def test_nobody_chooses_where_there_is_one_way_or_one_thing_cannot_be_collected(world: World) -> None:
    seller, buyer, _listing = both_ways(world)
    client = world.client(buyer)
    token = form_token(client.get("/basket").text)
    client.post("/basket/country", data={"csrf_token": token, "country": "US"})
    assert "Or collect it in Detroit, free: choose at the checkout." in client.get("/basket").text
    [(slug,)] = world.rows("SELECT slug FROM listing")
    assert "Delivery $9.00 to United States, or collect it" in client.get(f"/l/{slug}").text
    form = {**hidden(parsed(client.get("/checkout/USD"))), **TYPED}
    way = f"from{seller}-way"
    canada = client.post("/checkout/USD/address", data={**form, "delivery_country": "CA", way: "collected"})
    assert parsed(canada).select_one(f"[name={way}]") is None
    assert hidden(parsed(canada))["expected_total_minor"] == "10900"
    world.put_in_cart(buyer, world.listing(seller, 500, delivery_minor=300, title="Cap"))
    mixed = client.post("/checkout/USD/address", data={**form, way: "collected"})
    assert parsed(mixed).select_one(f"[name={way}]") is None
    assert hidden(parsed(mixed))["expected_total_minor"] == "11400"


def collected(world: World) -> tuple[int, int, str]:
    """Let somebody pay for what they collect; return seller, buyer and the order's number."""
    seller, buyer = world.seller(), world.person()
    facts = LegalFacts("Dock Parts Inc", "12 Dock Road", "48201", "")
    db.atomic(shop_operations.change_legal_facts, (), seller_id=seller, facts=facts)
    profile_id, _ = profile(world, seller, pickup("US"), name="Counter")
    listing = world.listing(seller)
    send_by(seller, listing, profile_id)
    world.put_in_cart(buyer, listing)
    world.pay(world.check_out(buyer))
    world.settle_down()
    return seller, buyer, str(world.rows('SELECT number FROM "order"')[0][0])


_OF_PARCELS = ("parcel", "tracking", "on its way", "on the way", "delivered", "has arrived", "was sent", "sent it")


def words_of(client: FlaskClient, path: str) -> str:
    """Return what the main part of a page says, without what every page has."""
    main = parsed(client.get(path)).select_one("main")
    for hint in main.select("nav, template, aside, details"):
        hint.decompose()
    return " ".join(main.get_text(" ").split())


def test_a_collected_order_is_spoken_of_as_collected_to_its_end(world: World) -> None:
    seller, buyer, number = collected(world)
    client, shop = world.client(buyer), world.client(seller)
    [(payment_id,)] = world.rows("SELECT id FROM payment")
    done = words_of(client, f"/checkout/return/{payment_id}")
    assert "Handed over Agree on a time with the seller. Collected You confirm it" in done
    assert "12 Dock Road, 48201 Detroit" in words_of(client, f"/orders/{number}")
    assert "12 Dock Road, 48201 Detroit" in words_of(shop, f"/seller/orders/{number}")
    assert "To be collected" in words_of(client, f"/orders/{number}")
    assert "Paid, please have it ready" in words_of(shop, f"/seller/orders/{number}")
    token = form_token(shop.get(f"/seller/orders/{number}").text)
    shop.post(f"/seller/orders/{number}/ship", data={"csrf_token": token, "carrier": "hand"})
    for who, path, said in (
        (
            client,
            f"/orders/{number}",
            ("Handover", "Handed over", "The seller handed it over", "counts as collected on"),
        ),
        (shop, f"/seller/orders/{number}", ("Handover", "You handed it over", "Mark as collected", "Collected by")),
        (client, "/orders", ("Handed over",)),
        (client, "/account", ("Have you collected it?", "was handed over by")),
        (client, "/notifications", (f"Order {number} was handed over", "says that you have collected it")),
    ):
        words = words_of(who, path)
        assert all(each in words for each in said), (path, words)
        if path != "/account":
            assert not [each for each in _OF_PARCELS if each in words.lower()], (path, words)
    answer = shop.post(f"/seller/orders/{number}/delivered", data={"csrf_token": token}, follow_redirects=True)
    assert f"Order {number} is marked as collected." in answer.text
    words = words_of(client, f"/orders/{number}")
    assert "The seller marked it as collected" in words
    assert "You have collected it" in words
    assert not [each for each in _OF_PARCELS if each in words.lower()], words
    told = words_of(client, "/notifications"), words_of(shop, "/notifications")
    assert f"Order {number} was collected" in told[0]
    assert "You told us that it was collected." in told[1]


def test_what_should_be_collected_and_is_sent_after_all_is_a_parcel(world: World) -> None:
    seller, buyer, number = collected(world)
    client, shop = world.client(buyer), world.client(seller)
    token = form_token(shop.get(f"/seller/orders/{number}").text)
    parcel = {"csrf_token": token, "carrier": "ups", "tracking_number": "1Z999AA10123456784"}
    assert shop.post(f"/seller/orders/{number}/ship", data=parcel).status_code == 303
    words = words_of(client, f"/orders/{number}")
    assert all(each in words for each in ("On the way", "Parcel", "Tracking number", "The seller sent it"))
    assert "On the way" in words_of(client, "/orders")
    assert f"Order {number} is on its way" in words_of(client, "/notifications")


def test_a_reminder_of_what_is_collected_says_to_have_it_ready(world: World) -> None:
    seller, _buyer, number = collected(world)
    facts = reminding.due(world.now + timedelta(days=9))
    db.atomic(reminding.remind, (), facts=facts, now=world.now)
    assert f"Order {number} should have been ready by" in words_of(world.client(seller), "/notifications") or (
        f"Please have order {number} ready today" in words_of(world.client(seller), "/notifications")
    )
