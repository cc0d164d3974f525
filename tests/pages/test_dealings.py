"""One address for buyers and sellers: each sees the own rows alone, buyers the commission inside the price."""

import csv
import io

import pytest

from tests.builders import World
from tests.pages.test_seller_day import kpis, minor, page, refund, sell


@pytest.mark.covers("S3.5", "S3.10")
def test_the_same_address_shows_each_side_its_own_rows(world: World) -> None:
    seller_id, other = world.seller(), world.seller("Ann Archer")
    [first] = sell(world, seller_id, 10_000)
    [second] = sell(world, other, 4_000)
    refund(world, second, 100)
    numbers = dict(world.rows('SELECT purchase_id, number FROM "order"'))
    buyer, seller = world.client(first.buyer_id), world.client(seller_id)
    html = page(buyer, "/transactions/")
    assert [link.text for link in html.select(".row-title-link")] == [numbers[first.purchase_id]]
    [(commission,)] = world.rows("SELECT platform_fee_minor FROM payment_transaction WHERE seller_id = %s", seller_id)
    assert minor(html.select_one("td[data-label='Commission in it']").text) == commission
    assert {label: minor(amount) for label, amount in kpis(html).items()} == {
        "You paid, USD": 10_000,
        "Commission in it, USD": commission,
    }
    [row] = csv.DictReader(io.StringIO(buyer.get("/transactions/?format=csv").text.lstrip("\ufeff")))
    assert (row["Order"], row["Status"]) == (numbers[first.purchase_id], "Paid")
    assert "Refunded" in page(world.client(second.buyer_id), "/transactions/").select_one(".badge").text
    assert "You have no payouts" in buyer.get("/payouts/").text
    html = page(seller, "/transactions/")
    assert [cell.text for cell in html.select("tbody .row-title small")] == [numbers[first.purchase_id]]
    assert "Not with your bank yet" in seller.get("/payouts/").text
    assert "Nothing paid yet" in seller.get("/transactions/?as=buyer").text
    world.put_in_cart(seller_id, world.listing(other, 2_000))
    bought = world.check_out(seller_id)
    world.pay(bought)
    world.settle_down()
    [link] = page(seller, "/transactions/?as=buyer").select(".row-title-link")
    assert link.text.startswith("TM-")
