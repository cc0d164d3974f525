"""Saved cards at the provider: customers keep them, a page saves one without a payment, payment pages offer them."""

import pytest
import stripe

from marketplace.sandbox.browser import Browser

ADDRESSES = {"success_url": "http://shop.test/done?page={CHECKOUT_SESSION_ID}", "cancel_url": "http://shop.test/cards"}
OFFERED = {"payment_method_save": "enabled", "allow_redisplay_filters": ["always", "limited"]}
HIGHEST_RISK, ASKS_3DS, DECLINED, DECLINED_LATER = (
    "4100000000000019",
    "4000002500003155",
    "4000000000009995",
    "4000000000000341",
)


@pytest.fixture
def customer(client):
    return client.v1.customers.create({"email": "bo@example.com", "name": "Bo Buyer"}).id


@pytest.fixture
def new_page(client, customer):
    def make(**more):
        params = {"mode": "setup", "customer": customer, "payment_method_types": ["card"], **ADDRESSES}
        return client.v1.checkout.sessions.create({**params, **more})

    return make


@pytest.fixture
def saved(sandbox, client, customer, new_page):
    """Save a card and return it."""

    def make(card="4242424242424242", **how):
        assert sandbox.save_card(new_page().id, card, **how).outcome == "paid"
        return client.v1.customers.payment_methods.list(customer).data[0]

    return make


def test_a_page_saves_a_card_and_everybody_is_told(sandbox, client, receiver, customer, new_page):
    page = new_page()
    assert (page.mode, page.amount_total, page.payment_status) == ("setup", None, "no_payment_required")
    paid = sandbox.save_card(page.id, "5555555555554444", expiry="02/31")
    assert (paid.outcome, paid.location) == ("paid", f"http://shop.test/done?page={page.id}")
    sandbox.deliver_pending()
    done = client.v1.checkout.sessions.retrieve(page.id, {"expand": ["setup_intent.payment_method"]})
    method = done.setup_intent.payment_method
    assert (done.status, done.setup_intent.status, done.payment_intent) == ("complete", "succeeded", None)
    assert (method.customer, method.card.brand, method.card.last4) == (customer, "mastercard", "4444")
    assert (method.card.exp_month, method.card.exp_year, method.allow_redisplay) == (2, 2031, "limited")
    told = [event for event in receiver.seen if event.type != "customer.created"]
    assert [event.type for event in told] == [
        "setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip
    assert (told[1].data.object.id, told[3].data.object.mode) == (method.id, "setup")
    assert sandbox.save_card(page.id).outcome == "error", "the page is closed"
    assert len(client.v1.customers.payment_methods.list(customer).data) == 1


@pytest.mark.parametrize(
    ("card", "how", "outcome"),
    [
        (DECLINED, {}, "declined"),
        (HIGHEST_RISK, {}, "declined"),
        ("4242424242424241", {}, "invalid"),
        (ASKS_3DS, {"authenticate": False}, "declined"),
        (ASKS_3DS, {}, "paid"),
        (DECLINED_LATER, {}, "paid"),
    ],
)
def test_a_card_is_checked_before_it_is_saved(sandbox, client, customer, new_page, card, how, outcome):
    page = new_page()
    assert sandbox.save_card(page.id, card, **how).outcome == outcome
    kept = client.v1.customers.payment_methods.list(customer).data
    assert len(kept) == (outcome == "paid")
    intent = client.v1.setup_intents.retrieve(page.setup_intent)
    assert intent.status == ("succeeded" if outcome == "paid" else "requires_payment_method")
    if outcome == "declined":
        assert intent.last_setup_error.type == "card_error"
        assert sandbox.save_card(page.id).outcome == "paid", "another card on the same page"


def test_a_page_that_nobody_used_expires_with_its_intent(sandbox, client, new_page):
    page = new_page()
    sandbox.advance_clock(25 * 3_600)
    sandbox.run_due()
    assert client.v1.checkout.sessions.retrieve(page.id).status == "expired"
    assert client.v1.setup_intents.retrieve(page.setup_intent).status == "canceled"
    assert sandbox.save_card(page.id).outcome == "expired"


def test_a_saved_card_pays_in_one_click(sandbox, client, customer, saved, pay):
    method = saved()
    session = pay(customer=customer, saved=method.id, saved_payment_method_options=OFFERED)
    charge = session.payment_intent.latest_charge
    assert (session.payment_status, charge.payment_method, charge.customer) == ("paid", method.id, customer)
    assert charge.payment_method_details.card.last4 == "4242"
    assert len(client.v1.customers.payment_methods.list(customer).data) == 1


def test_a_page_offers_saved_cards_and_to_save_another(sandbox, client, customer, saved, new_session):
    first, second = saved(), saved("5555555555554444")
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": first.id}})
    session = new_session(customer=customer, saved_payment_method_options=OFFERED)
    page = Browser(sandbox.base_url).get(f"/c/pay/{session.id}").text
    assert page.index("Visa •••• 4242") < page.index("Mastercard •••• 4444") < page.index("Another card")
    assert f'value="{first.id}" checked' in page
    assert 'value="bo@example.com"' in page
    assert "Save this card with" in page
    by_default = new_session(customer=customer)
    assert second.id not in Browser(sandbox.base_url).get(f"/c/pay/{by_default.id}").text, "these are limited"


@pytest.mark.parametrize("keeps", [True, False])
def test_a_card_is_kept_only_at_its_owners_wish(sandbox, client, customer, new_session, keeps):
    session = new_session(customer=customer, saved_payment_method_options=OFFERED)
    assert sandbox.pay(session.id, ASKS_3DS, keeps=keeps).outcome == "paid"
    kept = client.v1.payment_methods.list({"customer": customer}).data
    assert [method.allow_redisplay for method in kept] == ["always"] * keeps
    charge = client.v1.charges.list({"customer": customer}).data[0]
    owner = client.v1.payment_methods.retrieve(charge.payment_method).customer
    assert owner == (customer if keeps else None)


def test_a_card_of_somebody_else_pays_nothing(sandbox, client, saved, new_session):
    method = saved()
    other = client.v1.customers.create({"email": "eve@example.com"}).id
    session = new_session(customer=other, saved_payment_method_options=OFFERED)
    assert sandbox.pay(session.id, saved=method.id).outcome == "invalid"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_detached_card_is_gone_for_good(sandbox, client, receiver, customer, saved):
    method = saved()
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    sandbox.deliver_pending()
    before = len(receiver.seen)
    assert client.v1.payment_methods.detach(method.id).customer is None
    sandbox.deliver_pending()
    told = receiver.seen[before:]
    assert [event.type for event in told] == ["payment_method.detached", "customer.updated"]
    assert told[0].data.previous_attributes.customer == customer
    assert client.v1.customers.retrieve(customer).invoice_settings.default_payment_method is None
    for again in (
        lambda: client.v1.payment_methods.detach(method.id),
        lambda: client.v1.payment_methods.attach(method.id, {"customer": customer}),
        lambda: client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}}),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            again()


