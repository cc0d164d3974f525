"""Counts beside filters: exact up to a thousand."""

import pytest
from sqlalchemy import literal_column, select, true
from sqlalchemy.sql import func

from marketplace import counting
from tests.builders import World


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (999, "999"), (1_000, "1,000"), (1_001, "1,000+")])
def test_words(number: int, words: str) -> None:
    assert counting.count_text(number) == words


def test_no_set_is_counted_further_than_one_beyond_a_thousand(world: World) -> None:
    del world
    rows = [func.generate_series(1, size).table_valued("n") for size in (3, 5_000, 0)]
    sets = [select(literal_column("1")).select_from(each).where(true()) for each in rows]
    assert counting.counted(*sets) == [3, 1_001, 0]
