"""Templates keep to the strict policy: no inline style, script or handler, no dead link, nothing unescaped."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT

EVENTS = (
    "abort|animation\\w+|blur|change|click|close|contextmenu|copy|cut|dblclick|drag\\w*|drop|error|focus\\w*|input"
    "|invalid|key\\w+|load\\w*|mouse\\w+|paste|pointer\\w+|reset|resize|scroll|select|submit|toggle|touch\\w+"
    "|transition\\w+|unload|wheel"
)
BANNED = {
    "inline style": re.compile(r"[\s\"']style\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline handler": re.compile(rf"[\s\"']on(?:{EVENTS})\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?! type=\"application/ld\+json\">)", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "dead link": re.compile(r"href=[\"']#[\"']", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


def offences(name: str, text: str) -> list[str]:
    visible = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return [
        f"{name}:{visible.count(chr(10), 0, hit.start()) + 1} {what}: {hit[0].strip()}"
        for what, pattern in BANNED.items()
        for hit in pattern.finditer(visible)
    ]


def templates() -> list[Path]:
    return sorted((CHECKOUT / "templates").rglob("*.html"))


def test_templates_keep_the_policy() -> None:
    assert templates()
    found = [
        offence
        for template in templates()
        for offence in offences(str(template.relative_to(CHECKOUT)), template.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color: red">',
        "<style>p { color: red }</style>",
        '<button onclick="go()">',
        "<form\nonsubmit='go()'>",
        "<script>go()</script>",
        '<a href="javascript:go()">',
        '<a href="#">',
        "{{ text | safe }}",
        "{{ text|safe }}",
        "{% autoescape false %}",
    ],
)
def test_the_check_can_fail(bad: str) -> None:
    assert offences("bad.html", bad)


@pytest.mark.parametrize(
    "good",
    [
        '<script src="/static/js/menu.js" defer></script>',
        '<a href="#content">Skip to content</a>',
        '{# style="" was here #}',
        '<svg width="10" class="style-1"></svg>',
        "{{ field(only=1, once=2) }}",
    ],
)
def test_what_is_allowed(good: str) -> None:
    assert offences("good.html", good) == []
