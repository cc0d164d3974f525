"""A very small browser, for tests that walk the sandbox's hosted pages."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

_TOKEN = re.compile(r'<input[^>]*\bname="form_token"[^>]*\bvalue="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What a page answered."""

    status: int
    location: str
    text: str

    @property
    def token(self) -> str:
        """The token of its form, "" without one; most pages are opened for nothing else, so they are not parsed."""
        found = _TOKEN.search(self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def title(self) -> str:
        """Its title."""
        return self._page.title

    @property
    def problems(self) -> tuple[str, ...]:
        """The messages next to its fields."""
        return tuple(self._page.problems)

    @cached_property
    def _page(self) -> "_Page":
        page = _Page()
        page.feed(self.text)
        return page


class _Page(HTMLParser):
    """Picks the title and the messages next to fields out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.problems: list[str] = []
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._into = "title" if tag == "title" else "problem" if given.get("class") == "problem" else ""

    def handle_endtag(self, tag: str) -> None:
        self._into = "" if tag in ("title", "p") else self._into

    def handle_data(self, data: str) -> None:
        if self._into == "title":
            self.title = data.strip()
        elif self._into == "problem":
            self.problems.append(data.strip())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Browser:
    """Just enough of a browser: cookies, forms, no redirects followed."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _NoRedirect)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._open(path, None)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Send a form."""
        return self._open(path, urllib.parse.urlencode(form).encode())

    def _open(self, path: str, data: bytes | None) -> Answer:
        request = urllib.request.Request(urllib.parse.urljoin(self._base, path), data=data)  # noqa: S310  # our own page
        try:
            response = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Answer(response.status, response.headers.get("Location", ""), response.read().decode())
