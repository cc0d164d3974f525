"""How passwords are stored: argon2id. Slow on purpose, so it runs outside every transaction."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.accounts.rules import LONGEST_PASSWORD, normal_password

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Verified for an unknown e-mail, so that the answer takes as long as for a known one. Nobody has its password.
_NOBODY = _hasher.hash(secrets.token_hex(32))


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, parameters in front."""
    return _hasher.hash(normal_password(password))


def is_password(stored_hash: str | None, password: str) -> bool:
    """Return whether `password` made `stored_hash`; None (nobody has this e-mail) takes as long and is false."""
    text = normal_password(password)
    if len(text) > LONGEST_PASSWORD:
        text = text[:LONGEST_PASSWORD] + "\N{NULL}"  # never a password; the work stays the same
    try:
        return _hasher.verify(_NOBODY if stored_hash is None else stored_hash, text) and stored_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored_hash: str) -> bool:
    """Return whether `stored_hash` was made with other work factors than today's."""
    return _hasher.check_needs_rehash(stored_hash)
