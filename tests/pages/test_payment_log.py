"""The transaction log of a payment: S4's six types, each line from what was written down, filtered and as a file."""

import csv
import io

import pytest

from marketplace.refunds.wishes import Wish
from tests.builders import World
from tests.journeys.test_refunds import approve
from tests.pages.test_admin_pages import admin, page

TYPES = (
    "payment_created", "payment_processed", "payment_failed", "refund_created", "refund_processed", "webhook_received",
)  # fmt: skip


@pytest.mark.covers("S4.12")
def test_all_six_types_are_told_filtered_and_exported(world: World) -> None:
    bought = world.open_purchase(10_000)
    world.pay(bought, "4000000000000002")
    world.pay(bought)
    world.settle_down()
    refund_id = world.ask_refund(bought, Wish(percent=25))
    approve(world, refund_id, 2_500, world.person("Ben Admin", is_admin=True))
    world.settle_down()
    client, here = admin(world), f"/admin/payments/{bought.payment_id}/log"
    shown = page(client, here)
    tabs = {tab.contents[0].strip(): int(tab.select_one(".tabs-count").text) for tab in shown.select(".tabs a")}
    assert list(tabs) == ["All", *(kind.replace("_", " ").capitalize() for kind in TYPES)]
    assert all(tabs.values()), tabs
    assert tabs["All"] == sum(tabs.values()) - tabs["All"] == len(shown.select("tbody tr"))
    events = world.rows("SELECT count(*) FROM provider_event WHERE payment_id = %s", bought.payment_id)[0][0]
    assert tabs["Webhook received"] == events
    assert (tabs["Payment created"], tabs["Payment failed"], tabs["Refund created"]) == (1, 1, 1)
    lines = list(csv.DictReader(io.StringIO(client.get(f"{here}?format=csv").text.removeprefix("\ufeff"))))
    assert len(lines) == tabs["All"]
    assert {line["Type"] for line in lines} == set(TYPES)
    assert [line["Time (UTC)"] for line in lines] == sorted((line["Time (UTC)"] for line in lines), reverse=True)
    [failed] = [line for line in lines if line["Type"] == "payment_failed"]
    assert "code card_declined, decline_code generic_decline" in failed["Data"]
    [created] = [line for line in lines if line["Type"] == "payment_created"]
    assert "amount_minor 10000, currency USD, provider stripe" in created["Data"]
    for kind in TYPES:
        words = [row.select_one(".badge").text.strip() for row in page(client, here, type=kind).select("tbody tr")]
        assert set(words) == {kind.replace("_", " ").capitalize()}
        one = list(
            csv.DictReader(io.StringIO(client.get(f"{here}?type={kind}&format=csv").text.removeprefix("\ufeff")))
        )
        assert len(one) == len(words)
    assert f'href="{here}"' in client.get(f"/admin/payments/{bought.payment_id}").text


def test_a_type_that_has_not_happened_says_so(world: World) -> None:
    bought = world.open_purchase(10_000)
    shown = page(admin(world), f"/admin/payments/{bought.payment_id}/log", type="refund_created")
    assert "Nothing of this type" in shown.main.text
    world.settle_down()
