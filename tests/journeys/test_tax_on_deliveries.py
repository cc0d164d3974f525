"""Tax on deliveries: shared by the goods' rates, the same figures from the basket to the last credit note."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.checkout import queries as checkout
from marketplace.reconciliation.checks import check_books
from marketplace.refunds.wishes import Wish
from tests import builders_delivery as delivery
from tests import builders_discounts as codes
from tests import builders_taxes as taxes
from tests.builders import Bought, World, form_token
from tests.builders_invoices import the_invoice
from tests.operations.test_invoices import refund
from tests.pages.test_invoice_pages import money_box, text_of
from tests.pages.test_seller_listings import money, page
from tests.snapshots import walked_once_from_nothing

_AGREED = 'SELECT delivery_minor, tax_minor, total_minor, number FROM "order" ORDER BY id'
_SENT = "SELECT tax_basis_points, amount_minor, tax_minor FROM order_delivery_tax ORDER BY 1"
_LINES = "SELECT tax_basis_points, tax_minor FROM order_line ORDER BY id"


@walked_once_from_nothing
def mixed(world: World, *, is_included: bool) -> tuple[Bought, int]:
    """Let somebody buy goods of two rates and some without tax, with a code and a taxed delivery, and pay."""
    buyer_id, seller_id = taxes.three_rates(world, reduced_minor=6_666, exempt_minor=1_001, is_included=is_included)
    taxes.tax_deliveries(world, "US")
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    return bought, seller_id


def table_of(client: FlaskClient, path: str) -> list[list[str]]:
    """Return the rows of a document's table of tax by rate."""
    shown = BeautifulSoup(client.get(path).text, "html.parser")
    rows = shown.select('.data-table[aria-label="Tax by rate"] tbody tr')
    return [[cell.get_text(strip=True) for cell in row.select("td")] for row in rows]


def dollars(minor: int) -> str:
    return f"{'−' if minor < 0 else ''}${abs(minor) / 100:,.2f}"  # noqa: RUF001  as it is shown


# 10 % of 176.66 is 17.67: 10.00, 6.67 and 1.00. What is taxed is 89.99 at 19 %, 59.99 at 7 % and 9.01 at none, of
# 158.99; the delivery's 7.99 is 4.52, 3.02 and 0.45.
@pytest.mark.parametrize(
    ("is_included", "sent", "lines", "table"),
    [
        (
            True,
            [(0, 45, 0), (700, 302, 20), (1_900, 452, 72)],
            [(1_900, 1_437), (700, 392), (0, 0)],
            {0: (946, 0), 700: (5_889, 412), 1_900: (7_942, 1_509)},
        ),
        (
            False,
            [(0, 45, 0), (700, 302, 21), (1_900, 452, 86)],
            [(1_900, 1_710), (700, 420), (0, 0)],
            {0: (946, 0), 700: (6_301, 441), 1_900: (9_451, 1_796)},
        ),
    ],
)
@pytest.mark.covers("S2.2", "S2.12")
def test_a_taxed_delivery_is_agreed_invoiced_and_booked_alike(
    world: World,
    is_included: bool,
    sent: list[tuple[int, int, int]],
    lines: list[tuple[int, int]],
    table: dict[int, tuple[int, int]],
) -> None:
    bought, seller_id = mixed(world, is_included=is_included)
    assert world.rows(_SENT) == sent
    assert world.rows(_LINES) == lines
    tax = sum(own for _, own in table.values())
    total = 17_666 - 1_767 + 799 + (0 if is_included else tax)
    [(shipped, *agreed, number)] = world.rows(_AGREED)
    assert (shipped, agreed) == (799, [tax, total])
    assert sum(net + own for net, own in table.values()) == total
    invoice = the_invoice(world)
    assert (invoice.total, invoice.status) == (total, "paid")
    [paid] = [event["data"]["object"] for event in world.sandbox.events("checkout.session.completed")]
    assert paid["amount_total"] == total
    buyer, seller = world.client(bought.buyer_id), world.client(seller_id)
    where = "in the prices of goods and delivery" if is_included else "on goods and delivery"
    label = "Included tax" if is_included else "Tax"
    for client, path in (
        (buyer, f"/orders/{number}"),
        (buyer, f"/invoices/{invoice.number}"),
        (seller, f"/seller/invoices/{invoice.number}"),
    ):
        box = money_box(client, path)
        assert (box[label], box["Total"]) == (dollars(tax), dollars(total)), path
        assert f"7 %, 19 % {where}" in text_of(client, path), path
    assert f"7 %, 19 % {where}" in text_of(seller, f"/seller/orders/{number}")
    assert table_of(buyer, f"/invoices/{invoice.number}") == [
        [rate, dollars(net), dollars(own), dollars(net + own)]
        for rate, (net, own) in zip(("0 %", "7 %", "19 %"), table.values(), strict=True)
    ]
    for client, path in ((buyer, f"/orders/{number}"), (seller, f"/seller/orders/{number}")):
        for figure in ("tax", "total" if client is buyer else "net"):
            assert client.get(f"{path}/explain/{figure}").status_code == 200
        explained = text_of(client, f"{path}/explain/tax")
        assert all(f"{dollars(own)}" in explained for _, _, own in sent if own), path
        assert "Tax on the delivery" in explained
    assert buyer.get(f"/invoices/{invoice.number}/pdf").data.startswith(b"%PDF-")
    told = buyer.get(f"/api/invoices/{invoice.number}/").json
    assert [row["rate_basis_points"] for row in told["taxes"]] == [0, 700, 1_900]  # type: ignore[index]
    [row] = csv.DictReader(io.StringIO(buyer.get("/invoices?format=csv").text.lstrip("\ufeff")))
    assert (Decimal(row["Tax"]), Decimal(row["Total"])) == (Decimal(tax) / 100, Decimal(total) / 100)


