"""How the environment calls each setting."""

from collections.abc import Mapping

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
    "paypal_client_id": "PAYPAL_CLIENT_ID",
    "paypal_client_secret": "PAYPAL_CLIENT_SECRET",
    "paypal_webhook_ids": "PAYPAL_WEBHOOK_ID",
    "paypal_api_base": "PAYPAL_API_BASE",
    "base_url": "MARKETPLACE_BASE_URL",
    "var_dir": "VAR_DIR",
    "demo": "MARKETPLACE_DEMO",
    "database_pool": "DATABASE_POOL",
    "trusted_proxies": "TRUSTED_PROXIES",
    **MAIL_VARIABLES,
}
"""The environment's name of each setting that it may hold."""
