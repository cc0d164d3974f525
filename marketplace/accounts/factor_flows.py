"""Setting a second step up, taking it off, and new recovery codes: the password first, then one write."""

import secrets
from datetime import datetime

from marketplace import db
from marketplace.accounts import factor_operations as operations
from marketplace.accounts import flows, totp
from marketplace.accounts.factor_rules import RECOVERY_CODES, recovery_code
from marketplace.accounts.operations import Device


def begin_app(*, user_id: int, session_id: int, email: str, password: str, device: Device, now: datetime) -> None:
    """Make a secret for somebody's app, once their password is right; only this device sees it. `now` is system time.

    Raises Invalid naming the field, TooManyTries, Conflict when an app is set up already.
    """
    flows.check_again(user_id=user_id, email=email, password=password, code="", device=device, now=now)
    secret = totp.new_secret()
    db.atomic(operations.begin_app, (), user_id=user_id, session_id=session_id, secret=secret, now=now)


def confirm_app(*, user_id: int, session_id: int, code: str, now: datetime) -> tuple[list[str], int]:
    """Let an app count, by its first code; return the recovery codes, and how many other devices were signed out.

    `now` is system time. Raises Invalid naming `code`, Conflict when no secret waits.
    """
    codes = _new_codes()
    ended = db.atomic(
        operations.confirm_app,
        (),
        user_id=user_id,
        session_id=session_id,
        code=code,
        recovery_codes=codes,
        now=now,
    )
    return codes, ended


def renew_codes(*, user_id: int, email: str, password: str, code: str, device: Device, now: datetime) -> list[str]:
    """Replace somebody's recovery codes and return them. `now` is system time.

    Raises Invalid naming the field, TooManyTries, Conflict without a second step.
    """
    flows.check_again(user_id=user_id, email=email, password=password, code=code, device=device, now=now)
    codes = _new_codes()
    db.atomic(operations.renew_codes, (), user_id=user_id, recovery_codes=codes, now=now)
    return codes


def take_off(
    *, user_id: int, session_id: int, email: str, password: str, code: str, device: Device, now: datetime
) -> int:
    """Take somebody's second step off; return how many other devices were signed out. `now` is system time.

    Raises Invalid naming the field, TooManyTries, Conflict when there is none.
    """
    flows.check_again(user_id=user_id, email=email, password=password, code=code, device=device, now=now)
    return db.atomic(operations.take_off, (), user_id=user_id, session_id=session_id, now=now)


def _new_codes() -> list[str]:
    return [recovery_code(secrets.token_bytes(10)) for _number in range(RECOVERY_CODES)]
