"""What each setting is called on the settings page, in which unit it is, and what it does."""

from dataclasses import dataclass

from marketplace.language import Text


@dataclass(frozen=True, slots=True)
class Words:
    """One setting in words."""

    label: str
    does: str
    unit: str = ""
    is_secret: bool = False
    is_money: bool = False
    """Whether it is an amount: minor units, shown in the main currency."""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together; `section` is theirs in the file, "" for those of the environment."""

    title: str
    section: str
    settings: dict[str, Words]


_ANY = Text("or as much in another currency")
_POINTS = Text("points")


def _sign(label: str, does: str) -> Words:
    return Words(label, does, _POINTS)


GROUPS = (
    Group(
        Text("Payment pages"),
        "payment_tracking",
        {
            "session_expiry_minutes": Words(
                Text("Time to pay"),
                Text("How long a payment page takes money. Goods are kept a little longer."),
                Text("minutes"),
            ),
            "check_duplicates_before_credit": Words(
                Text("Count a payment once"),
                Text("Always on: the books have one entry for each payment, so it can't be switched off."),
            ),
        },
    ),
    Group(
        Text("When a webhook does not come"),
        "recovery",
        {
            "enabled": Words(
                Text("Ask on the return page"),
                Text(
                    "Whether the page that buyers come back to asks the provider itself. The sweeper asks in any case."
                ),
            ),
            "auto_verify_on_success_page": Words(
                Text("Without a click"),
                Text("Whether it asks by itself, or only when the buyer presses Check my payment."),
            ),
            "max_verification_attempts": Words(
                Text("Questions by itself"),
                Text("How often it asks by itself before it leaves it to the buyer."),
                Text("times"),
            ),
        },
    ),
    Group(
        Text("Money"),
        "money",
        {
            "hold_days": Words(
                Text("Hold"), Text("How long a paid share waits before its seller can be paid."), Text("days")
            ),
            "delivered_after_shipping_days": Words(
                Text("Counts as delivered"),
                Text("How long after it was sent, when nobody says otherwise."),
                Text("days"),
            ),
            "unpaid_order_hours": Words(
                Text("Unpaid purchase"), Text("How long the buyer may try to pay."), Text("hours")
            ),
            "reservation_grace_minutes": Words(
                Text("Goods kept longer"),
                Text("How long goods stay set aside after the payment page has closed."),
                Text("minutes"),
            ),
            "main_currency": Words(Text("Main currency"), Text("Which one reports show first.")),
            "release_on_receipt": Words(
                Text("Release on receipt"),
                Text("Whether the buyer's word that the goods have arrived ends the hold at once."),
            ),
            "refund_fee_bearer": Words(Text("Card fee of a refund"), Text("Who bears what the provider keeps.")),
            "dispute_fee_bearer": Words(Text("Fee of a lost dispute"), Text("Who bears what the provider takes.")),
            "second_approver_above_minor": Words(
                Text("Second approver above"),
                Text("Refunds above this amount need a second admin."),
                _ANY,
                is_money=True,
            ),
            "buyers_may_cancel": Words(
                Text("Buyers may cancel"), Text("Whether a buyer may cancel a paid order before it is sent.")
            ),
            "code_use_returns": Words(
                Text("Code free again"),
                Text("Whether a code may be used again when all of its purchase was called off unsent."),
            ),
            "auction_pay_hours": Words(
                Text("Won auction"), Text("How long its winner may take to pay."), Text("hours")
            ),
            "payout_interval": Words(Text("Payouts"), Text("How often sellers are paid who have not chosen.")),
            "payout_minimum_minor": Words(
                Text("Least payout"), Text("What a payout comes to at least."), _ANY, is_money=True
            ),
        },
    ),
    Group(
        Text("Pictures and files"),
        "media",
        {
            "pictures_per_listing": Words(
                Text("Pictures of a listing"), Text("How many one may have."), Text("pictures")
            ),
            "s3_bucket": Words(
                Text("Bucket"), Text("Empty: files lie in the folder below. Else an S3-compatible store.")
            ),
            "s3_endpoint": Words(Text("Address of the store"), Text("Empty for Amazon's own.")),
            "s3_region": Words(Text("Region"), Text("As the store names it.")),
            "s3_prefix": Words(Text("Before every name"), Text("So that a bucket can hold other things, too.")),
        },
    ),
    Group(
        Text("Bank transfers"),
        "bank_transfers",
        {
            "due_days": Words(Text("Time to transfer"), Text("So many days the money may take."), Text("days")),
            "grace_days": Words(
                Text("Grace"), Text("So many days longer the goods are kept, then it is given up."), Text("days")
            ),
            "reminder_days": Words(
                Text("Reminder"), Text("So many days before it is due the buyer is reminded."), Text("days")
            ),
            "accounts": Words(
                Text("Accounts"), Text("In these currencies buyers can transfer; a bank account for each.")
            ),
        },
    ),
    Group(
        Text("Accounts"),
        "accounts",
        {
            "second_factor_for_admins": Words(
                Text("Two-step sign-in for admins"),
                Text("Whether an admin without it reaches nothing here until it is set up."),
            ),
        },
    ),
    Group(
        Text("Fraud checks"),
        "risk",
        {
            "elevated_from": _sign(Text("Elevated from"), Text("From which score on a payment is listed as elevated.")),
            "high_from": _sign(
                Text("High from"), Text("From which score on its money waits until an admin has looked.")
            ),
            "most_purchases_an_hour": Words(
                Text("Purchases within an hour, at most"),
                Text("By one buyer; then the checkout stops them. 0 for any number."),
                Text("purchases"),
            ),
            "most_declines_an_hour": Words(
                Text("Declines within an hour, at most"),
                Text("Of one buyer; then no payment page opens for them. 0 for any number."),
                Text("declines"),
            ),
            "new_account_hours": Words(
                Text("A new account"), Text("How old an account is at most to count as new."), Text("hours")
            ),
            "large_minor": Words(
                Text("A large amount"), Text("From what on a new account's payment is a sign."), _ANY, is_money=True
            ),
            "new_account_points": _sign(Text("New account"), Text("For a large amount from a new account.")),
            "declines": Words(Text("Many declines"), Text("How many within an hour are a sign."), Text("declines")),
            "declines_points": _sign(Text("Declines"), Text("For many declines.")),
            "cards": Words(Text("Several cards"), Text("How many for one purchase are a sign."), Text("cards")),
            "cards_points": _sign(Text("Cards"), Text("For several cards tried for one purchase.")),
            "delivery_abroad_points": _sign(
                Text("Delivery abroad"), Text("For a delivery to another country than the bill.")
            ),
            "card_abroad_points": _sign(
                Text("Card from abroad"), Text("For a card of neither the country of the bill nor of the delivery.")
            ),
            "purchases_an_hour": Words(
                Text("Many purchases"), Text("How many within an hour are a sign."), Text("purchases")
            ),
            "velocity_points": _sign(Text("Velocity"), Text("For many purchases within an hour.")),
            "unusual_times": Words(
                Text("Far above the usual"), Text("How many times what is usual an amount must be."), Text("times")
            ),
            "unusual_after": Words(
                Text("What is usual"), Text("How many payments it takes to know it."), Text("payments")
            ),
            "unusual_points": _sign(
                Text("Unusual amount"), Text("For an amount far above what buyer and shop are used to.")
            ),
            "shared_address_points": _sign(Text("Shared address"), Text("For one address of buyer and seller.")),
            "shared_card_points": _sign(Text("Shared card"), Text("For one card of buyer and seller.")),
            "shared_device_points": _sign(
                Text("Shared device"), Text("For sign-ins of buyer and seller from one network with one browser.")
            ),
            "shared_network_points": _sign(
                Text("Shared network"), Text("The same with different browsers. Private networks do not count.")
            ),
            "test_cards_tell": Words(
                Text("Test cards tell people apart"),
                Text("Whether shared cards count in the provider's test mode, where everybody types the same numbers."),
            ),
            "lost_disputes_points": _sign(Text("Lost disputes"), Text("For earlier payments that were charged back.")),
            "strikes_points": _sign(Text("Strikes"), Text("For an earlier suspension or a refused payment.")),
            "wash_refunds": Words(
                Text("Money in circles"),
                Text("How many refunds, to the wallet and to the card, are a sign."),
                Text("refunds"),
            ),
            "wash_days": Words(Text("Within"), Text("In which time these refunds are counted."), Text("days")),
            "wash_points": _sign(Text("Circles"), Text("For money in circles between wallet and card.")),
        },
    ),
    Group(
        Text("Payment provider"),
        "",
        {
            "stripe_api_base": Words(
                Text("Provider's address"), Text("Empty for Stripe itself; the sandbox has its own.")
            ),
            "provider_timeout_seconds": Words(
                Text("Patience"),
                Text("How long a page or a job waits for one answer of the provider."),
                Text("seconds"),
            ),
            "stripe_secret_key": Words(Text("Secret key"), Text("Signs in at the provider."), is_secret=True),
            "stripe_publishable_key": Words(
                Text("Publishable key"), Text("Names the account at the provider."), is_secret=True
            ),
            "stripe_webhook_secrets": Words(
                Text("Webhook secret"), Text("Proves that the provider sent it."), is_secret=True
            ),
            "stripe_connect_webhook_secrets": Words(
                Text("Webhook secret for sellers' accounts"), Text("The same for the second endpoint."), is_secret=True
            ),
        },
    ),
    Group(
        Text("Mail"),
        "",
        {
            "smtp_host": Words(Text("Mail server"), Text("Takes the mails. Without one nothing is mailed.")),
            "smtp_port": Words(Text("Its port"), Text("587 with STARTTLS, 465 with TLS, as a rule.")),
            "smtp_security": Words(Text("Encryption"), Text("How the line is encrypted: starttls, tls or none.")),
            "smtp_user": Words(Text("Its user"), Text("Whom we sign in as there, if it wants that.")),
            "smtp_password": Words(Text("Its password"), Text("Never shown and never logged."), is_secret=True),
            "smtp_timeout_seconds": Words(
                Text("Patience"), Text("How long the mail job waits for one answer."), Text("seconds")
            ),
            "mail_from": Words(Text("Sender"), Text("The address that mails come from.")),
            "mail_from_name": Words(Text("Sender's name"), Text("The name beside it, and at the top of each mail.")),
            "mail_reply_to": Words(Text("Answers go to"), Text("Empty for the sender.")),
        },
    ),
    Group(
        Text("This installation"),
        "",
        {
            "base_url": Words(Text("Address"), Text("Where the shop is; https makes cookies secure.")),
            "database_url": Words(Text("Database"), Text("Where all rows are."), is_secret=True),
            "owner_database_url": Words(Text("Database, as its owner"), Text("Used to migrate only."), is_secret=True),
            "database_pool": Words(Text("Connections"), Text("For each process, once to read and once to write.")),
            "secret_keys": Words(
                Text("Cookie secret"),
                Text("Signs cookies and encrypts secrets of apps; the first does, others are still known."),
                is_secret=True,
            ),
            "payment_page_origins": Words(Text("Payment pages are at"), Text("Where forms may lead to.")),
            "var_dir": Words(Text("Folder"), Text("Where pictures and state lie.")),
            "trusted_proxies": Words(Text("Proxies in front"), Text("How many of them are believed.")),
            "demo": Words(Text("Demo"), Text("Whether the clock can be moved. Never in production.")),
            "answers_may_age": Words(
                Text("Counts may be seconds old"), Text("Those beside filters only, never money or stock.")
            ),
        },
    ),
)
"""Every setting there is; a test compares this with the configuration."""
