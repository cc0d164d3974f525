"""Saved searches: the list, keeping one under a name, letting one go."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.numerals import number_text
from marketplace.paging import every
from marketplace.saved import queries, search_operations
from marketplace.saved.queries import KeptSearch
from marketplace.web import guards, lists
from marketplace.web.console import Console, own_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text
from marketplace.web.saved.items import tabs
from marketplace.web.shop import filters, finding
from marketplace.web.shop.filters import Request

_CSV_COLUMNS = texts("Name", "Address", "Saved (UTC)", "Found last", "Found (UTC)")
_LONGEST_NAME = 64
_LONGEST_ADDRESS = 4_000


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One saved search, in words."""

    name: str
    url: str
    saved: str
    found: str
    next_look: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class SearchesPage:
    """What templates/saved/searches.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    rows: tuple[SearchRow, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class NewSearchPage:
    """What templates/saved/new_search.html shows."""

    title: str
    console: Console
    name: str
    address: str
    asks_for: tuple[str, ...]
    error: str
    save_url: str


@guards.signed_in
def searches() -> ResponseReturnValue:
    """List the viewer's searches, the last saved first."""
    viewer = guards.viewer()
    asked = lists.asked()
    read = partial(queries.saved_searches, viewer.user_id)
    if asked.is_csv:
        rows = every(partial(read, asked.period), asked.cursor)
        return lists.csv_file("searches", _CSV_COLUMNS, map(_csv_row, rows))
    listed = read(asked.period, asked.cursor)
    page = SearchesPage(
        title=_("Saved searches"),
        console=_console(),
        tabs=tabs("searches"),
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed),
    )
    return render_template("saved/searches.html", page=page)


@guards.signed_in
def new() -> ResponseReturnValue:
    """Ask for the name of a search. Raises NotFound for an address that is no search."""
    asked = _asked(request.args.get("search", "/l"))
    return render_template("saved/new_search.html", page=_new_page(asked, _name(asked), ""))


@guards.signed_in
def save() -> ResponseReturnValue:
    """Keep a search under the name that was typed. Raises NotFound for an address that is no search."""
    asked, name = _asked(request.form.get("search", "/l")), request.form.get("name", "")
    try:
        _search_id, is_new = db.atomic(
            search_operations.save_search,
            (),
            user_id=guards.viewer().user_id,
            name=name,
            address=filters.address(asked),
            wanted=asked.filter,
            now=clock.now(),
        )
    except Invalid as error:
        return render_template("saved/new_search.html", page=_new_page(asked, name, error.message)), 422
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Saved. Once a day we tell you what is new.") if is_new else _("It has the new name now."), "ok")
    return redirect(url_for("saved.searches"), code=303)


@guards.signed_in
def remove(search_id: int) -> ResponseReturnValue:
    """Let one of the viewer's searches go. Raises NotFound for another person's."""
    user_id = guards.viewer().user_id
    name = db.atomic(search_operations.remove_search, (), user_id=user_id, search_id=search_id)
    flash(_("%(name)s is removed.", name=name), "ok")
    return redirect(url_for("saved.searches"), code=303)


def _asked(address: str) -> Request:
    """Return what an address of our own asks for, from its first page. Raises NotFound for one that asks nothing."""
    target = guards.safe_next(address[:_LONGEST_ADDRESS]) or ""
    parts = urlsplit(target)
    is_shop = parts.path.startswith("/s/") and parts.path.count("/") == 2
    shop = parts.path.removeprefix("/s/") if is_shop else ""
    if not shop and parts.path != "/l":
        raise NotFound(_("This address is no search of ours."))
    main = "" if shop else str(current_app.extensions["settings"].money.main_currency)
    values: MultiDict[str, str] = MultiDict(parse_qsl(parts.query))
    asked = filters.read(parts.path, values, main_currency=main, shop=shop)
    return asked.asking(asked.filter)


def _name(asked: Request) -> str:
    return ", ".join(finding.asks_for(asked))[:_LONGEST_NAME] or _("Everything for sale")


def _new_page(asked: Request, name: str, error: str) -> NewSearchPage:
    return NewSearchPage(
        title=_("Save this search"),
        console=_console(),
        name=name,
        address=filters.address(asked),
        asks_for=finding.asks_for(asked) or (_("Everything for sale"),),
        error=error,
        save_url=url_for("saved.save"),
    )


def _console() -> Console:
    viewer = guards.viewer()
    return own_console("saved", is_seller=viewer.is_seller, is_admin=viewer.is_admin)


def _row(kept: KeptSearch) -> SearchRow:
    found = _("Nothing new yet")
    if kept.found and kept.found_at:
        found = _("%(number)s new on %(day)s", number=number_text(kept.found), day=date_text(kept.found_at))
    return SearchRow(
        name=kept.name,
        url=kept.address,
        saved=date_text(kept.saved_at),
        found=found,
        next_look=date_text(kept.next_look_at),
        remove_url=url_for("saved.remove", search_id=kept.id),
    )


def _csv_row(kept: KeptSearch) -> tuple[object, ...]:
    return (kept.name, kept.address, kept.saved_at, kept.found, kept.found_at)
