"""Reviews: of what arrived, by who bought it, once; the sums on listing and shop are those of the reviews, always."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from marketplace import db
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.reconciliation.checks import check_books
from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from marketplace.reports.rules import Decision, Reason
from marketplace.reviews import operations, rules
from marketplace.transitions import AlreadyThere
from marketplace.web.shop.cards import rating_text
from tests.builders import Bought, World, form_token
from tests.snapshots import walked_once_from_nothing

SCRIPT = "<b>Good</b> {{7*7}} https://example.com"


def sums(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT l.rating_sum, l.rating_count, s.rating_sum, s.rating_count FROM listing l JOIN shop s USING (seller_id)"
    )


@walked_once_from_nothing
def arrived(world: World) -> Bought:
    bought = world.paid_purchase(10_000)
    world.arrive(bought)
    return bought


@pytest.mark.parametrize(
    ("stars", "count", "text"),
    [(0, 0, ""), (5, 1, "5.0"), (14, 3, "4.7"), (13, 3, "4.3"), (9, 2, "4.5"), (89, 20, "4.5"), (4_449, 1_000, "4.4")],
)
def test_an_average_is_exact_to_a_tenth(stars: int, count: int, text: str) -> None:
    assert rating_text(stars, count) == text


def test_a_review_is_written_changed_answered_and_counted(world: World) -> None:
    bought = world.paid_purchase(10_000)
    buyer, visitor = world.client(bought.buyer_id), world.client()
    [(line_id, number, seller_id, listing, shop)] = world.rows(
        'SELECT l.id, o.number, o.seller_id, i.slug, s.slug FROM order_line l JOIN "order" o ON o.id = l.order_id'
        " JOIN listing i ON i.id = l.listing_id JOIN shop s ON s.seller_id = o.seller_id"
    )
    write = f"/orders/lines/{line_id}/review"
    assert "once it has arrived" in buyer.get(write).text
    with pytest.raises(NotAllowed, match="once it has arrived"):
        world.review(bought, 5, 5)
    assert write not in buyer.get(f"/orders/{number}").text
    assert "Nobody has reviewed this shop" in visitor.get(f"/s/{shop}/reviews").text

    world.arrive(bought)
    assert write in buyer.get(f"/orders/{number}").text
    form = {"csrf_token": form_token(buyer.get(write).text), "goods_stars": "4", "seller_stars": "5", "text": SCRIPT}
    assert "Choose one to five" in buyer.post(f"{write}/send", data={**form, "goods_stars": "6"}).text
    assert "in a few words" in buyer.post(f"{write}/send", data={**form, "text": " "}).text
    where = buyer.post(f"{write}/send", data=form).location
    assert sums(world) == [(4, 1, 5, 1)]
    for path in (where, f"/l/{listing}", f"/s/{shop}/reviews"):
        page = visitor.get(path).text
        assert "&lt;b&gt;Good&lt;/b&gt; {{7*7}} https://example.com" in page, path
        assert 'href="https://example.com"' not in page
        assert "Bo B." in page
        assert "Bo Buyer" not in page
        assert "@example.com" not in page
    assert '>4.0</span><span class="vh"> of 5' in visitor.get(f"/l/{listing}").text
    assert '>5.0</span><span class="vh"> of 5' in visitor.get("/l").text
    assert "(1)" in visitor.get(f"/s/{shop}").text
    assert "Nobody gave this shop so many stars" in visitor.get(f"/s/{shop}/reviews?stars=2").text

    world.review(bought, 2, 3, "It broke.")
    assert sums(world) == [(2, 1, 3, 1)]
    assert "Changed later" in visitor.get(where).text

    seller = world.client(int(str(seller_id)))
    assert "2 stars" not in seller.get("/notifications").text
    assert "A review of" in seller.get("/notifications").text
    token = form_token(seller.get(where).text)
    for text in ("I send you another one.", "And another."):
        seller.post(f"{where}/answer", data={"csrf_token": token, "answer": text})
    assert "I send you another one." in visitor.get(where).text
    assert "And another." not in visitor.get(where).text
    assert "has answered your review" in buyer.get("/notifications").text

    world.advance(days=31)
    assert "can&#39;t be changed any more" in buyer.get(write).text
    with pytest.raises(Conflict, match="older than 30 days"):
        world.review(bought, 1, 1)


def test_nobody_else_reviews_it_and_not_for_ever(world: World) -> None:
    bought, other = arrived(world), world.person("Eve Else")
    [(line_id, seller_id)] = world.rows('SELECT l.id, seller_id FROM order_line l JOIN "order" o ON o.id = order_id')
    for person in (other, seller_id):
        stranger = Bought(int(str(person)), 0, bought.purchase_id, "", "", "")
        with pytest.raises(NotFound):
            world.review(stranger, 1, 1, line=int(str(line_id)))
    world.advance(days=rules.MAY_WRITE_FOR.days + 1)
    with pytest.raises(NotAllowed, match="180 days ago"):
        world.review(bought, 5, 5)
    assert sums(world) == [(0, 0, 0, 0)]


def test_ten_at_once_are_one_review_and_one_sum(world: World) -> None:
    bought = arrived(world)

    def press(stars: int) -> int:
        with world.app.app_context():
            return world.review(bought, stars % 5 + 1, 5)

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(press, range(10)))) == 1
    [(stars,)] = world.rows("SELECT goods_stars FROM review")
    assert sums(world) == [(stars, 1, 5, 1)]
    assert len(world.rows("SELECT id FROM notification WHERE kind = 'review_received'")) == 1


def test_who_has_the_money_back_may_still_say_how_it_was(world: World) -> None:
    bought = arrived(world)
    approve_and_send(
        admin_id=world.person("Ada Admin", is_admin=True),
        refund_id=world.ask_refund(bought, Wish(percent=100)),
        amount_minor=10_000,
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()
    [(line_id,)] = world.rows("SELECT id FROM order_line")
    buyer = world.client(bought.buyer_id)
    assert "You have your money back" in buyer.get(f"/orders/lines/{line_id}/review").text
    review_id = world.review(bought, 2, 4)
    assert "The money was returned" in buyer.get(f"/reviews/{review_id}").text


def test_a_hidden_review_counts_no_more_and_both_sides_are_told(world: World) -> None:
    bought = arrived(world)
    review_id = world.review(bought, 1, 1, "The seller is a thief")
    [(seller_id, number)] = world.rows('SELECT seller_id, number FROM "order"')
    admin_id = world.person("Ada Admin", is_admin=True)
    admin, buyer, seller = (world.client(each) for each in (admin_id, bought.buyer_id, int(str(seller_id))))
    report = {"review_id": review_id, "reason": Reason.ABUSE, "text": "", "now": world.now}
    with pytest.raises(NotAllowed, match="yourself"):
        db.atomic(operations.report, (), reporter_id=bought.buyer_id, **report)
    db.atomic(operations.report, (), reporter_id=seller_id, **report)
    [(report_id,)] = world.rows("SELECT id FROM report")
    assert "The seller is a thief" in admin.get(f"/admin/reports/{report_id}").text
    decided = {"report_id": report_id, "decision": Decision.HIDDEN, "note": "No insults.", "now": world.now}
    with pytest.raises(NotAllowed, match="Another admin"):
        db.atomic(operations.decide, (), admin_id=seller_id, **decided)
    db.atomic(operations.decide, (), admin_id=admin_id, **decided)
    with pytest.raises(AlreadyThere):
        db.atomic(operations.decide, (), admin_id=admin_id, **decided)
    assert sums(world) == [(0, 0, 0, 0)]
    assert world.client().get(f"/reviews/{review_id}").status_code == 404
    assert "We have hidden it: No insults." in buyer.get(f"/orders/{number}").text
    assert "was hidden" in buyer.get("/notifications").text
    assert "is decided" in seller.get("/notifications").text
    with pytest.raises(Conflict, match="It was hidden"):
        world.review(bought, 5, 5)


@pytest.mark.tampers
def test_a_wrong_sum_is_named(world: World) -> None:
    world.review(arrived(world), 5, 5)
    world.tamper("UPDATE listing SET rating_sum = 4; UPDATE shop SET rating_count = 2")
    report = check_books()
    assert {difference.table for difference in report.differences} == {"listing", "shop"}
