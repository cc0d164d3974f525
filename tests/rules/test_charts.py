"""Bars of money: round scales, nothing lost, nothing below the ground."""

import pytest

from marketplace.web.charts import HEIGHT, WIDTH, Point, bar_chart


@pytest.mark.parametrize(
    ("largest", "currency", "scale"),
    [
        (0, "USD", ("$10", "$5", "$0")),
        (999, "USD", ("$10", "$5", "$0")),
        (1_001, "USD", ("$20", "$10", "$0")),
        (123_456, "USD", ("$2,000", "$1,000", "$0")),
        (7, "JPY", ("¥10", "¥5", "¥0")),
        (81_000, "JPY", ("¥100,000", "¥50,000", "¥0")),
    ],
)
def test_the_scale_ends_at_the_next_round_amount(largest: int, currency: str, scale: tuple[str, ...]) -> None:
    assert bar_chart("Sales", [Point("Monday", largest)], currency).scale == scale


@pytest.mark.parametrize("count", [1, 2, 3, 12, 90, 400])
def test_bars_stand_side_by_side_inside_the_drawing(count: int) -> None:
    chart = bar_chart("Sales", [Point(str(number), number * 100) for number in range(count)], "USD")
    ends = [0]
    for bar in chart.bars:
        assert bar.x >= ends[-1]
        assert bar.width >= 1
        assert 0 <= bar.y <= HEIGHT
        assert bar.y + bar.height == HEIGHT
        ends.append(bar.x + bar.width)
    assert ends[-1] <= WIDTH
    assert len(chart.ends) == min(count, 3)


def test_a_cent_is_seen_and_a_loss_is_no_bar() -> None:
    chart = bar_chart("Sales", [Point("a", 1), Point("b", 1_000_000), Point("c", -500)], "USD")
    assert [bar.height > 0 for bar in chart.bars] == [True, True, False]
    assert chart.bars[2].amount == "\N{MINUS SIGN}$5.00"
    assert chart.total == "$9,995.01"
    assert chart.summary.endswith("Highest: $10,000.00, b.")


def test_nothing_makes_an_empty_drawing() -> None:
    chart = bar_chart("Sales", [], "USD")
    assert (chart.bars, chart.ends, chart.summary) == ((), (), "$0.00 in all.")
