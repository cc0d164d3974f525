"""How log lines look: keys and values in the demo, JSON in production. No local values, no keys, no e-mail address."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from marketplace.config import Settings

# Keys of Stripe, the secret of a payment page, and e-mail addresses. An error's text may quote any of them: the
# database's tells the parameters of the statement that failed.
_SECRET = re.compile(r"\b(?:(?:sk|rk)_(?:test|live)_|whsec_)\w+|\w+_secret_\w+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HIDDEN = "[hidden]"


def register(settings: Settings) -> None:
    """Set the log format of this process. Values of variables, which may hold tokens, are never printed."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.dev.ConsoleRenderer(colors=False) if settings.demo else structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return a log line with every text in it free of keys and e-mail addresses (S4.26)."""
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = _SECRET.sub(_HIDDEN, value)
    return line
