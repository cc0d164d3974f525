"""Money that reaches the provider's account without the shop: somebody uses the dashboard, or another program."""

import stripe

from tests.builders import World


def client_of(world: World) -> stripe.StripeClient:
    """Return a client of the shop's account at the provider, as another program has one."""
    return stripe.StripeClient(
        world.sandbox.api_key, base_addresses={"api": world.sandbox.base_url}, max_network_retries=0
    )


def paid_elsewhere(world: World, amount_minor: int, currency: str = "usd") -> str:
    """Let somebody pay by a page that the shop has not made; return the provider's payment. Events still wait."""
    product = {"currency": currency, "unit_amount": amount_minor, "product_data": {"name": "By telephone"}}
    session = client_of(world).v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price_data": product, "quantity": 1}],
            "success_url": "http://elsewhere.test/done",
            "cancel_url": "http://elsewhere.test/",
        }
    )
    world.sandbox.pay(session.id)
    found = client_of(world).v1.checkout.sessions.retrieve(session.id)
    return str(found.payment_intent)
