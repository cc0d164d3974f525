"""A click on any amount opens the rows that make it, and they sum to the figure that was clicked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e

Visit = Callable[..., Visitor]


def cents(text: str) -> int:
    """Return a dollar amount of a page in cents; an empty cell is nothing."""
    digits = "".join(letter for letter in text if letter.isdigit())
    return (-1 if "\N{MINUS SIGN}" in text else 1) * int(digits or "0")


def open_amount(visitor: Visitor, label: str) -> None:
    """Click the amount beside `label` and add up the rows that come."""
    row = visitor.main.locator(".money-box-row", has_text=label).first
    link = row.locator("a.money")
    shown = str(link.evaluate("link => link.firstChild.textContent"))
    link.click()
    visitor.sees("The figure and the rows agree.")
    visitor.is_complete()
    figure, total = visitor.main.locator(".kpis-value").all_inner_texts()
    assert figure == total == shown
    assert abs(sum_of_rows(visitor)) == abs(cents(shown))
    visitor.page.go_back()


def sum_of_rows(visitor: Visitor) -> int:
    table = visitor.main.locator(".ledger-rows tbody")
    if table.count():
        debit, credit = (
            sum(map(cents, table.locator(f"td[data-label={side}]").all_inner_texts())) for side in ("Debit", "Credit")
        )
        return debit - credit
    return sum(map(cents, visitor.main.locator(".money-box-row:not(.is-total) dd").all_inner_texts()))


@pytest.mark.covers("S0.12", "S0.18", "S3.2")
def test_every_figure_opens_to_its_rows(shop: World, visit: Visit) -> None:
    # Given a purchase from two sellers that is paid
    bought = shop.paid_purchase(10_000, 3_333)
    [(number, seller), *_] = shop.rows('SELECT number, seller_id FROM "order" ORDER BY id')

    # Then what the buyer sees opens to its rows
    buyer = visit(bought.buyer_id).open(f"/orders/{number}")
    for label in ("Goods", "Total"):
        open_amount(buyer, label)

    # And what the seller sees
    console = visit(int(str(seller))).open(f"/seller/orders/{number}")
    for label in ("Paid by the buyer", "Platform fee", "Card fee", "You receive", "Held now"):
        open_amount(console, label)

    # And what the admin sees, down to an entry that balances
    admin = visit(shop.person("Ada Admin", is_admin=True)).open(f"/admin/payments/{bought.payment_id}")
    labels = admin.main.locator(".money-box-row dt").all_inner_texts()
    for label in labels:
        open_amount(admin, label.split("\n")[0])
    admin.main.locator(".ledger-rows a").first.click()
    admin.sees("Debits and credits are equal.")
    expect(admin.main.locator("tfoot td").last).to_have_text("$0.00")
