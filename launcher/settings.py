"""What are the demo's settings? They stand in $VAR_DIR/demo.env: secrets made once and kept, addresses renewed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from launcher.console import Failure
from launcher.databases import APPLICATION, OWNER, SANDBOX
from launcher.places import Places
from launcher.postgres import Cluster
from launcher.processes import is_free, listener

PORTS = {"PORT": 8000, "SANDBOX_PORT": 8100}
SMTP_PORT_BESIDE = 25  # the mail server of PORT=8000 listens on 8025
# Chromium refuses to open these (ERR_UNSAFE_PORT).
UNSAFE_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080, *range(6665, 6670)}
)
SECRETS = {
    "SECRET_KEY": "",
    "SANDBOX_SECRET_KEY": "",
    "STRIPE_SECRET_KEY": "sk_test_",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_",
    "STRIPE_WEBHOOK_SECRET": "whsec_",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_",
    "PAYPAL_CLIENT_ID": "",
    "PAYPAL_CLIENT_SECRET": "",
    "PAYPAL_WEBHOOK_ID": "",
}
# Each process sees only its own side: the sandbox is "another company's server", and only migrations act as owner.
NOT_FOR_SHOP = (
    "DATABASE_OWNER_URL",
    "SANDBOX_DATABASE_URL",
    "SANDBOX_SECRET_KEY",
    "SANDBOX_WEBHOOK_URL",
    "SANDBOX_CONNECT_WEBHOOK_URL",
    "SANDBOX_PAYPAL_WEBHOOK_URL",
)
NOT_FOR_SANDBOX = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY")


def chosen_ports(variables: Mapping[str, str]) -> dict[str, int]:
    """Return PORT, SANDBOX_PORT and SMTP_PORT. Raises Failure when one can't be used or is taken, saying by whom."""
    ports: dict[str, int] = {}
    for name in (*PORTS, "SMTP_PORT"):
        default = PORTS[name] if name in PORTS else _beside(ports["PORT"])
        text = variables.get(name) or str(default)
        if not text.isdecimal() or not 1024 <= int(text) <= 65535 or int(text) in UNSAFE_PORTS:
            raise Failure(
                f"{name}={text} is no port a browser opens. Choose one between 1024 and 65535, such as {default}."
            )
        ports[name] = int(text)
    if len(set(ports.values())) < len(ports):
        raise Failure(f"{', '.join(ports)} must differ.")
    for name, port in ports.items():
        if not is_free(port):
            who = listener(port) or "another program"
            raise Failure(f"Port {port} is taken by {who}. Stop it, or choose another: {name}={port + 1} make run")
    return ports


def _beside(port: int) -> int:
    return port + SMTP_PORT_BESIDE if port + SMTP_PORT_BESIDE <= 65535 else port - SMTP_PORT_BESIDE


def read_settings(path: Path) -> dict[str, str]:
    """Read KEY=value lines; {} without the file. Raises Failure when it belongs to another account."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}. Was it made by another account?") from None
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def role_passwords(known: Mapping[str, str]) -> dict[str, str]:
    """Return a password for each database role: the one in the known URLs, else a new one."""
    names = {APPLICATION: "DATABASE_URL", OWNER: "DATABASE_OWNER_URL", SANDBOX: "SANDBOX_DATABASE_URL"}
    return {role: _password(known.get(name, "")) or secrets.token_hex(24) for role, name in names.items()}


def renew_settings(
    places: Places, cluster: Cluster, passwords: Mapping[str, str], ports: Mapping[str, int]
) -> dict[str, str]:
    """Write demo.env anew: secrets and foreign lines are kept, addresses follow the ports. Returns the settings."""
    known = read_settings(places.settings_file)
    shop, sandbox = (f"http://localhost:{ports[name]}" for name in ("PORT", "SANDBOX_PORT"))
    made = {name: known.get(name) or prefix + secrets.token_hex(24) for name, prefix in SECRETS.items()}
    settings = {
        **known,
        **made,
        "DATABASE_URL": cluster.url(APPLICATION, passwords[APPLICATION], "marketplace"),
        "DATABASE_OWNER_URL": cluster.url(OWNER, passwords[OWNER], "marketplace"),
        "SANDBOX_DATABASE_URL": cluster.url(SANDBOX, passwords[SANDBOX], "sandbox"),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "hello@tandem.example",
        "STRIPE_API_BASE": sandbox,
        "PAYPAL_API_BASE": f"{sandbox}/paypal",
        "SANDBOX_BASE_URL": sandbox,
        "SANDBOX_MERCHANT_NAME": "Tandem",
        "SANDBOX_WEBHOOK_URL": f"{shop}/webhooks/stripe",
        "SANDBOX_CONNECT_WEBHOOK_URL": f"{shop}/webhooks/stripe/connect",
        "SANDBOX_PAYPAL_WEBHOOK_URL": f"{shop}/webhooks/paypal",
        "MARKETPLACE_BASE_URL": shop,
        "MARKETPLACE_DEMO": "1",
        "VAR_DIR": str(places.var),
        **{name: str(port) for name, port in ports.items()},
    }
    _write(places.settings_file, settings)
    return settings


def without(settings: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return the settings without some names."""
    return {name: value for name, value in settings.items() if name not in names}


def _write(path: Path, settings: Mapping[str, str]) -> None:
    """Replace the file in one move, so that a reader never sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# The demo's settings, written by `make run`. Secret: keep this file to yourself.\n")
        file.writelines(f"{name}={value}\n" for name, value in sorted(settings.items()))
    fresh.replace(path)


def _password(url: str) -> str:
    """Return the password in postgresql://role:password@/..., "" without one."""
    return url.partition("@")[0].rpartition(":")[2] if "@" in url else ""
