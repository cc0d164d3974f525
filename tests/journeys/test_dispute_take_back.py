"""A lost dispute of money that was paid out: taken back from the seller's account if an admin says so, else owed."""

import pytest

from marketplace import db
from marketplace.disputes import flows, taking_back
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.provider_events import flows as events
from marketplace.sandbox import disputes as bank
from tests.builders import Bought, World, form_token
from tests.journeys.test_debts import agreed, owed, shares
from tests.journeys.test_disputes import at_the_bank
from tests.journeys.test_disputes_and_payouts import decided, dispute_of, money_of_others, sound
from tests.journeys.test_refund_after_payout import CLOSED_BANK, seller_with, until_the_bank_has_answered
from tests.snapshots import walked_once_from_nothing

BANK = "000123456789"


@walked_once_from_nothing
def disputed(world: World, number: str) -> tuple[int, Bought, int, int]:
    """Return a seller, what was paid out and is disputed now, the dispute, and an admin."""
    seller, bought = seller_with(world, 10_000, bank=number)
    until_the_bank_has_answered(world)
    money_of_others(world)
    dispute_of(world, bought, 10_000)
    [(dispute_id,)] = world.rows("SELECT id FROM dispute")
    return seller, bought, int(str(dispute_id)), world.person("Ada Admin", is_admin=True)


def choose(world: World, dispute_id: int, admin: int, reason: str = "They have sold before and left.") -> None:
    db.atomic(taking_back.choose, (), admin_id=admin, dispute_id=dispute_id, reason=reason, now=world.now)


def heard(world: World) -> None:
    """Let the shop hear of what happened at the bank; no call goes out."""
    world.sandbox.deliver_pending()
    events.apply_due(providers={"stripe": world.provider}, settings=world.settings, now=world.now)


