"""Lists whose whole state stands in the address: filters, tabs and the page one is on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import request, url_for

from marketplace.errors import NotFound
from marketplace.paging import Cursor, Listed

E = TypeVar("E", bound=StrEnum)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a list; `count` is "" where it is not counted."""

    label: str
    url: str
    is_current: bool
    count: int | str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """The way to the neighbouring pages; "" where there is none."""

    newer_url: str
    older_url: str

    @property
    def is_needed(self) -> bool:
        """Return whether there is any other page."""
        return bool(self.newer_url or self.older_url)


def cursor() -> Cursor:
    """Return the page that the address asks for; nonsense in it means the first page."""
    return Cursor(before=row_id("before"), after=row_id("after"))


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
        raise NotFound("There is no order with this number among yours.")
    return text


def search_text() -> str:
    """Return what was searched for, without the blanks that copying brings."""
    return request.args.get("q", "").strip()[:200].replace("\0", "")


def pager(listed: Listed[Any], endpoint: str, **filters: str) -> Pager:
    """Return the addresses of the pages around `listed`, with the same `filters`; empty ones are left out."""
    kept: dict[str, Any] = {name: value for name, value in filters.items() if value}
    newer = url_for(endpoint, **kept, after=listed.newer_than) if listed.newer_than else ""
    older = url_for(endpoint, **kept, before=listed.older_than) if listed.older_than else ""
    return Pager(newer, older)
