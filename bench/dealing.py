"""What sellers and buyers of a benchmark do in this process: be able to be paid, and agree to what is in the basket."""

import secrets

from marketplace import clock
from marketplace.checkout import flows as checkout
from marketplace.checkout import queries as checkout_queries
from marketplace.checkout.flows import Outcome
from marketplace.checkout.operations import Agreed
from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.payouts import account_flows
from marketplace.providers.base import Provider
from marketplace.sandbox.inprocess import RunningSandbox

_ADDRESS = {
    "full_name": "Bo Buyer", "line1": "1 Main Street", "line2": "", "city": "Springfield", "region": "IL",
    "postcode": "62701", "country": "US",
}  # fmt: skip


def set_up_account(seller_id: int, provider: Provider, sandbox: RunningSandbox) -> None:
    """Let a seller go through the provider's pages until they can be paid."""
    account_id = account_flows.start(seller_id=seller_id, country="US", provider=provider, now=clock.now())
    sandbox.set_up(account_id)
    account_flows.read_again(account_id, actor=Actor.job("bench"), provider=provider, now=clock.now())


def agree(buyer_id: int, provider: Provider, settings: Settings) -> Outcome:
    """Agree to all that a buyer's basket holds in dollars; return what came of it, with the payment page's address."""
    agreed = Agreed(
        buyer_id=buyer_id,
        currency="USD",
        token=secrets.token_urlsafe(16),
        expected_total_minor=checkout_queries.review(buyer_id, "USD", clock.now()).total.minor,
        delivery_address=_ADDRESS,
        billing_address=_ADDRESS,
        buyer_note="",
    )
    return checkout.begin(agreed=agreed, now=clock.now(), providers={"stripe": provider}, settings=settings)


def session_of(outcome: Outcome) -> str:
    """Return the id of the payment page that an outcome leads to."""
    return (outcome.redirect_url or "").rpartition("/")[2]
