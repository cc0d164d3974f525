"""One Chromium, and windows in it that people use one after the other: a new one costs as much as five pages.

What a window could carry from one person to the next are cookies and what scripts store: both are taken
out. What stays are the files of the shop in its cache, as with anybody who comes back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, ViewportSize

PATIENCE_SECONDS = 20
_WIDE: ViewportSize = {"width": 1360, "height": 900}
# htmx notes where one is for the back button; nothing may stay longer.
_STORED = "sessionStorage.clear(), localStorage.length"

_OWN_CLOCK = "'__pwClock' in globalThis"


class Window:
    """A window with one page, and what the browser did not like: console errors (the policy's refusals among them),
    failed requests, 5xx.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def leave(self) -> list[str]:
        """Make the window as good as new; return what it complained about."""
        if self.page.url.startswith("http") and self.page.evaluate(_STORED):
            self.complaints.append("scripts have stored something for good")
        for other in self.page.context.pages:
            if other is not self.page:
                other.close()
        self.page.unroute_all()
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        if self.page.viewport_size != _WIDE:
            self.page.set_viewport_size(_WIDE)
        complaints, self.complaints = self.complaints, []
        return complaints

    @property
    def has_own_clock(self) -> bool:
        """Whether time in it is a test's."""
        return bool(self.page.evaluate(_OWN_CLOCK))

    def _console(self, message: ConsoleMessage) -> None:
        # A page that was asked for and refused as it should be (403, 404) is the test's business, not a defect.
        refused = message.text.startswith("Failed to load resource") and "status of 4" in message.text
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # A request that the next click overtook was aborted by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"answer {response.status}: {response.url}")


class Windows:
    """Hands out windows of one browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[tuple[str, bool], list[Window]] = {}

    @contextmanager
    def open(self, base_url: str = "", *, javascript: bool = True) -> Iterator["Opened"]:
        """Yield a function that opens a window; afterwards none may have complained."""
        free = self._free.setdefault((base_url, javascript), [])
        opened = Opened(self._browser, free, base_url, javascript=javascript)
        try:
            yield opened
        except BaseException:
            for window in opened.windows:
                window.page.context.close()  # nobody knows in which state it is
            raise
        complaints = [complaint for window in opened.windows for complaint in window.leave()]
        for window in opened.windows:
            if window.has_own_clock:
                window.page.context.close()  # a clock that was put in can't be taken out
            else:
                free.append(window)
        assert not complaints, complaints


class Opened:
    """The windows of one test."""

    def __init__(self, browser: Browser, free: list[Window], base_url: str, *, javascript: bool) -> None:
        self._browser, self._free, self._base_url, self._javascript = browser, free, base_url, javascript
        self.windows: list[Window] = []

    def __call__(self) -> Page:
        """Open a window; return its page."""
        self.windows.append(self._free.pop() if self._free else self._new())
        return self.windows[-1].page

    def _new(self) -> Window:
        context = self._browser.new_context(
            java_script_enabled=self._javascript,
            base_url=self._base_url or None,
            viewport=_WIDE,
            reduced_motion="reduce",  # a button that is still fading from one colour to another has neither
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        return Window(context.new_page())
