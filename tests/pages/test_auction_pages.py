"""The pages of auctions: bid, be told, win, pay, look after one's own, and what the house sees."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import builders_auctions as auctions
from tests.builders import World, form_token
from tests.builders_auctions import bid, put_up, run_out, status, won


def parsed(answer: TestResponse, code: int = 200) -> BeautifulSoup:
    assert answer.status_code == code, answer.text
    html = BeautifulSoup(answer.text, "html.parser")
    assert html.title.text.startswith(html.h1.text)
    return html


def words(client: FlaskClient, path: str) -> str:
    return parsed(client.get(path)).main.get_text(" ", strip=True)


def seller_of(world: World, auction_id: int) -> int:
    [(seller_id,)] = world.rows("SELECT seller_id FROM auction WHERE id = %s", auction_id)
    return int(str(seller_id))


def send(client: FlaskClient, path: str, page: str, **typed: str) -> TestResponse:
    return client.post(path, data={"csrf_token": form_token(client.get(page).text), **typed})


def test_a_bid_is_placed_refused_and_shown_with_masked_names(world: World) -> None:
    auction_id, other = put_up(world, 10_000, reserve=40_000), world.person("Otto Other")
    client, page = world.client(world.person("Bea Bidder")), f"/auctions/{auction_id}"
    assert "First bid" in words(client, page)
    refused = send(client, f"{page}/bid", page, amount="99")
    assert "Bid at least $100.00." in parsed(refused, 422).main.text
    assert "Write the amount like this" in parsed(send(client, f"{page}/bid", page, amount="plenty"), 422).main.text
    assert send(client, f"{page}/bid", page, amount="250.50").status_code == 303
    text = words(client, page)
    assert "You lead" in text
    assert "Your maximum is $250.50" in text
    assert "Reserve not met" in text
    bid(world, auction_id, other, 30_000)
    text = words(client, page)
    assert "Somebody bids more" in text
    assert "$255.50" in text
    visitor = words(world.client(), page)
    assert "O***r" in visitor
    assert "Otto" not in visitor
    assert "$300.00" not in visitor, "a maximum that leads is nobody's business"
    assert "Sign in to bid" in visitor
    assert "$400.00" not in visitor, "nor is the reserve"
    assert "/seller/auctions" in world.client(seller_of(world, auction_id)).get(page).text


def test_the_listing_and_the_list_say_that_it_is_up_for_auction(world: World) -> None:
    auction_id = put_up(world, days=3)
    sooner = put_up(world, days=2)
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = (SELECT listing_id FROM auction WHERE id = %s)", sooner)
    found = [link["href"] for link in parsed(world.client().get("/auctions")).select(".listing-card-title a")]
    assert found == [f"/auctions/{sooner}", f"/auctions/{auction_id}"]
    text = words(world.client(), f"/l/{slug}")
    assert "Up for auction" in text
    assert "Somebody else was faster" not in text


@pytest.mark.covers("S3.6", "S3.7", "S3.8")
def test_a_winner_pays_now_and_everybody_sees_sold_and_paid(world: World) -> None:
    auction_id, (_, winner) = won(world, 20_000, 30_000)
    client, page = world.client(winner), f"/checkout/auction/{auction_id}"
    notice = words(client, "/notifications")
    assert "You have won Old engine" in notice
    assert re.search(r"Pay \$205\.00 by .* UTC", notice)
    assert "Pay now" in words(client, f"/auctions/{auction_id}")
    assert "Won, to be paid" in words(client, "/account/bids?tab=to-pay")
    form = parsed(client.get(page)).select_one("form[data-once]")
    hidden = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    address = {
        "full_name": "Bo",
        "line1": "1 Main",
        "city": "Troy",
        "region": "NY",
        "postcode": "12180",
        "country": "US",
    }
    typed = {f"delivery_{name}": value for name, value in address.items()}
    paying = client.post(form["action"], data={**hidden, "delivery_choice": "new", "billing_same": "y", **typed})
    assert paying.status_code == 303, paying.text
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment")
    world.sandbox.pay(str(session_id), "4242424242424242")
    world.settle_down()
    assert status(world, auction_id) == "sold"
    assert "Sold and paid" in words(world.client(), f"/auctions/{auction_id}")
    assert "You have won and paid" in words(client, f"/auctions/{auction_id}")


@pytest.mark.covers("S3.9")
def test_the_seller_reads_7_percent_of_11000_kronor(world: World) -> None:
    auction_id, (_, winner) = won(world, 1_090_000, 1_200_000, start=500_000, currency="SEK")
    auctions.pay(world, auction_id, winner, "SEK")
    client = world.client(seller_of(world, auction_id))
    html = parsed(client.get(f"/seller/auctions/{auction_id}"))
    text = html.main.get_text(" ", strip=True)
    for part in ("SEK\xa011,000.00", "7 %", "\N{MINUS SIGN}SEK\xa0770.00", "SEK\xa010,230.00"):
        assert part in text, part
    fee = next(link["href"] for link in html.select("a") if link.get("href", "").endswith("/platform-fee"))
    assert "770.00" in words(client, fee)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    text = words(admin, f"/admin/auctions/{auction_id}")
    assert "SEK\xa012,000.00" in text
    assert "Bidder 2" in text


def test_a_seller_puts_up_changes_and_takes_back(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 12_000, units=1)
    client, page = world.client(seller_id), f"/seller/listings/{listing_id}/auction"
    ends = (world.now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert parsed(send(client, page, page, start="100", reserve="90", ends_at=ends), 422).select(".has-error")
    assert parsed(send(client, page, page, start="100", reserve="", ends_at="soon"), 422).select(".has-error")
    made = send(client, page, page, start="100", reserve="200", ends_at=ends)
    assert made.status_code == 303
    own = made.headers["Location"]
    assert "$200.00" in words(client, own)
    edit = f"{own}/edit"
    assert send(client, edit, edit, start="150", reserve="", ends_at=ends).status_code == 303
    assert "$150.00" in words(client, own)
    assert parsed(send(client, page, page, start="100", reserve="", ends_at=ends), 422)
    assert parsed(send(client, f"{own}/withdraw", own, reason=""), 422)
    assert send(client, f"{own}/withdraw", own, reason="Sold elsewhere.").status_code == 303
    assert "Sold elsewhere." in words(world.client(), own.replace("/seller", ""))


def test_an_unpaid_auction_is_to_do_and_a_strike(world: World) -> None:
    auction_id, (second, first) = won(world, 20_000, 30_000)
    world.advance(hours=49)
    world.settle_down()
    client, own = world.client(seller_of(world, auction_id)), f"/seller/auctions/{auction_id}"
    assert "Old engine" in words(client, "/seller/auctions")
    assert "Offer it to the next bidder for $200.00" in words(client, own)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    assert "Won and not paid" in words(admin, f"/admin/users/{first}")
    assert "Won and not paid" not in words(admin, f"/admin/users/{second}")
    assert send(client, f"{own}/offer", own).status_code == 303
    assert "is yours if you like" in words(world.client(second), "/notifications")
    world.advance(hours=49)
    world.settle_down()
    again = send(client, f"{own}/again", own)
    assert again.headers["Location"].endswith("/auction")
    assert status(world, auction_id) == "not_sold"


def test_bids_stand_in_the_signs_of_the_reader(world: World) -> None:
    auction_id, bidder = put_up(world, 10_000, currency="SEK"), world.person()
    client, page = world.client(bidder), f"/auctions/{auction_id}"
    client.set_cookie("language", "sv")
    send(client, "/language", "/language", language="sv")
    assert send(client, f"{page}/bid", page, amount="1 234,50").status_code == 303
    assert world.rows("SELECT maximum_minor FROM bid") == [(123_450,)]
    run_out(world, auction_id)
    assert "Du har vunnit" in words(client, page)
