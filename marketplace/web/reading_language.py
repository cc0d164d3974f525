"""The language of a request: what its browser's cookie says, else the best that the browser asks for."""

from functools import lru_cache

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from marketplace import language
from marketplace.config import Settings
from marketplace.language import ENGLISH, LANGUAGES

_SECONDS = 365 * 86_400


def register(app: Flask) -> None:
    """Let each request of `app` be read in its language, and say in the answer which one it is."""
    app.before_request(_read)
    app.after_request(_say)
    app.teardown_request(_end)


def keep(answer: Response, code: str) -> Response:
    """Let this browser read in the language of this code from now on."""
    settings: Settings = current_app.extensions["settings"]
    answer.set_cookie(_name(), code, max_age=_SECONDS, secure=settings.secure_cookies, httponly=True, samesite="Lax")
    return answer


def _name() -> str:
    settings: Settings = current_app.extensions["settings"]
    return "__Host-tandem_language" if settings.secure_cookies else "tandem_language"


def _read() -> None:
    chosen = request.cookies.get(_name())
    language.read_in(chosen if chosen in LANGUAGES else _asked_for(request.headers.get("Accept-Language", "")))


def _say(answer: Response) -> Response:
    if answer.mimetype == "text/html":
        answer.headers["Content-Language"] = language.current()
    return answer


def _end(_error: BaseException | None) -> None:
    language.read_in(ENGLISH)


@lru_cache(maxsize=1_000)
def _asked_for(header: str) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES) or ENGLISH
