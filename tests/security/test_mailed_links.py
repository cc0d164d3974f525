"""Links in mails: who has no such mail gets in by none, and nobody learns who has an account."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.accounts.link_rules import LINKS_PER_ADDRESS, LINKS_PER_EMAIL
from marketplace.accounts.rules import TRIES_PER_EMAIL
from tests.builders import PASSWORD, World, form_token
from tests.builders_factors import with_phone
from tests.fixtures_mail import PostOffice
from tests.fixtures_queries import CountQueries

_NEW = "tyre kicker number 9"
_ELSEWHERE = "198.51.100."


def email_of(world: World, user_id: int) -> str:
    return str(world.rows('SELECT email FROM "user" WHERE id = %s', user_id)[0][0])


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = form_token(client.get("/register").text)
    return client.post(path, data={"csrf_token": token, **fields})


def ask(world: World, email: str, number: int = 1) -> TestResponse:
    client = world.client()
    client.environ_base["REMOTE_ADDR"] = f"{_ELSEWHERE}{number}"
    return send(client, "/reset", email=email)


def newest_link(post: PostOffice) -> str:
    """Return the path of the link in the newest mail."""
    plain = post.taken.mails[-1].get_body(("plain",))
    assert plain
    found = re.search(r"https?://[^/\s]+(/(?:reset|verify|email)/[\w-]{43,})", plain.get_content())
    assert found, plain.get_content()
    return found[1]


def mailed(post: PostOffice, user_id: int, number: int = 1) -> str:
    """Ask for a new password and return the path of the link in the mail."""
    assert ask(post.world, email_of(post.world, user_id), number).status_code == 303
    post.run()
    return newest_link(post)


def follow(client: FlaskClient, link: str) -> TestResponse:
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (303, "no-referrer")
    assert link.rsplit("/", 1)[1] not in answer.location
    return client.get(answer.location)


def registered(post: PostOffice) -> FlaskClient:
    client = post.world.client()
    answer = send(client, "/register", name="Ann Bell", email="ann@example.com", password=PASSWORD)
    assert answer.status_code == 303
    post.run()
    return client


@pytest.mark.covers("S2.31")
def test_a_forgotten_password_is_chosen_anew_and_every_device_is_signed_out(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    devices, client = [world.client(user_id) for _ in range(2)], world.client()
    link = mailed(post, user_id)
    assert post.taken.subjects == ["Choose a new password"]
    assert post.taken.mails[0]["List-Unsubscribe"] is None
    for _ in range(3):  # programs that read mail look at links, and that uses nothing up
        assert follow(world.client(), link).status_code == 200
        world.client().head(link)
    page = follow(client, link).text
    assert f'value="{email_of(world, user_id)}" autocomplete="username"' in page
    assert 'autocomplete="new-password"' in page
    assert send(client, "/reset/new", password="short").status_code == 422
    assert send(client, "/reset/new", password=_NEW).location == "/login"
    for device in devices:
        assert device.get("/account/security").status_code == 303
    email = email_of(world, user_id)
    assert send(world.client(), "/login", email=email, password=PASSWORD).status_code == 422
    assert send(world.client(), "/login", email=email, password=_NEW).status_code == 303
    post.run()
    assert post.taken.subjects[1:] == ["Your password was changed"]


def test_a_link_that_does_not_work_says_why(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    used = mailed(post, user_id)
    client = world.client()
    follow(client, used)
    send(client, "/reset/new", password=_NEW)
    older = mailed(post, user_id)
    newer = mailed(post, user_id)
    assert older != newer
    prepared = world.client()
    assert follow(prepared, newer).status_code == 200
    garbled = (newer[:-1], newer + "A", "/reset/" + "A" * 43, "/reset/x")
    wrong = [
        (used, 410, "used already"),
        (older, 410, "a newer link"),
        *((each, 404, "not complete") for each in garbled),
    ]
    for link, code, words in wrong:
        answer = follow(world.client(), link)
        assert (answer.status_code, words in answer.text) == (code, True), link
        browser = world.client()
        follow(browser, link)
        assert send(browser, "/reset/new", password="nobody may do this").status_code == code
    hour_ago = "UPDATE link_request SET at = at - interval '61 minutes'"
    world.tamper(f"""{hour_ago}; UPDATE "user" SET password_changed_at = password_changed_at - interval '61 minutes'""")
    assert "too old" in follow(world.client(), newer).text
    assert send(prepared, "/reset/new", password="nobody may do this").status_code == 410
    world.tamper("UPDATE link_request SET at = at + interval '61 minutes'")
    world.tamper(f"""UPDATE "user" SET email = 'moved@example.com' WHERE id = {user_id}""")
    assert "not valid any more" in follow(world.client(), newer).text
    assert send(world.client(), "/login", email="moved@example.com", password=_NEW).status_code == 303


def test_a_password_that_is_changed_voids_the_link(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    link = mailed(post, user_id)
    assert send(world.client(user_id), "/account/security", old=PASSWORD, password=_NEW).status_code == 303
    assert "not valid any more" in follow(world.client(), link).text


def test_a_link_opens_what_it_is_for_and_no_other(post: PostOffice) -> None:
    registered(post)
    confirming = newest_link(post)
    resetting = mailed(post, int(str(post.world.rows('SELECT id FROM "user"')[0][0])))
    for link, way in ((confirming, "/reset/"), (resetting, "/verify/")):
        answer = follow(post.world.client(), way + link.rsplit("/", 1)[1])
        assert (answer.status_code, "not complete" in answer.text) == (404, True)


@pytest.mark.covers("S2.31")
def test_asking_tells_nobody_who_has_an_account(post: PostOffice, count_queries: CountQueries) -> None:
    world = post.world
    known, found = email_of(world, world.person()), []
    ask(world, "first@example.com", 9)  # nothing is new to the process any more
    for number, email in enumerate((known, "nobody@example.com", known.upper())):
        client = world.client()
        client.environ_base["REMOTE_ADDR"] = f"{_ELSEWHERE}{number}"
        token = form_token(client.get("/reset").text)
        with count_queries() as statements:
            answer = client.post("/reset", data={"csrf_token": token, "email": email})
        headers = {name: value for name, value in answer.headers if name != "Content-Security-Policy"}
        headers.pop("Set-Cookie", "")
        shown = re.sub(r'nonce="[^"]*"', "", client.get(answer.location).text)
        found.append((answer.status_code, answer.text, str(headers), shown, tuple(statements)))
    assert found[0] == found[1] == found[2]
    assert found[0][0] == 303
    post.run()
    assert post.taken.to == [[known]], "two requests, and the mail of the older one is not needed any more"


def test_asking_too_often_is_refused_for_everybody_with_the_time_to_wait(post: PostOffice) -> None:
    world = post.world
    for email in (email_of(world, world.person()), "nobody@example.com"):
        for number in range(LINKS_PER_EMAIL):
            assert ask(world, email, number).status_code == 303
        for number in range(3):
            answer = ask(world, email.upper(), 50 + number)
            assert answer.status_code == 429
            assert 3500 < int(answer.headers["Retry-After"]) <= 3600
            assert "wait 60 minutes" in answer.text
    world.tamper("DELETE FROM link_request")
    codes = [ask(world, f"nobody{number}@example.com").status_code for number in range(LINKS_PER_ADDRESS + 1)]
    assert codes == [303] * LINKS_PER_ADDRESS + [429]


def test_who_has_guessed_too_often_gets_in_by_the_link(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    email, client = email_of(world, user_id), world.client()
    for _ in range(TRIES_PER_EMAIL + 1):
        answer = send(client, "/login", email=email, password="not this one")
    assert answer.status_code == 429
    follow(client, mailed(post, user_id))
    send(client, "/reset/new", password=_NEW)
    assert send(client, "/login", email=email, password=_NEW).status_code == 303


def test_forms_behind_links_need_their_token(post: PostOffice) -> None:
    world = post.world
    user_id, client = world.person(), world.client()
    follow(client, mailed(post, user_id))
    for path, fields in (
        ("/reset/new", {"password": _NEW}),
        ("/reset", {"email": "a@example.com"}),
        ("/verify/confirm", {}),
    ):
        assert client.post(path, data=fields).status_code == 400
    assert send(world.client(), "/login", email=email_of(world, user_id), password=PASSWORD).status_code == 303


@pytest.mark.covers("S4.26")
def test_the_key_of_a_link_stands_in_the_mail_alone(post: PostOffice, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in a row, a log line, a page, a cookie, nor on the desk where admins see the mails."""
    world = post.world
    user_id = world.person()
    link = mailed(post, user_id)
    key, client = link.rsplit("/", 1)[1], world.client()
    pages = [follow(client, link).text]
    cookie = client.get_cookie("tandem_session")
    assert cookie
    serializer = world.app.session_interface.get_signing_serializer(world.app)  # type: ignore[attr-defined]
    assert key not in str(serializer.loads(cookie.value))
    admin = world.client(world.person("Ada Admin", is_admin=True))
    pages += [admin.get(path).text for path in ("/admin/mail", "/admin/mail?format=csv", f"/admin/users/{user_id}")]
    pages.append(world.client(user_id).get("/notifications").text)
    assert "Choose a new password" in pages[1]
    send(client, "/reset/new", password=_NEW)
    follow(world.client(), link)
    tables = [str(name) for (name,) in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    rows = "".join(str(world.rows(f'SELECT t::text FROM "{name}" t')) for name in tables)
    said = capfd.readouterr()
    for text in (*pages, rows, said.out, said.err):
        assert key not in text


def test_an_address_is_confirmed_by_a_button_behind_the_link(post: PostOffice) -> None:
    world, client = post.world, registered(post)
    link, notice = newest_link(post), "Confirm your e-mail address: open the link"
    assert post.taken.to[-1] == ["ann@example.com"]
    assert notice in client.get("/account").text
    mail_program = world.client()
    for _ in range(2):
        assert follow(mail_program, link).status_code == 200
    assert world.rows('SELECT email_verified_at FROM "user"') == [(None,)]
    assert send(mail_program, "/verify/confirm").status_code == 303
    assert world.rows('SELECT email_verified_at IS NULL FROM "user"') == [(False,)]
    assert notice not in client.get("/account").text
    answer = follow(world.client(), link)
    assert (answer.status_code, "There is nothing left to do" in answer.text) == (410, True)
    post.run()
    sent = len(post.taken.mails)
    assert send(client, "/verify").status_code == 303
    post.run()
    assert len(post.taken.mails) == sent


def test_the_mail_that_confirms_is_sent_again_and_not_for_ever(post: PostOffice) -> None:
    client = registered(post)
    first = newest_link(post)
    assert send(client, "/verify").status_code == 303
    post.run()
    second = newest_link(post)
    assert "a newer link" in follow(post.world.client(), first).text
    assert follow(post.world.client(), second).status_code == 200
    codes = [send(client, "/verify").status_code for _ in range(3)]
    assert codes == [303, 429, 429]


def test_people_without_a_confirmed_address_may_do_all_they_could(post: PostOffice) -> None:
    world, client = post.world, registered(post)
    listing_id = world.listing(world.seller())
    assert send(client, "/basket/add", listing_id=str(listing_id), quantity="1").status_code == 303
    assert client.get("/checkout/USD").status_code == 200
    assert client.get("/sell").status_code == 200


def test_a_link_behind_a_new_password_confirms_the_address_too(post: PostOffice) -> None:
    client, world = registered(post), post.world
    follow(client, mailed(post, int(str(world.rows('SELECT id FROM "user"')[0][0]))))
    assert send(client, "/reset/new", password=_NEW).status_code == 303
    assert world.rows('SELECT email_verified_at IS NULL FROM "user"') == [(False,)]


def test_links_of_long_ago_are_forgotten(post: PostOffice) -> None:
    mailed(post, post.world.person())
    post.world.tamper("UPDATE link_request SET at = at - interval '8 days'")
    ask(post.world, "nobody@example.com", 2)
    assert post.world.tick()["old links forgotten"] == 1
    assert post.world.rows("SELECT email FROM link_request") == [("nobody@example.com",)]
    assert post.world.rows("SELECT count(*) FROM link_token") == [(0,)]
    assert post.world.tick()["old links forgotten"] == 0


def test_a_mail_that_is_tried_again_keeps_both_its_links_good(post: PostOffice) -> None:
    """Nobody knows whether the server has the first: the line broke before it answered."""
    world = post.world
    user_id = world.person()
    post.taken.hang_up = True
    assert ask(world, email_of(world, user_id)).status_code == 303
    post.run()
    first = newest_link(post)
    post.taken.hang_up = False
    world.tamper("UPDATE mail SET next_attempt_at = next_attempt_at - interval '1 hour'")
    world.tamper("UPDATE mail_desk SET paused_until = NULL")
    post.run()
    second = newest_link(post)
    assert first != second
    for link in (first, second):
        assert follow(world.client(), link).status_code == 200


def asked_to_change(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    return send(client, "/account/email", email=email, password=password)


def recipients(post: PostOffice) -> list[tuple[str, str]]:
    """Return to whom the mails went, and what they say they are about."""
    return [(str(mail["To"].addresses[0].addr_spec), str(mail["Subject"])) for mail in post.taken.mails]


def test_an_address_changes_when_the_link_in_the_new_mailbox_is_opened(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    here, elsewhere, old = world.client(user_id), world.client(user_id), email_of(world, user_id)
    assert "This is not your password." in asked_to_change(here, "new@example.com", "not the password").text
    assert "This is your address already." in asked_to_change(here, old.upper()).text
    assert asked_to_change(here, "New@Example.com").status_code == 303
    post.run()
    assert sorted(recipients(post)) == sorted([
        (old, "Another e-mail address was asked for"),
        ("new@example.com", "Confirm your new e-mail address"),
    ])  # fmt: skip
    assert email_of(world, user_id) == old, "nothing changes before"
    link = newest_link(post)
    assert follow(here, link).status_code == 200
    assert email_of(world, user_id) == old, "programs that read mail change nothing"
    assert send(here, "/email/confirm").location == "/account/security"
    assert email_of(world, user_id) == "new@example.com"
    assert elsewhere.get("/account/security").status_code == 303, "all other devices are signed out"
    assert here.get("/account/security").status_code == 200
    post.run()
    assert recipients(post)[2:] == [(old, "Your e-mail address was changed")]
    assert send(world.client(), "/login", email=old, password=PASSWORD).status_code == 422
    assert send(world.client(), "/login", email="new@example.com", password=PASSWORD).status_code == 303
    assert follow(world.client(), link).status_code == 410


def test_nobody_learns_whose_an_address_is_and_nobody_takes_it(post: PostOffice) -> None:
    world = post.world
    user_id, other_id = world.person(), world.person("Olga Other")
    client, taken = world.client(user_id), email_of(world, other_id)
    answers = [asked_to_change(client, email) for email in (taken, "free@example.com")]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/account/email")}
    post.run()
    assert taken not in [to for to, _subject in recipients(post)]
    link = newest_link(post)
    world.tamper(f"UPDATE \"user\" SET email = 'free@example.com' WHERE id = {other_id}")
    follow(client, link)
    assert send(client, "/email/confirm").status_code == 410
    assert email_of(world, user_id) != "free@example.com"


def test_a_new_password_makes_the_link_to_a_new_address_void(post: PostOffice) -> None:
    world = post.world
    user_id = world.person()
    client = world.client(user_id)
    asked_to_change(client, "thief@example.com")
    post.run()
    link = newest_link(post)
    send(client, "/account/security", old=PASSWORD, password=_NEW)
    assert follow(world.client(), link).status_code == 410


# Would fail if a password alone moved an account of two steps to another address.
def test_who_signs_in_in_two_steps_gives_a_code_for_another_address(world: World) -> None:
    person = world.person()
    phone, client = with_phone(person), world.client(person)
    wanted = {"email": "other@example.com", "password": PASSWORD}
    assert send(client, "/account/email", **wanted).status_code == 422
    assert send(client, "/account/email", **wanted, code=phone.code()).status_code == 303
