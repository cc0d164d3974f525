"""People with two-step sign-in: an app on a phone, set up as they would, a while ago; and people with passkeys."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace import clock, db
from marketplace.accounts import factor_flows, factor_operations, passkey_operations, totp
from marketplace.accounts.webauthn_keys import NewKey


@dataclass(frozen=True)
class Phone:
    """The app: it knows the secret and the time. `recovery_codes` lie in a drawer."""

    secret: str
    recovery_codes: tuple[str, ...] = ()

    def code(self, *, steps: int = 0, now: datetime | None = None) -> str:
        """Return the code that it shows, or showed or will show `steps` of 30 seconds away."""
        moment = (now or clock.system_now()) + timedelta(seconds=30 * steps)
        codes = totp.codes(self.secret, now=moment)
        return codes[sorted(codes)[1]]


def with_phone(user_id: int, *, session_id: int = 0, now: datetime | None = None) -> Phone:
    """Turn two-step sign-in of a person on, an hour ago unless `now` says when, so that no code of today is used."""
    moment = now or clock.system_now() - timedelta(hours=1)
    secret = totp.new_secret()
    db.atomic(factor_operations.begin_app, (), user_id=user_id, session_id=session_id, secret=secret, now=moment)
    code = Phone(secret).code(now=moment)
    codes, _ended = factor_flows.confirm_app(user_id=user_id, session_id=session_id, code=code, now=moment)
    return Phone(secret, tuple(codes))


def with_passkey(user_id: int, name: str = "Phone") -> int:
    """Let a person have a passkey, of a device that is away; return its id."""
    key = NewKey(secrets.token_bytes(32), secrets.token_bytes(77), 0)
    values = {"user_id": user_id, "session_id": 0, "key": key, "name": name, "now": clock.system_now()}
    return db.atomic(passkey_operations.add, (), **values)  # type: ignore[arg-type]
