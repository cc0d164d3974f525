"""How much may be sent at once: a form is small, and only views that take files may be sent some."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, make_response, request, send_from_directory
from flask.typing import ResponseReturnValue

LARGEST_BODY = 2 * 1024 * 1024
_WITH_FILES = 24 * 1024 * 1024
_TAKES_FILES = "takes_files"
View = Callable[..., ResponseReturnValue]


def takes_files(view: View) -> View:
    """Let a view be sent files; how large each may be is for the rules to say, in words."""
    setattr(view, _TAKES_FILES, True)
    return view


def allow() -> None:
    """Let this request be as large as its view takes."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _TAKES_FILES, False):
        request.max_content_length = _WITH_FILES


def send(folder: str, *, stored_name: str, file_name: str, media_type: str) -> Response:
    """Return a file that others have sent: to be kept, and where the browser shows it all the same, able to nothing."""
    found = current_app.extensions["settings"].var_dir.resolve() / folder
    answer = make_response(
        send_from_directory(found, stored_name, mimetype=media_type, as_attachment=True, download_name=file_name)
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
