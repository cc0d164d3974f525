"""Settings, read once from the environment and one YAML file. Production refuses to start without its secrets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from marketplace.bank_policy import DEMO_TRANSFERS, BankTransferPolicy
from marketplace.risk_policy import RiskPolicy

STRIPE_PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com", "https://dashboard.stripe.com")
"""Where Stripe's own pages are that our forms lead to: paying, setting a seller's account up, looking at it."""


SMTP_SECURITY = ("starttls", "tls", "none")
"""How the line to the mail server is encrypted: after a greeting, from the first byte, or not at all."""


class ConfigurationError(RuntimeError):
    """A setting is missing or wrong; the message names it and says what to write."""


@dataclass(frozen=True)
class PaymentTracking:
    """S1's settings of the same names (S1.7)."""

    session_expiry_minutes: int = 30
    check_duplicates_before_credit: bool = True

    def __post_init__(self) -> None:
        """Refuse what this shop can't do: it counts a payment once by the shape of its books, not by a check."""
        if not self.check_duplicates_before_credit:
            raise ConfigurationError("payment_tracking: check_duplicates_before_credit can't be switched off.")
        if not 30 <= self.session_expiry_minutes <= 24 * 60 - 2:
            raise ConfigurationError("payment_tracking: session_expiry_minutes is from 30 to 1438, as Stripe has it.")


@dataclass(frozen=True)
class Recovery:
    """S1's recovery settings (S1.7): whether and how often the return page asks the provider itself."""

    enabled: bool = True
    auto_verify_on_success_page: bool = True
    max_verification_attempts: int = 3

    def __post_init__(self) -> None:
        """Refuse a negative number of questions."""
        if self.max_verification_attempts < 0:
            raise ConfigurationError("recovery: max_verification_attempts is 0 or more.")


@dataclass(frozen=True)
class MoneyPolicy:
    """House rules of money that an operator may change; rates live in the fee schedule, not here."""

    hold_days: int = 30
    delivered_after_shipping_days: int = 14
    unpaid_order_hours: int = 24
    reservation_grace_minutes: int = 15
    main_currency: str = "USD"
    release_on_receipt: bool = True
    """Whether the buyer's word that the goods have arrived ends the hold at once."""
    refund_fee_bearer: str = "seller"
    dispute_fee_bearer: str = "platform"
    """Who pays the provider's fee for a dispute that is lost: platform or seller."""
    second_approver_above_minor: int = 50_000
    buyers_may_cancel: bool = True
    """Whether a buyer may cancel a paid order before it is sent."""
    code_use_returns: bool = True
    """Whether a discount code may be used again when all that it made cheaper was called off before it was sent."""
    auction_pay_hours: int = 48
    """How long the winner of an auction may take to pay."""
    payout_interval: str = "daily"
    """How often sellers are paid who have not chosen: daily, weekly, monthly or manual."""
    payout_minimum_minor: int = 100
    """The least that is paid out, minor units of any currency; sellers may choose more."""

    def __post_init__(self) -> None:
        """Refuse auctions that nobody has the time to pay."""
        if not 1 <= self.auction_pay_hours <= 14 * 24:
            raise ConfigurationError("money: auction_pay_hours is from 1 to 336.")


@dataclass(frozen=True)
class AccountPolicy:
    """What the house wants of people who sign in."""

    second_factor_for_admins: bool = False
    """Whether an admin without two-step sign-in reaches nothing of the admin pages until it is set up."""


