"""What the port promises, asked of each provider behind the sandbox: the same keys, the same answers (S2.41)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.providers.base import CheckoutLine, CheckoutRequest, Provider, Refused, Unknown
from marketplace.providers.paypal import PaypalProvider
from marketplace.providers.stripe import StripeProvider
from tests.builders import World

NOWHERE = "http://127.0.0.1:9"


def wanted(world: World) -> CheckoutRequest:
    return CheckoutRequest(
        payment_id=7,
        purchase_number="2026-1",
        currency="SEK",
        lines=(CheckoutLine("Brake disc", 10_050, 2), CheckoutLine("Delivery, Sam's", 4_900, 1)),
        customer_email="bo@example.com",
        success_url="http://localhost/checkout/return/7",
        cancel_url="http://localhost/checkout/cancelled/7",
        expires_at=world.now + timedelta(minutes=31),
        installation="here",
    )


def paid(world: World, provider: Provider, session_id: str) -> str:
    """Let the buyer pay; return the provider's id of the payment."""
    if provider.name == "paypal":
        world.sandbox.approve(session_id)
    else:
        world.sandbox.pay(session_id)
    page = provider.capture_checkout(session_id, key="here/capture/7/1")
    assert (page.is_complete, page.is_paid, page.is_open) == (True, True, False)
    assert (page.amount_minor, page.currency, page.payment_id, page.installation) == (25_000, "SEK", 7, "here")
    assert page.intent_id
    return page.intent_id


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_a_page_is_made_paid_and_given_back_once_however_often_it_is_asked(world: World, name: str) -> None:
    provider = world.providers[name]
    first = provider.create_checkout(wanted(world), key="here/create/7/1")
    again = provider.create_checkout(wanted(world), key="here/create/7/1")
    assert first.session_id == again.session_id
    assert first.url is not None
    assert first.url.startswith(world.sandbox.base_url)
    assert provider.get_checkout(first.session_id).is_open
    intent_id = paid(world, provider, first.session_id)
    assert provider.capture_checkout(first.session_id, key="here/capture/7/2").intent_id == intent_id
    with pytest.raises(Refused):
        provider.expire_checkout(first.session_id, key="here/expire/7/1")
    intent = provider.get_intent(intent_id)
    assert (intent.status, intent.amount_minor, intent.currency, intent.payment_id) == ("succeeded", 25_000, "SEK", 7)
    assert intent.charge_id
    line = provider.charge_balance_line(intent.charge_id)
    assert line is not None
    assert (line.amount_minor, line.net_minor) == (25_000, 25_000 - line.fee_minor)
    asked = {"intent_id": intent_id, "amount_minor": 5_000, "reference": "refund:3:1", "installation": "here"}
    refunds = [provider.refund(**asked, key="here/refund/3/1") for _ in range(2)]
    assert refunds[0].refund_id == refunds[1].refund_id
    assert provider.find_refund(intent_id=intent_id, reference="refund:3:1") == provider.get_refund(
        refunds[0].refund_id
    )
    assert provider.find_refund(intent_id=intent_id, reference="refund:4:1") is None
    read, lines = provider.refund_and_lines(refunds[0].refund_id)
    assert (read.amount_minor, read.currency, read.reference, read.intent_id) == (5_000, "SEK", "refund:3:1", intent_id)
    assert sum(one.amount_minor for one in lines) == -5_000
    with pytest.raises(Refused):
        provider.refund(**{**asked, "amount_minor": 20_001}, key="here/refund/3/2")


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_a_page_that_was_given_up_is_closed(world: World, name: str) -> None:
    provider = world.providers[name]
    made = provider.create_checkout(wanted(world), key="here/create/7/1")
    assert not provider.expire_checkout(made.session_id, key="here/expire/7/1").is_open


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_silence_is_no_answer_and_nonsense_is_refused(world: World, name: str) -> None:
    make: type[StripeProvider | PaypalProvider] = StripeProvider if name == "stripe" else PaypalProvider
    deaf = make(replace(world.settings, stripe_api_base=NOWHERE, paypal_api_base=NOWHERE))
    with pytest.raises(Unknown):
        deaf.create_checkout(wanted(world), key="here/create/7/1")
    with pytest.raises(Refused):
        world.providers[name].get_intent("nothing_of_this_name")


def test_paypal_without_its_settings_is_not_offered_and_asks_nobody(world: World) -> None:
    without = PaypalProvider(replace(world.settings, paypal_client_id=""))
    assert not without.is_configured
    with pytest.raises(Unknown, match="not set up"):
        without.get_checkout("5O1")