@pytest.mark.parametrize("is_included", [True, False])
@pytest.mark.parametrize("cuts", [(), (1, 3_333), (799, 12_000)])
def test_credit_notes_end_at_the_invoice_for_each_rate(world: World, is_included: bool, cuts: tuple[int, ...]) -> None:
    bought, _ = mixed(world, is_included=is_included)
    [(whole, tax)] = [(int(str(a)), int(str(b))) for a, b in world.rows("SELECT total_minor, tax_minor FROM invoice")]
    for amount in (*cuts, whole - sum(cuts)):
        refund(world, bought, amount)
    assert world.rows("SELECT sum(total_minor), sum(tax_minor) FROM invoice") == [(0, 0)]
    by_rate: dict[Any, int] = {}
    for [rows] in world.rows("SELECT content::jsonb->'taxes' FROM invoice ORDER BY id"):
        for row in rows:  # type: ignore[attr-defined]
            for part in ("net_minor", "tax_minor"):
                key = row["tax_basis_points"], part
                by_rate[key] = by_rate.get(key, 0) + row[part]
    assert set(by_rate) == {(rate, part) for rate in (0, 700, 1_900) for part in ("net_minor", "tax_minor")}
    assert set(by_rate.values()) == {0}, "each rate, net and tax"
    [(number,)] = world.rows("SELECT number FROM invoice WHERE kind = 'credit_note' ORDER BY total_minor LIMIT 1")
    client = world.client(bought.buyer_id)
    assert "goods and delivery" in text_of(client, f"/invoices/{number}")
    assert table_of(client, f"/invoices/{number}")[-1][0] == "19 %"
    assert tax > 0


def test_who_sends_goods_back_keeps_the_delivery_with_its_tax(world: World) -> None:
    seller_id, buyer_id = world.seller(tax_basis_points=1_000), world.person()
    taxes.tax_deliveries(world, "US")
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000, delivery_minor=1_000), 2)
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    assert world.rows(_AGREED)[0][:3] == (1_000, 2_100, 23_100)
    [(line_id,)] = world.rows("SELECT id FROM order_line")
    world.ask_refund(bought, Wish(units={int(str(line_id)): 1}))
    assert world.rows("SELECT asked_minor FROM refund") == [(11_000,)]


def test_the_basket_and_the_checkout_show_what_is_agreed(world: World) -> None:
    seller_id, buyer_id = world.seller(tax_basis_points=1_000), world.person()
    taxes.tax_deliveries(world, "US")
    world.put_in_cart(buyer_id, world.listing(seller_id, 10_000, delivery_minor=1_000))
    client = world.client(buyer_id)
    assert money_box(client, "/basket", "Summary")["Tax"] == "$11.00"
    shown = text_of(client, "/checkout/USD")
    assert "10 % on goods and delivery" in shown
    assert "$121.00" in shown
    world.check_out(buyer_id)
    assert world.rows(_AGREED)[0][:3] == (1_000, 1_100, 12_100)


