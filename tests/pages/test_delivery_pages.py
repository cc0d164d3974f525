"""Delivery profiles on the pages: sellers write them, buyers read what it costs, where it goes and when it comes."""

from tests.builders import World, form_token
from tests.builders_delivery import flat, pickup, profile, send_by
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
