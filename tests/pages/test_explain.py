"""Explain this figure: every amount on every page opens to rows that sum to it, and a lie in the books is told."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import db
from marketplace.checkout import settlement
from marketplace.checkout.settlement import PaidReport
from marketplace.history import Actor
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.queries import Scope
from tests.builders import Bought, World


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def minor(amount: str) -> int:
    """Return a dollar amount of a page in cents."""
    digits = amount.replace("$", "").replace(",", "").replace(".", "").replace("\N{MINUS SIGN}", "-")
    return int(digits) if digits else 0


def follow_all(client: FlaskClient, path: str) -> int:
    """Open every amount on a page and compare it with its rows; return how many there were."""
    links = page(client, path).select("main a.is-explained")
    for link in links:
        shown, where = link.contents[0], link["href"]
        explained = page(client, where)
        figure, total = (value.text for value in explained.select(".kpis-value"))
        assert figure == total, where
        if "line-items" not in str(link.find_parent("ul")):
            assert figure == shown, where
        assert explained.select_one(".notice.is-ok"), where
        assert rows_sum(explained, minor(total)) == minor(total), where
    return len(links)


def rows_sum(explained: BeautifulSoup, expected: int) -> int:
    """Return what the rows shown sum to, in cents; a credit account's figure is its credits."""
    table = explained.select_one(".ledger-rows")
    if table:
        debit = sum(minor(cell.text) for cell in table.select("tbody td[data-label=Debit]"))
        credit = sum(minor(cell.text) for cell in table.select("tbody td[data-label=Credit]"))
        return debit - credit if debit - credit == expected else credit - debit
    parts = explained.select(".money-box-row:not(.is-total) dd")
    return sum(minor(part.text.strip()) for part in parts)


def session_of(world: World, payment_id: int) -> str:
    [(session_id,)] = world.rows("SELECT provider_session_id FROM payment WHERE id = %s", payment_id)
    return str(session_id)


def everywhere(world: World, bought: Bought) -> int:
    """Open every amount that buyer, sellers and admin see of one purchase."""
    orders = world.rows('SELECT number, seller_id FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    buyer = world.client(bought.buyer_id)
    count = follow_all(buyer, "/orders") + follow_all(buyer, "/account/payments")
    count += follow_all(buyer, f"/account/payments/{bought.payment_id}")
    for number, seller_id in orders:
        seller = world.client(int(str(seller_id)))
        count += follow_all(buyer, f"/orders/{number}")
        count += follow_all(seller, "/seller/orders?tab=all") + follow_all(seller, f"/seller/orders/{number}")
    admin = world.client(world.person("Ada Admin", is_admin=True))
    return count + follow_all(admin, "/admin/payments") + follow_all(admin, f"/admin/payments/{bought.payment_id}")


def test_every_amount_of_an_unpaid_purchase_opens_to_the_rows_of_the_order(world: World) -> None:
    assert everywhere(world, world.open_purchase(10_000, 3_333)) > 30


@pytest.mark.covers("S0.12", "S3.2")
def test_every_amount_of_a_paid_purchase_opens_to_its_ledger_rows(world: World) -> None:
    assert everywhere(world, world.paid_purchase(10_000, 3_333)) > 30


def test_every_amount_of_a_declined_purchase_opens_to_its_rows(world: World) -> None:
    bought = world.open_purchase(10_000, 3_333)
    for _ in range(2):
        world.pay(bought, "4000000000000002")
    world.settle_down()
    assert everywhere(world, bought) > 30


def test_tax_delivery_and_several_lines_add_up(world: World) -> None:
    buyer_id, seller_id = world.person(), world.seller(tax_basis_points=825)
    for price in (1_999, 333):
        world.put_in_cart(buyer_id, world.listing(seller_id, price, delivery_minor=700), 3)
    bought = world.check_out(buyer_id)
    everywhere(world, bought)
    world.pay(bought)
    world.settle_down()
    everywhere(world, bought)


def test_a_free_purchase_explains_its_nothing(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 0))
    world.begin(world.agreed(buyer_id))
    [(number,)] = world.rows('SELECT number FROM "order"')
    assert follow_all(world.client(buyer_id), f"/orders/{number}")


