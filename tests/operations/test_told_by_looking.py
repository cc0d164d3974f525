"""What the mail job tells by itself: a sign-in on a new device, a changed password, an order that must be sent."""

import secrets

from marketplace import clock, db
from marketplace.accounts import flows, operations
from marketplace.accounts.operations import Device
from tests.builders import PASSWORD
from tests.fixtures_mail import PostOffice

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = FIREFOX.replace("140", "141")
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


def sign_in(user_id: int, user_agent: str) -> int:
    """Sign somebody in on a device; return the session's id."""
    device, token = Device("203.0.113.9", user_agent), secrets.token_urlsafe()
    now = clock.system_now()
    return db.atomic(operations.open_session, (), user_id=user_id, token=token, device=device, now=now)


def told(post: PostOffice) -> list[tuple[object, ...]]:
    """Return what people were told about their accounts."""
    statement = "SELECT kind, facts->>'device' FROM notification WHERE kind IN ('new_sign_in', 'password_changed')"
    return post.world.rows(f"{statement} ORDER BY id")


def test_a_new_kind_of_device_is_told_once_and_a_known_one_never(post: PostOffice) -> None:
    user_id = post.world.person()
    sign_in(user_id, FIREFOX)
    post.run()
    assert told(post) == [], "the first sign-in is no news"
    sign_in(user_id, NEWER_FIREFOX)
    post.run()
    assert told(post) == [], "an update of the browser is no new device"
    sign_in(user_id, SAFARI)
    for _ in range(2):
        post.run()
    assert told(post) == [("new_sign_in", "Safari on iPhone")]
    assert post.taken.subjects == ["Somebody signed in to your account on a new device"]


def test_each_change_of_a_password_is_told(post: PostOffice) -> None:
    world, device = post.world, Device("203.0.113.9", FIREFOX)
    user_id = world.person()
    session_id = sign_in(user_id, FIREFOX)
    [(email,)] = world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
    old = PASSWORD
    for new in ("another-good-password", "a-third-good-password"):
        flows.change_password(
            user_id=user_id,
            session_id=session_id,
            email=str(email),
            old=old,
            new=new,
            device=device,
            now=clock.system_now(),
        )
        old = new
        for _ in range(2):
            post.run()
    assert [kind for kind, _ in told(post)] == ["password_changed"] * 2
    assert post.taken.subjects == ["Your password was changed"] * 2
    assert post.taken.mails[0]["List-Unsubscribe"] is None


def test_a_seller_is_reminded_once_on_the_last_day(post: PostOffice) -> None:
    world = post.world
    world.paid_purchase(4_820)
    [(number,)] = world.rows('SELECT number FROM "order"')
    seen = []
    for _ in range(8):
        post.run()
        seen.append([subject for subject in post.taken.subjects if "send" in subject])
        world.advance(days=1)
    assert not seen[0]
    assert seen[-1] == [f"Please send order {number} today"]


def test_what_was_sent_meanwhile_is_not_asked_for(post: PostOffice) -> None:
    """The reminder was told, the mail server was away, and the seller has sent it."""
    world = post.world
    bought = world.paid_purchase(4_820)
    post.run()
    port = world.app.extensions["settings"].smtp_port
    post.at(smtp_port=1)
    world.advance(days=5)
    post.run()
    assert ("ship_by_reminder", "queued") in post.states()
    world.arrive(bought)
    post.at(smtp_port=port)
    world.advance(minutes=5)
    post.run()
    assert ("ship_by_reminder", "skipped") in post.states()
    notes = world.rows("SELECT note FROM mail WHERE kind = 'ship_by_reminder'")
    assert notes == [("The order was sent, or is not wanted any more.",)]


def test_an_old_order_is_left_alone(post: PostOffice) -> None:
    world = post.world
    world.paid_purchase(4_820)
    world.advance(days=30)
    post.run()
    assert "ship_by_reminder" not in {kind for kind, _ in post.states()}
