"""Static files by addresses that change with their content, and the stylesheets as one file."""

import hashlib
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response

_FIRST = ("tokens.css", "base.css", "layout.css")
_YEAR_SECONDS = 31_536_000
_SHEET = "/static/css/all.css"


def register(app: Flask) -> None:
    """Give templates `static_url` and `stylesheet_url`, and serve all stylesheets in one request.

    One file per component is how they are written; sixty requests are not how they should travel.
    """
    static = Path(str(app.static_folder))
    hashes = {
        path.relative_to(static).as_posix(): _hash(path.read_bytes()) for path in static.rglob("*") if path.is_file()
    }
    sheet = _bundle(static / "css")
    sheet_hash = _hash(sheet)

    # Written once: twenty icons of a page ask for the same address.
    urls = {name: f"{app.static_url_path}/{quote(name)}?v={digest}" for name, digest in hashes.items()}
    sheet_url = f"{_SHEET}?v={sheet_hash}"

    def stylesheet() -> Response:
        answer = Response(sheet, mimetype="text/css")
        answer.cache_control.max_age = _YEAR_SECONDS
        answer.cache_control.public = True
        answer.cache_control.immutable = True
        answer.set_etag(sheet_hash)
        return answer

    # Beside the files it is made of, so that their relative addresses of fonts hold.
    app.add_url_rule(_SHEET, "stylesheet", stylesheet)
    app.jinja_env.globals.update(static_url=urls.__getitem__, stylesheet_url=lambda: sheet_url)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR_SECONDS


def _bundle(folder: Path) -> bytes:
    """Return tokens first (they declare the layers), then base, layout and the components by name."""
    files = [folder / name for name in _FIRST] + sorted((folder / "components").glob("*.css"))
    return b"\n".join(path.read_bytes() for path in files)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