def test_held_is_the_sum_of_the_shares_and_of_the_postings(world: World) -> None:
    world.paid_purchase(10_000)
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order"')
    client = world.client(int(str(seller_id)))
    tile = page(client, "/seller/orders").select_one(".kpis-item")
    explained = page(client, tile.select_one("a")["href"])
    assert [value.text for value in explained.select(".kpis-value")] == [tile.select_one(".kpis-value").text] * 2
    assert explained.select_one("tfoot td:last-child").text == "$93.80"


def test_an_account_is_paged_and_every_stretch_has_the_same_balance(world: World) -> None:
    world.paid_purchase(10_000, 3_333, 5_555)
    whole = ledger.statement_page(Scope(Account.PROVIDER_CLEARING, "USD"), None, 25)
    assert whole.earlier.postings == whole.later.postings == 0
    before, seen = None, []
    for _ in whole.rows:
        stretch = ledger.statement_page(Scope(Account.PROVIDER_CLEARING, "USD"), before, 1)
        assert stretch.total_minor == stretch.balance_minor == whole.balance_minor
        seen += [row.id for row in stretch.rows]
        before = stretch.rows[0].id
    assert seen == [row.id for row in reversed(whole.rows)]
    assert not ledger.statement_page(Scope(Account.PROVIDER_CLEARING, "USD"), before, 1).rows


def test_money_that_could_not_be_used_is_explained_too(world: World) -> None:
    late = world.open_purchase(10_000)
    world.advance(minutes=40)
    world.settle_down()
    world.pay(replace(late, session_id=session_of(world, world.try_again(late).payment_id)))
    world.settle_down()
    report = PaidReport(late.payment_id, 10_000, "USD", None, late.session_id)
    actor, policy = Actor.provider("evt_late"), world.settings.money
    db.atomic(settlement.settle, (), paid=report, actor=actor, policy=policy, now=world.now)

    admin = world.client(world.person("Ada Admin", is_admin=True))
    labels = [row.dt.text for row in page(admin, f"/admin/payments/{late.payment_id}").select(".money-box-row")]
    assert "Received, could not be used" in labels
    follow_all(admin, f"/admin/payments/{late.payment_id}")
    buyer = world.client(late.buyer_id)
    assert "This money goes back to you" in page(buyer, f"/account/payments/{late.payment_id}").main.text
    follow_all(buyer, f"/account/payments/{late.payment_id}")


@pytest.mark.tampers
def test_a_changed_posting_is_told_on_the_page(world: World) -> None:
    world.paid_purchase(10_000)
    [(number, seller_id)] = world.rows('SELECT number, seller_id FROM "order"')
    client = world.client(int(str(seller_id)))
    world.tamper("UPDATE posting SET amount_minor = amount_minor - 1 WHERE account = 'seller_held'")
    explained = page(client, f"/seller/orders/{number}/explain/net")
    assert [value.text for value in explained.select(".kpis-value")] == ["$93.80", "$93.81"]
    assert explained.select_one(".notice.is-bad")
    assert page(client, "/seller/explain/held/USD").select_one(".notice.is-bad")


@pytest.mark.tampers
def test_a_missing_posting_is_told_on_the_page(world: World) -> None:
    bought = world.paid_purchase(10_000)
    world.tamper("DELETE FROM posting WHERE account = 'provider_clearing'")
    [(number,)] = world.rows('SELECT number FROM "order"')
    buyer = world.client(bought.buyer_id)
    for path in (f"/orders/{number}/explain/total", f"/account/payments/{bought.payment_id}/explain/amount"):
        explained = page(buyer, path)
        assert [value.text for value in explained.select(".kpis-value")] == ["$100.00", "$0.00"]
        assert explained.select_one(".notice.is-bad")
