"""Words between people: both sides, files, unread marks, limits, reports; nothing of it for anybody else."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace import db
from marketplace.errors import Invalid, NotAllowed
from marketplace.messages import blocking, rules
from marketplace.messages.flows import Upload
from marketplace.refunds.wishes import Wish
from marketplace.reports import operations as reports
from marketplace.sandbox import disputes as bank
from tests.builders import World, form_token
from tests.evidence import jpeg, opened, pdf, png
from tests.security.scene import nothing_changes

SCRIPT = '<script>alert(1)</script> {{7*7}} https://example.com/a\n\nSecond "paragraph"\''


def order_of(world: World, buyer_id: int) -> tuple[str, int]:
    """Return number and seller of a buyer's only order."""
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order" WHERE buyer_id = %s', buyer_id)
    return str(number), int(str(seller_id))


def post(client: FlaskClient, page: str, action: str, *files: tuple[str, bytes], text: str = "Hello") -> TestResponse:
    """Send the form of a page as a browser does."""
    html = client.get(page, follow_redirects=True).text
    token = html.split('name="token"')[1].split('value="')[1].split('"')[0]
    data = {"csrf_token": form_token(html), "token": token, "text": text}
    data["files"] = [FileStorage(io.BytesIO(content), name) for name, content in files]
    # As bytes: the test client leaves a large form in a file that nobody closes.
    boundary, body = encode_multipart(data)
    return client.post(action, data=body, content_type=f"multipart/form-data; boundary={boundary}", buffered=True)


def test_both_sides_write_about_an_order_and_nobody_else_reads_it(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)
    buyer, seller, stranger = (world.client(each) for each in (bought.buyer_id, seller_id, world.seller("Eve Else")))
    assert "Nobody has written yet" in buyer.get(f"/orders/{number}").text

    start, before = f"/messages/order/{number}", len(world.attachments)
    sent = post(buyer, start, start, ("../../lamp.png", png()), ("bill.pdf", pdf()), text=SCRIPT)
    where = sent.location.partition("#")[0]
    assert len(world.attachments) == before + 2

    inbox = seller.get("/messages").text
    assert "1<span" in inbox
    assert "Messages, 1 unread" in inbox
    assert "A message from Bo Buyer" in seller.get("/notifications").text
    assert "1 not read yet" in seller.get(f"/seller/orders/{number}").text
    page = seller.get(where)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "{{7*7}}" in page.text
    assert '<a class="link" href="https://example.com/a" rel="nofollow noopener noreferrer ugc"' in page.text
    assert "Messages, 0 unread" in page.text
    assert "0 unread" in seller.get("/messages").text
    assert "@example.com" not in page.text + inbox

    [file, _] = [f"{where}/files/{found}" for (found,) in world.rows("SELECT id FROM message_file ORDER BY id")]
    answer = seller.get(file, buffered=True)
    assert opened(answer.data).size == opened(png()).size
    assert answer.headers["Content-Disposition"] == "attachment; filename=lamp.png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in (where, file, f"{where}/report", start):
        assert stranger.get(path).status_code == 404, path

    post(seller, where, f"{where}/write", text="Tomorrow.")
    assert "Tomorrow." in buyer.get(f"/orders/{number}").text
    # The same form again is the same message.
    assert world.write(bought.buyer_id, number, "Twice", token="t" * 20).is_new
    again = world.write(bought.buyer_id, number, "Twice", token="t" * 20, files=[Upload("x.pdf", pdf())])
    assert not again.is_new
    assert len(world.attachments) == before + 2


BAD = {
    "nothing at all": (("x.png", b""), "Choose a file"),
    "20 MB": (("x.png", png() + b"\0" * 20 * 1024 * 1024), "larger than 5 MB"),
    "SVG with a script": (
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        "PDF, a JPEG or a PNG",
    ),
    "a page called picture": (("x.png", b"<html>"), "PDF, a JPEG or a PNG"),
    "a picture and a page": (("x.jpg", jpeg() + b"<script>"), "damaged"),
    "a document that acts": (("x.pdf", pdf(extra=b"/AA<</JavaScript 1>>")), "contains a program"),
    "a bomb": (("x.png", png(60_000, 60_000)), "60000 by 60000 pixels"),
}


