"""How log lines look: keys and values in the demo, JSON in production. Tracebacks carry no local values."""

import structlog

from marketplace.config import Settings


def register(settings: Settings) -> None:
    """Set the log format of this process. Values of variables, which may hold tokens, are never printed."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False) if settings.demo else structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=False,
    )
