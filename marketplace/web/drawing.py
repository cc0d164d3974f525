"""Pages drawn once per value; what belongs to whoever looks, or to one request, is put in each time.

Drawing a page by Jinja costs more than reading what it shows (docs/performance.md). `draw` keeps a page by the value it
shows: as long as the rows that were read are the same, so is all of the page but its gaps (`web/gaps.py`). Nothing is
kept by time, and nothing has to be told when rows change.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, get_flashed_messages, render_template
from markupsafe import Markup

from marketplace import language
from marketplace.web import gaps, headers, shown_viewer
from marketplace.web.gaps import Gap
from marketplace.web.shown_viewer import Shown

P = ParamSpec("P")
T = TypeVar("T")

_MOST_PAGES, _MOST_VALUES, _MOST_VIEWERS = 512, 2_048, 2_048
# Names that templates see beside their page, and that tell of one request.
_OF_REQUEST = ("request", "session", "g", "viewer", "csrf_token", "csp_nonce", "demo_time", "get_flashed_messages")


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A page with its gaps open: pieces with nothing in their places, and what goes there."""

    pieces: tuple[bytes, ...]
    of_viewer: tuple[Gap, ...]
    places_of_viewer: tuple[int, ...]
    of_request: tuple[tuple[int, str], ...]


class _Drawings:
    """The pages of one application, and what stands in their gaps."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.page = lru_cache(maxsize=_MOST_PAGES)(_drawn)
        self.once = lru_cache(maxsize=_MOST_VALUES)(_made)
        self.for_viewer = lru_cache(maxsize=_MOST_VIEWERS)(self._for_viewer)
        self.of_request: dict[str, Callable[[], str]] = {
            "nonce": headers.nonce,
            "token": shown_viewer.form_token,
            "flashes": self._flashes,
            "demo": self._demo,
        }
        self._of_viewer: dict[str, Callable[[Shown, str, str], str]] = {
            "account": lambda who, token, _: self._component("account_nav")(who, token),
            "foot": lambda who, _, __: self._component("shop_foot")(who.is_seller),
            "saving": lambda _, token, __: self._component("save_form")(token),
            "bar": lambda who, _, here: self._component("mobile_bar")(here, who.basket_count),
        }
        self._no_flashes: dict[str, str] = {}

    def gap(self, name: str, beside: str = "") -> Markup:
        """Return what stands in a gap, as templates ask for it; its mark while a page is drawn for everybody."""
        if gaps.are_left_open():
            return gaps.mark((name, beside))
        if (fill := self.of_request.get(name)) is not None:
            return Markup(fill())  # noqa: S704  drawn by a component, or letters only
        who, token = shown_viewer.shown(), shown_viewer.token_of_signed_in()
        return Markup(self._of_viewer[name](who, token, beside))  # noqa: S704  drawn by a component

    def _for_viewer(self, _language: str, who: Shown, token: str, asked: tuple[Gap, ...]) -> tuple[bytes, ...]:
        return tuple(self._of_viewer[name](who, token, beside).encode() for name, beside in asked)

    def _flashes(self) -> str:
        return self._told() + "".join(
            self._component("notice")(halt.text, "bad", halt.title) for halt in shown_viewer.halts()
        )

    def _told(self) -> str:
        if get_flashed_messages():
            return self._component("flash_messages")()
        if (code := language.current()) not in self._no_flashes:
            self._no_flashes[code] = self._component("flash_messages")()
        return self._no_flashes[code]

    def _demo(self) -> str:
        time: Any = self._app.jinja_env.globals["demo_time"]
        return self._component("demo_bar")(time(), can_move=shown_viewer.shown().is_signed_in)

    def _component(self, name: str) -> Callable[..., str]:
        module = self._app.jinja_env.get_template(f"components/{name}.html").module
        found: Callable[..., str] = getattr(module, name)
        return found


class _OfOneRequest:
    """What stands for the names of a request while a page is drawn for everybody: it refuses to be used."""

    def __getattr__(self, name: str) -> Any:
        gaps.refuse_for_everybody()
        raise AttributeError(name)

    def __call__(self, *_args: object, **_values: object) -> str:
        gaps.refuse_for_everybody()
        return ""


def register(app: Flask) -> None:
    """Give `app` its drawings, and templates the function `gap`."""
    drawings = app.extensions["drawings"] = _Drawings(app)
    app.jinja_env.globals.update(gap=drawings.gap, get_flashed_messages=_flashed_messages)


def once(make: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
    """Return what `make` makes of these hashable values, in this application the same object for the same ones.

    `make` may depend on its values and on the application's settings, and on nothing else.
    """
    drawings: _Drawings = current_app.extensions["drawings"]
    made: T = drawings.once(language.current(), make, *args, **values)  # type: ignore[arg-type]  # what is not hashable raises
    return made


def draw(template: str, page: Hashable) -> bytes:
    """Return a page for whoever looks. Of equal pages only the first is drawn.

    Raises RuntimeError when the template asks who looks elsewhere than in a gap.
    """
    drawings: _Drawings = current_app.extensions["drawings"]
    drawn = drawings.page(language.current(), template, page)
    pieces = list(drawn.pieces)
    if drawn.of_viewer:
        who, token = shown_viewer.shown(), shown_viewer.token_of_signed_in()
        found = drawings.for_viewer(language.current(), who, token, drawn.of_viewer)
        for place, piece in zip(drawn.places_of_viewer, found, strict=True):
            pieces[place] = piece
    for place, name in drawn.of_request:
        pieces[place] = drawings.of_request[name]().encode()
    return b"".join(pieces)


def _made(_language: str, make: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
    return make(*args, **values)


def _flashed_messages(*, with_categories: bool = False) -> list[Any]:
    gaps.refuse_for_everybody()
    return list(get_flashed_messages(with_categories))


def _drawn(_language: str, template: str, page: Hashable) -> _Drawn:
    refusing = _OfOneRequest()
    with gaps.left_open():
        text = render_template(template, page=page, **dict.fromkeys(_OF_REQUEST, refusing))
    texts, found = gaps.split(text)
    pieces = [b""] * (2 * len(texts) - 1)
    pieces[::2] = [each.encode() for each in texts]
    of_request = current_app.extensions["drawings"].of_request
    apart = [(2 * number + 1, gap) for number, gap in enumerate(found)]
    of_viewer = [(place, gap) for place, gap in apart if gap[0] not in of_request]
    return _Drawn(
        pieces=tuple(pieces),
        of_viewer=tuple(gap for _, gap in of_viewer),
        places_of_viewer=tuple(place for place, _ in of_viewer),
        of_request=tuple((place, gap[0]) for place, gap in apart if gap[0] in of_request),
    )
