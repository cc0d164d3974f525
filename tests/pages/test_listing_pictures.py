"""Pictures of a listing: sent from a form, put in order, described, served in sizes; what is bad leaves nothing."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace import clock, db, jobs
from marketplace.catalog import operations, shelf_operations
from marketplace.catalog.operations import Offer, PartFacts, Picture
from marketplace.money import Money
from tests.builders import World, form_token
from tests.evidence import opened, photo, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
DRAWN = "d" * 64 + ".svg"


def send(client: FlaskClient, listing_id: int, *files: tuple[str, bytes]) -> TestResponse:
    token = form_token(client.get("/account/security").text)
    data = {"csrf_token": token, "pictures": [FileStorage(BytesIO(content), name) for name, content in files]}
    # As bytes: the test client leaves a large form in a file that nobody closes.
    boundary, body = encode_multipart(data)
    path, kind = f"/seller/listings/{listing_id}/pictures", f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=kind, buffered=True)


def press(client: FlaskClient, listing_id: int, deed: str, **alts: str) -> TestResponse:
    """Send the form of the pictures' page as a browser would, with another button or other words."""
    page = BeautifulSoup(client.get(f"/seller/listings/{listing_id}/pictures").text, "html.parser")
    form = page.select_one("form.picture-list")
    fields = [(field["name"], field.get("value", "")) for field in form.select("input[name]")]
    data: dict[str, object] = {"deed": deed, "picture": [value for name, value in fields if name == "picture"]}
    data |= {name: value for name, value in fields if name != "picture"} | alts
    return client.post(form["action"], data=data)


def stored(world: World) -> set[Path]:
    folder = world.settings.var_dir / "media"
    return set(folder.iterdir()) if folder.is_dir() else set()


def order(world: World, listing_id: int) -> list[object]:
    rows = world.rows("SELECT id FROM listing_picture WHERE listing_id = %s ORDER BY position", listing_id)
    return [picture_id for (picture_id,) in rows]


def names(world: World) -> list[str]:
    return [str(name) for (name,) in world.rows("SELECT file_name FROM listing_picture ORDER BY position")]


@pytest.fixture
def shelf(world: World) -> tuple[FlaskClient, int]:
    """A seller's browser, and a listing that buyers see."""
    seller_id = world.seller()
    return world.client(seller_id), world.listing(seller_id, 10_000, title="Brake disc")


def test_pictures_are_sent_sized_and_shown(world: World, shelf: tuple[FlaskClient, int]) -> None:
    client, listing_id = shelf
    answer = send(client, listing_id, ("a.jpg", photo(1_600, 1_200)), ("../b.png", photo(300, 400, kind="PNG")))
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "2 pictures added." in page
    assert "2 of 12" in page
    wide, small = names(world)
    assert wide.endswith("-1600x1200.jpg")

    [(slug,)] = world.rows("SELECT slug FROM listing")
    html = BeautifulSoup(world.client().get(f"/l/{slug}").text, "html.parser")
    first, second = html.select(".listing-gallery-strip img")
    stem = wide.removesuffix(".jpg")
    assert first["src"] == f"/media/{stem}.1280.webp"
    assert first["srcset"] == ", ".join(f"/media/{stem}.{width}.webp {width}w" for width in (320, 640, 1280))
    assert (first["width"], first["height"], first["alt"]) == ("1600", "1200", "Brake disc")
    assert (second["src"], second.get("srcset")) == (f"/media/{small}", None)

    before = world.client().get(first["src"], buffered=True)
    assert (before.status_code, before.mimetype) == (200, "image/jpeg")
    assert before.headers["Cache-Control"] == "public, max-age=5", "the whole picture stands in until the job has run"
    world.work_off()
    after = world.client().get(first["src"], buffered=True)
    assert after.mimetype == "image/webp"
    assert opened(after.data).size == (1_280, 960)
    assert after.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert after.headers["X-Content-Type-Options"] == "nosniff"
    assert int(after.headers["Content-Length"]) == len(after.data)
    again = world.client().get(first["src"], headers={"If-None-Match": after.headers["ETag"]})
    assert again.status_code == 304

    card = BeautifulSoup(world.client().get("/l").text, "html.parser").select_one(".listing-card img")
    assert card["src"] == f"/media/{stem}.640.webp"
    assert f"/media/{stem}.320.webp 320w" in card["srcset"]
    buyer_id = world.person()
    world.put_in_cart(buyer_id, listing_id)
    assert f"/media/{stem}.320.webp" in world.client(buyer_id).get("/basket").text
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    assert f"/media/{stem}.320.webp" in world.client(buyer_id).get("/orders").text
    assert f"/media/{stem}.320.webp" in client.get("/seller/listings").text


