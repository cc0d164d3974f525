"""The dark page is the light page in other colours: that is why axe is asked about it for colours only."""

import re

import pytest

from tests.architecture.source import CHECKOUT

_ASKS = re.compile(r"prefers-color-scheme|matchMedia[^;]*dark")
_BLOCK = re.compile(r"@media \(prefers-color-scheme: dark\) \{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_OF_COLOUR = {"filter", "color", "background-color", "border-color"}


def more_than_colours(text: str) -> list[str]:
    """Return what a file changes in the dark beside colours, and where it asks for the dark otherwise."""
    blocks = _BLOCK.findall(text)
    declared = {name for block in blocks for name in re.findall(r"[{;]\s*([-\w]+)\s*:", block)}
    elsewhere = ["asks elsewhere"] * (len(_ASKS.findall(text)) - len(blocks))
    return sorted(declared - _OF_COLOUR) + elsewhere


def test_the_dark_changes_colours_and_nothing_else() -> None:
    files = [path for folder in ("static", "templates") for path in (CHECKOUT / folder).rglob("*.*")]
    texts = {
        path: path.read_text(encoding="utf-8") for path in files if path.suffix in {".css", ".html", ".js", ".svg"}
    }
    assert sum("light-dark(" in text for text in texts.values()) > 1
    ours = {path: text for path, text in texts.items() if "vendor" not in path.parts}
    assert {str(path): found for path, text in ours.items() if (found := more_than_colours(text))} == {}


@pytest.mark.parametrize(
    "bad",
    [
        "@media (prefers-color-scheme: dark) { .a { display: none; } }",
        "@media (prefers-color-scheme: dark) { .a { filter: none; } .b { color: red; width: 3px } }",
        "@media (min-width: 3px) and (prefers-color-scheme: dark) { .a { color: red; } }",
        "if (matchMedia('(prefers-color-scheme: dark)').matches) leave();",
        '<source media="(prefers-color-scheme: dark)" srcset="other.svg">',
    ],
)
def test_the_check_can_fail(bad: str) -> None:
    assert more_than_colours(bad)
