"""What axe and a ruler say about a page, wide and narrow, light and dark."""

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# No frames: the only one we have shows a foreign mail and lets no script in, axe's neither.
_VIOLATIONS = """([looks, options]) => axe.run(looks ? {include: looks.flatMap(look => alike.get(look))} : document,
  {resultTypes: ["violations"], iframes: false, ...options})
  .then(found => found.violations.map(
    one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).join(", ")))"""
# Pictures below the fold as well: one that is missing is a complaint.
_PICTURES = """() => Promise.all([...document.images].map(image => {
  image.loading = "eager";
  return image.complete || new Promise(done => image.onload = image.onerror = done);
}))"""
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_COLOURS = ("color-contrast", "link-in-text-block")
_BUT_COLOURS = {"rules": {rule: {"enabled": False} for rule in _COLOURS}}
_OF_COLOURS = {"runOnly": list(_COLOURS)}
# Fifty rows of a list have the same colours on the same grounds, and all pages of a person the same frame; axe looks
# through everything that lies beneath a word, each time: half of what it costs. So it is shown two of those that look
# alike by what the browser computed, and only where it has not found such a look sound before.
_LOOKS = """() => {
  const looks = new Map([[null, ""]]);
  const look = element => {
    if (!looks.has(element)) {
      const {color, backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      looks.set(element, [look(element.parentElement), color, backgroundColor, backgroundImage, opacity].join());
    }
    return looks.get(element);
  };
  window.alike = new Map();
  for (const element of document.querySelectorAll("body, body *")) {
    const hasWords = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasWords && !element.matches("input, select, textarea")) continue;
    const {fontSize, fontWeight} = getComputedStyle(element);
    const kind = [element.tagName, element.className, fontSize, fontWeight, look(element)].join();
    const others = alike.get(kind) ?? [];
    if (others.length < 2) alike.set(kind, [...others, element]);
  }
  return [...alike.keys()];
}"""
_sound_looks: dict[tuple[int, str], set[str]] = {}
"""What axe found nothing wrong with in this process, by width and scheme."""
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
    page.evaluate(_PICTURES)
    page.evaluate(_script())
    wrong = []
    for width, scheme in ((1360, "light"), (390, "light"), (390, "dark"), (1360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate(_TOO_WIDE):
            wrong.append(f"scrolls sideways at {width} px")
        # Dark changes colours and nothing else (tests/architecture/test_dark.py): the other rules would say the same.
        found = page.evaluate(_VIOLATIONS, [None, _BUT_COLOURS]) if scheme == "light" else []
        found += _wrong_colours(page, _sound_looks.setdefault((width, scheme), set()))
        wrong += [f"{width} {scheme}: {violation}" for violation in found]
    page.emulate_media(color_scheme="light")
    return wrong


def _wrong_colours(page: Page, sound: set[str]) -> list[str]:
    """Return what is wrong with the colours of looks that are not known to be `sound`; add those that are."""
    new = [look for look in page.evaluate(_LOOKS) if look not in sound]
    found: list[str] = page.evaluate(_VIOLATIONS, [new, _OF_COLOURS]) if new else []
    if not found:
        sound.update(new)
    return found


@cache
def _script() -> str:
    return f"{Axe().axe_script}\n{_EACH_COLOUR_ONCE}"
