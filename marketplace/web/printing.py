"""What is made for print: PDF by Typst, from a template and ready texts; the same input makes the same bytes.

Texts go in as JSON, never as markup. The fonts are ours, so it needs neither the system's nor a network.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from flask import current_app


def pdf(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return `templates/print/<template>.typ` filled with `data`, dated `made_at`, to be kept and to be heard.

    That is PDF/A-3b, which holds all that it needs to be shown, and PDF/UA-1, which programs can read aloud.
    """
    try:
        return _compiled(template, data, made_at, ["a-3b", "ua-1"])
    except typst.TypstError:
        # The standards refuse a character that our fonts lack (a name in another script); people still get theirs.
        return _compiled(template, data, made_at, [])


def _compiled(template: str, data: Mapping[str, Any], made_at: datetime, standards: list[Any]) -> bytes:
    return typst.compile(
        Path(current_app.root_path, str(current_app.template_folder), "print", f"{template}.typ"),
        format="pdf",
        font_paths=_fonts(str(current_app.static_folder)),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
        pdf_standards=standards,
    )


@cache
def _fonts(static_folder: str) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(static_folder, "fonts", "print"))])
