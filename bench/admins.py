"""The admin whose presses a benchmark measures."""

import secrets

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import passwords


def make_admin() -> int:
    """Register an admin and return their id."""
    return db.atomic(
        accounts.register,
        (),
        email="admin@bench.example",
        name="Ada Admin",
        password_hash=passwords.hash_password(secrets.token_hex(8)),
        now=clock.now(),
        is_admin=True,
    )
