"""PayPal, by plain HTTP: orders that the buyer approves and we capture, their refunds, and its messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from marketplace.config import Settings
from marketplace.providers import paypal_objects as objects
from marketplace.providers import paypal_signatures
from marketplace.providers.accounts import Accounts
from marketplace.providers.balance_lines import BalanceLines
from marketplace.providers.base import (
    BadSignature,
    BalanceLine,
    Checkout,
    CheckoutRequest,
    InboundEvent,
    Intent,
    ProviderRefund,
    Refused,
    TrialMessage,
    Unknown,
)
from marketplace.providers.charges import Charges
from marketplace.providers.disputes import Disputes
from marketplace.providers.documents import document
from marketplace.providers.events import Events
from marketplace.providers.methods import Methods
from marketplace.providers.paypal_absent import Absent, NoCards
from marketplace.providers.paypal_line import PaypalLine
from marketplace.providers.paypal_objects import PAYPAL, Claim
from marketplace.providers.paypal_signatures import Signatures
from marketplace.providers.reversals import Reversals
from marketplace.providers.transfers import Transfers

T = TypeVar("T")
_GONE = frozenset(("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"))
_CAPTURED = frozenset(("ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_COMPLETED"))
_LONGEST = 200
_ORDERS, _CAPTURES, _REFUNDS = "/v2/checkout/orders", "/v2/payments/captures", "/v2/payments/refunds"


class PaypalProvider:
    """The port's PayPal adapter; `settings` decide whether it talks to PayPal or to the sandbox."""

    name = PAYPAL

    def __init__(self, settings: Settings) -> None:
        self._line = PaypalLine(settings)
        self.is_configured = self._line.is_configured and bool(settings.paypal_webhook_ids)
        self._livemode = settings.livemode
        self._signatures = Signatures(
            settings.paypal_webhook_ids,
            base_url=self._line.base_url,
            is_own=settings.paypal_api_base is not None,
            is_live=settings.livemode,
        )
        self.disputes: Disputes = _absent("evidence")
        self.accounts: Accounts = _absent("sellers' accounts")
        cards: Any = NoCards("saved cards")
        self.methods: Methods = cards
        self.transfers: Transfers = _absent("payments to sellers")
        self.reversals: Reversals = _absent("payments to sellers")
        self.events: Events = _absent("its list of events")
        self.charges: Charges = _absent("charges")
        self.balance_lines: BalanceLines = _absent("its account for us")

    def create_checkout(self, request: CheckoutRequest, *, key: str) -> Checkout:
        """Make an order for the buyer to approve (developer.paypal.com/docs/api/orders/v2/#orders_create)."""
        found = self._line.ask("POST", _ORDERS, body=objects.order(request), key=key)
        return _read(lambda: objects.checkout(found, request.expires_at))

    def get_checkout(self, session_id: str) -> Checkout:
        """Read an order again; one that is not there any more has lapsed, for PayPal forgets none that was paid."""
        try:
            found = self._line.ask("GET", f"{_ORDERS}/{_safe(session_id)}")
        except Refused as refusal:
            if refusal.code in _GONE:
                return objects.closed(session_id)
            raise
        return _read(lambda: objects.checkout(found))

    def expire_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Say whether an order can be given up: PayPal closes none, but takes no money unless we capture it.

        Raises Refused when its money was taken.
        """
        del key
        page = self.get_checkout(session_id)
        if page.is_complete:
            raise Refused("ORDER_ALREADY_CAPTURED", "The money of this order was taken.")
        return objects.given_up(page)

    def capture_checkout(self, session_id: str, *, key: str) -> Checkout:
        """Take the money of an approved order; one that was taken before is read again."""
        try:
            found = self._line.ask("POST", f"{_ORDERS}/{_safe(session_id)}/capture", body={}, key=key)
        except Refused as refusal:
            if refusal.code in _CAPTURED:
                return self.get_checkout(session_id)
            raise
        return _read(lambda: objects.checkout(found))

    def find_checkout(self, payment_id: int, *, installation: str, since: datetime) -> Checkout | None:
        """Return None: PayPal lists no orders, and one that nobody knows takes no money."""
        del payment_id, installation, since
        return None

    def get_intent(self, intent_id: str) -> Intent:
        """Read a capture again."""
        found = self._line.ask("GET", f"{_CAPTURES}/{_safe(intent_id)}")
        return _read(lambda: objects.intent(found))

    def refund(
        self, *, intent_id: str, amount_minor: int, reference: str, installation: str = "", key: str
    ) -> ProviderRefund:
        """Refund part or all of a capture (developer.paypal.com/docs/api/payments/v2/#captures_refund)."""
        currency = self.get_intent(intent_id).currency
        body = {"amount": objects.amount(amount_minor, currency), "custom_id": f"{reference}/{installation}"}
        found = self._line.ask("POST", f"{_CAPTURES}/{_safe(intent_id)}/refund", body=body, key=key)
        return _read(lambda: objects.refund(found))

    def get_refund(self, refund_id: str) -> ProviderRefund:
        """Read a refund again."""
        return self.refund_and_lines(refund_id)[0]

    def refund_and_lines(self, refund_id: str) -> tuple[ProviderRefund, tuple[BalanceLine, ...]]:
        """Read a refund again, with what it took out of our balance."""
        found = self._line.ask("GET", f"{_REFUNDS}/{_safe(refund_id)}")
        return _read(lambda: (objects.refund(found), objects.refund_lines(found)))

    def find_refund(self, *, intent_id: str, reference: str) -> ProviderRefund | None:
        """Look through the refunds of the capture's order for the one that carries our row's reference."""
        capture = self._line.ask("GET", f"{_CAPTURES}/{_safe(intent_id)}")
        related = (capture.get("supplementary_data") or {}).get("related_ids") or {}
        order_id = related.get("order_id")
        if not order_id:
            raise Unknown("PayPal does not say which order this capture is of.")
        order = self._line.ask("GET", f"{_ORDERS}/{_safe(str(order_id))}")
        made = _read(lambda: (order["purchase_units"][0].get("payments") or {}).get("refunds") or ())
        found = (_read(lambda one=one: objects.refund(one)) for one in made)  # type: ignore[misc]
        return next((refund for refund in found if refund.reference == reference), None)

    def get_balance_line(self, line_id: str) -> BalanceLine:
        """Read what a capture brought: PayPal's lines are named by what they are about."""
        line = self.charge_balance_line(line_id)
        if line is None:
            raise Refused("not_there", "PayPal has no such line.")
        return line

    def charge_balance_line(self, charge_id: str) -> BalanceLine | None:
        """Return what a capture brought and what PayPal took of it; None while it is pending."""
        return self.get_intent(charge_id).line

    def get_claim(self, dispute_id: str) -> Claim:
        """Read a dispute (developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get)."""
        found = self._line.ask("GET", f"/v1/customer/disputes/{_safe(dispute_id)}")
        return _read(
            lambda: Claim(
                dispute_id=str(found["dispute_id"]),
                capture_ids=tuple(
                    str(one["seller_transaction_id"])
                    for one in found.get("disputed_transactions") or ()
                    if one.get("seller_transaction_id")
                ),
                status=str(found["status"]),
                reason=str(found.get("reason") or ""),
                outcome=str((found.get("dispute_outcome") or {}).get("outcome_code") or ""),
            )
        )

    def sign_test(self, *, now_seconds: int, about_accounts: bool) -> TrialMessage | None:
        """Return None: only PayPal has the key that its messages are signed with."""
        del now_seconds, about_accounts
        return None

    def read_event(
        self, body: bytes, signature: str, *, now_seconds: int, about_accounts: bool = False
    ) -> InboundEvent:
        """Verify and read a message; `signature` is what `paypal_signatures.joined` makes of its headers.

        Raises BadSignature, and Unknown while PayPal's certificate can't be had. The document says as well of which
        mode it is: that of our own client.
        """
        del about_accounts
        proof = self._signatures.check(
            body,
            signature,
            now_seconds=now_seconds,
            download=lambda url: self._line.download(url, most=paypal_signatures.largest()),
        )
        try:
            found = document(body)
            resource = found["resource"]
            object_id = resource.get("id") or resource.get("dispute_id")
            names = (found["id"], found["event_type"], *([object_id] if object_id is not None else []))
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature from error
        if not all(isinstance(name, str) and 0 < len(name) <= _LONGEST for name in names):
            raise BadSignature
        payload = {**found, "livemode": self._livemode}
        return InboundEvent(found["id"], found["event_type"], object_id, self._livemode, None, payload, proof)


def _absent(what: str) -> Any:
    return Absent(what)


def _read(parse: Callable[[], T]) -> T:
    """Return what `parse` makes of an answer; one of another shape tells nothing, whatever it has done."""
    try:
        return parse()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        raise Unknown(f"PayPal's answer has another shape: {error!r}") from error


def _safe(object_id: str) -> str:
    """Return an id as a part of an address; raises Refused for what is none."""
    if not object_id.isascii() or not object_id.replace("-", "").replace("_", "").isalnum():
        raise Refused("INVALID_RESOURCE_ID", "This is no id of PayPal's.")
    return object_id
