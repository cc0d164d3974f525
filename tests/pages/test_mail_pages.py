"""What people choose, the link that turns mails off, the admin's list, and the demo's inbox."""

import pytest
from bs4 import BeautifulSoup

from marketplace.mails.tokens import unsubscribe_token
from marketplace.mails.topics import Topic
from tests import builders_mails as mails
from tests.builders import World, form_token
from tests.fixtures_mail import PostOffice


def silenced(world: World) -> list[tuple[object, ...]]:
    """Return who wants no mail of which topic."""
    return world.rows("SELECT user_id, topic FROM mail_silence ORDER BY 1, 2")


def test_preferences_say_what_is_always_on_and_save_the_rest(world: World) -> None:
    user_id = world.person()
    client = world.client(user_id)
    page = BeautifulSoup(client.get("/account/notifications").text, "html.parser")
    text = page.get_text(" ", strip=True)
    assert "A receipt is part of the purchase" in text
    assert "Sales" not in text, "only sellers see what sellers get"
    shown = {str(box["value"]) for box in page.select("input[name=shown]")}
    assert "receipts" not in shown
    assert {str(box["value"]) for box in page.select("input[name=wanted][checked]")} == shown
    token = form_token(str(page))
    wanted = sorted(shown - {"shipped"})
    form = {"csrf_token": token, "shown": [*sorted(shown), "receipts", "nonsense"], "wanted": wanted}
    assert client.post("/account/notifications", data=form).status_code == 303
    assert silenced(world) == [(user_id, "shipped")], "a receipt can't be turned off by any form"
    client.post("/account/notifications", data={"csrf_token": token, "shown": ["shipped"], "wanted": ["shipped"]})
    assert silenced(world) == []


def test_the_link_in_a_mail_works_signed_out_and_only_its_post_changes_anything(post: PostOffice) -> None:
    world = post.world
    bought = world.paid_purchase(4_820)
    post.run()
    sale = next(mail for mail in post.taken.mails if mail["List-Unsubscribe"])
    path = str(sale["List-Unsubscribe"]).removeprefix("<http://localhost").removesuffix(">")
    visitor = world.client()
    assert "Turn these mails off?" in visitor.get(path).text
    assert silenced(world) == [], "mail scanners follow links"
    # What a mail program sends (RFC 8058), twice.
    for _ in range(2):
        answer = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
        assert "These mails are off now" in answer.text
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    assert silenced(world) == [(seller_id, "sales")]
    assert "These mails are on again" in visitor.post(path, data={"again": "1"}).text
    assert silenced(world) == []


def test_a_link_is_worth_nothing_changed_and_outlives_a_new_key(world: World) -> None:
    user_id, visitor = world.person(), world.client()
    old = unsubscribe_token(("older",), user_id, Topic.SHIPPED)
    assert visitor.get(f"/unsubscribe/{old}").status_code == 404
    token = mails.stop_token(world, user_id)
    assert visitor.post(f"/unsubscribe/{token[:-1]}").status_code == 404
    always = unsubscribe_token(world.settings.secret_keys, user_id, Topic.RECEIPTS)
    assert visitor.post(f"/unsubscribe/{always}").status_code == 403
    assert silenced(world) == []


def test_admins_see_failed_mails_and_send_them_again(post: PostOffice) -> None:
    world = post.world
    world.paid_purchase(4_820)
    mail_id = mails.failed(world)
    admin = world.client(world.person("Ada Admin", is_admin=True))
    board = BeautifulSoup(admin.get("/admin/health").text, "html.parser").get_text(" ", strip=True)
    assert "Failed mails 1" in board
    page = admin.get("/admin/mail?status=failed").text
    assert "550: no such user" in page
    assert admin.get("/admin/mail?format=csv").text.count("\n") == 3
    form = {"csrf_token": form_token(page)}
    assert (
        admin.post(f"/admin/mail/{mail_id}/again", data=form, follow_redirects=True).text.count("is queued again") == 1
    )
    post.run()
    assert ("order_received", "sent") in post.states()
    again = admin.post(f"/admin/mail/{mail_id}/again", data=form, follow_redirects=True).text
    assert "already" in again


def test_the_inbox_shows_mails_that_can_do_nothing(world: World) -> None:
    evil = '<p onclick="x()">Hello</p><script>alert(1)</script><img src="https://spy.example/x">'
    name, client = mails.kept(world, evil), world.client()
    listed = client.get("/dev/mail")
    assert "You paid $48.20" in listed.text
    page = client.get(f"/dev/mail/{name}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = BeautifulSoup(page.text, "html.parser").find("iframe")
    assert frame is not None
    assert frame.has_attr("sandbox")
    assert not frame["sandbox"], "no script, no form, no way out"
    html = client.get(f"/dev/mail/{name}/html")
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert html.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert html.text.strip() == evil
    file = client.get(f"/dev/mail/{name}/files/0")
    assert file.data == b"%PDF-1.7"
    assert file.headers["Content-Disposition"] == "attachment; filename=invoice.pdf"


@pytest.mark.parametrize("name", ["..%2fdemo.env", "1", "000000000000"])
def test_the_inbox_opens_nothing_but_mails(world: World, name: str) -> None:
    assert world.client().get(f"/dev/mail/{name}").status_code == 404


def test_a_test_mail_is_sent_by_command_or_says_why_not(post: PostOffice) -> None:
    runner = post.world.app.test_cli_runner()
    done = runner.invoke(args=["test-mail", "zoe@bücher.example"])
    assert done.exit_code == 0, done.output
    assert post.taken.to == [["zoe@xn--bcher-kva.example"]]
    post.taken.answer = lambda _mail: "554 not here"
    refused = runner.invoke(args=["test-mail", "zoe@example.com"])
    assert refused.exit_code == 1
    assert "554: not here" in refused.output
    post.at(smtp_port=1, smtp_password="hunter2")
    down = runner.invoke(args=["test-mail", "zoe@example.com"])
    assert down.exit_code == 1
    assert "hunter2" not in down.output
    assert "hunter2" not in repr(post.world.app.extensions["settings"])