@dataclass(frozen=True)
class MediaPolicy:
    """How many pictures a listing has, and where files of people lie: under VAR_DIR, or in an S3-compatible store."""

    pictures_per_listing: int = 12
    s3_bucket: str = ""
    """Empty for a folder under VAR_DIR. The store's keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_prefix: str = ""

    def __post_init__(self) -> None:
        """Refuse a shop whose listings can have no picture."""
        if not 1 <= self.pictures_per_listing <= 50:
            raise ConfigurationError("media: pictures_per_listing is from 1 to 50.")


@dataclass(frozen=True)
class Settings:
    """Everything the application was told; each secret may hold several values for rotation, the first one signs."""

    database_url: str
    owner_database_url: str
    secret_keys: tuple[str, ...]
    stripe_secret_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_connect_webhook_secrets: tuple[str, ...]
    stripe_publishable_key: str = ""
    stripe_api_base: str | None = None
    payment_page_origins: tuple[str, ...] = STRIPE_PAGES
    base_url: str = "http://localhost:8000"
    var_dir: Path = Path("var")
    demo: bool = False
    database_pool: int = 5
    trusted_proxies: int = 0
    """How many reverse proxies stand in front: their X-Forwarded headers are believed, others are not."""
    provider_timeout_seconds: int = 4
    smtp_host: str = ""
    """The mail server; without one nothing is mailed and everything stands in the app."""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_timeout_seconds: int = 10
    mail_from: str = ""
    mail_from_name: str = "Tandem"
    mail_reply_to: str = ""
    answers_may_age: bool = False
    """Whether counts beside filters may be seconds old (`web/recent.py`): what the environment starts does so."""
    payment_tracking: PaymentTracking = field(default_factory=PaymentTracking)
    recovery: Recovery = field(default_factory=Recovery)
    money: MoneyPolicy = field(default_factory=MoneyPolicy)
    media: MediaPolicy = field(default_factory=MediaPolicy)
    accounts: AccountPolicy = field(default_factory=AccountPolicy)
    bank_transfers: BankTransferPolicy = field(default_factory=BankTransferPolicy)
    risk: RiskPolicy = field(default_factory=RiskPolicy)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where values come from that are no defaults, by name ("recovery.enabled"): a variable, or the file."""

    def __post_init__(self) -> None:
        """Refuse mail settings that could send nothing, or a password in the clear."""
        if self.smtp_security not in SMTP_SECURITY:
            raise ConfigurationError(f"SMTP_SECURITY is one of {', '.join(SMTP_SECURITY)}.")
        if self.smtp_host and "@" not in self.mail_from:
            raise ConfigurationError("Set MAIL_FROM, the address that mails come from, beside SMTP_HOST.")
        if self.smtp_user and self.smtp_security == "none":
            raise ConfigurationError("SMTP_USER needs SMTP_SECURITY=starttls or tls: a password travels encrypted.")

    @property
    def secure_cookies(self) -> bool:
        """Return whether the shop is served over https, so cookies must be Secure and `__Host-`."""
        return self.base_url.startswith("https://")

    @property
    def livemode(self) -> bool:
        """Return whether real money moves: events of the other mode are not ours."""
        return self.stripe_secret_key.startswith(("sk_live_", "rk_live_"))


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from `environment` (default: the process's, completed by $VAR_DIR/demo.env).

    Raises ConfigurationError naming every missing variable.
    """
    variables = dict(os.environ if environment is None else environment)
    if "DATABASE_URL" not in variables and environment is None:
        variables = {**_demo_variables(Path(variables.get("VAR_DIR", "var"))), **variables}
    required = ("DATABASE_URL", "SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    missing = [name for name in required if not variables.get(name)]
    if missing:
        raise ConfigurationError(
            f"Set {', '.join(missing)} in the environment, or start the demo with `make run` (README, Configuration)."
        )
    return _settings(variables, _file(variables.get("MARKETPLACE_CONFIG")))


def _settings(variables: Mapping[str, str], document: Mapping[str, Any]) -> Settings:
    api_base = variables.get("STRIPE_API_BASE") or None
    return Settings(
        database_url=variables["DATABASE_URL"],
        owner_database_url=variables.get("DATABASE_OWNER_URL") or variables["DATABASE_URL"],
        secret_keys=_several(variables["SECRET_KEY"]),
        stripe_secret_key=_several(variables["STRIPE_SECRET_KEY"])[0],
        stripe_webhook_secrets=_several(variables["STRIPE_WEBHOOK_SECRET"]),
        stripe_connect_webhook_secrets=_several(variables.get("STRIPE_CONNECT_WEBHOOK_SECRET", "")),
        stripe_publishable_key=variables.get("STRIPE_PUBLISHABLE_KEY", ""),
        stripe_api_base=api_base,
        payment_page_origins=(variables.get("SANDBOX_BASE_URL") or api_base,) if api_base else STRIPE_PAGES,
        base_url=variables.get("MARKETPLACE_BASE_URL", "http://localhost:8000").rstrip("/"),
        var_dir=Path(variables.get("VAR_DIR", "var")),
        demo=variables.get("MARKETPLACE_DEMO") == "1",
        database_pool=int(variables.get("DATABASE_POOL", "5")),
        trusted_proxies=int(variables.get("TRUSTED_PROXIES", "0")),
        **_mail(variables),
        answers_may_age=True,
        payment_tracking=_section(PaymentTracking, document, "payment_tracking"),
        recovery=_section(Recovery, document, "recovery"),
        money=_section(MoneyPolicy, document, "money"),
        media=_section(MediaPolicy, document, "media"),
        accounts=_section(AccountPolicy, document, "accounts"),
        bank_transfers=_bank_transfers(variables, document),
        risk=_section(RiskPolicy, document, "risk"),
        sources=_sources(variables, document),
    )


def _bank_transfers(variables: Mapping[str, str], document: Mapping[str, Any]) -> BankTransferPolicy:
    is_demos = variables.get("MARKETPLACE_DEMO") == "1" and "bank_transfers" not in document
    policy: BankTransferPolicy = _section(BankTransferPolicy, document, "bank_transfers")
    return DEMO_TRANSFERS if is_demos else policy


def _mail(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of mail that the environment holds; an empty one counts as absent."""
    found: dict[str, Any] = {name: variables[key] for name, key in MAIL_VARIABLES.items() if variables.get(key)}
    for name in ("smtp_port", "smtp_timeout_seconds"):
        if name in found:
            found[name] = int(found[name])
    return found


MAIL_VARIABLES: Mapping[str, str] = {
    "smtp_host": "SMTP_HOST",
    "smtp_port": "SMTP_PORT",
    "smtp_security": "SMTP_SECURITY",
    "smtp_user": "SMTP_USER",
    "smtp_password": "SMTP_PASSWORD",
    "smtp_timeout_seconds": "SMTP_TIMEOUT_SECONDS",
    "mail_from": "MAIL_FROM",
    "mail_from_name": "MAIL_FROM_NAME",
    "mail_reply_to": "MAIL_REPLY_TO",
}
VARIABLES: Mapping[str, str] = {
    "database_url": "DATABASE_URL",
    "owner_database_url": "DATABASE_OWNER_URL",
    "secret_keys": "SECRET_KEY",
    "stripe_secret_key": "STRIPE_SECRET_KEY",
    "stripe_webhook_secrets": "STRIPE_WEBHOOK_SECRET",
    "stripe_connect_webhook_secrets": "STRIPE_CONNECT_WEBHOOK_SECRET",
    "stripe_publishable_key": "STRIPE_PUBLISHABLE_KEY",
    "stripe_api_base": "STRIPE_API_BASE",
    "base_url": "MARKETPLACE_BASE_URL",
    "var_dir": "VAR_DIR",
    "demo": "MARKETPLACE_DEMO",
    "database_pool": "DATABASE_POOL",
    "trusted_proxies": "TRUSTED_PROXIES",
    **MAIL_VARIABLES,
}
"""The environment's name of each setting that it may hold."""


def _sources(variables: Mapping[str, str], document: Mapping[str, Any]) -> Mapping[str, str]:
    found = {name: variable for name, variable in VARIABLES.items() if variables.get(variable)}
    file = variables.get("MARKETPLACE_CONFIG", "")
    for section in ("payment_tracking", "recovery", "money", "media", "accounts", "bank_transfers", "risk"):
        found |= {f"{section}.{name}": file for name in document.get(section) or {}}
    return found


def _section(kind: type[Any], document: Mapping[str, Any], name: str) -> Any:
    values = document.get(name) or {}
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{name} in the configuration file: {error}") from error


def _several(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _file(path: str | None) -> Mapping[str, Any]:
    if not path:
        return {}
    document = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} must be a mapping of sections")
    return document


def _demo_variables(var_dir: Path) -> dict[str, str]:
    try:
        lines = (var_dir / "demo.env").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
