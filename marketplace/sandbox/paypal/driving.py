"""What tests do at PayPal: agree to orders as a payer, open disputes and end them."""

from flask import Flask

from marketplace.sandbox.browser import Browser
from marketplace.sandbox.engine import Sandbox
from marketplace.sandbox.paypal import disputes, events

PAYPAL_CLIENT = "paypal-client"
PAYPAL_SECRET = "paypal-secret"  # noqa: S105  # of a test server only
PAYPAL_WEBHOOK_ID = "8WEBHOOK00000001"


class AtPaypal:
    """The handles of a served sandbox."""

    app: Flask
    base_url: str

    @property
    def sandbox(self) -> Sandbox:
        """The engine behind the pages."""
        found: Sandbox = self.app.extensions["sandbox"]
        return found

    def approve(self, order_id: str, funding: str = "balance", *, answer: str = "approve") -> str:
        """Agree to a PayPal order on its page over HTTP, or go back; return where it leads, "" when it is gone."""
        browser = Browser(self.base_url)
        page = browser.get(f"/paypal/checkoutnow?token={order_id}")
        if not page.token:
            return ""
        form = {"form_token": page.token, "token": order_id, "funding": funding, "answer": answer}
        return browser.post("/paypal/checkoutnow", form).location

    def dispute_at_paypal(self, capture_id: str) -> str:
        """Let the payer of a PayPal capture open a dispute; return its id."""
        with self.sandbox.work() as work:
            return disputes.open_one(work, capture_id)

    def resolve_at_paypal(self, dispute_id: str, outcome: str) -> None:
        """End a dispute at PayPal by one of its outcomes."""
        with self.sandbox.work() as work:
            disputes.resolve(work, dispute_id, outcome)

    def send_paypal_webhooks_to(self, url: str) -> None:
        """Make sure that `url` gets every event of PayPal, signed for `PAYPAL_WEBHOOK_ID`."""
        with self.sandbox.work() as work:
            events.ensure_endpoint(work, url, PAYPAL_WEBHOOK_ID, self.base_url)
