"""Who tries letters until a code fits is stopped: a network address may be wrong a few times in a quarter of an hour.

System time throughout. Each try is written before the code is looked up, so that parallel ones count too, and is taken
away when the code exists.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from marketplace import db
from marketplace.discounts.models import CodeGuess
from marketplace.errors import NotAllowed
from marketplace.language import ngettext

_WINDOW = timedelta(minutes=15)
_WRONG_TRIES = 20


def begin(*, ip_address: str, now: datetime) -> int:
    """Write a try to enter a code down and return its id; raises NotAllowed when this address was wrong too often."""
    db.append(delete(CodeGuess).where(CodeGuess.at < now - _WINDOW))
    row = db.append(insert(CodeGuess).values(ip_address=ip_address[:64], at=now).returning(CodeGuess.id))[0]
    tries = select(func.count().label("number"), func.min(CodeGuess.at).label("first_at")).where(
        CodeGuess.ip_address == ip_address[:64]
    )
    found = db.append(tries)[0]
    if found.number > _WRONG_TRIES:
        minutes = max(1, -(-(found.first_at + _WINDOW - now) // timedelta(minutes=1)))
        text = ngettext(
            "Too many codes that do not exist. Try again in %(minutes)s minute.",
            "Too many codes that do not exist. Try again in %(minutes)s minutes.",
            minutes,
            minutes=minutes,
        )
        raise NotAllowed(text)
    return int(row.id)


def was_right(guess_id: int) -> None:
    """Forget a try whose code exists."""
    db.append(delete(CodeGuess).where(CodeGuess.id == guess_id))
