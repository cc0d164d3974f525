"""`python -m bench.loading`: how fast pages come up on a slow phone, by Lighthouse's figures and scores.

It looks at a shop that `make run` has started, with the network and the processor of Lighthouse's mobile setting
(https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md). The Speed Index needs a film and is left out:
its tenth of the score goes to the others in proportion.
"""

import argparse
import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Response, ViewportSize, sync_playwright

from launcher.chromium import find_chromium
from launcher.console import say
from marketplace.demo.people import ADMIN, BUYER, HARBOUR, PASSWORD

# Slow 4G as Lighthouse applies it: a request waits, bytes a second come and go; the processor is a quarter as fast.
_WAIT_MS, _DOWN, _UP = 562.5, 1_474.56 * 1_024 / 8, 675 * 1_024 / 8
_SLOWER = 4
_PHONE: ViewportSize = {"width": 412, "height": 823}
_QUIET_MS = 1_500
_MOST_BYTES = 150_000
# The measure, what a tenth of the web reaches, what half does, and the weight (Lighthouse 12, mobile).
_CURVES = {
    "fcp": (1_800, 3_000, 10), "lcp": (2_500, 4_000, 25), "tbt": (200, 600, 30), "cls": (0.1, 0.25, 25),
}  # fmt: skip
_TENTH = 0.9061938024368232  # where the curve's error function is 4/5
_OBSERVE = """
  window.seen = { lcp: 0, cls: 0, long: [] };
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
  watch("longtask", (entry) => seen.long.push([entry.startTime, entry.duration]));
"""
_READ = """() => {
  const fcp = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  const blocked = seen.long.filter(([start]) => start >= fcp).map(([, took]) => Math.max(0, took - 50));
  return { fcp, lcp: seen.lcp, cls: seen.cls, tbt: blocked.reduce((sum, each) => sum + each, 0) };
}"""
# What Lighthouse calls best practice and what can be wrong with a page of ours.
_PRACTICE = """() => {
  const isStretched = (picture) => {
    if (!picture.naturalWidth || !picture.clientWidth || getComputedStyle(picture).objectFit !== "fill") return false;
    return Math.abs(picture.naturalWidth / picture.naturalHeight - picture.clientWidth / picture.clientHeight) > 0.05;
  };
  return [
    document.compatMode === "CSS1Compat" || "no doctype",
    document.characterSet === "UTF-8" || "no charset",
    Boolean(document.querySelector("meta[name=viewport]")) || "no viewport",
    ![...document.images].some(isStretched) || "a picture is stretched",
    ![...document.querySelectorAll("input")].some((each) => each.onpaste) || "pasting is forbidden",
  ].filter((each) => each !== true);
}"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one page weighs (bytes on the wire without pictures), what was measured in it and what is wrong with it."""

    name: str
    path: str
    wire_bytes: int
    measured: dict[str, float]
    wrong: tuple[str, ...]

    @property
    def score(self) -> int:
        """Lighthouse's performance score of 100, without the Speed Index."""
        weights = sum(weight for _, _, weight in _CURVES.values())
        scores = (_score(self.measured[name], *curve[:2]) * curve[2] for name, curve in _CURVES.items())
        return round(100 * sum(scores) / weights)


def main(arguments: list[str]) -> int:
    """Measure and print. Returns 1 when a page is below 95, heavier than 150 kB or has anything wrong."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=loading", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the shop of `make run` is")
    url = parser.parse_args(arguments).url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(os.environ), args=["--no-sandbox"])
        loaded = [_load(browser, url, *page) for page in _pages(browser, url)]
        browser.close()
    say("| page | score | FCP ms | LCP ms | TBT ms | CLS | kB | wrong |\n|---|---|---|---|---|---|---|---|")
    for each in loaded:
        figures = " | ".join(f"{each.measured[name]:,.0f}" for name in ("fcp", "lcp", "tbt"))
        shift, weight, wrong = f"{each.measured['cls']:.3f}", f"{each.wire_bytes / 1_000:.0f}", ", ".join(each.wrong)
        say(f"| {each.name} `{each.path}` | {each.score} | {figures} | {shift} | {weight} | {wrong or 'nothing'} |")
    return int(any(each.score < 95 or each.wire_bytes > _MOST_BYTES or each.wrong for each in loaded))


def _pages(browser: Browser, url: str) -> Iterator[tuple[str, str, str]]:
    """Find what to look at: its name, its address, and who looks ("" for nobody)."""
    with _window(browser, url, "") as page:
        page.goto("/l?kind=part")
        part = str(page.locator("main .listing-card a").first.get_attribute("href"))
    yield from (("home", "/", ""), ("list", "/l", ""), ("listing", part, ""))
    with _window(browser, url, BUYER.email) as page:
        page.goto(part)
        page.get_by_role("button", name="Add to basket").click()
        yield "checkout", "/checkout/USD", BUYER.email
        page.goto("/orders")
        yield "order", str(page.locator("main a[href^='/orders/']").first.get_attribute("href")), BUYER.email
    yield "seller's overview", "/seller", HARBOUR.email
    yield "refund queue", "/admin/refunds", ADMIN.email


def _load(browser: Browser, url: str, name: str, path: str, email: str) -> Loaded:
    with _window(browser, url, email) as page:
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  playwright marks what it is given
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: dict[str, int] = {}
        wire.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
        kinds: dict[str, str] = {}
        wire.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
        wire.send("Network.clearBrowserCache")
        wire.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": _WAIT_MS, "downloadThroughput": _DOWN, "uploadThroughput": _UP},
        )
        wire.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        page.add_init_script(_OBSERVE)
        page.goto(path, wait_until="load")
        page.wait_for_timeout(_QUIET_MS)
        measured, practice = page.evaluate(_READ), page.evaluate(_PRACTICE)
    wrong += [f"answer {answer.status}" for answer in answers if answer.status >= 400]
    weight = sum(size for request, size in sizes.items() if kinds.get(request) != "Image")
    return Loaded(name, path, int(weight), measured, (*wrong, *practice))


@contextmanager
def _window(browser: Browser, url: str, email: str) -> Iterator[Page]:
    """Open a phone-sized window of a person, signed in where there is an address."""
    context = browser.new_context(base_url=url, viewport=_PHONE, device_scale_factor=1.75, is_mobile=True)
    page = context.new_page()
    if email:
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(re.compile(r"^(?!.*/login)"))
    yield page
    context.close()


def _score(value: float, good: float, usual: float) -> float:
    """Return how good `value` is between 0 and 1: `good` makes 0.9, `usual` 0.5, on a log-normal curve."""
    if value <= 0:
        return 1.0
    place = math.log(value / usual) * _TENTH / -math.log(good / usual)
    return (1 - math.erf(place)) / 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