def test_bad_files_are_told_in_words_and_leave_nothing(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, _ = order_of(world, bought.buyer_id)
    buyer, start, before = world.client(bought.buyer_id), f"/messages/order/{number}", world.attachments
    with nothing_changes(world, "a bad file"):
        for name, (file, why) in BAD.items():
            answer = post(buyer, start, start, ("good.png", png()), file)
            assert answer.status_code == 422, name
            assert why in answer.text, name
        many = post(buyer, start, start, *[("x.png", png())] * 5)
        assert "At most 4 files" in many.text
        assert post(buyer, start, start, ("x.pdf", b"%PDF-1.7" + b"0" * 25 * 1024 * 1024)).status_code in {400, 413}
    assert world.attachments == before


def test_a_visitor_signs_in_and_asks_before_buying(world: World) -> None:
    seller_id = world.seller()
    listing_id = world.listing(seller_id)
    [(slug,)] = world.rows("SELECT slug FROM listing")
    asker_id = world.person("Ann Asker")
    path = f"/messages/listing/{slug}"
    assert f'href="{path}"' in world.client().get(f"/l/{slug}").text
    assert world.client().get(path).location.startswith("/login?next=")
    seller, asker = world.client(seller_id), world.client(asker_id)
    assert path not in seller.get(f"/l/{slug}").text
    refused = post(asker, path, path, text="Call me: ann@example.com")
    assert "Leave e-mail addresses out" in refused.text
    where = post(asker, path, path, text="Does it fit a 240?").location.partition("#")[0]
    assert asker.get(path).location == where
    assert "Ann Asker asks about Brake disc" in seller.get("/notifications").text
    assert "Answer soon" in seller.get("/notifications").text
    post(seller, where, f"{where}/write", text="It does.")
    assert "has answered" in asker.get("/notifications").text
    # Reading the answer also ticks off what was told of it.
    asker.get(where)
    assert "Notifications, 0 unread" in asker.get("/messages").text
    assert "Ann Asker" in seller.get("/messages?tab=questions&q=brake").text
    assert "No message found" in seller.get("/messages?q=gearbox").text
    assert "Brake disc" in seller.get("/messages?format=csv").text
    assert listing_id


def test_what_is_unread_comes_first_and_pages_go_on(world: World) -> None:
    seller_id = world.seller()
    bought_by = world.person()
    listings = [world.listing(seller_id, title=f"Part {number:02}") for number in range(27)]
    world.advance(days=4)  # no newcomer any more
    sent = [world.ask(bought_by, listing_id, "Is it there?") for listing_id in listings]
    for each in sent[1:]:
        world.read(seller_id, each)
    seller = world.client(seller_id)
    first = seller.get("/messages").text
    assert first.index("Part 00") < first.index("Part 26")
    assert "Part 01" not in first
    older = first.split('href="')
    [path] = {part.split('"')[0].replace("&amp;", "&") for part in older if "after=" in part.split('"')[0]}
    assert "Part 01" in seller.get(path).text
    assert "Part 26" not in seller.get("/messages?tab=unread").text


def test_twenty_at_once_get_no_further_than_the_limit(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)

    def send(place: int) -> bool:
        with world.app.app_context():
            try:
                world.write(bought.buyer_id, number, f"Message {place}")
            except NotAllowed:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        went = sum(pool.map(send, range(20)))
    assert went == rules.NEWCOMER.hourly
    assert world.rows("SELECT count(*), count(DISTINCT conversation_id) FROM message") == [(went, 1)]
    assert world.rows("SELECT unread FROM conversation_side WHERE user_id = %s", seller_id) == [(went,)]
    assert len(world.rows("SELECT id FROM notification WHERE kind = 'message_received'")) == 1
    with pytest.raises(NotAllowed, match="within an hour"):
        world.write(bought.buyer_id, number, "One more")
    world.advance(hours=2)
    assert world.write(bought.buyer_id, number, "One more").is_new


def test_a_report_is_decided_and_both_sides_hear_of_it(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)
    admin_id = world.person("Ada Admin", is_admin=True)
    buyer, seller, admin = (world.client(each) for each in (bought.buyer_id, seller_id, admin_id))
    sent = world.write(seller_id, number, "Pay me elsewhere, you fool", files=[Upload("x.png", png())])
    where = f"/messages/{sent.conversation_id}"
    assert admin.get(where).status_code == 404
    assert admin.get(f"/admin/conversations/{sent.conversation_id}").status_code == 404

    path = f"{where}/report?message={sent.message_id}"
    send = path.replace("report?", "report/send?")
    token = form_token(buyer.get(path).text)
    assert buyer.post(send, data={"csrf_token": token, "reason": "scam", "text": "Look"}).location == where
    buyer.post(send, data={"csrf_token": token, "reason": "scam"})
    assert (
        "You wrote this yourself"
        in seller.post(
            send, data={"csrf_token": form_token(seller.get(path).text), "reason": "scam"}, follow_redirects=True
        ).text
    )
    [(report_id, report)] = world.rows("SELECT id, number FROM report")
    assert str(report) in admin.get("/admin/reports").text
    assert "waits" in admin.get("/notifications").text
    page = admin.get(f"/admin/reports/{report_id}").text
    assert "Pay me elsewhere" in page
    assert "(reported)" in page
    assert world.rows("SELECT ground FROM conversation_look") == [(report,)]
    assert "You read it because of" in admin.get(f"/admin/conversations/{sent.conversation_id}").text

    decide = f"/admin/reports/{report_id}/decide"
    form = {"csrf_token": form_token(page), "decision": "stopped"}
    assert "Say why" in admin.post(decide, data=form).text
    admin.post(decide, data={**form, "note": "Offers to pay elsewhere are not allowed."})
    assert "is decided already" in admin.post(decide, data={**form, "note": "x"}, follow_redirects=True).text
    for client in (buyer, seller):
        shown = client.get(where).text
        assert "Pay me elsewhere" not in shown
        assert "This message was hidden. The reason: Offers to pay elsewhere" in shown
        assert "x.png" not in shown
    [(file_id,)] = world.rows("SELECT id FROM message_file")
    assert seller.get(f"{where}/files/{file_id}").status_code == 404
    assert f"Your report {report} is decided" in buyer.get("/notifications").text
    assert "was hidden" in seller.get("/notifications").text
    refused = post(seller, where, f"{where}/write", text="Why?")
    assert refused.status_code == 422
    assert "You can&#39;t write to others at the moment. The reason: Offers" in refused.text
    db.atomic(reports.lift, (), admin_id=admin_id, user_id=seller_id, now=world.now)
    assert post(seller, where, f"{where}/write", text="Sorry.").status_code == 303
    with pytest.raises(Invalid, match="Say why"):
        db.atomic(reports.stop, (), admin_id=admin_id, user_id=seller_id, reason=" ", now=world.now)


def test_a_dispute_is_a_reason_and_its_evidence_quotes_what_was_written(world: World) -> None:
    bought = world.paid_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)
    world.write(bought.buyer_id, number, "It arrived, thank you.")
    world.write(seller_id, number, "Good.")
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment")
    with world.sandbox.sandbox.work() as work:
        [charge] = work.find("charge", payment_intent=str(intent))
        charge = work.need("charge", charge.id, lock=True)
        bank.open_dispute(work, charge, "product_not_received", charge.data["amount"])
    world.settle_down()
    [(dispute,)] = world.rows("SELECT number FROM dispute")
    admin = world.client(world.person("Ada Admin", is_admin=True))
    page = admin.get(f"/admin/disputes/{dispute}").text
    assert "the buyer wrote: “It arrived, thank you.”" in page
    assert "the seller wrote: “Good.”" in page
    assert page.index("The seller wrote") < page.index("The buyer wrote")
    assert world.rows("SELECT ground FROM conversation_look") == [(dispute,)]
    admin.get(f"/admin/disputes/{dispute}")
    assert len(world.rows("SELECT id FROM conversation_look")) == 1


