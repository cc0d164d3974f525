"""The second step of a sign-in: codes of an app, recovery codes, and how long a half-done sign-in waits. Pure."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

STEP_SECONDS = 30
"""How long an app shows one code (RFC 6238)."""
STEPS_EITHER_SIDE = 1
"""So far may the clocks of a phone and of ours be apart, in steps."""
HALF_LIFETIME = timedelta(minutes=10)
"""How long after the right password the code may be entered."""
SETUP_LIFETIME = timedelta(minutes=30)
"""How long a secret that was shown waits for its first code."""
CHALLENGE_LIFETIME = timedelta(minutes=10)
"""How long a passkey may take to sign what it was asked to."""
MOST_PASSKEYS = 20
RECOVERY_CODES = 10
FEW_RECOVERY_CODES = 3
"""With so many left the page says that it is time for new ones."""
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""What recovery codes are made of: 32 signs, none that reads like another."""
_SIGNS, _GROUP = 16, 4
_APP_CODE = re.compile(r"[0-9]{6}")
_RECOVERY_CODE = re.compile(f"[{_ALPHABET}]{{{_SIGNS}}}")


def steps(now: datetime) -> tuple[int, ...]:
    """Return the steps whose codes are taken at `now`: the one that runs, and one either side."""
    running = int(now.timestamp()) // STEP_SECONDS
    return tuple(range(running - STEPS_EITHER_SIDE, running + STEPS_EITHER_SIDE + 1))


def step_of(typed: str, codes: Mapping[int, str], used_step: int | None) -> int | None:
    """Return the step whose code was typed, or None where it is wrong, was used, or is older than one that was.

    `codes` holds the code of each step that is taken now.
    """
    found = None
    for step, code in codes.items():  # all of them, so that the time tells nothing
        if hmac.compare_digest(code.encode(), typed.encode()) and (used_step is None or step > used_step):
            found = step
    return found


def clean_code(text: str) -> str:
    """Return a code as it is compared: without spaces and hyphens, in small letters."""
    plain = unicodedata.normalize("NFKC", text[:200]).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def is_app_code(code: str) -> bool:
    """Return whether a clean code has the shape of an app's."""
    return bool(_APP_CODE.fullmatch(code))


def is_recovery_code(code: str) -> bool:
    """Return whether a clean code has the shape of a recovery code."""
    return bool(_RECOVERY_CODE.fullmatch(code))


def recovery_code(randomness: bytes) -> str:
    """Return the recovery code that 10 random bytes make: 80 bits, too many to guess from a hash."""
    bits = int.from_bytes(randomness[:10], "big")
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(_SIGNS))


def in_groups(code: str) -> str:
    """Return a code or secret as people copy it: in groups of four."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def is_newer_count(told: int, known: int) -> bool:
    """Return whether a passkey's count says that there is one of it: it rises, or the device counts nothing."""
    return told > known or told == known == 0


def half_has_ended(*, begun_at: datetime, password_changed_at: datetime | None, now: datetime) -> bool:
    """Return whether a half-done sign-in is over: too old, or the password it was begun with is not theirs now."""
    is_outdated = password_changed_at is not None and password_changed_at >= begun_at
    return is_outdated or now - begun_at >= HALF_LIFETIME


def setup_has_ended(*, begun_at: datetime, now: datetime) -> bool:
    """Return whether a secret has waited too long for its first code."""
    return now - begun_at >= SETUP_LIFETIME
