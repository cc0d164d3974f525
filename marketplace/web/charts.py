"""Charts that the server draws: bars of money over time, with the table that says the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import exponent
from marketplace.web.pages import money_text

WIDTH, HEIGHT = 1000, 200
"""The drawing's own units; it is stretched to the place it has, so only the shares of them matter."""
_STEPS = (10, 20, 40, 50, 80, 100)


@dataclass(frozen=True, slots=True)
class Point:
    """What one bar stands for; `label` is the day or month as people read it, `url` opens the rows that make it."""

    label: str
    amount_minor: int
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its place in the drawing, and its line in the table."""

    label: str
    amount: str
    note: str
    url: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class BarChart:
    """What templates/components/bar_chart.html draws."""

    name: str
    summary: str
    total: str
    first_head: str
    amount_head: str
    bars: tuple[Bar, ...]
    scale: tuple[str, ...]
    """What the lines across stand for, from the top line to the bottom one."""
    ends: tuple[str, ...]
    """What stands below: the first, the middle and the last bar."""
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(
    name: str,
    points: Sequence[Point],
    currency: str,
    *,
    first_head: str = Text("Day"),
    amount_head: str = Text("Amount"),
) -> BarChart:
    """Return the drawing of `points`, oldest first, all in minor units of `currency`; a loss stands as no bar."""
    top = _ceiling(max((point.amount_minor for point in points), default=0), currency)
    bars = tuple(_bar(point, place, len(points), top, currency) for place, point in enumerate(points))
    total = money_text(sum(point.amount_minor for point in points), currency)
    highest = max(points, key=lambda point: point.amount_minor, default=None)
    summary = _("%(amount)s in all.", amount=total)
    if highest is not None and highest.amount_minor > 0:
        most = money_text(highest.amount_minor, currency)
        summary += " " + _("Highest: %(amount)s, %(what)s.", amount=most, what=highest.label)
    labels = [point.label for point in points]
    return BarChart(
        name=name,
        summary=summary,
        total=total,
        first_head=first_head,
        amount_head=amount_head,
        bars=bars,
        scale=tuple(_axis_text(top * part // 2, currency) for part in (2, 1, 0)),
        ends=(labels[0], labels[len(labels) // 2], labels[-1]) if len(labels) > 2 else tuple(labels),
    )


def _bar(point: Point, place: int, count: int, top: int, currency: str) -> Bar:
    left, right = place * WIDTH // count, (place + 1) * WIDTH // count
    gap = (right - left) // 5
    height = max(point.amount_minor, 0) * HEIGHT // top
    # The smallest sale is still seen.
    height = max(height, 2) if point.amount_minor > 0 else 0
    return Bar(
        label=point.label,
        amount=money_text(point.amount_minor, currency),
        note=point.note,
        url=point.url,
        x=left + gap // 2,
        y=HEIGHT - height,
        width=max(right - left - gap, 1),
        height=height,
    )


def _ceiling(largest: int, currency: str) -> int:
    """Return the next round amount, in minor units, at which the drawing can end."""
    unit = 10 ** exponent(currency)
    # Halves of the ceiling are shown too and must be whole units; hence 10 units at the least.
    scale = unit
    while scale * _STEPS[-1] < largest:
        scale *= 10
    return next(scale * step for step in _STEPS if scale * step >= largest)


def _axis_text(minor: int, currency: str) -> str:
    """Return a round amount without its cents."""
    text, digits = money_text(minor, currency), exponent(currency)
    return text[: -digits - 1] if digits else text
