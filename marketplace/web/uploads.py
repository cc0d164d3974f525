"""How much may be sent at once: a form is small, and only views that take files may be sent some."""

from collections.abc import Callable
from typing import Any, BinaryIO

from flask import Response, current_app, request, send_file
from flask.typing import ResponseReturnValue

from marketplace.config import Settings
from marketplace.media import storing
from marketplace.media.storing import FileStore

LARGEST_BODY = 2 * 1024 * 1024
_WITH_FILES = 24 * 1024 * 1024
_WITH_PICTURES = 80 * 1024 * 1024
_TAKES_FILES = "takes_files"
View = Callable[..., ResponseReturnValue]


def takes_files(view: View) -> View:
    """Let a view be sent files; how large each may be is for the rules to say, in words."""
    setattr(view, _TAKES_FILES, _WITH_FILES)
    return view


def allow() -> None:
    """Let this request be as large as its view takes."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    allowed = getattr(view, _TAKES_FILES, None)
    if allowed:
        request.max_content_length = allowed


def allow_many(view: View) -> View:
    """Let a view be sent several pictures as telephones take them."""
    setattr(view, _TAKES_FILES, _WITH_PICTURES)
    return view


def store(folder: str) -> FileStore:
    """Return where the files of `folder` lie."""
    settings: Settings = current_app.extensions["settings"]
    return storing.store(settings.media, settings.var_dir, folder)


def send(content: BinaryIO, *, file_name: str, media_type: str) -> Response:
    """Return a file that others have sent: to be kept, and where the browser shows it all the same, able to nothing."""
    answer = send_file(content, mimetype=media_type, as_attachment=True, download_name=file_name)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
