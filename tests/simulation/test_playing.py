"""The simulation itself: the same seed is the same play, every rule can be broken, a story gets short."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from marketplace.proofs.rules import RULES
from marketplace.simulation.acting import Step, plan
from marketplace.simulation.final import FINAL, LEDGER_AND_PROVIDER
from marketplace.simulation.invariants import ALWAYS
from marketplace.simulation.profiles import CALM, PROFILES
from marketplace.simulation.replaying import as_story, shortest
from marketplace.simulation.running import Outcome, curtain, play_seed
from marketplace.simulation.stage import BEGINS_AT, Stage
from marketplace.simulation.watch import Watch

pytestmark = pytest.mark.simulation


# Would fail if anything were drawn from elsewhere than the seed: system time, a random token, the order of a set.
def test_the_same_seed_is_the_same_play(stage: Stage) -> None:
    first, other, again = (play_seed(stage, seed, PROFILES["default"]) for seed in (7, 8, 7))
    assert (first.trace, first.state, first.story) == (again.trace, again.state, again.story)
    assert (first.points, first.faults, first.counts) == (again.points, again.faults, again.counts)
    assert first.trace != other.trace
    for outcome in (first, other):
        assert not outcome.violations, as_story(outcome)


def test_every_seed_begins_in_the_same_shop_at_the_same_time(stage: Stage) -> None:
    play_seed(stage, 3, CALM, plan(3, CALM)[:10])
    assert stage.now > BEGINS_AT + timedelta(days=30)
    stage.rewind(4)
    assert stage.now == BEGINS_AT
    assert stage.rows("SELECT count(*) FROM purchase") == [(0,)]
    assert stage.rows("SELECT count(*) FROM seller_account WHERE status = 'enabled'") == [(3,)]


def outcome_of(steps: Sequence[Step]) -> Outcome:
    return Outcome(1, "default", ["I01 broken"], [], "", "", len(steps), 0, 0.0)


def test_a_story_is_as_short_as_it_can_be() -> None:
    steps = [Step(number, "jobs: tick", number) for number in range(40)]
    needed = {3, 17, 31}

    def fails(tried: Sequence[Step]) -> Outcome | None:
        return outcome_of(tried) if needed <= {step.number for step in tried} else None

    assert shortest(steps, fails, outcome_of(steps)).steps == len(needed)


def test_a_plan_keeps_its_draws_when_steps_are_left_out() -> None:
    assert plan(5, PROFILES["outage"]) == plan(5, PROFILES["outage"])
    assert len({step.draw for step in plan(5, PROFILES["default"])}) == PROFILES["default"].steps


# How each rule is broken by a hand that can do what no part of the product can.
BROKEN = {
    "I01": "UPDATE posting SET amount_minor = amount_minor + 1 WHERE id = (SELECT min(id) FROM posting)",
    "I04": "UPDATE payment_transaction SET net_minor = net_minor + 1, gross_minor = gross_minor + 1",
    "I07": "INSERT INTO outbound_call (provider, kind, subject_id, attempt, idempotency_key, request, status, sends,"
    " created_at) SELECT 'stripe', 'transfer', 999, n, 'x' || n, '{}', 'done', 1, now() FROM generate_series(1, 2) n",
    "I09": "UPDATE payment SET amount_minor = 1",
    "I11": "UPDATE posting SET amount_minor = amount_minor + 10000000 WHERE id = (SELECT min(id) FROM posting WHERE"
    " account = 'seller_held')",
    "I30": "UPDATE payment SET provider = 'wallet'",
    "I12": "UPDATE listing SET in_stock = in_stock + 1",
    "I13": "WITH code AS (INSERT INTO discount (code, description, kind, basis_points, amount_minor, first_order_only,"
    " categories, listing_ids, valid_from, used, used_late, status, created_at) VALUES ('X', '', 'percentage', 1, 0,"
    " false, '{}', '{}', now(), 0, 0, 'active', now()) RETURNING id) INSERT INTO discount_use (discount_id,"
    " purchase_id, buyer_id, currency, amount_minor, is_late, may_return, status, created_at) SELECT code.id, p.id,"
    " p.buyer_id, p.currency, 1, false, true, 'reserved', now() FROM code, purchase p WHERE p.status = 'paid'"
    " AND p.id NOT IN (SELECT purchase_id FROM discount_use) LIMIT 1",
    "I13s": "WITH code AS (INSERT INTO discount (code, description, kind, basis_points, amount_minor, first_order_only,"
    " categories, listing_ids, valid_from, used, used_late, status, created_at) VALUES ('Y', '', 'percentage', 1, 0,"
    " false, '{}', '{}', now(), 1, 0, 'active', now()) RETURNING id) INSERT INTO discount_use (discount_id,"
    " purchase_id, buyer_id, currency, amount_minor, is_late, may_return, status, created_at) SELECT code.id, p.id,"
    " p.buyer_id, p.currency, 1, false, true, 'redeemed', now() FROM code, purchase p WHERE p.status = 'paid'"
    " AND p.id NOT IN (SELECT purchase_id FROM discount_use) LIMIT 1",
    "I14": "UPDATE payment SET purchase_id = (SELECT min(purchase_id) FROM payment) WHERE status <> 'cancelled'",
    "I18": "INSERT INTO status_change (subject, subject_id, verb, to_status, because, actor_kind, source, at)"
    " SELECT 'provider_event', 1, 'apply', 'applied', '', 'job', 'x', now() FROM generate_series(1, 2)",
    "I21": "UPDATE payment SET amount_minor = amount_minor + 1",
    "I23": "UPDATE refund SET decided_by_id = buyer_id",
}


@pytest.fixture(scope="module")
def lived(stage: Stage) -> Stage:
    """A shop in which much has happened, refunds among it; left as the play left it."""
    for seed in range(1, 40):
        play_seed(stage, seed, CALM)
        if stage.rows("SELECT FROM refund WHERE status = 'completed' AND origin = 'buyer'"):
            break
    return stage


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_broken_rule_is_seen(lived: Stage, rule: str) -> None:
    watch = Watch(lived)
    watch.ask_always("nothing")
    assert watch.violations == []
    with lived.shop.transaction(force_rollback=True):
        lived.shop.execute("SET LOCAL session_replication_role = replica")
        lived.shop.execute(BROKEN[rule])
        watch.ask_always("a hand that may all")
    assert rule in {violation.split()[0] for violation in watch.violations}


def test_the_page_of_the_proof_has_words_for_every_rule() -> None:
    assert set(RULES) >= {*ALWAYS, *FINAL, *LEDGER_AND_PROVIDER}


def test_every_rule_after_a_commit_is_known_to_fail_or_says_why_not() -> None:
    elsewhere = {"I08": "needs a payout in the moment it is begun", "I10": "a constraint of the table refuses it too"}
    assert set(BROKEN) | set(elsewhere) == set(ALWAYS)


def test_an_error_page_is_seen(stage: Stage) -> None:
    stage.rewind(1)
    with curtain(stage, 1, CALM) as play:
        stage.app.view_functions["shop.home"], kept = _broken, stage.app.view_functions["shop.home"]
        try:
            assert stage.buyers[0].get("/").status == 500
        finally:
            stage.app.view_functions["shop.home"] = kept
    assert any(violation.startswith("I24") for violation in play.watch.violations)
    assert any(violation.startswith("log") for violation in play.watch.violations)


def _broken() -> str:
    raise RuntimeError("this view is broken on purpose")
