"""Mail beside the app: found after commit, sent once, tried again, and never in money's way."""

import psycopg
import pytest
from bs4 import BeautifulSoup

from marketplace import db
from marketplace.failpoints import Failpoint, watch
from marketplace.mails import operations
from marketplace.mails.topics import KINDS, WORDS, Topic, topic_of
from marketplace.notifications.models import NotificationKind
from tests.fixtures_mail import PostOffice
from tests.mail_servers import free_port, mail_server, silent_server

OF_A_PURCHASE = ("order_paid", "order_received", "invoice_ready")
"""What is mailed of a purchase from one seller, in this order."""


def paid(post: PostOffice, gross: int = 4_820) -> str:
    """Buy one thing, and return the order's number."""
    post.world.paid_purchase(gross)
    [(number,)] = post.world.rows('SELECT number FROM "order"')
    return str(number)


def body(post: PostOffice, place: int, kind: str) -> str:
    """Return one body of a mail that was taken."""
    part = post.taken.mails[place].get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.covers("S3.20")
def test_a_purchase_brings_receipt_and_sale_once(post: PostOffice) -> None:
    number = paid(post)
    post.run()
    assert post.states() == [("order_paid", "sent"), ("order_received", "sent"), ("invoice_ready", "sent")]
    [(invoice,)] = post.world.rows("SELECT number FROM invoice")
    assert post.taken.subjects == ["You paid $48.20", f"New order {number}", f"Your invoice {invoice} is ready"]
    post.run()
    assert len(post.taken.mails) == 3, "a second run sends nothing twice"
    receipt, sale, billed = post.taken.mails
    [file] = billed.iter_attachments()
    shown = post.world.client(people(post)[0]).get(f"/invoices/{invoice}/pdf").data
    assert (file.get_filename(), file.get_content()) == (f"{invoice}.pdf", shown), "what is mailed is what is shown"
    assert receipt["From"] == "Tandem <hello@tandem.example>"
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert receipt["List-Unsubscribe"] is None, "a receipt can't be turned off"
    assert sale["List-Unsubscribe"].startswith("<http://localhost/unsubscribe/")
    assert sale["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    changes = post.world.rows("SELECT verb FROM status_change WHERE subject = 'mail' AND subject_id = "
                              "(SELECT min(id) FROM mail) ORDER BY id")  # fmt: skip
    assert changes == [("begin",), ("send",)]
    admin = post.world.client(post.world.person("Ada Admin", is_admin=True))
    listed = BeautifulSoup(admin.get("/admin/mail").text, "html.parser").get_text(" ", strip=True)
    assert all(subject in listed for subject in post.taken.subjects)


