"""Stripe, by its own SDK. The only module that imports `stripe`."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any, TypeVar

import stripe

from marketplace.config import Settings
from marketplace.failpoints import Failpoint, reach
from marketplace.media import storing
from marketplace.providers import patience
from marketplace.providers import stripe_objects as objects
from marketplace.providers.accounts import Accounts
from marketplace.providers.balance_lines import BalanceLines
from marketplace.providers.base import (
    BadSignature,
    BalanceLine,
    Checkout,
    CheckoutRequest,
    InboundEvent,
    Intent,
    Proof,
    ProviderRefund,
    Refused,
    TrialMessage,
    Unknown,
)
from marketplace.providers.charges import Charges
from marketplace.providers.disputes import EVIDENCE_FOLDER, Disputes
from marketplace.providers.documents import document
from marketplace.providers.events import Events
from marketplace.providers.methods import Methods
from marketplace.providers.reversals import Reversals
from marketplace.providers.stripe_accounts import StripeAccounts
from marketplace.providers.stripe_balance_lines import StripeBalanceLines
from marketplace.providers.stripe_charges import StripeCharges
from marketplace.providers.stripe_disputes import StripeDisputes
from marketplace.providers.stripe_events import StripeEvents
from marketplace.providers.stripe_methods import StripeMethods
from marketplace.providers.stripe_reversals import StripeReversals
from marketplace.providers.stripe_transfers import StripeTransfers
from marketplace.providers.transfers import Transfers

# Else the SDK leaves a file in the home of whoever runs the shop, and tells about the machine with each request.
stripe.enable_telemetry = False

T = TypeVar("T")

_SIGNATURE_TOLERANCE_SECONDS = 300
# Answers that say "not now" rather than "no": the same key may be sent again (stripe-reference 2.1 and 2.3).
_NOT_NOW = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})


class StripeProvider:
    """The port's Stripe adapter; `settings` decide whether it talks to Stripe or to the sandbox."""

    name = "stripe"
    is_configured = True

    def __init__(self, settings: Settings) -> None:
        addresses: Any = dict.fromkeys(("api", "files"), settings.stripe_api_base) if settings.stripe_api_base else {}
        self._client = stripe.StripeClient(
            settings.stripe_secret_key,
            base_addresses=addresses,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=settings.provider_timeout_seconds),
        )
        self.disputes: Disputes = StripeDisputes(
            self._client, _call, storing.store(settings.media, settings.var_dir, EVIDENCE_FOLDER)
        )
        self._secrets = settings.stripe_webhook_secrets
        self._connect_secrets = settings.stripe_connect_webhook_secrets
        self._livemode = settings.livemode
        self.accounts: Accounts = StripeAccounts(self._client, _call)
        self.methods: Methods = StripeMethods(self._client, _call)
        self.transfers: Transfers = StripeTransfers(self._client, _call)
        self.reversals: Reversals = StripeReversals(self._client, _call)
        self.events: Events = StripeEvents(self._client, _call)
        self.charges: Charges = StripeCharges(self._client, _call)
        self.balance_lines: BalanceLines = StripeBalanceLines(self._client, _call)

    def create_checkout(self, request: CheckoutRequest, *, key: str) -> Checkout:
        """Open a hosted payment page (https://docs.stripe.com/api/checkout/sessions/create)."""
        params = objects.checkout_params(request)
        return objects.checkout(
            _call(lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}))
        )

    def get_checkout(self, session_id: str) -> Checkout:
        """Read a session again."""
        return objects.checkout(_call(lambda: self._client.v1.checkout.sessions.retrieve(session_id)))

    def expire_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Expire a session; Stripe refuses unless it is open (reference section 3)."""
        return objects.checkout(
            _call(lambda: self._client.v1.checkout.sessions.expire(session_id, {}, {"idempotency_key": key}))
        )

    def capture_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Read the session: Stripe takes the money as soon as the buyer pays."""
        del key
        return self.get_checkout(session_id)

    def find_checkout(self, payment_id: int, *, installation: str, since: datetime) -> Checkout | None:
        """Look through the sessions created since `since` for the one that carries our payment's id and name."""
        listed = _call(
            lambda: self._client.v1.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp()) - 60}, "limit": 100}
            )
        )
        found = (objects.checkout(one) for one in listed.auto_paging_iter() if not objects.saves_a_card(one))
        wanted = (payment_id, installation)
        return _call(lambda: next((one for one in found if (one.payment_id, one.installation) == wanted), None))

    def get_intent(self, intent_id: str) -> Intent:
        """Read a payment intent again."""
        found = objects.intent(_call(lambda: self._client.v1.payment_intents.retrieve(intent_id)))
        return replace(found, is_fresh=True)

    def refund(
        self, *, intent_id: str, amount_minor: int, reference: str, installation: str = "", key: str
    ) -> ProviderRefund:
        """Refund part or all of an intent (https://docs.stripe.com/api/refunds/create)."""
        params: Any = {
            "payment_intent": intent_id,
            "amount": amount_minor,
            "metadata": {"reference": reference, "installation": installation},
        }
        return objects.refund(_call(lambda: self._client.v1.refunds.create(params, {"idempotency_key": key})))

    def get_refund(self, refund_id: str) -> ProviderRefund:
        """Read a refund again."""
        return objects.refund(_call(lambda: self._client.v1.refunds.retrieve(refund_id)))

    def refund_and_lines(self, refund_id: str) -> tuple[ProviderRefund, tuple[BalanceLine, ...]]:
        """Read a refund again, its line with it; the line of a failure, which is rare, is asked for."""
        params: Any = {"expand": ["balance_transaction"]}
        found = objects.as_dict(_call(lambda: self._client.v1.refunds.retrieve(refund_id, params)))
        line, refund = found.get("balance_transaction"), objects.refund(found)
        failed = refund.failure_balance_transaction_id
        lines = [objects.balance_line(line)] if line else []
        return refund, (*lines, *([self.get_balance_line(failed)] if failed else []))

    def find_refund(self, *, intent_id: str, reference: str) -> ProviderRefund | None:
        """Look through the intent's refunds for the one that carries our row's reference."""
        listed = _call(lambda: self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100}))
        found = (objects.refund(item) for item in listed.auto_paging_iter())
        return _call(lambda: next((refund for refund in found if refund.reference == reference), None))

    def get_balance_line(self, line_id: str) -> BalanceLine:
        """Read one balance transaction."""
        return objects.balance_line(_call(lambda: self._client.v1.balance_transactions.retrieve(line_id)))

    def charge_balance_line(self, charge_id: str) -> BalanceLine | None:
        """Return the balance transaction of a charge; None with automatic_async until it is known."""
        params: Any = {"expand": ["balance_transaction"]}
        found = objects.as_dict(_call(lambda: self._client.v1.charges.retrieve(charge_id, params)))
        line = found.get("balance_transaction")
        return objects.balance_line(line) if line else None

    def read_event(
        self, body: bytes, signature: str, *, now_seconds: int, about_accounts: bool = False
    ) -> InboundEvent:
        """Verify with every configured secret, refuse times in the future, and read (reference section 9.1).

        `verify_header` and `json.loads` instead of `construct_event`: the same check without building objects.
        """
        secrets = self._connect_secrets if about_accounts else self._secrets
        place = next((place for place, each in enumerate(secrets) if self._signed_by(each, body, signature)), None)
        signed_at = _signed_at(signature) if place is not None else 0
        if place is None or signed_at > now_seconds + _SIGNATURE_TOLERANCE_SECONDS:
            raise BadSignature
        try:
            return objects.event(document(body), Proof(signed_at, place))
        except (ValueError, RecursionError) as error:
            raise BadSignature from error

    def sign_test(self, *, now_seconds: int, about_accounts: bool) -> TrialMessage | None:
        """Sign with the newest secret as Stripe does (https://docs.stripe.com/webhooks#verify-manually)."""
        secrets = self._connect_secrets if about_accounts else self._secrets
        if not secrets:
            return None
        event_id = f"evt_test_{token_hex(12)}"
        body = objects.test_event(event_id, now_seconds, livemode=self._livemode)
        digest = hmac.new(secrets[0].encode(), f"{now_seconds}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Tandem test delivery"}
        return TrialMessage(event_id, body, {**headers, "Stripe-Signature": f"t={now_seconds},v1={digest}"})

    @staticmethod
    def _signed_by(secret: str, body: bytes, signature: str) -> bool:
        try:
            stripe.WebhookSignature.verify_header(body.decode("utf-8"), signature, secret, _SIGNATURE_TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError):
            return False
        return True


