"""The language that texts read in: English as they stand in the code, others from `locale/<code>/messages.po`.

A text that is made while somebody waits for it goes through `gettext`, by custom called `_`. One that stands in a table
made at import is a `Text`: English to the program, and in the reader's language wherever it is shown.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, ParamSpec, Self, TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

P = ParamSpec("P")
T = TypeVar("T")

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "sv": "Svenska"}
"""By code, in its own words."""
LOCALES = Path(__file__).parent / "locale"

_read_in: ContextVar[str] = ContextVar("the language that is read", default=ENGLISH)


def current() -> str:
    """Return the code of the language that is read here and now: that of the request, English in jobs."""
    return _read_in.get()


def read_in(code: str) -> None:
    """Let texts be read in the language of this code from here on; English for one that is not known."""
    _read_in.set(code if code in LANGUAGES else ENGLISH)


@contextmanager
def reading(code: str) -> Iterator[None]:
    """Let texts be read in the language of this code in this block; English for one that is not known."""
    token = _read_in.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _read_in.reset(token)


def gettext(message: str, /, **values: object) -> str:
    """Return `message` in the language that is read; `%(name)s` in it stand for `values`, if there are any."""
    code, text = _read_in.get(), str.__str__(message)
    if text and code != ENGLISH:  # under no words at all a catalogue keeps its own facts
        text = _translations(code).gettext(text)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Return `one` or `many` as `number` asks for, in the language that is read, with `values` put in."""
    code = _read_in.get()
    if code != ENGLISH:
        text = _translations(code).ngettext(str.__str__(one), str.__str__(many), number)
    else:
        text = str.__str__(one if number == 1 else many)
    return text % values if values else text


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Return `message` as it reads in `context`: for one English word that is several in another language."""
    code, text = _read_in.get(), str.__str__(message)
    if code != ENGLISH:
        text = _translations(code).pgettext(context, text)
    return text % values if values else text


class Text(str):
    """A text made at import. The program compares and stores the English; shown, it is in the reader's language.

    Shown means: by a template, `str()`, an f-string, `%`, `+` or `lower`. `join` and the other methods of `str` see the
    English, so a place that needs them asks for `str(text)` first.
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Return the text in the language that is read."""
        return gettext(self)

    def __format__(self, spec: str) -> str:
        return format(gettext(self), spec)

    def __add__(self, other: str) -> str:
        return gettext(self) + str(other)

    def __radd__(self, other: str) -> str:
        return other + gettext(self)

    def lower(self) -> str:
        """Return the text in the language that is read, in small letters."""
        return gettext(self).lower()

    def __mod__(self, values: object) -> str:
        return gettext(self) % values

    def __deepcopy__(self, _memo: object) -> Self:
        return self


def texts(*english: str) -> tuple[Text, ...]:
    """Return several texts made at import, such as the headings of a file."""
    return tuple(map(Text, english))


class Plural(NamedTuple):
    """A text made at import that counts something: `%(number)s` in it is how many."""

    one: str
    many: str

    def of(self, number: int) -> str:
        """Return the text for `number`, in the language that is read."""
        return ngettext(self.one, self.many, number, number=number)


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the `most` latest results of a function of hashable values whose results hold texts, by language."""

    def remember(make: Callable[P, T]) -> Callable[P, T]:
        @lru_cache(maxsize=most)
        def made(_language: str, /, *args: P.args, **values: P.kwargs) -> T:
            return make(*args, **values)

        def find(*args: P.args, **values: P.kwargs) -> T:
            return made(_read_in.get(), *args, **values)  # type: ignore[arg-type]  # what is not hashable raises

        return find

    return remember


@cache
def _translations(code: str) -> GNUTranslations:
    packed = BytesIO()
    with (LOCALES / code / "messages.po").open("rb") as file:
        write_mo(packed, read_po(file, locale=code))
    packed.seek(0)
    return GNUTranslations(packed)
