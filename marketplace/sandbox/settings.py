"""What the sandbox needs to know before it starts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

API_VERSION = "2026-10-28.endive"
APPLICATION_ID = "ca_sandboxplatform"
"""The id of the platform's Connect application: shown by Connect endpoints and in `account.application` events."""


@dataclass(frozen=True)
class SandboxSettings:
    """The settings of one sandbox; see `from_environment` for the names outside."""

    database_url: str
    base_url: str = "http://localhost:8100"
    secret_keys: tuple[str, ...] = ()
    publishable_keys: tuple[str, ...] = ()
    var_dir: Path = Path("var")
    cookie_key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = ()
    connect_webhook_url: str = ""
    connect_webhook_secrets: tuple[str, ...] = ()
    paypal_client_id: str = ""
    paypal_client_secret: str = ""
    paypal_webhook_id: str = ""
    paypal_webhook_url: str = ""
    merchant_name: str = "Demo marketplace"
    background: bool = True
    waits_for_disk: bool = True
    """Whether a commit is on the disk before it is answered; else a machine that dies takes the last moments along."""
    redirect_wait_seconds: float = 10.0
    id_seed: int | None = None


def from_environment(environment: Mapping[str, str]) -> SandboxSettings:
    """Read the settings from environment variables.

    Raises KeyError when SANDBOX_DATABASE_URL is missing.
    """
    given = SandboxSettings(database_url=environment["SANDBOX_DATABASE_URL"])
    return SandboxSettings(
        database_url=given.database_url,
        base_url=environment.get("SANDBOX_BASE_URL", given.base_url).rstrip("/"),
        secret_keys=_several(environment.get("STRIPE_SECRET_KEY", "")),
        publishable_keys=_several(environment.get("STRIPE_PUBLISHABLE_KEY", "")),
        var_dir=Path(environment.get("VAR_DIR", "var")),
        cookie_key=environment.get("SANDBOX_SECRET_KEY") or given.cookie_key,
        webhook_url=environment.get("SANDBOX_WEBHOOK_URL", ""),
        webhook_secrets=_several(environment.get("STRIPE_WEBHOOK_SECRET", "")),
        connect_webhook_url=environment.get("SANDBOX_CONNECT_WEBHOOK_URL", ""),
        connect_webhook_secrets=_several(environment.get("STRIPE_CONNECT_WEBHOOK_SECRET", "")),
        paypal_client_id=environment.get("PAYPAL_CLIENT_ID", ""),
        paypal_client_secret=environment.get("PAYPAL_CLIENT_SECRET", ""),
        paypal_webhook_id=environment.get("PAYPAL_WEBHOOK_ID", ""),
        paypal_webhook_url=environment.get("SANDBOX_PAYPAL_WEBHOOK_URL", ""),
        merchant_name=environment.get("SANDBOX_MERCHANT_NAME", given.merchant_name),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
