"""Codes of an app on somebody's phone: RFC 6238 with six digits, SHA-1 and 30 seconds, which every app knows."""

from collections.abc import Mapping
from datetime import datetime

import pyotp

from marketplace.accounts.factor_rules import STEP_SECONDS, steps


def new_secret() -> str:
    """Return a random secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def codes(secret: str, *, now: datetime) -> Mapping[int, str]:
    """Return the codes that are taken at `now`, system time, by their step."""
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    return {step: app.generate_otp(step) for step in steps(now)}


def address(secret: str, *, email: str, issuer: str) -> str:
    """Return the otpauth address that an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=issuer)
