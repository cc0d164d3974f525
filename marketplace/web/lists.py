"""Lists whose whole state stands in the address: filters, tabs, time, order, size and the page one is on."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, current_app, request, stream_with_context, url_for

from marketplace.errors import NotFound
from marketplace.language import Text, current, reading
from marketplace.language import gettext as _
from marketplace.paging import PAGE_SIZE, Cursor, Listed, Period, Sort
from marketplace.web import kept_filters
from marketplace.web.kept_filters import Keeping
from marketplace.web.pages import date_text

E = TypeVar("E", bound=StrEnum)
_LARGEST_ID = 2**63 - 1
_SIZES = (PAGE_SIZE, 50, 100)
_SORT_LABELS = {
    Sort.NEWEST: Text("Newest first"),
    Sort.OLDEST: Text("Oldest first"),
    Sort.LARGEST: Text("Largest amount"),
    Sort.SMALLEST: Text("Smallest amount"),
    Sort.DUE: Text("First due first"),
}
BY_TIME = (Sort.NEWEST, Sort.OLDEST)
BY_TIME_AND_AMOUNT = (*BY_TIME, Sort.LARGEST, Sort.SMALLEST)
# What a spreadsheet takes for a formula at the start of a cell (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a list; `count` is "" where it is not counted."""

    label: str
    url: str
    is_current: bool
    count: int | str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu: an order, or how many rows a page shows."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What templates/components/list_tools.html and list_pager.html show around the rows of a list."""

    action: str
    kept: Mapping[str, str]
    """What the filter form sends along unchanged."""
    since: str
    until: str
    sort_label: str
    sorts: tuple[Choice, ...]
    sizes: tuple[Choice, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    csv_url: str
    previous_url: str
    next_url: str
    keeping: Keeping | None
    """The viewer's saved filters of this list; None where none can be saved."""

    @property
    def has_pages(self) -> bool:
        """Return whether there is any other page, or was one of another size."""
        return bool(self.previous_url or self.next_url)

    @property
    def is_filtered(self) -> bool:
        """Return whether the visitor narrowed the list."""
        return bool(self.chips)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the list of this request; `filters` are the list's own, as the address writes them."""

    filters: Mapping[str, str]
    period: Period
    cursor: Cursor
    sorts: tuple[Sort, ...]
    is_csv: bool
    _endpoint: str = field(repr=False)
    _kept: Mapping[str, str] = field(repr=False)

    def url(self, **changes: str) -> str:
        """Return the address of the first page with these parameters changed; "" takes one away."""
        return self._url({**self._kept, **changes})

    def tools(self, listed: Listed[Any], chips: Mapping[str, str] | None = None) -> Tools:
        """Return what stands around the rows; `chips` names the list's own filters in use that can be taken away."""
        named = {**(chips or {}), **_period_labels(self.period)}
        used = {name: label for name, label in named.items() if name in self._kept}
        sort = self.cursor.sort or self.sorts[0]
        return Tools(
            action=self._url({}),
            kept={name: value for name, value in self._kept.items() if name not in {"from", "to", *used}},
            since=self._kept.get("from", ""),
            until=self._kept.get("to", ""),
            sort_label=_SORT_LABELS[sort],
            sorts=tuple(
                Choice(_SORT_LABELS[each], self.url(sort="" if each is self.sorts[0] else each.value), each is sort)
                for each in self.sorts
            ),
            sizes=tuple(
                Choice(str(size), self.url(size="" if size == PAGE_SIZE else str(size)), size == self.cursor.size)
                for size in _SIZES
            ),
            chips=tuple(Chip(label, self.url(**{name: ""})) for name, label in used.items()),
            clear_url=self.url(**dict.fromkeys(used, "")),
            csv_url=self.url(format="csv"),
            previous_url=self.url(before=str(listed.previous_before)) if listed.previous_before else "",
            next_url=self.url(after=str(listed.next_after)) if listed.next_after else "",
            keeping=kept_filters.keeping(self._endpoint, self.url()),
        )

    def _url(self, parameters: Mapping[str, str]) -> str:
        given: dict[str, Any] = {name: value for name, value in parameters.items() if value}
        asked_for = {name for rule in current_app.url_map.iter_rules(self._endpoint) for name in rule.arguments}
        path = {name: value for name, value in (request.view_args or {}).items() if name in asked_for}
        return url_for(self._endpoint, **path, **given)


def asked(*sorts: Sort, endpoint: str = "", **filters: str) -> Asked:
    """Return what the address asks of a list; nonsense in it is left out.

    `sorts` are the orders the list offers, its own first; `filters` its own filters, read by the view ("" for none).
    The list is the one of this request, or `endpoint` where an answer to a form shows it.
    """
    sorts = sorts or BY_TIME
    sort = choice(Sort, "sort")
    sort = sort if sort in sorts else None
    size = next((size for size in _SIZES if str(size) == request.args.get("size")), PAGE_SIZE)
    since, until = _day("from"), _day("to")
    return Asked(
        filters=filters,
        period=Period(_start(since), _start(until + timedelta(days=1)) if until else None),
        cursor=Cursor(row_id("before"), row_id("after"), size, sort or sorts[0]),
        sorts=sorts,
        is_csv=request.args.get("format") == "csv",
        _endpoint=endpoint or str(request.endpoint),
        _kept={
            name: value
            for name, value in {
                **filters,
                "from": since.isoformat() if since else "",
                "to": until.isoformat() if until else "",
                "sort": sort.value if sort and sort is not sorts[0] else "",
                "size": "" if size == PAGE_SIZE else str(size),
            }.items()
            if value
        },
    )


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return the rows as a CSV file that spreadsheets open as text: nothing in it is taken for a formula.

    Its headings and words are in the reader's language where they are a Text; ids, amounts and moments are the same in
    each. Pass amounts as Decimal and ids as int; every text that could start a formula gets a quote mark ahead.
    """
    code = current()

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        # The mark at the start tells spreadsheets that the text is UTF-8.
        buffer.write("\ufeff")
        with reading(code):
            writer.writerow([str(column) for column in columns])
        found = iter(rows)
        while True:
            with reading(code):  # the request is over by now, and so is its language
                if (row := next(found, None)) is None:
                    break
                cells = [_cell(value) for value in row]
            writer.writerow(cells)
            if buffer.tell() > 32_000:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


def period_text(period: Period) -> str:
    """Return some time in words, as a sentence."""
    last = date_text(period.until - timedelta(days=1)) if period.until else ""
    if period.since and last:
        first = date_text(period.since)
        if first == last:
            return _("Of %(day)s.", day=first)
        return _("From %(first)s until %(last)s.", first=first, last=last)
    if period.since:
        return _("Since %(day)s.", day=date_text(period.since))
    return _("Until %(day)s.", day=last) if last else _("Of all time.")


def ids(texts: Iterable[str]) -> list[int]:
    """Return the row ids among what a form sent, each once, without what is none."""
    found = (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 20)
    return list(dict.fromkeys(each for each in found if 0 < each <= _LARGEST_ID))


def row_id(name: str) -> int | None:
    """Return the row id in the address's parameter `name`, or None when it is missing or nonsense."""
    text = request.args.get(name, "")
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return found if 0 < found <= _LARGEST_ID else None


def choice(kind: type[E], name: str) -> E | None:
    """Return the member of `kind` that the address's parameter `name` says, or None."""
    return member(kind, request.args.get(name, ""))


def member(kind: type[E], text: str) -> E | None:
    """Return the member of `kind` with the value `text`, or None."""
    return next((each for each in kind if each.value == text), None)


def number(text: str) -> str:
    """Return an order's number as the address gives it; raises NotFound for what no number can be."""
    if not (text.isascii() and text.isprintable()):
        raise NotFound(_("There is no order with this number among yours."))
    return text


def is_currency(text: str) -> bool:
    """Return whether an address could name a currency so."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def search_text() -> str:
    """Return what was searched for, without the blanks that copying brings."""
    return request.args.get("q", "").strip()[:200].replace("\0", "")


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, str):
        text = str(value)
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return "" if value is None else value


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _period_labels(period: Period) -> dict[str, str]:
    labels = {}
    if period.since:
        labels["from"] = _("From %(day)s", day=date_text(period.since))
    if period.until:
        labels["to"] = _("Until %(day)s", day=date_text(period.until - timedelta(days=1)))
    return labels
