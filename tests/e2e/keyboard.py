"""A person who has no mouse: goes from one thing to the next with Tab, and sees where they are."""

from playwright.sync_api import FloatRect, Page

_MOST_STEPS = 150
# How far around a thing its mark may lie, in pixels.
_AROUND = 24
# What a screen reader would call the thing that has the focus.
_NAME = """() => {
  const here = document.activeElement;
  const named = here.getAttribute("aria-label") ?? [...(here.labels ?? [])].map((each) => each.textContent).join(" ");
  return (named || here.textContent).replace(/\\s+/g, " ").trim();
}"""
# Where in the window it lies, as far as it lies there.
_PLACE = """(around) => {
  const box = document.activeElement.getBoundingClientRect();
  const left = Math.max(0, box.left - around), top = Math.max(0, box.top - around);
  const right = Math.min(innerWidth, box.right + around), bottom = Math.min(innerHeight, box.bottom + around);
  return { x: left, y: top, width: right - left, height: bottom - top };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something whose name begins with `name` has the focus, and make sure that it can be seen."""
    page.wait_for_load_state("domcontentloaded")  # what is not there yet can't be passed
    passed = []
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_NAME))
        if passed[-1].startswith(name):
            assert _is_seen(page), f"{name} has the focus, and nobody sees it"
            return
    raise AssertionError(f"Tab never came to {name}, but to {passed}")


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a field and write into it; of a list, choose what begins so."""
    tab_to(page, name)
    page.keyboard.type(text)


def press(page: Page, name: str) -> None:
    """Go to a button or a link and press Enter."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def _is_seen(page: Page) -> bool:
    """Return whether the page looks otherwise there when the focus is not (WCAG 2.4.7 and 2.4.11)."""
    place: FloatRect = page.evaluate(_PLACE, _AROUND)
    if place["width"] <= 0 or place["height"] <= 0:
        return False
    with_focus = page.screenshot(clip=place)
    page.evaluate("window.left = document.activeElement, document.activeElement.blur()")
    without = page.screenshot(clip=place)
    page.evaluate("window.left.focus({ preventScroll: true })")
    return with_focus != without