def test_who_is_blocked_writes_nothing_more_until_it_is_lifted_and_the_order_goes_on(world: World) -> None:
    bought = world.paid_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    [(slug,)] = world.rows("SELECT slug FROM listing")
    sent = world.write(bought.buyer_id, number, "Hurry up, you snail")
    where, asking = f"/messages/{sent.conversation_id}", f"/messages/listing/{slug}"
    assert f'href="{where}/block"' in seller.get(where).text
    page = seller.get(f"{where}/block")
    assert "can't write messages to you any more" in page.text
    token = form_token(page.text)
    for words in ("can&#39;t write to you any more", "is blocked already"):
        done = seller.post(f"{where}/block/confirm", data={"csrf_token": token}, follow_redirects=True).text
        assert words in done
    assert "You have blocked Bo Buyer" in done
    assert 'name="text"' not in done

    # Both read why nobody writes; neither does, in no conversation they have or could begin.
    for path in (where, f"/orders/{number}", asking):
        shown = buyer.get(path).text
        assert "takes no messages from you" in shown, path
        assert 'name="text"' not in shown, path
    assert "You have blocked Bo Buyer" in seller.get(f"/seller/orders/{number}").text
    with pytest.raises(NotAllowed, match="takes no messages from you"):
        world.reply(bought.buyer_id, sent, "And another thing")
    with pytest.raises(NotAllowed, match="Unblock them first"):
        world.write(seller_id, number, "And you")
    [(listing_id,)] = world.rows("SELECT id FROM listing")
    with pytest.raises(NotAllowed, match="takes no messages"):
        world.ask(bought.buyer_id, int(str(listing_id)), "Then about this one")
    stranger_id = world.person("Ann Asker")
    assert world.ask(stranger_id, int(str(listing_id)), "May I?").is_new

    # What the order needs goes on, and we are told of what was written.
    assert world.ask_refund(bought, Wish(percent=10))
    assert buyer.get(f"{where}/report").status_code == 200
    admin = world.client(world.person("Ada Admin", is_admin=True))
    for user_id, words in ((seller_id, "Blocks Bo Buyer"), (bought.buyer_id, "Blocked by ")):
        assert words in admin.get(f"/admin/users/{user_id}").text
    assert "Bo Buyer" in seller.get("/account/blocked").text
    assert "Bo Buyer" in seller.get("/account/blocked?format=csv").text
    assert "You block nobody" in buyer.get("/account/blocked").text

    # Only who blocked can lift it.
    not_theirs = buyer.post(f"{where}/unblock", data={"csrf_token": form_token(buyer.get("/sell").text)})
    assert not_theirs.location == where
    assert "takes no messages from you" in buyer.get(where).text
    world.advance(hours=1)
    lifted = seller.post(f"{where}/unblock", data={"csrf_token": token}, follow_redirects=True).text
    assert "can write to you again" in lifted
    assert world.reply(bought.buyer_id, sent, "Sorry.").is_new
    assert ", lifted" in admin.get(f"/admin/users/{seller_id}").text
    assert world.rows("SELECT blocker_id, lifted_at > blocked_at FROM writing_block") == [(seller_id, True)]


def test_a_block_comes_in_between_two_who_write(world: World) -> None:
    bought = world.open_purchase(10_000)
    number, seller_id = order_of(world, bought.buyer_id)
    sent = world.write(seller_id, number, "Hello")

    def deed(place: int) -> bool:
        with world.app.app_context():
            values = {"user_id": bought.buyer_id, "conversation_id": sent.conversation_id, "now": world.now}
            if place % 2:
                return db.atomic(blocking.block, (), **values)
            with suppress(NotAllowed):
                world.reply(seller_id, sent, f"Message {place}")
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deed, range(8))) == 1
    assert world.rows("SELECT count(*) FROM writing_block") == [(1,)]
    with pytest.raises(NotAllowed):
        world.reply(seller_id, sent, "Too late")
