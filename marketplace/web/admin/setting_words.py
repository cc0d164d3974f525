"""What each setting is called on the settings page, in which unit it is, and what it does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One setting in words."""

    label: str
    does: str
    unit: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together; `section` is theirs in the file, "" for those of the environment."""

    title: str
    section: str
    settings: dict[str, Words]


_FIVE = "minor units of any currency"
GROUPS = (
    Group(
        "Payment pages",
        "payment_tracking",
        {
            "session_expiry_minutes": Words(
                "Time to pay", "How long a payment page takes money. Goods are kept a little longer.", "minutes"
            ),
            "check_duplicates_before_credit": Words(
                "Count a payment once",
                "Always on: the books have one entry for each payment, so it can't be switched off.",
            ),
        },
    ),
    Group(
        "When a webhook does not come",
        "recovery",
        {
            "enabled": Words(
                "Ask on the return page",
                "Whether the page that buyers come back to asks the provider itself. The sweeper asks in any case.",
            ),
            "auto_verify_on_success_page": Words(
                "Without a click", "Whether it asks by itself, or only when the buyer presses Check my payment."
            ),
            "max_verification_attempts": Words(
                "Questions by itself", "How often it asks by itself before it leaves it to the buyer.", "times"
            ),
        },
    ),
    Group(
        "Money",
        "money",
        {
            "hold_days": Words("Hold", "How long a paid share waits before its seller can be paid.", "days"),
            "delivered_after_shipping_days": Words(
                "Counts as delivered", "How long after it was sent, when nobody says otherwise.", "days"
            ),
            "unpaid_order_hours": Words("Unpaid purchase", "How long the buyer may try to pay.", "hours"),
            "reservation_grace_minutes": Words(
                "Goods kept longer", "How long goods stay set aside after the payment page has closed.", "minutes"
            ),
            "main_currency": Words("Main currency", "Which one reports show first."),
            "release_on_receipt": Words(
                "Release on receipt", "Whether the buyer's word that the goods have arrived ends the hold at once."
            ),
            "refund_fee_bearer": Words("Card fee of a refund", "Who bears what the provider keeps."),
            "dispute_fee_bearer": Words("Fee of a lost dispute", "Who bears what the provider takes."),
            "second_approver_above_minor": Words(
                "Second approver above", "Refunds above this amount need a second admin.", _FIVE
            ),
            "buyers_may_cancel": Words(
                "Buyers may cancel", "Whether a buyer may cancel a paid order before it is sent."
            ),
            "code_use_returns": Words(
                "Code free again", "Whether a code may be used again when all of its purchase was called off unsent."
            ),
            "payout_interval": Words("Payouts", "How often sellers are paid who have not chosen."),
            "payout_minimum_minor": Words("Least payout", "What a payout comes to at least.", _FIVE),
        },
    ),
    Group(
        "Pictures and files",
        "media",
        {
            "pictures_per_listing": Words("Pictures of a listing", "How many one may have.", "pictures"),
            "s3_bucket": Words("Bucket", "Empty: files lie in the folder below. Else an S3-compatible store."),
            "s3_endpoint": Words("Address of the store", "Empty for Amazon's own."),
            "s3_region": Words("Region", "As the store names it."),
            "s3_prefix": Words("Before every name", "So that a bucket can hold other things, too."),
        },
    ),
    Group(
        "Payment provider",
        "",
        {
            "stripe_api_base": Words("Provider's address", "Empty for Stripe itself; the sandbox has its own."),
            "provider_timeout_seconds": Words(
                "Patience", "How long a page or a job waits for one answer of the provider.", "seconds"
            ),
            "stripe_secret_key": Words("Secret key", "Signs in at the provider.", is_secret=True),
            "stripe_publishable_key": Words("Publishable key", "Names the account at the provider.", is_secret=True),
            "stripe_webhook_secrets": Words("Webhook secret", "Proves that the provider sent it.", is_secret=True),
            "stripe_connect_webhook_secrets": Words(
                "Webhook secret for sellers' accounts", "The same for the second endpoint.", is_secret=True
            ),
        },
    ),
    Group(
        "Mail",
        "",
        {
            "smtp_host": Words("Mail server", "Takes the mails. Without one nothing is mailed."),
            "smtp_port": Words("Its port", "587 with STARTTLS, 465 with TLS, as a rule."),
            "smtp_security": Words("Encryption", "How the line is encrypted: starttls, tls or none."),
            "smtp_user": Words("Its user", "Whom we sign in as there, if it wants that."),
            "smtp_password": Words("Its password", "Never shown and never logged.", is_secret=True),
            "smtp_timeout_seconds": Words("Patience", "How long the mail job waits for one answer.", "seconds"),
            "mail_from": Words("Sender", "The address that mails come from."),
            "mail_from_name": Words("Sender's name", "The name beside it, and at the top of each mail."),
            "mail_reply_to": Words("Answers go to", "Empty for the sender."),
        },
    ),
    Group(
        "This installation",
        "",
        {
            "base_url": Words("Address", "Where the shop is; https makes cookies secure."),
            "database_url": Words("Database", "Where all rows are.", is_secret=True),
            "owner_database_url": Words("Database, as its owner", "Used to migrate only.", is_secret=True),
            "database_pool": Words("Connections", "For each process, once to read and once to write."),
            "secret_keys": Words(
                "Cookie secret", "Signs cookies; the first signs, others are still known.", is_secret=True
            ),
            "payment_page_origins": Words("Payment pages are at", "Where forms may lead to."),
            "var_dir": Words("Folder", "Where pictures and state lie."),
            "trusted_proxies": Words("Proxies in front", "How many of them are believed."),
            "demo": Words("Demo", "Whether the clock can be moved. Never in production."),
            "answers_may_age": Words("Counts may be seconds old", "Those beside filters only, never money or stock."),
        },
    ),
)
"""Every setting there is; a test compares this with the configuration."""
