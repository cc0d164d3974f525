"""One contract for every place where payment records can live. A new store is added to `STORES`, and nothing else."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace import db
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.payment_records.records import NewPayment, PaymentStore
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.stores.memory import MemoryStore
from marketplace.payment_records.stores.postgresql import PostgreSQLStore
from marketplace.payment_records.tracker import PaymentRecords, get_payment_tracker
from marketplace.transitions import AlreadyThere
from tests.builders import World

BUYER = Actor.user(7, "web")
CREATOR = NewPayment(
    user_id=7,
    amount_minor=999,
    currency="USD",
    provider="stripe",
    credits_to_add=150,
    package_id="creator",
    package_name="Creator",
    provider_session_id="cs_test_1",
    details={"coupon": "WELCOME"},
)


@dataclass
class InMemory:
    """A store that lives as long as its test."""

    world: World
    store: MemoryStore = field(default_factory=MemoryStore)

    def do(self, deed: Callable[[PaymentRecords], Any]) -> Any:
        return deed(get_payment_tracker("memory", actor=BUYER, now=self.world.now, store=self.store))

    def trail(self, payment_id: int) -> list[tuple[object, ...]]:
        mine = [move for move in self.store.trail if move[0] == payment_id]
        return [(before, after, actor.user_id) for _, before, after, actor, _ in mine]


@dataclass
class InPostgreSQL:
    """The store of the shop, each call in a transaction of its own."""

    world: World

    def do(self, deed: Callable[[PaymentRecords], Any]) -> Any:
        return db.atomic(
            lambda session: deed(get_payment_tracker("postgresql", session=session, actor=BUYER, now=self.world.now))
        )

    def trail(self, payment_id: int) -> list[tuple[object, ...]]:
        return self.world.rows(
            "SELECT from_status, to_status, actor_user_id FROM status_change"
            " WHERE subject = 'payment' AND subject_id = %s ORDER BY id",
            payment_id,
        )


STORES = [InMemory, InPostgreSQL]


@pytest.fixture(params=STORES, ids=lambda kind: kind.__name__)
def records(request: pytest.FixtureRequest, world: World):
    """Return the contract's subject. These payments are for no purchase, so the books would ask for their money."""
    yield request.param(world)
    world.tamper("DELETE FROM payment; DELETE FROM status_change WHERE subject = 'payment'")


