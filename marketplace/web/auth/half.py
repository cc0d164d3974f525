"""The half-done sign-in of this browser: its key stands in the signed cookie, and goes when somebody is signed in."""

from flask import session

_KEY = "half_sign_in"


def keep(key: str) -> None:
    """Let this browser, and no other, take the second step."""
    session[_KEY] = key


def key() -> str:
    """Return the key that this browser came with; "" without one, which is no sign-in's."""
    found: str = session.get(_KEY, "")
    return found


def drop() -> None:
    """Forget the sign-in that this browser has begun."""
    session.pop(_KEY, None)
