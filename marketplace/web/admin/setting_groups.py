"""Groups of settings on the settings page, and what is said of PayPal's."""

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


PAYPAL = Group(
    Text("PayPal"),
    "",
    {
        "paypal_client_id": Words(
            Text("Client"), Text("Names our app there; without it PayPal is not offered."), is_secret=True
        ),
        "paypal_client_secret": Words(Text("Client secret"), Text("Signs in at PayPal."), is_secret=True),
        "paypal_webhook_ids": Words(
            Text("Webhook"), Text("Which webhook there its messages must be signed for."), is_secret=True
        ),
        "paypal_api_base": Words(
            Text("PayPal's address"), Text("Another server that speaks its language; empty for PayPal itself.")
        ),
    },
)
