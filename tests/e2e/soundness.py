"""What axe and a ruler say about a page, wide and narrow, light and dark."""

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_VIOLATIONS = """axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
  one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).join(", ")))"""
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def unsound(page: Page) -> list[str]:
    """Return what is wrong with the page that is open; it stands as before, wide and light, afterwards."""
    page.evaluate(_script())
    wrong = []
    for width, scheme in ((1360, "light"), (390, "light"), (390, "dark"), (1360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate(_TOO_WIDE):
            wrong.append(f"scrolls sideways at {width} px")
        wrong += [f"{width} {scheme}: {violation}" for violation in page.evaluate(_VIOLATIONS)]
    page.emulate_media(color_scheme="light")
    return wrong


@cache
def _script() -> str:
    return str(Axe().axe_script)
