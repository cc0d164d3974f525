"""The port to a provider: plain value types, what can be asked, and the two ways an answer can be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from marketplace.providers.accounts import Accounts

if TYPE_CHECKING:
    from marketplace.providers.balance_lines import BalanceLines
    from marketplace.providers.charges import Charges
    from marketplace.providers.disputes import Disputes
    from marketplace.providers.events import Events
    from marketplace.providers.methods import Methods
    from marketplace.providers.reversals import Reversals
    from marketplace.providers.transfers import Transfers


class Unknown(Exception):
    """The request may or may not have had its effect: timeout, 5xx, 409, a broken answer."""


class Refused(Exception):
    """The provider definitely did not do it, and says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class BadSignature(Exception):
    """The message does not prove that the provider sent it."""


@dataclass(frozen=True)
class CheckoutLine:
    """One line of the hosted payment page; `amount_minor` is for one unit."""

    name: str
    amount_minor: int
    quantity: int


@dataclass(frozen=True)
class CheckoutRequest:
    """What a hosted payment page is asked to collect. Frozen as JSON in the outbound row."""

    payment_id: int
    purchase_number: str
    currency: str
    lines: tuple[CheckoutLine, ...]
    customer_email: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    installation: str = ""
    """Which of several installations on one account asks; its name comes back with the object and its events."""
    customer_id: str | None = None
    """Whose saved cards the page offers; None for a buyer whom the provider does not know by name."""


@dataclass(frozen=True)
class Checkout:
    """A provider's hosted payment page as it stands."""

    session_id: str
    payment_id: int | None
    """Our payment, from the metadata we set."""
    installation: str
    """Whose payment that is, likewise; "" when it does not say."""
    is_open: bool
    is_complete: bool
    is_paid: bool
    amount_minor: int
    currency: str
    url: str | None
    expires_at: datetime
    intent_id: str | None
    is_approved: bool = False
    """Whether its buyer has agreed and the money has to be taken by us."""
    line: "BalanceLine | None" = None
    """What the provider took for it, where it says so at once."""


@dataclass(frozen=True)
class Intent:
    """A provider's payment intent as it stands."""

    intent_id: str
    payment_id: int | None
    status: str
    amount_minor: int
    currency: str
    charge_id: str | None
    is_fresh: bool = False
    """Whether it was read just now; a message may be older than what we know."""
    decline: "Decline | None" = None
    """Its last refused attempt, where it was read from the intent itself."""
    installation: str = ""
    """Whose payment that is; "" when it does not say."""
    line: "BalanceLine | None" = None
    """What the provider took for it, where it says so at once."""


@dataclass(frozen=True)
class Decline:
    """One refused attempt to pay."""

    intent_id: str
    payment_id: int | None
    charge_id: str
    code: str
    decline_code: str | None
    reason: str
    error_data: Mapping[str, Any]


@dataclass(frozen=True)
class ProviderRefund:
    """A refund at the provider as it stands; `is_final_failure` covers failed and canceled alike."""

    refund_id: str
    intent_id: str | None
    charge_id: str | None
    amount_minor: int
    currency: str
    status: str
    reference: str | None
    """Our row that asked for it: `refund:9` or `receipt:3`; None when it was made at the provider."""
    failure_balance_transaction_id: str | None
    installation: str = ""
    """Whose row asked for it; "" when it does not say."""

    @property
    def is_final_failure(self) -> bool:
        """Return whether the buyer did not and will not get this money."""
        return self.status in {"failed", "canceled"}


@dataclass(frozen=True)
class BalanceLine:
    """One line of the provider's account for us: amounts in minor units, signed from our side."""

    line_id: str
    kind: str
    source_id: str | None
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    available_on: datetime


@dataclass(frozen=True)
class Proof:
    """A signature that was verified: when the provider says it signed, and with which of the configured secrets."""

    signed_at: int
    """Seconds since 1970, system time."""
    secret_place: int
    """0 for the current secret, 1 for the one before it, and so on."""