def test_pictures_are_put_in_order_described_and_taken_away(world: World, shelf: tuple[FlaskClient, int]) -> None:
    client, listing_id = shelf
    send(client, listing_id, *[(f"{place}.png", photo(20 + place, 20, kind="PNG")) for place in range(3)])
    one, two, three = order(world, listing_id)
    for deed, wanted in (
        (f"down:{one}", [two, one, three]),
        (f"main:{three}", [three, two, one]),
        (f"up:{one}", [three, one, two]),
        (f"up:{three}", [three, one, two]),
        (f"down:{two}", [three, one, two]),
        ("down:9", [three, one, two]),
        ("nonsense", [three, one, two]),
    ):
        assert press(client, listing_id, deed).status_code == 303
        assert order(world, listing_id) == wanted, deed
    press(client, listing_id, f"remove:{one}", **{f"alt-{three}": "  The disc\nfrom above "})
    assert order(world, listing_id) == [three, two]
    assert world.rows("SELECT alt FROM listing_picture ORDER BY position") == [("The disc from above",), ("",)]
    [(slug,)] = world.rows("SELECT slug FROM listing")
    html = BeautifulSoup(world.client().get(f"/l/{slug}").text, "html.parser")
    assert [image["alt"] for image in html.select(".listing-gallery-strip img")] == [
        "The disc from above",
        "Brake disc",
    ]
    long = press(client, listing_id, "save", **{f"alt-{two}": "x" * 201})
    assert long.status_code == 422
    assert "at most 200 characters" in long.text

    # The order of an old page: what came meanwhile stands behind, what is gone is passed over.
    send(client, listing_id, ("late.png", photo(kind="PNG")))
    late = order(world, listing_id)[-1]
    token = form_token(client.get("/account/security").text)
    old = {"csrf_token": token, "picture": [two, one, three, "x", "9" * 30], "deed": "save"}
    client.post(f"/seller/listings/{listing_id}/pictures/arrange", data=old)
    assert order(world, listing_id) == [two, three, late]


BAD = {
    "20 MB": ("big.jpg", photo() + bytes(20 * 1024 * 1024), "larger than 15 MB"),
    "a script": ("x.svg", SVG, "Choose a JPEG, a PNG or a WebP picture"),
    "a page called picture": ("x.png", b"<html><script>alert(1)</script>", "Choose a JPEG"),
    "two files in one": ("x.jpg", photo() + b"PK\x03\x04", "something else follows"),
    "a bomb": ("x.png", png(60_000, 60_000), "60000 by 60000 pixels"),
    "nothing": ("x.png", b"", "empty"),
    "a long name": ("n" * 200 + ".gif", b"GIF89a", "n" * 96 + ".gif: Choose"),
    "a way out": ("../../etc/passwd", b"root:x:0", "passwd: Choose"),
}


def test_bad_pictures_are_told_in_words_and_leave_nothing(world: World, shelf: tuple[FlaskClient, int]) -> None:
    client, listing_id = shelf
    before = stored(world)
    for what, (name, content, why) in BAD.items():
        answer = send(client, listing_id, (name, content))
        assert answer.status_code == 422, what
        told = BeautifulSoup(answer.text, "html.parser").select_one("#pictures-error")
        assert why in told.text, what
    assert "Choose a picture." in send(client, listing_id).text
    many = send(client, listing_id, *[("x.png", png())] * 13)
    assert "at most 12 pictures. There is room for 12 more." in many.text
    assert world.rows("SELECT count(*) FROM listing_picture") == [(0,)]
    assert stored(world) == before

    mixed = send(client, listing_id, ("good.jpg", photo()), ("bad.svg", SVG))
    page = client.get(mixed.location).text
    assert "1 picture added." in page
    assert "bad.svg: Choose a JPEG" in page
    assert len(stored(world) - before) == 1


