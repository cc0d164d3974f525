"""A person who has no mouse: goes from one thing to the next with Tab, and sees where they are."""

from playwright.sync_api import Page

_MOST_STEPS = 150
# What a screen reader would call the thing that has the focus.
_NAME = """() => {
  const here = document.activeElement;
  const named = here.getAttribute("aria-label") ?? [...(here.labels ?? [])].map((each) => each.textContent).join(" ");
  return (named || here.textContent).replace(/\\s+/g, " ").trim();
}"""
# Whether it lies in the window, in front of all else, and is marked (WCAG 2.4.7 and 2.4.11).
_SHOWN = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const front = top && (here.contains(top) || top.contains(here) || [...(here.labels ?? [])].some((l) => l.contains(top)));
  const marked = (thing) => getComputedStyle(thing).outlineStyle !== "none" || getComputedStyle(thing).boxShadow !== "none";
  return Boolean(front) && (marked(here) || [...(here.labels ?? [])].some(marked));
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something whose name begins with `name` has the focus, and make sure that it can be seen."""
    passed = []
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_NAME))
        if passed[-1].startswith(name):
            assert page.evaluate(_SHOWN), f"{name} has the focus, and nobody sees it"
            return
    raise AssertionError(f"Tab never came to {name}, but to {passed}")


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a field and write into it, over what stands there; a list chooses what begins so."""
    tab_to(page, name)
    page.keyboard.type(text)


def press(page: Page, name: str) -> None:
    """Go to a button or a link and press Enter."""
    tab_to(page, name)
    page.keyboard.press("Enter")