def _signed_at(signature: str) -> int:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    try:
        return int(stamps[0])
    except (IndexError, ValueError) as error:
        raise BadSignature from error


def _call(request: Callable[[], T]) -> T:
    """Return the answer, or raise Unknown or Refused (reference 2.3: what the SDK really does)."""
    if patience.is_over():
        raise Unknown("Not asked: whoever waits for the page has waited long enough.")
    reach(Failpoint.CALL, "stripe")
    try:
        return request()
    except (stripe.RateLimitError, stripe.APIConnectionError, stripe.AuthenticationError) as error:
        # A key that is not valid any more says nothing about what an earlier request with it has done.
        raise Unknown(str(error)) from error
    except stripe.StripeError as error:
        code = _code(error)
        # Only a 4xx in the provider's own words is a no. What is garbled, a page of a proxy say, tells nothing whatever
        # its status: taken for a refusal it would pay twice (fault F17, found by the simulation).
        spoken = isinstance(error.json_body, dict) and "error" in error.json_body
        definite = spoken and error.http_status is not None and error.http_status < 500 and error.http_status != 409
        if not definite or code in _NOT_NOW:
            raise Unknown(str(error)) from error
        raise Refused(code, error.user_message or str(error)) from error
    finally:
        reach(Failpoint.ANSWERED, "stripe")


def _code(error: stripe.StripeError) -> str:
    detail = getattr(error.error, "code", None) if error.error is not None else None
    return str(detail or error.code or type(error).__name__)
