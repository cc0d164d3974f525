"""Reconciliation in a real browser: a refund nobody has told us of is found with its cause and taken over."""

from collections.abc import Callable

import pytest

from marketplace.sandbox.faults import Kind
from tests.builders import World
from tests.builders_reconciliation import fault, refund_at_the_provider
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.e2e
Visit = Callable[..., Visitor]


def test_an_admin_finds_what_does_not_agree_and_puts_it_right(shop: World, visit: Visit) -> None:
    # Given a refund made in the provider's dashboard, a fee whose message got lost, and one message that came twice
    fault(shop, Kind.NEW_ID, "payment_intent.succeeded")
    bought = shop.paid_purchase(10_000)
    fault(shop, Kind.LOST, "charge.updated")
    shop.paid_purchase(4_000)
    refund_at_the_provider(shop, bought.payment_id, 5_000)
    shop.advance(minutes=10)
    admin = visit(shop.person("Ada Admin", is_admin=True))
    # When an admin has all sides compared, and only looks
    admin.open("/admin/reconciliation").sees("Nothing was compared yet")
    admin.page.get_by_label("Also mend what has a known cause").uncheck()
    admin.press("Compare now")
    # Then both stand there with their cause, and the message that came twice is explained
    admin.sees(
        "Made at the provider", "It carries no reference of ours", "Message that never came", "was lost on its way"
    )
    admin.open("/admin/reconciliation?status=mended").sees("Message that came twice", "The second one changed nothing")
    # And what is proposed puts both right
    for kind, button in (("Made at the provider", "Take it over"), ("Message that never came", "Read it again")):
        admin.open("/admin/reconciliation")
        admin.page.locator("main tbody a", has_text=kind).last.click()
        admin.sees("The provider", "The ledger", "Our rows", "Sellers who are not paid meanwhile")
        admin.page.get_by_label("Reason").first.fill("Seen in the provider's dashboard.")
        admin.press(button)
        admin.sees("All sides agree now.", "Settled by a person")
    admin.open("/admin/reconciliation")
    admin.press("Compare now")
    admin.sees("Everything agrees", "the difference is $0.00")
