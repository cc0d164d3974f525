"""Pictures of a refund request: sent when asking and later, seen by the three sides alone, nothing bad is kept."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace import jobs
from marketplace.errors import Invalid
from marketplace.refunds import rules
from marketplace.refunds.wishes import Wish
from tests.builders import Bought, World, form_token
from tests.evidence import opened, photo, png
from tests.pages.test_refund_pages import an_admin, decide, hidden, order_of, page, status_of
from tests.security.scene import nothing_changes

ASKED = {"how": "whole", "reason": "damaged", "description": "The rim is chipped."}
GPS = b"taken at 48.8584 N"
File = tuple[str, bytes]


def post(client: FlaskClient, path: str, files: list[File], **data: str) -> TestResponse:
    sent = [FileStorage(BytesIO(content), name) for name, content in files]
    # As bytes: the test client leaves a large form in a file that nobody closes.
    boundary, body = encode_multipart({**data, "pictures": sent})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=kind, buffered=True)


def lying(world: World) -> list[Path]:
    folder = world.settings.var_dir / "refunds"
    return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def bought(world: World) -> Bought:
    for left in lying(world):  # by the test before
        left.unlink()
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 4_000, title="Wheel"))
    found = world.check_out(buyer_id)
    world.pay(found)
    world.settle_down()
    return found


def shown(client: FlaskClient, path: str) -> list[str]:
    """Return the addresses of the pictures on a page, each small one as it is shown."""
    pictures = page(client, path).select(".sent-pictures a")
    assert all(re.fullmatch(r"Picture \d of \d that the buyer sent", each.img["alt"]) for each in pictures)
    return [each["href"] for each in pictures]


def test_pictures_come_with_the_request_and_the_three_sides_see_them(world: World, bought: Bought) -> None:
    buyer = world.client(bought.buyer_id)
    _, order, seller_id = order_of(world, bought)
    start = f"/orders/{order}/refund/new"
    data = hidden(buyer, start) | ASKED
    files = [("chip.jpg", photo(700, 500, comment=GPS)), ("../../rim.png", photo(300, 200, kind="PNG"))]

    first, again = post(buyer, start, files, **data), post(buyer, start, files, **data)

    assert (first.status_code, first.location) == (303, again.location), "the same form sent twice is one request"
    number = first.location.rpartition("/")[2]
    assert world.rows("SELECT count(*) FROM refund_picture") == [(2,)]
    assert len(lying(world)) == 3, "two pictures, the larger one small too, and nothing of the second sending"
    seller, admin = world.client(seller_id), an_admin(world)
    for side, path in (
        (buyer, f"/refunds/{number}"),
        (seller, f"/seller/refunds/{number}"),
        (admin, f"/admin/refunds?refund={number}"),
    ):
        chip, rim = shown(side, path)
        answer = side.get(chip, buffered=True)
        assert opened(answer.data).size == (700, 500)
        assert GPS not in answer.data, "where it was taken goes"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
        small = side.get(f"{chip}?small=1", buffered=True)
        assert (small.mimetype, opened(small.data).width) == ("image/webp", 320)
        assert opened(side.get(f"{rim}?small=1", buffered=True).data).width == 300
    assert [name for (name,) in world.rows("SELECT file_name FROM refund_picture ORDER BY id")] == [
        "chip.jpg",
        "rim.jpg",
    ]


def test_nobody_else_sees_them(world: World, bought: Bought) -> None:
    refund_id = world.ask_refund(bought, Wish(percent=10))
    assert world.show_pictures(bought.buyer_id, refund_id, photo()) == 1
    [(number, picture)] = world.rows("SELECT r.number, p.id FROM refund r JOIN refund_picture p ON p.refund_id = r.id")
    other_id = world.seller("Otto Other")
    stranger = world.client(other_id)
    for path in (f"/refunds/{number}/pictures/{picture}", f"/seller/refunds/{number}/pictures/{picture}"):
        assert stranger.get(path).status_code == 404
    assert world.client(None).get(f"/refunds/{number}/pictures/{picture}").status_code == 303
    # A picture is asked for with its own refund only.
    world.put_in_cart(other_id, world.listing(world.seller("Third"), 500))
    theirs = world.check_out(other_id)
    world.pay(theirs)
    world.settle_down()
    own_id = world.ask_refund(theirs, Wish(percent=10))
    [(own,)] = world.rows("SELECT number FROM refund WHERE id = %s", own_id)
    assert stranger.get(f"/refunds/{own}/pictures/{picture}").status_code == 404
    [name] = [path.name for path in lying(world)]
    assert world.client(None).get(f"/media/{name}").status_code == 404, "they are no pictures of the shop"


BAD = {
    "a program": (("x.jpg", b"<svg onload=alert(1)>"), "Choose a JPEG, a PNG or a WebP picture"),
    "a bomb": (("x.png", png(60_000, 60_000)), "Send a smaller one"),
    "half a picture": (("x.jpg", photo()[:-40]), "damaged"),
    "a second file behind": (("x.png", photo(kind="PNG") + b"PK\x03\x04"), "something else follows"),
    "nothing": (("x.jpg", b""), "The file is empty"),
}


def test_bad_pictures_are_told_in_words_and_leave_nothing(world: World, bought: Bought) -> None:
    buyer = world.client(bought.buyer_id)
    start = f"/orders/{order_of(world, bought)[1]}/refund/new"
    data = hidden(buyer, start) | ASKED
    with nothing_changes(world, "a bad picture"):
        for name, (bad, why) in BAD.items():
            answer = post(buyer, start, [("good.jpg", photo()), bad], **data)
            assert (answer.status_code, why in answer.text) == (422, True), name
            assert "The rim is chipped." in answer.text, "what was typed is kept"
        answer = post(buyer, start, [(f"{place}.jpg", photo()) for place in range(6)], **data)
        assert (answer.status_code, "at most 5 pictures" in answer.text) == (422, True)
        answer = post(buyer, start, [("good.jpg", photo())], **{**data, "reason": ""})
        assert (answer.status_code, "Choose the pictures once more" in answer.text) == (422, True)
    assert lying(world) == []


def test_pictures_are_added_while_nobody_has_decided(world: World, bought: Bought) -> None:
    refund_id = world.ask_refund(bought, Wish(percent=10))
    [(number,)] = world.rows("SELECT number FROM refund WHERE id = %s", refund_id)
    buyer, admin = world.client(bought.buyer_id), an_admin(world)
    where, adding = f"/refunds/{number}", f"/refunds/{number}/pictures"
    token = form_token(buyer.get(where).text)
    assert "Choose a picture" in post(buyer, adding, [], csrf_token=token).text

    one, four = ("1.jpg", photo(50, 40)), [(f"{side}.jpg", photo(side, 40)) for side in (51, 52, 53, 54)]
    for files in ([one], [one], four):  # the first is sent twice
        assert post(buyer, adding, files, csrf_token=token).status_code == 303
    assert len(shown(buyer, where)) == 5
    assert not page(buyer, where).select("input[type=file]"), "there is room for no more"
    assert post(buyer, adding, [("6.jpg", photo(56, 40))], csrf_token=token).status_code == 303
    assert "There is no room for more" in buyer.get(where).text

    decide(admin, number, "reject", notes="It was as described.")
    assert status_of(world, number) == "rejected"
    late = post(buyer, adding, [("7.jpg", photo(57, 40))], csrf_token=token)
    assert late.status_code == 303
    assert "This refund is already decided" in buyer.get(where).text
    assert len(shown(admin, f"/admin/refunds?refund={number}")) == 5
    assert len(lying(world)) == 5


def test_what_a_killed_process_left_is_swept(world: World, bought: Bought) -> None:
    refund_id = world.ask_refund(bought, Wish(percent=10))
    world.show_pictures(bought.buyer_id, refund_id, photo(700, 500))
    kept = lying(world)
    (world.settings.var_dir / "refunds" / f"{'0' * 32}-700x500.jpg").write_bytes(photo(700, 500))
    assert jobs.sweep_files(world.app)["pictures of refunds swept"] == 0, "all of them are young"
    for path in lying(world):
        os.utime(path, (1, 1))
    assert jobs.sweep_files(world.app)["pictures of refunds swept"] == 1
    assert lying(world) == kept
    assert len(kept) == 2


def test_a_picture_is_taken_away_while_nobody_has_decided_and_who_has_seen_it_is_told(
    world: World, bought: Bought
) -> None:
    refund_id = world.ask_refund(bought, Wish(percent=10))
    [(number,)] = world.rows("SELECT number FROM refund WHERE id = %s", refund_id)
    _, _, seller_id = order_of(world, bought)
    buyer, seller, admin = world.client(bought.buyer_id), world.client(seller_id), an_admin(world)
    other_admin = world.client(world.person("Abe Admin", is_admin=True))
    world.advance(hours=1)
    world.show_pictures(bought.buyer_id, refund_id, photo(700, 500), photo(300, 200))
    for side in (seller, admin, other_admin):
        told = side.get("/notifications").text
        assert "sent 2 more pictures with the refund request" in told
        assert number in told
    where, queue = f"/refunds/{number}", f"/admin/refunds?refund={number}"
    assert len(shown(admin, queue)) == 2
    [first, second] = shown(buyer, where)
    token = form_token(buyer.get(where).text)
    assert seller.post(f"{first}/remove", data={"csrf_token": token}).status_code in {400, 404}
    world.advance(hours=1)
    assert buyer.post(f"{first}/remove", data={"csrf_token": token}).location == where

    assert buyer.get(first).status_code == 404
    assert shown(buyer, where) == [second]
    assert [path.name for path in lying(world)] == [
        name for (name,) in world.rows("SELECT stored_name FROM refund_picture WHERE removed_at IS NULL")
    ]
    for side, path, who in (
        (buyer, where, "You"),
        (seller, f"/seller/refunds/{number}", "The buyer"),
        (admin, queue, "Bo Buyer"),
    ):
        happened = page(side, path).select_one(".timeline").text
        assert "Picture 0.jpg was taken away" in happened
        assert "Picture 1.jpg was added" in happened
        assert who in happened
    assert "took a picture of the refund request away" in admin.get("/notifications").text
    assert "took a picture" not in other_admin.get("/notifications").text, "who has not seen it is not told"
    assert "took a picture" not in seller.get("/notifications").text
    assert buyer.post(f"{first}/remove", data={"csrf_token": token}).status_code == 404, "it is gone already"

    # The same picture can come back, but a request is no place to try pictures out.
    for side in range(60, 60 + rules.MOST_PICTURES_EVER - 3):
        world.show_pictures(bought.buyer_id, refund_id, photo(side, 40))
        [(last,)] = world.rows("SELECT max(id) FROM refund_picture")
        buyer.post(f"{where}/pictures/{last}/remove", data={"csrf_token": token})
    assert world.show_pictures(bought.buyer_id, refund_id, photo(700, 500)) == 1
    with pytest.raises(Invalid, match="You have sent 20 pictures already"):
        world.show_pictures(bought.buyer_id, refund_id, photo(99, 40))

    decide(admin, number, "reject", notes="It was as described.")
    assert buyer.post(f"{second}/remove", data={"csrf_token": token}).location == where
    assert "This refund is already decided" in buyer.get(where).text
    assert len(shown(buyer, where)) == 2
    assert '/remove"' not in buyer.get(where).text