@pytest.mark.covers("S1.1", "S1.10", "S1.12", "S1.21")
def test_create_pending_payment(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    assert (made.status, made.amount_minor, made.credits_to_add, made.package_id) == ("pending", 999, 150, "creator")
    assert (made.details, made.verification_attempts, made.completed_at) == ({"coupon": "WELCOME"}, 0, None)
    assert made.created_at == made.updated_at
    assert records.do(lambda r: r._store.get(made.id)) == made
    assert records.do(lambda r: r._store.find_session("stripe", "cs_test_1")) == made
    assert records.do(lambda r: r._store.find_session("paypal", "cs_test_1")) is None
    assert records.do(lambda r: r._store.get(made.id + 1)) is None


@pytest.mark.covers("S1.10")
def test_s08_a_session_is_recorded_once(records) -> None:
    records.do(lambda r: r.create_pending_payment(CREATOR))
    with pytest.raises(Conflict, match="already recorded"):
        records.do(lambda r: r.create_pending_payment(CREATOR))
    other = records.do(lambda r: r.create_pending_payment(replace(CREATOR, provider="paypal")))
    assert other.provider == "paypal"


def test_many_attempts_may_wait_for_their_session(records) -> None:
    waiting = replace(CREATOR, provider_session_id=None)
    ids = {records.do(lambda r: r.create_pending_payment(waiting)).id for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.covers("S1.21")
def test_session_and_provider_payment_are_attached_when_known(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(replace(CREATOR, provider_session_id=None)))
    later = made.created_at + timedelta(minutes=31)
    records.do(lambda r: r.attach_session(made.id, "cs_test_2", "https://pay.example/2", later))
    records.do(lambda r: r.attach_provider_payment(made.id, "pi_2"))
    found = records.do(lambda r: r.close_session(made.id))
    assert (found.provider_session_id, found.checkout_url) == ("cs_test_2", "https://pay.example/2")
    assert found.expires_at == later
    assert found.provider_payment_id == "pi_2"
    assert found.session_closed_at is not None
    assert found.status == "pending"


@pytest.mark.covers("S1.2", "S1.10")
def test_mark_completed_and_is_duplicate(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    assert not records.do(lambda r: r.is_duplicate("stripe", "cs_test_1"))
    done = records.do(lambda r: r.mark_completed(made.id))
    assert (done.status, done.has_money) == ("completed", True)
    assert done.completed_at is not None
    assert records.do(lambda r: r.is_duplicate("stripe", "cs_test_1"))
    assert not records.do(lambda r: r.is_duplicate("stripe", "cs_test_unknown"))
    for _ in range(3):
        with pytest.raises(AlreadyThere):
            records.do(lambda r: r.mark_completed(made.id))
    assert records.do(lambda r: r._store.get(made.id)) == done, "a replay leaves no trace"


@pytest.mark.covers("S1.2", "S1.10")
def test_mark_credits_added_once(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    records.do(lambda r: r.mark_completed(made.id))
    added = records.do(lambda r: r.mark_credits_added(made.id, credit_transaction_id=41))
    assert added.credit_transaction_id == 41
    with pytest.raises(Conflict, match="added before"):
        records.do(lambda r: r.mark_credits_added(made.id, credit_transaction_id=42))
    assert records.do(lambda r: r._store.get(made.id)).credit_transaction_id == 41


def test_credits_are_added_to_paid_payments_only(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    with pytest.raises(NotAllowed):
        records.do(lambda r: r.mark_credits_added(made.id, credit_transaction_id=41))
    with pytest.raises(NotFound):
        records.do(lambda r: r.mark_credits_added(made.id + 1, credit_transaction_id=41))


@pytest.mark.covers("S1.15")
@pytest.mark.parametrize(
    ("deeds", "status"),
    [
        ([], PaymentStatus.PENDING),
        (["processing"], PaymentStatus.PROCESSING),
        (["failed"], PaymentStatus.FAILED),
        (["expired"], PaymentStatus.EXPIRED),
        (["cancelled"], PaymentStatus.CANCELLED),
        (["completed"], PaymentStatus.COMPLETED),
        (["completed", "partly"], PaymentStatus.PARTIALLY_REFUNDED),
        (["completed", "partly", "refunded"], PaymentStatus.REFUNDED),
        (["failed", "processing", "completed"], PaymentStatus.COMPLETED),
        (["expired", "completed"], PaymentStatus.COMPLETED),
        (["cancelled", "processing", "failed"], PaymentStatus.FAILED),
    ],
)
def test_each_of_the_eight_statuses_is_reached(records, deeds: list[str], status: PaymentStatus) -> None:
    verbs: dict[str, Callable[[PaymentRecords, int], Any]] = {
        "processing": lambda r, i: r.mark_processing(i),
        "failed": lambda r, i: r.mark_failed(i, code="card_declined", message="Your card was declined."),
        "expired": lambda r, i: r.mark_expired(i),
        "cancelled": lambda r, i: r.mark_cancelled(i, because="The buyer went back."),
        "completed": lambda r, i: r.mark_completed(i),
        "partly": lambda r, i: r.mark_refunded(i, fully=False),
        "refunded": lambda r, i: r.mark_refunded(i, fully=True),
    }
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    for deed in deeds:
        made = records.do(lambda r, verb=verbs[deed], payment_id=made.id: verb(r, payment_id))
    assert made.status == status
    if "failed" in deeds:
        assert (made.error_code, made.error_message) == ("card_declined", "Your card was declined.")


def test_a_refused_move_changes_no_field(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    done = records.do(lambda r: r.mark_completed(made.id))
    with pytest.raises(AlreadyThere):
        records.do(lambda r: r.mark_failed(made.id, code="late", message="Too late."))
    with pytest.raises(NotFound):
        records.do(lambda r: r.mark_completed(made.id + 1))
    assert records.do(lambda r: r._store.get(made.id)) == done


def test_a_further_refusal_is_noted_without_a_move(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    records.do(lambda r: r.mark_failed(made.id, code="first", message="First."))
    noted = records.do(lambda r: r.note_error(made.id, code="second", message="Second."))
    assert (noted.status, noted.error_code, noted.error_message) == ("failed", "second", "Second.")
    assert len(records.trail(made.id)) == 2


@pytest.mark.covers("S1.6")
def test_every_change_leaves_who_and_what(records) -> None:
    made = records.do(lambda r: r.create_pending_payment(CREATOR))
    records.do(lambda r: r.mark_failed(made.id, code="card_declined", message="No."))
    records.do(lambda r: r.mark_completed(made.id))
    assert records.trail(made.id) == [(None, "pending", 7), ("pending", "failed", 7), ("failed", "completed", 7)]


@pytest.mark.covers("S1.19")
def test_get_payment_history(records) -> None:
    ids = [
        records.do(lambda r, n=n: r.create_pending_payment(replace(CREATOR, provider_session_id=f"cs_{n}"))).id
        for n in range(5)
    ]
    records.do(lambda r: r.create_pending_payment(replace(CREATOR, user_id=8, provider_session_id="cs_other")))
    records.do(lambda r: r.mark_completed(ids[0]))

    first = records.do(lambda r: r.get_payment_history(7, page=1, page_size=2))
    assert ([one.id for one in first.payments], first.total_count, first.has_more) == (ids[:2:-1], 5, True)
    last = records.do(lambda r: r.get_payment_history(7, page=3, page_size=2))
    assert ([one.id for one in last.payments], last.has_more) == (ids[:1], False)
    paid = records.do(lambda r: r.get_payment_history(7, status=PaymentStatus.COMPLETED))
    assert ([one.id for one in paid.payments], paid.total_count) == (ids[:1], 1)
    assert records.do(lambda r: r.get_payment_history(99)).payments == []


@pytest.mark.covers("S1.4")
def test_the_factory_makes_what_it_is_asked_for(world: World) -> None:
    now = world.now
    assert isinstance(get_payment_tracker("memory", actor=BUYER, now=now)._store, MemoryStore)
    db.atomic(
        lambda session: _check_store(get_payment_tracker("postgresql", session=session, actor=BUYER, now=now)._store)
    )
    own: PaymentStore = MemoryStore()
    assert get_payment_tracker("anything", actor=BUYER, now=now, store=own)._store is own
    for wrong in ("postgresql", "mongodb", ""):
        with pytest.raises(ValueError, match="no payment store"):
            get_payment_tracker(wrong, actor=BUYER, now=now)


def _check_store(store: PaymentStore) -> None:
    assert isinstance(store, PostgreSQLStore)


# What the tracking module stands on: the write boundary, and what that stands on.
_BELOW = {"history", "db", "named_locks", "tries", "batches", "prepared", "failpoints", "transitions", "errors"} | {
    "trips",
    "labels",
    "language",
}


@pytest.mark.covers("S1.8")
def test_the_module_imports_nothing_of_the_shop() -> None:
    script = (
        "import sys, marketplace.payment_records.tracker\n"
        "print(*sorted({name.split('.')[1] for name in sys.modules if name.startswith('marketplace.')}))\n"
        "print(*sorted(name for name in ('stripe', 'flask', 'procrastinate', 'wtforms') if name in sys.modules))\n"
    )
    checkout = Path(__file__).parent.parent.parent
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert set(shown[0].split()) <= _BELOW | {"payment_records"}
    assert "stripe" not in shown[1]
    assert "procrastinate" not in shown[1]
