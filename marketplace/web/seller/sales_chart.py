"""A chart of sales per day, computed here: the template only draws rectangles and sets texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.language import gettext as _
from marketplace.payouts.money_queries import Sales
from marketplace.web import order_parts
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import phrases

_HEIGHT = 200
_BAR, _GAP = 8, 2
_TICKS = 4
_MARKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what the seller receives, and above it the fees. Positions in the units of the drawing."""

    x: int
    net_y: int
    net_height: int
    fees_y: int
    fees_height: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the table behind the chart."""

    day: str
    url: str
    orders: int
    gross: str
    note: str
    net: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What templates/components/sales_chart.html draws."""

    label: str
    width: int
    height: int
    bar_width: int
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    """The amounts beside the lines, from the highest down to zero; the lines stand at equal distances."""
    lines: tuple[int, ...]
    marks: tuple[str, ...]
    """Days below the bars; each stands where its share of the width begins."""
    net: str
    fees: str
    subsidy: str
    """What of both the marketplace paid for its discounts; "" for nothing."""
    rows: tuple[DayRow, ...]
    """Days without a sale are left out."""


def build(sales: Sequence[Sales], currency: str, first: date, days: int, day_url: Callable[[date], str]) -> Chart:
    """Return the chart of `days` days from `first` on; `sales` of other days are left out."""
    by_day = {each.day: each for each in sales if first <= each.day < first + timedelta(days=days)}
    top = _top(max(map(_whole, by_day.values()), default=0))
    whole = sum(map(_whole, by_day.values()))
    subsidy = sum(each.subsidy_minor for each in by_day.values())
    net = sum(each.net_minor for each in by_day.values())
    step = _BAR + _GAP
    marks = min(_MARKS, days)
    return Chart(
        label=_(
            "Sales per day in %(currency)s, %(first)s to %(last)s",
            currency=currency,
            first=date_text(first),
            last=date_text(first + timedelta(days=days - 1)),
        ),
        width=days * step,
        height=_HEIGHT,
        bar_width=_BAR,
        bars=tuple(
            _bar(by_day[day], currency, (day - first).days * step + _GAP // 2, top, day_url) for day in sorted(by_day)
        ),
        ticks=tuple(_tick(top * part // _TICKS, currency) for part in range(_TICKS, -1, -1)),
        lines=tuple(_HEIGHT * part // _TICKS for part in range(_TICKS + 1)),
        marks=tuple(_short(first + timedelta(days=days * part // marks)) for part in range(marks)),
        net=money_text(net, currency),
        fees=money_text(whole - net, currency),
        subsidy=money_text(subsidy, currency) if subsidy else "",
        rows=tuple(_row(by_day[day], currency, day_url) for day in sorted(by_day, reverse=True)),
    )


def _top(highest_minor: int) -> int:
    """Return a round amount not below `highest_minor` whose quarters are round as well: 4, 8 or 20 times 10^n."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if _TICKS * step * scale >= highest_minor:
                return _TICKS * step * scale
        scale *= 10


def _whole(sales: Sales) -> int:
    """Return what was sold: paid by buyers, and by the marketplace for its discounts; minor units, net and fees."""
    return sales.gross_minor + sales.subsidy_minor


def _bar(sales: Sales, currency: str, x: int, top: int, day_url: Callable[[date], str]) -> Bar:
    # However small, what was sold can be seen.
    whole = max(_whole(sales) * _HEIGHT // top, 2)
    net = min(max(sales.net_minor * _HEIGHT // top, 0), whole)
    gross, received = money_text(sales.gross_minor, currency), money_text(sales.net_minor, currency)
    note = order_parts.plus_subsidy(sales.subsidy_minor, currency)
    day = date_text(sales.day)
    text = (
        _("%(day)s: %(gross)s paid %(note)s, %(net)s for you", day=day, gross=gross, note=note, net=received)
        if note
        else _("%(day)s: %(gross)s paid, %(net)s for you", day=day, gross=gross, net=received)
    )
    return Bar(
        x=x,
        net_y=_HEIGHT - net,
        net_height=net,
        fees_y=_HEIGHT - whole,
        fees_height=whole - net,
        text=text,
        url=day_url(sales.day),
    )


def _row(sales: Sales, currency: str, day_url: Callable[[date], str]) -> DayRow:
    return DayRow(
        day=date_text(sales.day),
        url=day_url(sales.day),
        orders=sales.orders,
        gross=money_text(sales.gross_minor, currency),
        note=order_parts.plus_subsidy(sales.subsidy_minor, currency),
        net=money_text(sales.net_minor, currency),
    )


def _tick(minor: int, currency: str) -> str:
    text = money_text(minor, currency).removesuffix(".00")
    return text.replace(",00\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def _short(day: date) -> str:
    return phrases.day_text(day, "d MMM")
