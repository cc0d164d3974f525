"""Payouts under attack and after mishaps: forged names, former accounts, answers that come after they were given up."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.debts.models import SellerDebt
from marketplace.errors import NotAllowed
from marketplace.history import Actor
from marketplace.outbound.states import CallStep
from marketplace.payouts import calling_off, flows, following, operations, stops
from marketplace.providers.transfers import BankPayout
from tests.builders import World
from tests.deciding import decide
from tests.faults import Fault, wire_fault
from tests.journeys.test_scars_payouts import due

BANK = "/v1/payouts"
FORGER = Actor.provider("evt_forged")


def bank_calls(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT attempt, status FROM outbound_call WHERE kind = 'bank_payout' ORDER BY id")


def hear(world: World, found: BankPayout) -> str:
    def apply(session: Session) -> str:
        return following.follow_bank(session, found, actor=FORGER, now=world.now)

    return db.atomic(apply)


def test_a_payment_in_another_account_or_without_our_name_never_counts_for_a_payout(world: World) -> None:
    due(world, 10_000)
    with wire_fault(world.sandbox, BANK, Fault(after=False, status=500)):
        world.tick()
    [(payout_id, transfer_id)] = world.rows("SELECT id, transfer_id FROM payout")
    transfer = world.provider.transfers.get_transfer(str(transfer_id))
    forged = BankPayout(
        "po_forged", transfer.account_id, 9_380, "USD", "paid", f"payout:{payout_id}", "", world.now, None, None
    )
    hear(world, forged)
    hear(world, replace(forged, installation=transfer.installation, account_id="acct_of_a_thief"))
    assert world.payouts() == [("in_transit", 9_380)]
    assert world.rows("SELECT provider_payout_id FROM payout") == [(None,)]

    def other_transfer(session: Session) -> tuple[object, str]:
        made = replace(transfer, transfer_id="tr_forged", installation="")
        return following.follow_transfer(session, made, actor=FORGER, now=world.now)

    assert db.atomic(other_transfer)[0] is None
    world.advance(hours=1)
    world.settle_down()
    assert hear(world, replace(forged, installation=transfer.installation)) == "It was sent to the bank again since."


def test_a_payment_to_the_bank_that_was_given_up_and_turns_up_is_followed(world: World) -> None:
    due(world, 10_000)
    with wire_fault(world.sandbox, BANK, Fault(after=False)):
        for hours in (0, 1, 1, 4, 13, 13):
            world.advance(hours=hours)
            world.tick()
    assert bank_calls(world) == [(1, "blocked")]
    assert world.rows("SELECT status, failure_code FROM payout") == [("failed", "not_found")]
    [(payout_id,)] = world.rows("SELECT id FROM payout")
    actor, id_ = Actor.user(world.person("Ada Admin", is_admin=True), "admin"), int(str(payout_id))
    with pytest.raises(NotAllowed, match="Decide that first"):
        db.atomic(operations.resend, (), payout_id=id_, actor=actor, reason="Looked.", now=world.now)
    [(key, request)] = world.rows("SELECT idempotency_key, request FROM outbound_call WHERE kind = 'bank_payout'")
    assert isinstance(request, dict)
    world.provider.transfers.pay_bank(**request, key=f"{key}-late")
    world.settle_down()
    assert world.payouts() == [("in_transit", 9_380)]
    assert bank_calls(world) == [(1, "done")], "nobody has to look any more"
    world.later(days=6)
    assert world.payouts() == [("paid", 9_380)]
    assert world.rows("SELECT status FROM payment_transaction") == [("paid_out",)]


def test_a_transfer_that_may_exist_is_called_off_by_nobody_who_has_not_looked(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    seller_id = due(world, 10_000)
    with wire_fault(world.sandbox, "/v1/transfers", Fault(after=False)):
        for hours in (0, 1, 1, 4, 13, 13):
            world.advance(hours=hours)
            world.tick()
    [(share, payout, number)] = world.rows(
        "SELECT t.id, p.id, p.number FROM payment_transaction t, payout p WHERE p.failure_code = 'not_found'"
    )
    values = {"admin_id": admin_id, "reason": "A doubt.", "now": world.now}
    with pytest.raises(NotAllowed):
        db.atomic(stops.stop_share, (), share_id=int(str(share)), **values)  # type: ignore[arg-type]
    stopped = db.atomic(stops.stop, (), seller_id=seller_id, **values)  # type: ignore[arg-type]
    assert stopped.under_way == (number,)
    world.settle_down()
    assert world.payouts() == [("refused", 9_380)]
    actor = Actor.user(admin_id, "admin")
    not_there = {"payout_id": int(str(payout)), "actor": actor, "because": "Not there.", "now": world.now}
    with pytest.raises(NotAllowed, match="Decide that first"):
        db.atomic(calling_off.cancel, (), **not_there)  # type: ignore[arg-type]
    [(call_id,)] = world.rows("SELECT id FROM outbound_call WHERE kind = 'transfer'")
    decide(world, CallStep.GIVE_UP, int(str(call_id)), admin_id)
    db.atomic(calling_off.cancel, (), **not_there)  # type: ignore[arg-type]
    assert world.payouts() == [("canceled", 9_380)]


def test_a_transfer_that_was_given_up_and_turns_up_is_booked_and_paid(world: World) -> None:
    due(world, 10_000)
    with wire_fault(world.sandbox, "/v1/transfers", Fault(after=False)):
        for hours in (0, 1, 1, 4, 13, 13):
            world.advance(hours=hours)
            world.tick()
    [(key, request)] = world.rows("SELECT idempotency_key, request FROM outbound_call WHERE kind = 'transfer'")
    assert isinstance(request, dict)
    world.provider.transfers.transfer(**request, key=f"{key}-late")
    world.settle_down()
    assert world.payouts() == [("in_transit", 9_380)]
    assert world.rows("SELECT status FROM outbound_call WHERE kind = 'transfer'") == [("done",)]


def failed(world: World) -> tuple[int, str, int]:
    """Return a seller whose bank sent a payout back, their account and the payout."""
    world.noon()
    seller_id = world.seller()
    account_id = world.onboard(seller_id, bank="000111111116")
    world.sold(seller_id, 10_000)
    world.later(days=30)
    for _ in range(9):
        world.later(days=1)
        if world.payouts() == [("failed", 9_380)]:
            break
    [(payout_id, status)] = world.rows("SELECT id, status FROM payout")
    assert status == "failed"
    return seller_id, account_id, int(str(payout_id))


def test_a_failed_payout_of_a_stopped_seller_waits_for_the_end_of_the_stop(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    seller_id, account_id, _ = failed(world)
    db.atomic(stops.stop, (), admin_id=admin_id, seller_id=seller_id, reason="A look at the papers.", now=world.now)
    world.sandbox.set_up(account_id, bank="000123456789")
    world.later(hours=2)
    assert world.payouts() == [("failed", 9_380)]
    db.atomic(stops.lift, (), admin_id=admin_id, seller_id=seller_id, reason="Settled.", now=world.now)
    world.later(hours=2)
    assert world.payouts() == [("in_transit", 9_380)]


def test_money_in_a_former_account_is_never_sent_from_the_new_one(world: World) -> None:
    admin_id = world.person("Ada Admin", is_admin=True)
    seller_id, account_id, payout_id = failed(world)
    world.press(account_id, "disconnect")
    new_id = world.onboard(seller_id)
    assert new_id != account_id
    world.later(hours=2)
    assert bank_calls(world) == [(1, "done")]
    actor = Actor.user(admin_id, "admin")
    with pytest.raises(NotAllowed, match="former account"):
        db.atomic(operations.resend, (), payout_id=payout_id, actor=actor, reason="Mended.", now=world.now)


@pytest.mark.tampers
def test_nothing_leaves_while_more_is_owed_than_one_transaction_nets(world: World) -> None:
    seller_id = due(world, 10_000)
    world.tamper(
        "INSERT INTO seller_debt (seller_id, order_id, transaction_id, subject, currency, amount_minor, netted_minor,"
        " forgiven_minor, created_at) SELECT seller_id, order_id, id, 'refund:' || n || ':1', 'USD', 1, 0, 0, now()"
        " FROM payment_transaction, generate_series(1, 350) n"
    )
    world.tick()
    assert world.payouts() == []
    assert world.rows("SELECT count(*) FROM seller_debt WHERE netted_minor = 1") == [(200,)]
    providers, policy = world.app.extensions["providers"], world.settings.money
    with pytest.raises(NotAllowed, match="paying what you owe"):
        flows.withdraw(seller_id=seller_id, currency="USD", providers=providers, policy=policy, now=world.now)
    world.settle_down()
    assert world.payouts() == [("in_transit", 9_380 - 350)]


def test_open_debts_are_found_by_their_index(world: World) -> None:
    condition = SellerDebt.is_open().compile(dialect=postgresql.dialect())
    with psycopg.connect(world.urls.superuser) as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        plan = connection.execute(f"EXPLAIN SELECT id FROM seller_debt WHERE {condition}").fetchall()
    assert any("ix_seller_debt_open" in str(line) for (line,) in plan)
