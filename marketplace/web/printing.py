"""What is made for print: PDF by Typst, from a template and ready texts; the same input makes the same bytes.

Texts go in as JSON, never as markup, those of the template itself as well: `words`, in the language that is read, which
the PDF names as its own. The fonts are ours, so it needs neither the system's nor a network.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from flask import current_app

from marketplace import language
from marketplace.language import ENGLISH, Text

_REGIONS = {ENGLISH: "GB"}
"""Which English is meant; other languages go without a region."""
_PAGE = Text("Page %(page)s of %(pages)s")
_WORDS: Mapping[str, Mapping[str, Text]] = {
    "invoice": {
        "from": Text("From"),
        "to": Text("To"),
        "lines": Text("Lines"),
        "what": Text("What"),
        "quantity": Text("Quantity"),
        "each": Text("Each"),
        "tax": Text("Tax"),
        "amount": Text("Amount"),
        "sums": Text("What it comes to"),
        "taxes": Text("Tax by rate"),
        "rate": Text("Rate"),
        "net": Text("Without tax"),
        "gross": Text("With tax"),
        "terms": Text("Terms"),
        "note": Text("Note"),
        "hash": Text("SHA-256 of the frozen content:"),
    },
    "packing_slip": {
        "title": Text("Packing slip"),
        "pickup": Text("Collected by"),
        "not_sent": Text("Not sent: the buyer collects it."),
        "send_to": Text("Send to"),
        "units": Text("Units"),
        "what": Text("What"),
        "packed": Text("Packed"),
        "note": Text("Note from the buyer"),
    },
    "statement": {
        "sums": Text("From opening to closing"),
        "what": Text("What"),
        "amount": Text("Amount"),
        "lines": Text("Every line"),
        "none": Text("Nothing moved in this month."),
        "date": Text("Date"),
        "gross": Text("Buyer paid"),
        "fees": Text("Fees"),
        "balance": Text("Balance"),
    },
}
"""What each template says beside its data."""


def pdf(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return `templates/print/<template>.typ` filled with `data`, dated `made_at`, in the language that is read.

    To be kept and to be heard: PDF/A-3b, which holds all that it needs to be shown, and PDF/UA-1, which programs can
    read aloud.
    """
    given = inputs(template, data)
    try:
        return _compiled(template, given, made_at, ["a-3b", "ua-1"])
    except typst.TypstError:
        # The standards refuse a character that our fonts lack (a name in another script); people still get theirs.
        return _compiled(template, given, made_at, [])


def inputs(template: str, data: Mapping[str, Any]) -> str:
    """Return what a template is given, as JSON: its data, its words, and the language for programs that read aloud."""
    code = language.current()
    words = {**_WORDS[template], "page": _PAGE % {"page": "{page}", "pages": "{pages}"}}
    spoken = {"lang": code, "region": _REGIONS.get(code), "words": words}
    return json.dumps(_as_read({**data, **spoken}), ensure_ascii=False)


def _as_read(value: Any) -> Any:
    """Return data with its texts in the language that is read: JSON would write a Text as the program sees it."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _as_read(each) for name, each in value.items()}
    return [_as_read(each) for each in value] if isinstance(value, list | tuple) else value


def _compiled(template: str, given: str, made_at: datetime, standards: list[Any]) -> bytes:
    return typst.compile(
        Path(current_app.root_path, str(current_app.template_folder), "print", f"{template}.typ"),
        format="pdf",
        font_paths=_fonts(str(current_app.static_folder)),
        sys_inputs={"data": given},
        timestamp=int(made_at.timestamp()),
        pdf_standards=standards,
    )


@cache
def _fonts(static_folder: str) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(static_folder, "fonts", "print"))])