def test_free_deliveries_collected_goods_and_dear_parcels(world: World) -> None:
    """A free delivery carries nothing; of several listings one delivery is paid, shared by all of their rates."""
    taxes.tax_deliveries(world, "US")
    seller_id, buyer_id = world.seller(tax_basis_points=2_000), world.person()
    profile_id, _ = delivery.profile(world, seller_id, delivery.flat("US", price=900), delivery.pickup("US"))
    listing_id = world.listing(seller_id, 10_000)
    delivery.send_by(seller_id, listing_id, profile_id)
    world.put_in_cart(buyer_id, listing_id)
    [sent] = checkout.review(buyer_id, "USD", world.now).groups
    [collected] = checkout.review(buyer_id, "USD", world.now, "US", collected=[seller_id]).groups
    assert (sent.delivery.minor, sent.tax.minor, sent.is_delivery_taxed) == (900, 2_180, True)
    assert (collected.delivery.minor, collected.tax.minor, collected.is_delivery_taxed) == (0, 2_000, False)
    other = taxes.of_category(seller_id, world.listing(seller_id, 30_000, delivery_minor=1_200), "exempt")
    world.put_in_cart(buyer_id, other)
    world.pay(world.check_out(buyer_id))
    world.settle_down()
    assert world.rows(_SENT) == [(0, 900, 0), (2_000, 300, 60)]


def test_goods_that_a_code_makes_free_still_share_their_delivery(world: World) -> None:
    taxes.tax_deliveries(world, "US")
    seller_id, buyer_id = world.seller(), world.person()
    taxes.keep(world, seller_id, "US", 1_900)
    taxes.keep(world, seller_id, "US", 700, "reduced")
    codes.code(world.now, "ALL", seller_id=seller_id, actor_id=seller_id, basis_points=10_000)
    world.put_in_cart(buyer_id, world.listing(seller_id, 7_500, delivery_minor=1_000))
    reduced = taxes.of_category(seller_id, world.listing(seller_id, 2_500, title="Another"), "reduced")
    world.put_in_cart(buyer_id, reduced)
    codes.enter(buyer_id, "ALL")
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    assert world.rows(_SENT) == [(700, 250, 18), (1_900, 750, 143)]
    assert world.rows(_AGREED)[0][:3] == (1_000, 161, 1_161)
    refund(world, bought, 1_161)


@pytest.mark.parametrize("is_included", [True, False])
def test_what_the_marketplace_pays_of_a_price_is_taxed_and_weighs(world: World, is_included: bool) -> None:
    taxes.tax_deliveries(world, "US")
    seller_id, buyer_id, admin_id = world.seller(), world.person(), world.person("Ada Admin", is_admin=True)
    taxes.keep(world, seller_id, "US", 2_000)
    taxes.keep(world, seller_id, "US", 500, "reduced")
    taxes.include(seller_id, includes=is_included)
    codes.code(world.now, "OURS", seller_id=None, actor_id=admin_id, categories=("brakes",), basis_points=5_000)
    world.put_in_cart(buyer_id, world.listing(seller_id, 6_000, delivery_minor=1_000))
    other = world.listing(seller_id, 4_000, title="A mat", category="interior")
    world.put_in_cart(buyer_id, taxes.of_category(seller_id, other, "reduced"))
    codes.enter(buyer_id, "OURS")
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    of_rate = (19, 100) if is_included else (20, 120)
    assert world.rows(_SENT) == [(500, 400, of_rate[0]), (2_000, 600, of_rate[1])]
    [(whole,)] = world.rows("SELECT total_minor FROM invoice")
    for amount in (1_234, int(str(whole)) - 1_234):
        refund(world, bought, amount)
    assert world.rows("SELECT sum(total_minor), sum(tax_minor) FROM invoice") == [(0, 0)]