def reversals(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT status, amount_minor, subject FROM transfer_reversal ORDER BY id")


@pytest.mark.covers("S4.19")
def test_s49_chosen_before_the_loss_it_is_taken_back_when_it_is_lost_and_given_back_when_it_is_won(
    world: World,
) -> None:
    """The bank has sent the payout back, so the seller's account still has it."""
    seller, _, dispute_id, admin = disputed(world, CLOSED_BANK)
    with pytest.raises(Invalid):
        choose(world, dispute_id, admin, reason=" ")
    choose(world, dispute_id, admin)
    with pytest.raises(Conflict):
        choose(world, dispute_id, admin)
    world.settle_down()
    assert reversals(world) == [], "nothing is decided yet"
    decided(world, "lost")
    world.settle_down()
    assert reversals(world) == [("done", 9_380, f"dispute:{dispute_id}:1")]
    assert owed(world) == [(9_700, 9_380, 0)], "only the card fee is owed"
    assert shares(world)[0] == ("refunded", 0)
    assert [status for status, _ in world.payouts()] == ["reversed"]
    told = world.rows("SELECT user_id, facts->>'cause' FROM notification WHERE kind = 'reversal_done' ORDER BY id")
    assert told == [(seller, "dispute"), (admin, "dispute")]
    seller_reads = world.client(seller).get("/notifications").text
    assert "the dispute is lost" in seller_reads
    assert "was refunded" not in seller_reads
    sound(world)

    decided(world, "won")
    assert owed(world) == [(9_700, 0, 9_700)]
    assert shares(world)[0] == ("available", 9_380), "it is the seller's again"
    sound(world)
    decided(world, "lost")
    world.settle_down()
    assert len(reversals(world)) == 1, "the choice was for one loss"


@pytest.mark.covers("S4.19")
def test_on_day_31_a_refused_reversal_becomes_a_debt_and_the_seller_reads_why(world: World) -> None:
    seller, _, dispute_id, admin = disputed(world, BANK)
    choose(world, dispute_id, admin)
    decided(world, "lost")
    world.settle_down()
    assert reversals(world) == [("refused", 9_380, f"dispute:{dispute_id}:1")]
    assert owed(world) == [(9_700, 0, 0)]
    assert world.rows("SELECT user_id FROM notification WHERE kind = 'reversal_refused'") == [(seller,), (admin,)]
    reads = world.client(seller).get("/notifications").text
    assert "You owe it because the buyer" in reads
    assert "the dispute is lost" in reads
    assert "was refunded" not in reads
    sound(world)


def test_what_was_planned_and_not_sent_is_called_off_when_the_bank_decides_otherwise(world: World) -> None:
    _, _, dispute_id, admin = disputed(world, CLOSED_BANK)
    choose(world, dispute_id, admin)
    with world.sandbox.sandbox.work() as work:
        [found] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
        bank.decide(work, found["id"], "lost")
    heard(world)
    assert reversals(world)[0][0] == "pending"
    with world.sandbox.sandbox.work() as work:
        bank.decide(work, found["id"], "won")
    heard(world)
    assert reversals(world)[0][0] == "refused"
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'reversal'") == [("canceled",)]
    world.settle_down()
    assert owed(world) == [(9_700, 0, 9_700)]
    sound(world)


def test_after_the_loss_an_admin_takes_back_what_is_still_owed_once(world: World) -> None:
    _, _, dispute_id, admin = disputed(world, CLOSED_BANK)
    browser = world.client(admin)
    [(number,)] = world.rows("SELECT number FROM dispute")
    page = f"/admin/disputes/{number}"
    assert "up to $93.80 that was paid out" in browser.get(page).text
    token = form_token(browser.get(page).text)
    empty = browser.post(f"{page}/take-back/choose", data={"csrf_token": token, "amount_minor": "0"})
    assert empty.status_code == 422
    assert "Give the reason" in empty.text
    asked = {"csrf_token": token, "amount_minor": "0", "take_back_reason": "The parcel was empty."}
    chosen = browser.post(f"{page}/take-back/choose", data=asked, follow_redirects=True).text
    assert "Ada Admin has asked for it" in chosen
    left = browser.post(f"{page}/take-back/leave", data={"csrf_token": token}, follow_redirects=True).text
    assert "It is left with the seller" in left
    decided(world, "lost")
    world.settle_down()
    assert reversals(world) == [], "off unless somebody says so"
    assert owed(world) == [(9_700, 0, 0)]
    with pytest.raises(NotAllowed):
        choose(world, dispute_id, admin)

    shown = browser.get(page).text
    assert "Take $93.80 back" in shown
    stale = browser.post(f"{page}/take-back", data={**asked, "amount_minor": "1"}, follow_redirects=True).text
    assert "The money has moved since you looked" in stale
    done = browser.post(f"{page}/take-back", data={**asked, "amount_minor": "9380"}, follow_redirects=True).text
    assert "The money is back" in done
    assert "The parcel was empty." in done
    again = browser.post(f"{page}/take-back", data={**asked, "amount_minor": "9380"}, follow_redirects=True).text
    assert "There is nothing to take back" in again
    assert [row[:2] for row in reversals(world)] == [("done", 9_380)]
    assert owed(world) == [(9_700, 9_380, 0)]
    agreed(world)
    [(seller,)] = world.rows("SELECT seller_id FROM dispute_share")
    own = world.client(int(str(seller))).get(f"/seller/disputes/{number}").text
    assert "was taken back from your account at Stripe and paid what you owed" in own


def test_a_share_that_is_with_the_bank_is_lost_and_only_what_was_transferred_is_asked_for(world: World) -> None:
    """In a payout on its way the transfer is there, so it can be taken back; the share follows when its payout ends."""
    _, bought = seller_with(world, 10_000)
    world.later(days=30, hours=1)
    money_of_others(world)
    dispute_of(world, bought, 10_000)
    [(dispute_id,)] = world.rows("SELECT id FROM dispute")
    admin = world.person("Ada Admin", is_admin=True)
    at_the_bank(world, bank.decide, "lost")
    flows.take_back(
        admin_id=admin,
        dispute_id=int(str(dispute_id)),
        seen_minor=9_380,
        reason="It was never sent.",
        providers={"stripe": world.provider},
        now=world.now,
    )
    world.settle_down()
    sound(world)
    assert len(reversals(world)) == 1
    world.later(days=6)
    sound(world)
