"""The sandbox in a real browser: paying with and without JavaScript, and what axe says about its sellers' pages.

The other pages are walked with the shop's: `tests/e2e/test_every_page.py`.
"""

import pytest
from playwright.sync_api import expect

from tests.e2e.soundness import unsound

pytestmark = pytest.mark.e2e


@pytest.fixture
def javascript():
    return True


@pytest.fixture
def open_page(chromium, javascript):
    with chromium.open(javascript=javascript) as opened:
        yield opened


@pytest.mark.parametrize("javascript", [True, False])
def test_declined_then_3d_secure_then_paid_on_the_same_page(sandbox, client, new_session, open_page, javascript):
    page = open_page()
    session = new_session(success_url=f"{sandbox.base_url}/dashboard/objects/{{CHECKOUT_SESSION_ID}}")
    page.goto(session.url)
    page.get_by_label("E-mail").fill("buyer@example.com")
    page.get_by_label("Name on the card or account").fill("Bo Buyer")

    def try_card(number):
        page.get_by_label("Card number").fill(number)
        page.get_by_label("Expiry date").fill("12 / 39")
        page.get_by_label("Security code").fill("123")
        page.get_by_role("button", name="Pay $100.00").click()

    try_card("4000000000009995")
    expect(page.get_by_role("alert")).to_contain_text("not enough money")
    try_card("4000002760003184")
    page.get_by_role("button", name="Yes, complete the payment").click()
    page.wait_for_url(f"**/{session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_test_card_fills_the_form_by_one_click(new_session, open_page):
    page = open_page()
    page.goto(new_session().url)
    page.get_by_text("Test cards and accounts").click()
    page.get_by_role("button", name="Use 4242424242424242").click()
    assert page.get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    assert page.get_by_label("Security code").input_value() == "123"
    page.get_by_role("button", name="Use 000123456789").click()
    assert page.get_by_label("Bank debit").is_checked()
    assert page.get_by_label("Account number").input_value() == "000123456789"


@pytest.mark.parametrize("javascript", [False])
def test_a_seller_is_set_up_without_javascript(sandbox, client, new_account, open_page):
    page, account = open_page(), new_account()
    back = f"{sandbox.base_url}/dashboard/objects/{account.id}"
    page.goto(
        client.v1.account_links.create(
            {"account": account.id, "type": "account_onboarding", "refresh_url": back, "return_url": back}
        ).url
    )
    page.get_by_label("In a few words").fill("Used car parts, by parcel")
    page.get_by_role("button", name="Save and continue").click()
    for label, text in (
        ("First name", "Sam"), ("Last name", "Seller"), ("Street and number", "Main Street 1"),
        ("Postal code", "12345"), ("Town", "Springfield"), ("State", "CA"),
        ("Last 4 digits of the social security number", "0000"),
        ("Day", "9"), ("Month", "3"), ("Year", "1985"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Skip for now").click()
    expect(page.get_by_role("status")).to_contain_text("bank account")
    page.get_by_role("link", name="Bank account").click()
    page.get_by_label("Account number or IBAN").fill("000123456789")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Agree and submit").click()
    page.wait_for_url(back)
    assert client.v1.accounts.retrieve(account.id).details_submitted


def test_axe_finds_nothing_on_the_sellers_side(sandbox, client, pay, new_seller, new_account, open_page):
    seller, fresh = new_seller(schedule={"interval": "manual"}), new_account()
    pay("4000000000000077")
    transfer = client.v1.transfers.create({"amount": 5_000, "currency": "usd", "destination": seller.id})
    client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    payout = client.v1.payouts.create({"amount": 1_000, "currency": "usd"}, {"stripe_account": seller.id})
    pay("4000000000000259"), pay("4000000000005423")
    dispute = client.v1.disputes.list().data[0]
    sections = ("accounts", "transfers", "reversals", "payouts", "banks", "disputes", "warnings", "files")
    ids = (seller.id, fresh.id, transfer.id, payout.id, dispute.id, dispute.charge)
    here = {"refresh_url": f"{sandbox.base_url}/dashboard", "return_url": f"{sandbox.base_url}/dashboard"}
    link = client.v1.account_links.create({"account": fresh.id, "type": "account_onboarding", **here})
    login = client.v1.accounts.login_links.create(seller.id)
    paths = [
        link.url, *(f"/setup/e/{fresh.id}/{step}" for step in ("business", "person", "document", "bank", "review")),
        link.url, login.url, *(f"/dashboard/{name}" for name in sections),
        *(f"/dashboard/objects/{one}" for one in ids),
    ]  # fmt: skip
    page = open_page()
    found = {}
    for path in paths:
        page.goto(path if path.startswith("http") else sandbox.base_url + path)
        found[path] = unsound(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