@dataclass(frozen=True)
class InboundEvent:
    """A verified message from a provider."""

    event_id: str
    type: str
    object_id: str | None
    livemode: bool
    account: str | None
    payload: dict[str, Any] = field(repr=False)
    proof: "Proof | None" = None
    """What proves that the provider sent it; None for one that was read from the provider's list."""


@dataclass(frozen=True)
class TrialMessage:
    """A message signed as the provider signs, about nothing, to try a webhook endpoint."""

    event_id: str
    body: bytes
    headers: Mapping[str, str]


def installation_of(found: Mapping[str, Any]) -> str:
    """Return which installation made a provider's object, from the metadata we set; "" when it does not say."""
    metadata = found.get("metadata")
    name = metadata.get("installation", "") if isinstance(metadata, Mapping) else ""
    return name if isinstance(name, str) else ""


class Provider(Protocol):
    """What every provider can do. Calls raise Unknown or Refused; none may run inside a transaction."""

    name: str
    is_configured: bool
    """Whether it has what it needs to be asked; one without can still be named by what was paid by it before."""
    disputes: "Disputes"

    @property
    def accounts(self) -> Accounts:
        """Return what it can do about sellers' accounts."""

    @property
    def methods(self) -> "Methods":
        """Return what it can do about saved cards."""

    @property
    def transfers(self) -> "Transfers":
        """Return what it can do to pay sellers."""

    @property
    def reversals(self) -> "Reversals":
        """Return what it can do to take money back from sellers' accounts."""

    @property
    def events(self) -> "Events":
        """Return what it can tell of the past."""

    @property
    def charges(self) -> "Charges":
        """Return what it can tell of payments that succeeded."""

    @property
    def balance_lines(self) -> "BalanceLines":
        """Return what it can tell of the money it holds for us."""

    def create_checkout(self, request: CheckoutRequest, *, key: str) -> Checkout:
        """Open a hosted payment page under the idempotency `key`."""

    def get_checkout(self, session_id: str) -> Checkout:
        """Read a hosted payment page again."""

    def expire_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Close a hosted payment page; raises Refused when somebody has paid or it is closed already."""

    def capture_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Take the money of a page whose buyer has agreed; where paying takes it at once, the page as it stands."""

    def find_checkout(self, payment_id: int, *, installation: str, since: datetime) -> Checkout | None:
        """Look up the page made for our payment, when the answer to creating it was lost more than 23 h ago."""

    def get_intent(self, intent_id: str) -> Intent:
        """Read a payment intent again."""

    def refund(
        self, *, intent_id: str, amount_minor: int, reference: str, installation: str = "", key: str
    ) -> ProviderRefund:
        """Send `amount_minor` minor units back to the buyer; the amount is never left out (scar S27)."""

    def get_refund(self, refund_id: str) -> ProviderRefund:
        """Read a refund again."""

    def refund_and_lines(self, refund_id: str) -> tuple[ProviderRefund, tuple[BalanceLine, ...]]:
        """Read a refund again, with the lines of the provider's account that are about it."""

    def find_refund(self, *, intent_id: str, reference: str) -> ProviderRefund | None:
        """Look up the refund made for our row."""

    def get_balance_line(self, line_id: str) -> BalanceLine:
        """Read one line of the provider's account."""

    def charge_balance_line(self, charge_id: str) -> BalanceLine | None:
        """Return the balance line of a charge; None while the provider does not know the fee yet."""

    def sign_test(self, *, now_seconds: int, about_accounts: bool) -> TrialMessage | None:
        """Return a test message that `read_event` accepts; None without a secret. `now_seconds` is system time."""

    def read_event(
        self, body: bytes, signature: str, *, now_seconds: int, about_accounts: bool = False
    ) -> InboundEvent:
        """Verify and read a message; raises BadSignature. `now_seconds` is system time.

        `about_accounts`: it came to the endpoint for events of sellers' accounts, which has secrets of its own.
        """