def test_an_order_stays_as_agreed_when_the_rule_changes(world: World) -> None:
    seller_id, buyer_id = world.seller(tax_basis_points=1_000), world.person()
    listing_id = world.listing(seller_id, 10_000, delivery_minor=1_000)
    taxes.tax_deliveries(world, "US", days=1)
    for _day in range(2):
        world.put_in_cart(buyer_id, listing_id)
        world.pay(world.check_out(buyer_id))
        world.settle_down()
        world.advance(days=1)
    assert [row[:3] for row in world.rows(_AGREED)] == [(1_000, 1_000, 12_000), (1_000, 1_100, 12_100)]
    taxes.tax_deliveries(world, "US", like_goods=False)
    [(before,), (after,)] = world.rows('SELECT number FROM "order" ORDER BY id')
    client = world.client(buyer_id)
    assert "10 % on the goods" in text_of(client, f"/orders/{before}")
    assert "10 % on goods and delivery" in text_of(client, f"/orders/{after}")
    first, second = (str(row[0]) for row in world.rows("SELECT number FROM invoice ORDER BY id"))
    assert table_of(client, f"/invoices/{first}") == [
        ["10 %", "$100.00", "$10.00", "$110.00"], ["Not taxed", "$10.00", "$0.00", "$10.00"],
    ]  # fmt: skip
    assert table_of(client, f"/invoices/{second}") == [["10 %", "$110.00", "$11.00", "$121.00"]]
    world.put_in_cart(buyer_id, listing_id)
    world.check_out(buyer_id)
    assert world.rows(_AGREED)[-1][:3] == (1_000, 1_000, 12_000)


def test_admins_say_where_deliveries_are_taxed_and_sellers_read_it(world: World) -> None:
    seller_id, admin_id = world.seller(tax_basis_points=1_000), world.person("Ada Admin", is_admin=True)
    world.listing(seller_id, 10_000, delivery_minor=1_000)
    [(listing_id,)] = world.rows("SELECT id FROM listing")
    admin, seller = world.client(admin_id), world.client(seller_id)
    assert "Deliveries are not taxed." in text_of(seller, "/seller/taxes")
    day = world.now.date().isoformat()
    token = {"csrf_token": form_token(admin.get("/admin/delivery-tax").text)}
    typed = token | {"countries": "EU, US", "taxing": "like_goods", "valid_from": day}
    for wrong, said in (
        ({"countries": "Swedn"}, "There is no country called"),
        ({"taxing": "half"}, "Not a valid choice"),
        ({"valid_from": "2020-01-01"}, "Choose today or a later day"),
        ({"valid_from": ""}, "Enter the first day"),
    ):
        refused = admin.post("/admin/delivery-tax", data=typed | wrong)
        assert (refused.status_code, said in refused.text) == (422, True), said
    assert admin.post("/admin/delivery-tax", data=typed).status_code == 303
    later = typed | {"countries": "US", "taxing": "none", "valid_from": "2027-01-01"}
    assert admin.post("/admin/delivery-tax", data=later).status_code == 303
    assert world.rows("SELECT count(*), count(set_by_id) FROM delivery_tax_rule") == [(29, 29)]
    said = text_of(seller, "/seller/taxes")
    assert "Deliveries to the European Union, United States are taxed like the goods they go with" in said
    shown = money(page(seller, f"/seller/listings/{listing_id}/edit"))
    assert (shown["Tax"], shown["The buyer pays"]) == ("$11.00", "$121.00")
    [(coming,)] = world.rows("SELECT max(id) FROM delivery_tax_rule")
    removed = [
        admin.post(f"/admin/delivery-tax/{rule_id}/remove", data=token, follow_redirects=True).text
        for rule_id in (int(str(coming)), int(str(coming)) - 1)
    ]
    assert "Removed" in removed[0]
    assert "has begun" in removed[1]
    everywhere = typed | {"countries": ""}
    assert admin.post("/admin/delivery-tax", data=everywhere).status_code == 303
    assert "Deliveries are taxed like the goods they go with." in text_of(seller, "/seller/taxes")


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("column", "at_7", "at_19", "check"),
    [
        ("amount_minor", 1, -1, "invoices tax the delivery as agreed"),
        ("amount_minor", 9, -9, "taxed deliveries are shared like the goods"),
        ("amount_minor", 1, 0, "taxed deliveries are shared like the goods"),
        ("tax_minor", 1, 0, "taxes of lines sum to the order's"),
        ("tax_minor", 1, -1, "taxes follow their rates"),
    ],
)
def test_the_books_notice_another_tax_on_a_delivery(
    world: World, column: str, at_7: int, at_19: int, check: str
) -> None:
    mixed(world, is_included=True)
    assert check_books().agrees
    change = f"CASE tax_basis_points WHEN 700 THEN {at_7} WHEN 1900 THEN {at_19} ELSE 0 END"
    world.tamper(f"UPDATE order_delivery_tax SET {column} = {column} + {change}")
    assert check in {each.check for each in check_books().differences}