def test_the_figures_of_mails_are_those_of_the_pages(post: PostOffice) -> None:
    """Every amount of receipt and sale, in HTML and in text, stands on the order's page."""
    number = paid(post, 123_457)
    post.run()
    pages = [
        BeautifulSoup(post.world.client(user_id).get(path).text, "html.parser")
        for user_id, path in zip(people(post), (f"/orders/{number}", f"/seller/orders/{number}"), strict=True)
    ]
    for place, page in enumerate(pages):
        shown = page.get_text(" ", strip=True)
        rows = BeautifulSoup(body(post, place, "html"), "html.parser").select("table.rows tr, table tr")
        assert len(rows) > 3
        for row in rows:
            name, value = (cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"]))
            assert value in shown, (name, value)
            assert f"{name}: {value}" in body(post, place, "plain")


def people(post: PostOffice) -> tuple[int, int]:
    """Return buyer and seller of the only order."""
    [(buyer_id, seller_id)] = post.world.rows('SELECT buyer_id, seller_id FROM "order"')
    return int(str(buyer_id)), int(str(seller_id))


def test_what_was_told_before_mail_began_is_not_mailed(post: PostOffice) -> None:
    """As in the demo, whose past is ninety days of notifications."""
    host = post.world.app.extensions["settings"].smtp_host
    post.at(smtp_host="")
    post.run()
    paid(post)
    post.at(smtp_host=host)
    post.run()
    post.run()
    assert post.states() == []


def test_a_notification_that_commits_late_is_found(post: PostOffice) -> None:
    """Numbers are given before their transactions commit; the job must not go past one that is still open."""
    world = post.world
    buyer_id = world.person()
    facts = '{"number": "PO-1", "amount_minor": 5, "currency": "USD", "bank": "", "arrives_at": null, "role": "seller"}'
    insert = (
        "INSERT INTO notification (user_id, kind, subject, subject_id, facts, created_at)"
        f" VALUES ({buyer_id}, 'payout_sent', 'payout', NUMBER, '{facts}', now())"
    )
    with psycopg.connect(world.urls.superuser) as late:
        late.execute(insert.replace("NUMBER", "1"))
        world.tamper(insert.replace("NUMBER", "2"))
        for _ in range(3):
            post.run()
        assert post.states() == [("payout_sent", "sent")]
        late.commit()
    post.run()
    assert post.states() == [("payout_sent", "sent")] * 2
    for _ in range(3):
        post.run()
    [(floor, newest)] = world.rows("SELECT floor_id, (SELECT max(id) FROM notification) FROM mail_desk")
    assert floor == newest, "in the end it looks at nothing old any more"


def money(post: PostOffice) -> list[tuple[object, ...]]:
    """Return all that a purchase has made, for comparing."""
    return post.world.rows("SELECT key, id FROM ledger_entry ORDER BY id") + post.world.rows(
        'SELECT number, status FROM "order"'
    )


def test_a_server_that_is_down_touches_no_money_and_gets_the_mails_later(post: PostOffice) -> None:
    port = post.world.app.extensions["settings"].smtp_port
    post.at(smtp_port=free_port())
    paid(post)
    before = money(post)
    post.run()
    assert money(post) == before
    assert post.states() == [(kind, "queued") for kind in OF_A_PURCHASE]
    [(tries, failures)] = post.world.rows("SELECT sum(tries)::int, (SELECT failures FROM mail_desk) FROM mail")
    assert (tries, failures) == (0, 1), "trouble of the server is no try of a mail"
    post.at(smtp_port=port)
    post.run()
    assert not post.taken.mails, "the server is left alone for a while"
    post.world.advance(minutes=1)
    post.run()
    assert len(post.taken.mails) == len(OF_A_PURCHASE)
    assert post.world.rows("SELECT failures, trouble FROM mail_desk") == [(0, "")]


def test_a_server_that_hangs_is_given_up_on(post: PostOffice) -> None:
    paid(post)
    before = money(post)
    with silent_server() as port:
        post.at(smtp_port=port, smtp_timeout_seconds=1)
        post.run()
    assert money(post) == before
    assert {status for _, status in post.states()} == {"queued"}
    [(trouble,)] = post.world.rows("SELECT trouble FROM mail_desk")
    assert "does not answer" in str(trouble)


def test_a_line_that_breaks_after_the_mail_sends_it_again_under_the_same_name(post: PostOffice) -> None:
    """At worst twice, and mail programs fold it: the Message-ID is the fact's."""
    paid(post)
    before = money(post)
    post.taken.hang_up = True
    post.run()
    assert money(post) == before
    assert len(post.taken.mails) == 1
    assert post.world.rows("SELECT status, tries FROM mail ORDER BY id LIMIT 1") == [("queued", 1)]
    post.taken.hang_up = False
    post.world.advance(minutes=2)
    post.run()
    names = [mail["Message-ID"] for mail in post.taken.mails]
    assert len(names) == len(OF_A_PURCHASE) + 1
    assert len(set(names)) == len(OF_A_PURCHASE)


def test_a_crash_between_answer_and_commit_sends_twice_at_worst(post: PostOffice) -> None:
    paid(post)

    def crash(point: Failpoint, what: str) -> None:
        if (point, what) == (Failpoint.ANSWERED, "smtp"):
            raise KeyboardInterrupt

    watch(crash)
    try:
        with pytest.raises(KeyboardInterrupt):
            post.run()
    finally:
        watch(None)
    post.world.advance(minutes=2)
    post.run()
    assert {status for _, status in post.states()} == {"sent"}
    assert sorted(post.taken.subjects).count("You paid $48.20") == 2
    assert len({mail["Message-ID"] for mail in post.taken.mails}) == len(OF_A_PURCHASE)


def test_refused_for_good_is_failed_and_an_admin_sends_it_again(post: PostOffice) -> None:
    paid(post)
    post.taken.answer = lambda mail: "550 no such user" if "paid" in str(mail["Subject"]) else "250 OK"
    post.run()
    assert dict(post.states()) == {"order_paid": "failed", "order_received": "sent", "invoice_ready": "sent"}
    assert post.world.rows("SELECT note FROM mail ORDER BY id LIMIT 1") == [("The server says 550: no such user",)]
    post.taken.answer = lambda _mail: "250 OK"
    admin_id = post.world.person("Ada Admin", is_admin=True)
    assert db.atomic(operations.retry_all, (), admin_id=admin_id, most=10, now=post.world.now) == 1
    post.run()
    assert {status for _, status in post.states()} == {"sent"}


def test_refused_for_now_is_tried_six_times(post: PostOffice) -> None:
    paid(post)
    post.taken.answer = lambda _mail: "451 come again"
    for _ in range(8):
        post.run()
        post.world.advance(days=1, minutes=1)
    assert {status for _, status in post.states()} == {"failed"}
    assert post.world.rows("SELECT DISTINCT tries FROM mail") == [(6,)]


def test_turned_off_and_own_deeds_are_skipped_with_the_reason(post: PostOffice) -> None:
    world = post.world
    bought = world.paid_purchase(4_820)
    _, seller_id = people(post)
    db.atomic(operations.choose, (), user_id=seller_id, topic=Topic.SALES, is_wanted=False, now=world.now)
    world.arrive(bought)
    post.run()
    notes = dict(world.rows("SELECT kind || ' ' || topic, note FROM mail WHERE status = 'skipped'"))
    assert notes == {
        "order_received sales": "The person has turned these mails off.",
        "order_delivered sales-delivered": "It was their own deed.",
    }
    assert "You paid $48.20" in post.taken.subjects


def test_a_message_is_mailed_after_a_while_unless_it_is_read(post: PostOffice) -> None:
    world = post.world
    number = paid(post)
    buyer_id, _ = people(post)
    post.run()
    world.write(buyer_id, number, "Is it the left one?")
    post.run()
    assert len(post.taken.mails) == len(OF_A_PURCHASE)
    world.advance(minutes=3)
    post.run()
    assert post.taken.subjects[-1].startswith("A message from")
    assert "left one" not in body(post, -1, "plain"), "the text stays where it can be hidden"


def test_odd_names_and_addresses(post: PostOffice) -> None:
    """Nothing breaks out of a header, and what is not ASCII arrives."""
    world = post.world
    buyer_id = world.person("Zoë Şen 東京")
    world.tamper(
        "UPDATE \"user\" SET email = 'zoe@bücher.example', name = E'Zoë\\r\\nBcc: all@example.com'"
        f" WHERE id = {buyer_id}"
    )
    world.pay(world.open_purchase(4_820, buyer_id=buyer_id))
    world.settle_down()
    post.run()
    mail = next(mail for mail in post.taken.mails if "paid" in str(mail["Subject"]))
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].display_name == "Zoë Bcc: all@example.com"
    assert mail["To"].addresses[0].addr_spec == "zoe@xn--bcher-kva.example"
    world.tamper(f"UPDATE \"user\" SET email = 'zoë@bücher.example' WHERE id = {buyer_id}")
    world.pay(world.open_purchase(1_000, buyer_id=buyer_id))
    world.settle_down()
    post.run()
    assert ["zoë@xn--bcher-kva.example"] in post.taken.to


def test_a_server_that_takes_no_such_address_fails_that_mail_alone(post: PostOffice) -> None:
    world = post.world
    buyer_id = world.person("Zoë")
    world.tamper(f"UPDATE \"user\" SET email = 'zoë@example.com' WHERE id = {buyer_id}")
    world.pay(world.open_purchase(4_820, buyer_id=buyer_id))
    world.settle_down()
    with mail_server(post.taken, smtputf8=False) as port:
        post.at(smtp_port=port)
        post.run()
    assert dict(post.states()) == {"order_paid": "failed", "order_received": "sent", "invoice_ready": "failed"}


def test_every_kind_has_a_topic_and_every_topic_words() -> None:
    assert set(KINDS) == {kind.value for kind in NotificationKind}
    assert set(WORDS) == set(Topic)
    assert topic_of("refund_asked", {"role": "admin"}) is Topic.HOUSE
    for kind, found in KINDS.items():
        roles = ("",) if isinstance(found, Topic) else ("buyer", "seller")
        assert all(topic_of(kind, {"role": role}) in WORDS for role in roles)