def test_there_is_room_for_so_many_and_drawings_go_first(world: World) -> None:
    seller_id = world.seller()
    facts = PartFacts("brakes", "Bosch", "BD-1", "New", "Most cars")
    offer = Offer("Disc", "New", Money(100, "USD"), Money(0, "USD"), 1, facts, [Picture(DRAWN, "A drawing")])
    listing_id = db.atomic(operations.create_listing, (), seller_id=seller_id, offer=offer, now=world.now)
    client = world.client(seller_id)
    assert "They go when you add your first picture." in client.get(f"/seller/listings/{listing_id}/pictures").text
    assert send(client, listing_id, *[("x.png", png())] * 12).status_code == 303
    assert DRAWN not in names(world)
    full = client.get(f"/seller/listings/{listing_id}/pictures").text
    assert "There is no room for more." in full
    assert "Take one away first." in send(client, listing_id, ("x.png", png())).text


def test_what_nothing_shows_is_swept_after_a_day_and_what_a_copy_shows_stays(
    world: World, shelf: tuple[FlaskClient, int]
) -> None:
    client, listing_id = shelf
    [(seller_id,)] = world.rows("SELECT seller_id FROM listing")
    send(client, listing_id, ("kept.jpg", photo(700, 500)), ("gone.jpg", photo(700, 500)), ("copied.jpg", photo()))
    world.work_off()
    kept, gone, copied = names(world)
    copy_id = db.atomic(
        shelf_operations.copy_listing, (), seller_id=seller_id, listing_id=listing_id, now=clock.system_now()
    )
    for at in (2, 1):
        press(client, listing_id, f"remove:{order(world, listing_id)[at]}")
    press(client, copy_id, f"remove:{order(world, copy_id)[1]}")
    folder = world.settings.var_dir / "media"
    (folder / "torn.jpg.0a0a0a0a.new").write_bytes(b"half")
    assert jobs.sweep_files(world.app)["pictures swept"] == 0, "all of them are young"
    lying = stored(world)
    for path in lying:
        os.utime(path, (1, 1))
    (world.settings.var_dir / "messages").mkdir(exist_ok=True)
    lost = world.settings.var_dir / "messages" / "lost.png"
    lost.write_bytes(b"half")
    os.utime(lost, (1, 1))

    counts = jobs.sweep_files(world.app)

    assert counts["attachments swept"] >= 1
    assert not lost.exists()
    left = {path.name for path in stored(world)}
    stem = kept.removesuffix(".jpg")
    assert {kept, f"{stem}.320.webp", f"{stem}.640.webp", copied} <= left
    assert not any(name.startswith(gone[:32]) for name in left)
    assert "torn.jpg.0a0a0a0a.new" not in left


def test_a_lost_job_is_made_good_and_a_lost_file_stops_nothing(world: World, shelf: tuple[FlaskClient, int]) -> None:
    client, listing_id = shelf
    send(client, listing_id, ("a.jpg", photo(700, 500)), ("b.jpg", photo(700, 500)))
    world.tamper("DELETE FROM procrastinate_jobs")
    first, second = names(world)
    folder = world.settings.var_dir / "media"
    (folder / first).unlink()
    assert jobs.sweep_files(world.app)["pictures sized"] == 1
    assert (folder / f"{second.removesuffix('.jpg')}.640.webp").exists()
    assert jobs.sweep_files(world.app)["pictures sized"] == 0
    assert world.client().get(f"/media/{first}").status_code == 404


def test_nobody_elses_pictures_can_be_touched(world: World, shelf: tuple[FlaskClient, int]) -> None:
    client, listing_id = shelf
    send(client, listing_id, ("a.jpg", photo()))
    [(picture_id,)] = world.rows("SELECT id FROM listing_picture")
    other_id = world.seller("Olga Other")
    other, own = world.client(other_id), world.listing(other_id, 100)
    before = stored(world)
    assert send(other, listing_id, ("b.jpg", photo())).status_code == 404
    assert stored(world) == before
    token = form_token(other.get("/account/security").text)
    data = {"csrf_token": token, "picture": [picture_id], f"alt-{picture_id}": "Mine", "deed": f"remove:{picture_id}"}
    assert other.post(f"/seller/listings/{own}/pictures/arrange", data=data).status_code == 303
    assert world.rows("SELECT id, alt FROM listing_picture") == [(picture_id, "")]
    assert "0 of 12" in other.get(f"/seller/listings/{own}/pictures").text
