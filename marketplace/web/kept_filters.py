"""Filters that sellers and admins keep of their lists: those of the list that is shown, and which lists have them."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.saved import filter_queries
from marketplace.web import guards

_CONSOLES = ("seller", "admin")
# Where one is in a list, and which of its rows stands open, is no filter.
_PLACES = frozenset({"before", "after", "refund", "format"})


@dataclass(frozen=True, slots=True)
class KeptChip:
    """Saved filters: `url` opens the list with them."""

    name: str
    url: str
    is_current: bool
    remove_url: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """What templates/components/kept_filters.html shows above a list."""

    chips: tuple[KeptChip, ...]
    address: str
    """The list with its filters as it is shown; "" while nothing is filtered, or these filters are saved already."""
    save_url: str


def keeping(endpoint: str, address: str) -> Keeping | None:
    """Return the viewer's saved filters of the list at `address`; None for a list outside the two consoles."""
    if endpoint.partition(".")[0] not in _CONSOLES:
        return None
    path, _mark, asked = address.partition("?")
    query = _filters(asked)
    chips = tuple(
        KeptChip(
            each.name,
            f"{path}?{each.query}",
            each.query == query,
            url_for("saved.remove_filter", filter_id=each.id),
        )
        for each in filter_queries.saved_filters(guards.viewer().user_id, path)
    )
    is_new = bool(query) and not any(chip.is_current for chip in chips)
    return Keeping(chips, f"{path}?{query}" if is_new else "", url_for("saved.save_filter"))


def split(address: str) -> tuple[str, str]:
    """Return path and query of a list of the viewer's own consoles with filters, as a form sent it.

    Raises NotFound for any other address.
    """
    parts, viewer = urlsplit(guards.safe_next(address) or ""), guards.viewer()
    allowed = {"seller": viewer.is_seller, "admin": viewer.is_admin}
    query = _filters(parts.query)
    if not query or not allowed.get(_blueprint(parts.path), False):
        raise NotFound(_("This address is no list of yours with filters."))
    return parts.path, query


def _filters(query: str) -> str:
    """Return the filters of an address, always written in the same way."""
    return urlencode([(name, text) for name, text in parse_qsl(query) if name not in _PLACES])


def _blueprint(path: str) -> str:
    """Return which blueprint shows a path; "" for a path that leads to no page."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return ""
    return str(endpoint).split(".")[0]
