"""Columns that are stored encrypted: what a copy of the database must not tell, such as the secret of a code app.

The keys are derived from SECRET_KEY. Its first value encrypts, each of them decrypts, so that it can be rotated:
`flask rotate-keys` writes everything anew under the first, and then the others can go.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_PURPOSE = b"tandem encrypted columns 1"
"""Keeps these keys apart from the one that signs cookies, which comes from the same value."""


class CannotDecrypt(RuntimeError):
    """A stored value was encrypted under none of today's values of SECRET_KEY."""

    def __init__(self) -> None:
        super().__init__("An encrypted column was written under another SECRET_KEY. Put the old value behind the new.")


class EncryptedText(TypeDecorator[str]):
    """Text that is encrypted on its way into the database and readable on its way out: Fernet, AES-128 with HMAC."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what to store for a text: never the same twice."""
        return None if value is None else _box().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text of what was stored. Raises CannotDecrypt."""
        if value is None:
            return None
        try:
            return _box().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise CannotDecrypt from error


def _box() -> MultiFernet:
    return _made(current_app.extensions["settings"].secret_keys)


@lru_cache(maxsize=8)
def _made(secret_keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secret_keys])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
