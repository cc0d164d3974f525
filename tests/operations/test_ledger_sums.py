"""The kept sums of the ledger: exact whether the job has run or not, and checked with the books."""

import psycopg
import pytest

from marketplace.ledger import queries, sums
from marketplace.ledger.accounts import Account
from marketplace.ledger.queries import Scope
from marketplace.paging import Period
from marketplace.reconciliation import checks
from tests.builders import World

_SUMS = """SELECT currency, account, coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint,
    coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint, count(*)
    FROM posting GROUP BY 1, 2 ORDER BY 1, 2"""


def trial(world: World) -> list[tuple[object, ...]]:
    del world
    return [
        (each.currency, each.account.value, each.debit_minor, each.credit_minor, each.postings)
        for each in queries.trial_balance()
    ]


def keep_all() -> None:
    while sums.keep():
        pass


def test_the_trial_balance_is_exact_before_and_after_the_job(world: World) -> None:
    world.paid_purchase(10_000)
    keep_all()
    world.paid_purchase(5_000)
    owner = psycopg.connect(world.urls.owner, autocommit=True)
    with owner:
        # As if the job had not come to the second purchase yet.
        owner.execute("TRUNCATE ledger_sum, ledger_unsummed")
        owner.execute("INSERT INTO ledger_unsummed SELECT min(id), max(id), entry_id FROM posting GROUP BY entry_id")
        expected = world.rows(_SUMS)
        assert trial(world) == expected
        assert sums.keep() == len(world.rows("SELECT DISTINCT entry_id FROM posting"))
        assert world.rows("SELECT count(*) FROM ledger_unsummed") == [(0,)]
        assert trial(world) == expected
    assert sums.keep() == 0


def test_each_insert_is_noted_and_taken_in_once(world: World) -> None:
    bought = world.paid_purchase(10_000)
    keep_all()
    [(entry_id,)] = world.rows("SELECT min(entry_id) FROM posting")
    with psycopg.connect(world.urls.application) as application:
        application.execute(
            "INSERT INTO posting (entry_id, account, currency, amount_minor)"
            " VALUES (%s, 'platform_fee', 'USD', 5), (%s, 'provider_balance', 'USD', -5)",
            (entry_id, entry_id),
        )
        application.execute("SELECT 1")
        rows = application.execute("SELECT entry_id, last_id - first_id FROM ledger_unsummed").fetchall()
        application.rollback()
    assert rows == [(entry_id, 1)], "of the second INSERT alone, though the entry has postings that are summed"
    assert bought.payment_id


def test_the_balance_at_the_end_of_a_day_comes_from_the_sums(world: World) -> None:
    world.paid_purchase(10_000)
    keep_all()
    midnight = world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert not queries.trial_balance(midnight)
    assert sums.are_days(Period(until=midnight))
    assert not sums.are_days(Period(until=world.now.replace(hour=5)))


@pytest.mark.parametrize("before", [None, 1, 10**9])
def test_what_lies_around_a_stretch_makes_the_whole(world: World, before: int | None) -> None:
    for amount in (10_000, 5_000, 2_000):
        world.paid_purchase(amount)
    keep_all()
    scope = Scope(Account.PROVIDER_CLEARING, "USD")
    found = queries.statement_page(scope, before, 1)
    [(whole,)] = world.rows(
        "SELECT sum(amount_minor)::bigint FROM posting WHERE account = 'provider_clearing' AND currency = 'USD'"
    )
    assert (found.balance_minor, found.total_minor) == (whole, whole)


def test_a_sum_that_was_changed_is_found(world: World) -> None:
    world.paid_purchase(10_000)
    keep_all()
    with psycopg.connect(world.urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE ledger_sum SET debit_minor = debit_minor + 1 WHERE account = 'provider_clearing'")
        found = {each.check for each in checks.check_books().differences}
        owner.execute("UPDATE ledger_sum SET debit_minor = debit_minor - 1 WHERE account = 'provider_clearing'")
    assert found == {"kept sums are those of the postings"}
