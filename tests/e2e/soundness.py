"""What axe and a ruler say about a page, wide and narrow, light and dark."""

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# No frames: the only one we have shows a foreign mail and lets no script in, axe's neither.
_VIOLATIONS = """([where, options]) => axe.run(where === "looks" ? {include: oneOfEachLook()} : document,
  {resultTypes: ["violations"], iframes: false, ...options})
  .then(found => found.violations.map(
    one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).join(", ")))"""
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_COLOURS = ("color-contrast", "link-in-text-block")
# Dark changes colours and nothing else (tests/architecture/test_dark.py): the other rules would say the same again.
_BUT_COLOURS = ("page", {"rules": {rule: {"enabled": False} for rule in _COLOURS}})
_OF_COLOURS = ("looks", {"runOnly": list(_COLOURS)})
# Fifty rows of a list have the same colours on the same grounds, and axe looks through everything that lies beneath a
# word, each time: half of what it costs. So it is shown two of those that look alike, by what the browser computed.
_ONE_OF_EACH_LOOK = """function oneOfEachLook() {
  const looks = new Map([[null, ""]]), seen = new Map();
  const look = element => {
    if (!looks.has(element)) {
      const {color, backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      looks.set(element, [look(element.parentElement), color, backgroundColor, backgroundImage, opacity].join());
    }
    return looks.get(element);
  };
  return [...document.querySelectorAll("body, body *")].filter(element => {
    const hasWords = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasWords && !element.matches("input, select, textarea")) return false;
    const {fontSize, fontWeight} = getComputedStyle(element);
    const kind = [element.tagName, element.className, fontSize, fontWeight, look(element)].join();
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return seen.get(kind) <= 2;
  });
}"""
# A page has a dozen colours, and axe reads one of them anew for every element that has it.
_EACH_COLOUR_ONCE = """(() => {
  const color = axe.commons.color.Color.prototype, read = color.parseString, known = new Map();
  color.parseString = function (text) {
    if (!known.has(text)) { const {r, g, b, alpha} = read.call(this, text); known.set(text, {r, g, b, alpha}); }
    return Object.assign(this, known.get(text));
  };
})();"""


def unsound(page: Page) -> list[str]:
    """Return what is wrong with the page that is open; it stands as before, wide and light, afterwards."""
    page.evaluate(_script())
    wrong = []
    for width, scheme in ((1360, "light"), (390, "light"), (390, "dark"), (1360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate(_TOO_WIDE):
            wrong.append(f"scrolls sideways at {width} px")
        for asked in (_BUT_COLOURS, _OF_COLOURS) if scheme == "light" else (_OF_COLOURS,):
            found = page.evaluate(_VIOLATIONS, asked)
            wrong += [f"{width} {scheme}: {violation}" for violation in found]
    page.emulate_media(color_scheme="light")
    return wrong


@cache
def _script() -> str:
    return f"{Axe().axe_script}\n{_EACH_COLOUR_ONCE}\n{_ONE_OF_EACH_LOOK}"