def test_what_changes_of_a_card_is_told(sandbox, client, receiver, saved):
    method = saved()
    client.v1.payment_methods.update(method.id, {"card": {"exp_year": 2041}, "metadata": {"k": "v"}})
    sandbox.deliver_pending()
    assert receiver.types[-1] == "payment_method.updated"
    assert client.v1.payment_methods.retrieve(method.id).card.exp_year == 2041


def test_a_deleted_customer_keeps_nothing(client, customer, saved):
    method = saved()
    client.v1.customers.delete(customer)
    assert client.v1.payment_methods.retrieve(method.id).customer is None


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"line_items": [{"quantity": 1}]}, "line_items"),
        ({"payment_method_types": ["us_bank_account"]}, "payment_method_types"),
        ({"payment_method_types": None}, "currency"),
        ({"customer": "cus_none"}, "customer"),
        ({"surprise": "x"}, "surprise"),
    ],
)
def test_wrong_pages_are_refused(new_page, change, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        new_page(**change)
    assert caught.value.param == param


def test_the_number_is_kept_nowhere(sandbox, saved):
    saved("5555555555554444")
    with sandbox.sandbox.work() as work:
        everything = " ".join(
            str(row) for table in ("objects", "events") for row in work.rows(f"SELECT * FROM {table}")
        )
    assert "5555555555554444" not in everything
    assert "4444" in everything
