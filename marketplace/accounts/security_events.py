"""What happened to somebody's second step or programs is kept for them to read."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.models import SecurityEvent, SecurityEventKind


def note(session: Session, *, user_id: int, kind: SecurityEventKind, now: datetime, detail: str = "") -> None:
    """Remember what happened, for its person to read; the mail job tells them soon after. `now` is system time."""
    session.add(SecurityEvent(user_id=user_id, kind=kind, detail=detail, at=now))
