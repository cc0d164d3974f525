"""What went wrong, told to programs: RFC 9457, with the fields that are to blame."""

from collections.abc import Mapping

from flask import Response, jsonify, request

from marketplace.language import Text

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, str] = {
    400: Text("The request is not complete"),
    401: Text("Nobody is signed in"),
    403: Text("Not allowed"),
    404: Text("Not found"),
    405: Text("Not by this method"),
    409: Text("Not as things stand"),
    413: Text("Too large"),
    415: Text("Not in this format"),
    422: Text("Something is not right yet"),
    429: Text("Too many requests"),
    500: Text("Something broke on our side"),
    503: Text("We are not ready"),
}
_DETAILS: Mapping[int, str] = {
    404: Text("There is nothing at this address."),
    405: Text("The header Allow names the methods that this address takes."),
    413: Text("Send less at once."),
    422: Text("A field is wrong: errors names it."),
    500: Text("Nothing was lost. Please try again in a moment."),
}
_PAGES = ("/api/docs",)


def is_wanted() -> bool:
    """Return whether a program asks, which reads no pages."""
    return request.path.startswith("/api/") and not request.path.startswith(_PAGES)


def answer(
    code: int,
    detail: str | None = None,
    *,
    errors: Mapping[str, str] | None = None,
    reference: str | None = None,
    wait_seconds: int = 0,
) -> Response:
    """Return the problem as JSON; `errors` are by field, `reference` names the log line."""
    title = TITLES.get(code, TITLES[400])
    body: dict[str, object] = {
        "type": "about:blank",
        "title": str(title),
        "status": code,
        "detail": str(detail or _DETAILS.get(code, title)),
    }
    if errors:
        body["errors"] = [{"field": field, "message": str(message)} for field, message in errors.items()]
    if reference:
        body["reference"] = reference
    found = jsonify(body)
    found.status_code, found.mimetype = code, MEDIA_TYPE
    if code == 401:
        found.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if wait_seconds:
        found.headers["Retry-After"] = str(wait_seconds)
    return found
