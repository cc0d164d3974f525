"""Times by the clock of who reads them: on pages and in mail; days stay those of the books."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace import db
from marketplace.accounts import operations as accounts
from marketplace.accounts import time_zones
from marketplace.web.pages import date_text, time_text
from tests.builders import World, form_token
from tests.fixtures_mail import PostOffice
from tests.operations.test_told_by_looking import FIREFOX, SAFARI, sign_in

KATHMANDU, STOCKHOLM = "Asia/Kathmandu", "Europe/Stockholm"


def choose(client: FlaskClient, name: str) -> TestResponse:
    token = form_token(client.get("/account/time-zone").text)
    return client.post("/account/time-zone", data={"csrf_token": token, "time_zone": name}, follow_redirects=True)


def by_the_clock(world: World, name: str) -> str:
    there = world.now.astimezone(time_zones.zone(name))
    return f"{there.day} {there:%b %Y, %H:}"


def test_a_buyer_reads_times_by_the_own_clock_and_days_as_everybody_does(world: World) -> None:
    bought = world.paid_purchase(5_000)
    buyer = world.client(bought.buyer_id)
    [(number,)] = world.rows('SELECT number FROM "order"')
    assert time_text(world.now).partition(":")[0] in buyer.get(f"/orders/{number}").text

    answer = choose(buyer, KATHMANDU)

    assert "Saved. Times are shown by that clock now." in answer.text
    chosen = BeautifulSoup(answer.text, "html.parser").select_one("select[name=time_zone] option[selected]")
    assert chosen is not None
    assert chosen["value"] == KATHMANDU
    text = buyer.get(f"/orders/{number}").text
    assert by_the_clock(world, KATHMANDU) in text
    assert "UTC+0545" in text
    [(release,)] = world.rows("SELECT planned_release_date FROM payment_transaction")
    assert date_text(release) in text
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    assert "UTC+0545" not in world.client(int(str(seller_id))).get(f"/seller/orders/{number}").text


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "UTC; DROP", "Europe/", "x" * 5_000])
def test_a_zone_that_is_none_is_refused(world: World, name: str) -> None:
    client = world.client(world.person())
    choose(client, STOCKHOLM)
    answer = choose(client, name)
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert world.rows('SELECT DISTINCT time_zone FROM "user" WHERE time_zone IS NOT NULL') == [(STOCKHOLM,)]
    assert "Saved." in choose(client, "").text
    assert world.rows('SELECT count(*) FROM "user" WHERE time_zone IS NOT NULL') == [(0,)]


def test_mail_is_written_by_the_clock_of_who_gets_it(post: PostOffice) -> None:
    for zone in (KATHMANDU, ""):
        user_id = post.world.person()
        db.atomic(accounts.choose_time_zone, (), user_id=user_id, name=zone)
        for kind in (FIREFOX, SAFARI):
            sign_in(user_id, kind)
    for _ in range(2):
        post.run()
    clocks = ["UTC+0545" in mail.get_body(("plain",)).get_content() for mail in post.taken.mails]
    assert sorted(clocks) == [False, True]
