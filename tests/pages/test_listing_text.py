"""What a seller types is never lost: kept while typed, when refused, after the sign-in ended; two windows are told."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.catalog import operations
from tests.builders import World
from tests.pages.test_seller_listings import PART, listing_of, page, parsed, post, text, typed

HX = {"HX-Request": "true"}
NEW, KEEP = "/seller/listings/new/part", "/seller/listings/text"


@pytest.fixture
def seller(world: World) -> tuple[FlaskClient, int]:
    seller_id = world.seller()
    return world.client(seller_id), seller_id


def keep(client: FlaskClient, form: dict[str, str], **changed: str) -> dict[str, str]:
    """Send a form as the page does while it is typed in; return it with what the answer puts in its place."""
    form |= changed
    answer = client.post(KEEP, data=form, headers=HX)
    assert answer.status_code == 200, answer.text
    put = BeautifulSoup(answer.text, "html.parser").select("#kept input")
    return form | {field["name"]: field["value"] for field in put}


def said(client: FlaskClient, form: dict[str, str]) -> str:
    answer = client.post(KEEP, data=form, headers=HX)
    return BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def kept(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT fields ->> 'title', fields ->> 'price', version FROM unsaved_listing ORDER BY id")


def test_a_new_listing_keeps_itself_until_it_is_saved(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, _ = seller
    form = keep(client, typed(client, NEW), title="Brake di")
    form = keep(client, form, title="Brake disc", price="4")
    assert kept(world) == [("Brake disc", "4", 2)]
    assert world.rows("SELECT count(*) FROM listing") == [(0,)], "nothing is put on the shelf by itself"
    # The window is closed. Another day:
    listed = page(client, "/seller/listings/new")
    assert "Not saved yet" in text(listed)
    [go_on] = [link["href"] for link in listed.main.select("a") if "text=" in link["href"]]
    again = typed(client, go_on)
    assert (again["title"], again["price"]) == ("Brake disc", "4")
    assert "that you have not saved yet" in text(page(client, go_on))
    # Refused for what is missing, it is kept all the same: this is how it works without a script.
    refused = post(client, go_on, again, description="With its bolts.", deed="save")
    assert refused.status_code == 422
    assert world.rows("SELECT fields ->> 'description' FROM unsaved_listing") == [("With its bolts.",)]
    saved = post(client, go_on, {**typed(client, go_on), **PART}, deed="save")
    assert listing_of(saved)
    assert kept(world) == []
    assert "Not saved yet" not in text(page(client, "/seller/listings/new"))


def test_a_listing_stays_as_it_is_until_its_text_is_saved(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, seller_id = seller
    listing_id = world.listing(seller_id, 4_000, title="Wheel")
    edit = f"/seller/listings/{listing_id}/edit"
    keep(client, typed(client, edit), title="Wheel, chipped", price="abc")
    assert world.rows("SELECT title, price_minor FROM listing") == [("Wheel", 4_000)]
    shown = page(client, edit)
    assert "Your text below is kept, but not saved" in text(shown)
    again = typed(client, edit)
    assert (again["title"], again["price"]) == ("Wheel, chipped", "abc")
    drop = {"key": f"listing:{listing_id}", "csrf_token": again["csrf_token"]}
    assert client.post("/seller/listings/text/drop", data=drop).location == edit
    assert typed(client, edit)["title"] == "Wheel"
    assert "is kept, but not saved" not in text(page(client, edit))


def test_units_that_were_sold_meanwhile_stay_sold(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, seller_id = seller
    listing_id = world.listing(seller_id, 4_000, title="Wheel")
    edit = f"/seller/listings/{listing_id}/edit"
    form = typed(client, edit)
    before = int(form["in_stock"])
    keep(client, form, in_stock=str(before + 5))
    db.atomic(operations.change_stock, (), seller_id=seller_id, listing_id=listing_id, units=before - 1)
    refused = post(client, edit, typed(client, edit), deed="save")
    assert f"In between this has changed to {before - 1}" in refused.text
    assert world.rows("SELECT in_stock FROM listing") == [(before - 1,)]


def test_two_windows_do_not_write_over_each_other_unsaid(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, seller_id = seller
    edit = f"/seller/listings/{world.listing(seller_id, 4_000, title='Wheel')}/edit"
    one, two = typed(client, edit), typed(client, edit)
    one = keep(client, one, title="From one")
    assert "Another window has changed this text." in said(client, two | {"title": "From two"})
    assert kept(world)[0][0] == "From one"
    one = keep(client, one, title="From one, longer")
    # Whoever wants this text instead says so.
    chosen = post(client, edit, two | {"title": "From two"}, deed="over")
    assert chosen.status_code == 200
    assert kept(world)[0][0] == "From two"
    assert "Another window has changed this text." in said(client, one | {"title": "From one again"})
    # An answer that got lost is no other window.
    two = typed(client, edit)
    keep(client, dict(two), title="Second")
    keep(client, two, title="Third")
    assert kept(world)[0][0] == "Third"

    # Saved in one window, the other is told before it puts its own in place.
    late = typed(client, edit)
    assert post(client, edit, typed(client, edit), title="Saved", deed="save").status_code == 303
    assert "saved this text or thrown it away" in said(client, late | {"title": "Late"})
    refused = post(client, edit, late, title="Late", deed="save")
    assert (refused.status_code, "It was changed elsewhere since you opened it" in refused.text) == (422, True)
    assert world.rows("SELECT title FROM listing") == [("Saved",)]
    form = parsed(refused).select_one("form.cols")
    again = late | {"seen_words": form.select_one("[name=seen_words]")["value"]}
    assert post(client, edit, again, title="Late", deed="save").status_code == 303
    assert world.rows("SELECT title FROM listing") == [("Late",)]


def test_text_outlives_the_sign_in(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, _ = seller
    form = typed(client, NEW) | {"title": "Brake disc"}
    world.rows("UPDATE user_session SET revoked_at = now() RETURNING id")
    assert "You are signed out. Your text is kept" in said(client, form)
    sent = client.post(NEW, data=form | {"price": "40", "deed": "save"})
    assert kept(world) == [("Brake disc", "40", 2)]
    assert sent.status_code == 303
    assert sent.location.startswith("/login?next=/seller/listings/new/part?text%3Dnew:")
    assert "Your text is kept" in client.get(sent.location).text
    assert said(client, {**form, "ticket": "x"}) != "", "without a ticket one is asked to sign in"
    assert len(kept(world)) == 1


def test_nobody_writes_in_anothers_name_with_their_page(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, seller_id = seller
    listing_id = world.listing(seller_id, 4_000, title="Wheel")
    other = world.client(world.seller("Otto Other"))
    token = typed(other, NEW)["csrf_token"]

    def sent(**form: str) -> TestResponse:
        return other.post(KEEP, data={"csrf_token": token, "title": "Theirs", **form}, headers=HX)

    own = typed(client, f"/seller/listings/{listing_id}/edit")
    assert sent(ticket=own["ticket"]).status_code == 422
    assert sent(ticket="x" * 40).status_code == 422
    assert kept(world) == []
    keep(client, own, title="Mine")
    other.post("/seller/listings/text/drop", data={"csrf_token": token, "key": f"listing:{listing_id}"})
    assert kept(world)[0][0] == "Mine"
    assert "Mine" not in text(page(other, f"{NEW}?text=listing:{listing_id}"))


def test_a_listing_has_its_sellers_own_key(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, seller_id = seller
    listing_id = listing_of(post(client, NEW, PART, sku=" A-7 ", deed="save"))
    edit = f"/seller/listings/{listing_id}/edit"
    assert typed(client, edit)["sku"] == "A-7"
    assert "A-7," in client.get("/seller/listings/export").text.replace('"', "")
    taken = post(client, NEW, PART, sku="A-7", deed="save")
    assert (taken.status_code, "has this key already" in taken.text) == (422, True)
    assert "Choose another one" in post(client, NEW, PART, sku="#17", deed="save").text
    other = world.client(world.seller("Otto Other"))
    assert post(other, NEW, PART, sku="A-7", deed="save").status_code == 303, "another shop's keys are its own"
    assert post(client, edit, typed(client, edit), sku="", deed="save").status_code == 303
    assert world.rows("SELECT sku FROM listing WHERE seller_id = %s", seller_id) == [(None,)]


def test_a_draft_is_seen_as_buyers_will_by_its_seller_alone(world: World, seller: tuple[FlaskClient, int]) -> None:
    client, _ = seller
    listing_id = listing_of(post(client, NEW, PART, deed="save"))
    where = f"/seller/listings/{listing_id}/preview"
    shown = page(client, where)
    assert shown.h1.text == PART["title"]
    assert "Nobody else sees it: it is a draft." in text(shown)
    assert not shown.select("form[action='/basket/add']")
    assert shown.select_one("meta[name=robots]")["content"] == "noindex"
    assert where in {
        link["href"] for link in page(client, f"/seller/listings/{listing_id}/edit").main.select("a[href]")
    }
    assert world.client(world.seller("Otto Other")).get(where).status_code == 404
    assert world.client(world.person()).get(where).status_code == 403
    assert post(client, f"/seller/listings/{listing_id}/publish").status_code == 303
    [(slug,)] = world.rows("SELECT slug FROM listing WHERE id = %s", listing_id)
    assert client.get(where).location == f"/l/{slug}"
