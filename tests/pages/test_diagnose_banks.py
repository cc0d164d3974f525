"""Diagnose for disputes and payouts: the provider's word beside ours, whose money stands still, what helps (S4.29)."""

from dataclasses import replace

import pytest

from marketplace.providers.stripe import StripeProvider
from marketplace.sandbox import disputes as bank
from tests.builders import World
from tests.journeys.test_disputes import FRAUD, bought_with
from tests.journeys.test_payouts import due
from tests.pages.test_admin_pages import admin, page, text
from tests.pages.test_diagnose import looks, press
from tests.pages.test_silent_provider import asking

SAYS = "What does the provider say of it now?"
ARRIVED = "Does the bank have it?"


@pytest.mark.covers("S4.29")
def test_a_dispute_that_was_lost_unheard_is_found_and_taken_up(world: World) -> None:
    bought_with(world, FRAUD, 10_000, 3_333)
    client = admin(world)
    [(number,)] = world.rows("SELECT number FROM dispute")
    numbers = [str(row[0]) for row in world.rows('SELECT number FROM "order" ORDER BY id')]
    here = f"/admin/disputes/{number}/diagnose"
    found = looks(client, here)
    assert [each for each, (verdict, _, _) in found.items() if verdict == "Look here"] == ["Has the bank our answer?"]
    assert "It can be handed over until " in found["Has the bank our answer?"][1]
    taken = found["Is what the bank took in the books?"][1]
    assert "The bank has $133.33 now, and the provider's fee is $15.00." in taken
    assert all("and it may not move" in found[f"Does the money of order {each} stand still?"][1] for each in numbers)
    for link in page(client, here).select("main a"):
        assert client.get(link["href"]).status_code == 200, link["href"]
    assert f'href="{here}"' in client.get(f"/admin/disputes/{number}").text
    with world.sandbox.sandbox.work() as work:
        [row] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
        bank.decide(work, row["id"], "lost")
    verdict, words, take_up = looks(client, here)[SAYS]
    assert (verdict, take_up) == ("Look here", f"{here}/take-up")
    assert "It is lost there, and here: needs an answer." in words
    assert world.rows("SELECT status FROM dispute") == [("needs_response",)], "looking changes nothing"
    assert "lost" in press(client, here, take_up)
    assert world.rows("SELECT status, is_loss_booked FROM dispute") == [("lost", True)]
    found = looks(client, here)
    assert found[SAYS][0] == "Good"
    bears = f"{numbers[0]}: $93.87 of the seller's, $3.00 of ours, $3.13 as the seller's debt."
    assert bears in found["Who bears the loss?"][1]
    world.settle_down()


@pytest.mark.covers("S4.29")
def test_a_payout_that_arrived_unheard_is_found_and_taken_up(world: World) -> None:
    due(world, 10_000, 2_500)
    world.settle_down()
    client = admin(world)
    [(number,)] = world.rows("SELECT number FROM payout")
    here = f"/admin/payouts/{number}/diagnose"
    found = looks(client, here)
    assert not [question for question, (verdict, _, _) in found.items() if verdict in {"Look here", "Not known"}]
    assert "Of 2 orders: $117.02." in found["What is it made of?"][1]
    assert "The bank should have it on " in found[ARRIVED][1]
    for link in page(client, here).select("main a"):
        assert client.get(link["href"]).status_code == 200, link["href"]
    assert f'href="{here}"' in client.get(f"/admin/payouts/{number}").text
    world.advance(days=5)  # it arrives, and its messages wait
    verdict, words, take_up = looks(client, here)[ARRIVED]
    assert (verdict, take_up) == ("Look here", f"{here}/take-up")
    assert "is paid there, and here it is on its way." in words
    assert world.payouts() == [("in_transit", 11_702)], "looking changes nothing"
    assert "The bank has it." in press(client, here, take_up)
    assert world.payouts() == [("paid", 11_702)]
    assert looks(client, here)[ARRIVED][0] == "Good"
    world.settle_down()
    unreachable = StripeProvider(replace(world.settings, stripe_api_base="http://127.0.0.1:9"))
    with asking(world, unreachable):
        verdict, words, way = looks(client, here)[ARRIVED]
        assert (verdict, way) == ("Not known", here)
        assert "Silence decides nothing." in words
        assert "The provider did not answer. Nothing has changed" in press(client, here, take_up)
    assert "not everything is known" not in text(page(client, here))
