"""Static files by addresses that change with their content, the stylesheets as one file, and texts compressed.

Pages themselves travel as they are: they carry form tokens, and a compressed page's length would tell of them (BREACH).
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, request

_FIRST = ("tokens.css", "base.css", "layout.css")
_YEAR_SECONDS = 31_536_000
_SHEET = "/static/css/all.css"
_TEXTS = {".js": "text/javascript", ".svg": "image/svg+xml"}
_GZIP = "gzip"


@dataclass(frozen=True, slots=True)
class _Text:
    """A file as it is and as it is sent to who takes it compressed."""

    content: bytes
    compressed: bytes
    mimetype: str
    digest: str

    @classmethod
    def of(cls, content: bytes, mimetype: str) -> "_Text":
        return cls(content, gzip.compress(content, 9, mtime=0), mimetype, _hash(content))

    def answer(self) -> Response:
        """Return the file for this request, which may be kept for a year."""
        is_small = request.accept_encodings.quality(_GZIP) > 0
        answer = Response(self.compressed if is_small else self.content, mimetype=self.mimetype)
        answer.vary.add("Accept-Encoding")
        if is_small:
            answer.content_encoding = _GZIP
        answer.cache_control.max_age = _YEAR_SECONDS
        answer.cache_control.public = True
        answer.cache_control.immutable = True
        answer.set_etag(f"{self.digest}-{_GZIP}" if is_small else self.digest)
        answer.make_conditional(request)
        return answer


def register(app: Flask) -> None:
    """Give templates `static_url` and `stylesheet_url`, serve all stylesheets in one request, and texts compressed.

    One file per component is how they are written; sixty requests are not how they should travel.
    """
    static = Path(str(app.static_folder))
    hashes = {
        path.relative_to(static).as_posix(): _hash(path.read_bytes()) for path in static.rglob("*") if path.is_file()
    }
    texts = {
        name: _Text.of((static / name).read_bytes(), _TEXTS[Path(name).suffix])
        for name in hashes
        if Path(name).suffix in _TEXTS
    }
    sheet = _Text.of(_bundle(static / "css"), "text/css")

    # Written once: twenty icons of a page ask for the same address.
    urls = {name: f"{app.static_url_path}/{quote(name)}?v={digest}" for name, digest in hashes.items()}
    sheet_url = f"{_SHEET}?v={sheet.digest}"

    def file(filename: str) -> Response:
        text = texts.get(filename)
        return text.answer() if text else app.send_static_file(filename)

    # Beside the files it is made of, so that their relative addresses of fonts hold.
    app.add_url_rule(_SHEET, "stylesheet", sheet.answer)
    app.view_functions["static"] = file
    app.jinja_env.globals.update(static_url=urls.__getitem__, stylesheet_url=lambda: sheet_url)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR_SECONDS


def _bundle(folder: Path) -> bytes:
    """Return tokens first (they declare the layers), then base, layout and the components by name."""
    files = [folder / name for name in _FIRST] + sorted((folder / "components").glob("*.css"))
    return b"\n".join(path.read_bytes() for path in files)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
