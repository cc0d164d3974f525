"""Who is signed in hears that something of theirs has changed, and nothing of what (server-sent events)."""

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from marketplace.web import guards
from marketplace.web.live.hub import hub_of
from marketplace.web.live.lines import Handover, line_of


@guards.signed_in
def stream() -> ResponseReturnValue:
    """Open a stream for the viewer; 204 where there is none to be had, and the page goes on asking by itself."""
    who = guards.viewer()
    line = line_of(request.environ)
    hub = hub_of(current_app)
    seat = hub.seat(who.user_id, who.session_id) if line else None
    if line is None or seat is None:
        return "", 204
    is_chunked = request.environ["SERVER_PROTOCOL"] != "HTTP/1.0"
    answer = Response(Handover(hub, seat, line, is_chunked=is_chunked), mimetype="text/event-stream")
    # No proxy may hold the events back; no-store stands on it as on every page.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer
