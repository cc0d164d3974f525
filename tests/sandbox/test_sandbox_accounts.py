"""Connected accounts: made, onboarded, verified, restricted, rejected, disconnected."""

import pytest
import stripe

from marketplace.sandbox import account_state
from marketplace.sandbox.inprocess import SELLER

DAY = 86_400
ADDRESSES = {"refresh_url": "http://shop.test/again", "return_url": "http://shop.test/back"}


def link_to(client, account, **more):
    return client.v1.account_links.create({"account": account.id, "type": "account_onboarding", **ADDRESSES, **more})


def later(sandbox, seconds=account_state.VERIFY_SECONDS):
    sandbox.advance_clock(seconds)
    sandbox.run_due()


def steer(sandbox, account, deed, *values):
    """Do what a button of the dashboard does."""
    with sandbox.sandbox.work() as work:
        deed(work, work.lock("account", account.id), *values)


class TestCreating:
    def test_an_express_account_begins_with_everything_due(self, new_account):
        account = new_account(metadata={"seller": "7"})
        assert account.id.startswith("acct_")
        assert (account.type, account.country, account.default_currency) == ("express", "US", "usd")
        assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (False, False, False)
        assert account.capabilities.to_dict() == {"card_payments": "inactive", "transfers": "inactive"}
        due = account.requirements.currently_due
        assert {"external_account", "individual.first_name", "individual.ssn_last_4", "tos_acceptance.date"} <= set(due)
        assert account.requirements.past_due == due
        assert account.requirements.disabled_reason == "requirements.past_due"
        assert account.controller.to_dict() == {
            "fees": {"payer": "application_express"}, "is_controller": True, "losses": {"payments": "application"},
            "requirement_collection": "stripe", "stripe_dashboard": {"type": "express"}, "type": "application",
        }  # fmt: skip

    def test_controller_properties_instead_of_a_type(self, client):
        account = client.v1.accounts.create(
            {
                "country": "SE",
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
            }
        )
        assert (account.type, account.default_currency) == ("none", "sek")
        assert account.controller.fees.payer == "application"
        assert "individual.ssn_last_4" not in account.requirements.currently_due

    @pytest.mark.parametrize(
        ("params", "param"),
        [
            ({"type": "express", "controller": {"losses": {"payments": "application"}}}, "type"),
            ({"controller": {"requirement_collection": "application"}}, "controller"),
            ({"controller": {"stripe_dashboard": {"type": "express"}}}, "controller"),
            ({"type": "express", "country": "XX"}, "country"),
            ({"type": "custom"}, "capabilities"),
            ({"type": "express", "capabilities": {"card_payments": {"requested": True}}}, "capabilities"),
            ({"type": "express", "settings": {"payouts": {"schedule": {"interval": "weekly"}}}},
             "settings[payouts][schedule][weekly_anchor]"),
            ({"type": "express", "external_account": "btok_none"}, "external_account"),
            ({"type": "express", "surprise": 1}, "surprise"),
        ],
    )  # fmt: skip
    def test_wrong_parameters(self, client, params, param):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.accounts.create(params)
        assert caught.value.param == param

    def test_two_clicks_with_one_key_make_one_account(self, client):
        made = [client.v1.accounts.create({"type": "express"}, {"idempotency_key": "account/7/1"}).id for _ in range(2)]
        assert made[0] == made[1]
        assert [account.id for account in client.v1.accounts.list().data] == [made[0]]

    def test_a_custom_account_is_verified_through_the_api_alone(self, sandbox, client):
        person = {
            "first_name": "Sam", "last_name": "Seller", "email": "s@example.com", "ssn_last_4": "0000",
            "dob": {"day": 9, "month": 3, "year": 1985},
            "address": {"line1": "Main Street 1", "city": "Springfield", "postal_code": "12345", "state": "CA"},
        }  # fmt: skip
        account = client.v1.accounts.create(
            {
                "type": "custom",
                "capabilities": {"transfers": {"requested": True}},
                "business_type": "individual",
                "business_profile": {"mcc": "5533", "product_description": "Used car parts"},
                "individual": person,
                "tos_acceptance": {"date": 1_700_000_000, "ip": "127.0.0.1"},
                "external_account": {
                    "object": "bank_account", "country": "US", "currency": "usd", "routing_number": "110000000",
                    "account_number": "000123456789",
                },
            }
        )  # fmt: skip
        assert account.capabilities.to_dict() == {"transfers": "pending"}
        later(sandbox)
        account = client.v1.accounts.retrieve(account.id)
        assert account.capabilities.to_dict() == {"transfers": "active"}
        assert (account.payouts_enabled, account.tos_acceptance.ip) == (True, "127.0.0.1")
        assert "individual" not in account

    def test_nobody_accepts_the_terms_for_an_express_account(self, client, new_account):
        with pytest.raises(stripe.InvalidRequestError, match="Terms of Service"):
            client.v1.accounts.update(new_account().id, {"tos_acceptance": {"date": 1, "ip": "127.0.0.1"}})


class TestOnboarding:
    def test_the_whole_way_from_the_link_to_an_active_account(self, sandbox, client, connect_receiver, new_account):
        account = new_account()
        assert sandbox.walk_onboarding(link_to(client, account).url) == ADDRESSES["return_url"]
        seen = client.v1.accounts.retrieve(account.id)
        assert seen.details_submitted
        assert seen.capabilities.transfers == "pending"
        assert seen.requirements.disabled_reason == "requirements.pending_verification"
        assert seen.requirements.pending_verification == ["individual.verification.document"]
        later(sandbox)
        seen = client.v1.accounts.retrieve(account.id)
        assert seen.capabilities.to_dict() == {"card_payments": "active", "transfers": "active"}
        assert (seen.charges_enabled, seen.payouts_enabled) == (True, True)
        assert (seen.requirements.currently_due, seen.requirements.disabled_reason) == ([], None)
        assert seen.requirements.eventually_due == ["individual.id_number"]
        assert seen.external_accounts.data[0].last4 == "6789"
        changed = [e for e in connect_receiver.seen if e.type == "capability.updated"]
        assert [(e.data.object["id"], e.data.object["status"]) for e in changed] == [
            ("card_payments", "pending"), ("transfers", "pending"),
            ("card_payments", "active"), ("transfers", "active"),
        ]  # fmt: skip
        assert {e.account for e in connect_receiver.seen} == {account.id}
        assert connect_receiver.types[-1] == "account.updated"

    def test_skipping_leaves_the_requirement_due(self, sandbox, client, new_account):
        account = new_account()
        sandbox.onboard(account.id, skip=("bank",))
        later(sandbox)
        seen = client.v1.accounts.retrieve(account.id)
        assert (seen.details_submitted, seen.charges_enabled, seen.payouts_enabled) == (True, True, False)
        assert seen.requirements.currently_due == ["external_account"]
        nothing = new_account()
        sandbox.onboard(nothing.id, skip=("business", "person", "bank"))
        seen = client.v1.accounts.retrieve(nothing.id)
        assert (seen.details_submitted, seen.charges_enabled) == (False, False)
        assert "individual.first_name" in seen.requirements.past_due

    def test_a_company(self, sandbox, client, new_account):
        account = new_account()
        typed = {"business_type": "company", "company_name": "Parts AB", "tax_id": "556677"}
        assert sandbox.onboard(account.id, **typed).endswith("/dashboard")
        later(sandbox)
        assert client.v1.accounts.retrieve(account.id).charges_enabled

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"product_description": "parts"}, "at least 10 signs"),
            ({"email": "nobody"}, "Type an e-mail address"),
            ({"dob_day": "31", "dob_month": "2"}, "Type the day"),
            ({"ssn_last_4": "12"}, "Type 4 digits"),
            ({"bank": "123"}, "test account numbers"),
        ],
    )
    def test_a_problem_stands_next_to_its_field(self, sandbox, new_account, change, words):
        assert words in sandbox.onboard(new_account().id, **change)

    def test_who_cannot_be_confirmed_is_asked_for_a_document(self, sandbox, client, new_account):
        account = new_account()
        sandbox.onboard(account.id, dob_day="1", dob_month="1", dob_year="1902")
        later(sandbox)
        seen = client.v1.accounts.retrieve(account.id)
        assert seen.requirements.past_due == ["individual.verification.document"]
        assert seen.requirements.errors[0].code == "verification_failed_keyed_identity"
        assert seen.capabilities.transfers == "inactive"
        sandbox.onboard(account.id, document="unreadable")
        later(sandbox)
        seen = client.v1.accounts.retrieve(account.id)
        assert seen.requirements.errors[0].code == "verification_document_not_readable"
        sandbox.onboard(account.id, document="readable")
        later(sandbox)
        assert client.v1.accounts.retrieve(account.id).charges_enabled

    def test_asking_ahead_leaves_nothing_for_later(self, sandbox, client, new_account):
        account = new_account()
        link = link_to(client, account, collection_options={"fields": "eventually_due"})
        sandbox.walk_onboarding(link.url)
        assert client.v1.accounts.retrieve(account.id).requirements.eventually_due == []

    def test_no_number_rests_anywhere(self, sandbox, client, new_account):
        sandbox.onboard(new_account().id, ssn_last_4="8642", id_number="19850309-1234", bank="000222222227")
        with sandbox.sandbox.work() as work:
            row = work.row("SELECT string_agg(data::text || private::text, ' ') AS whole FROM objects")
        assert not any(number in row["whole"] for number in ("8642", "19850309", "000222222227"))


class TestLinks:
    def test_a_link_opens_once_and_then_leads_to_the_refresh_address(self, sandbox, client, new_account):
        account, browser = new_account(), sandbox.app.test_client()
        link = link_to(client, account)
        assert (link.object, "id" in link) == ("account_link", False)
        assert link.expires_at - link.created == 300
        path = link.url.removeprefix(sandbox.base_url)
        assert browser.get(path).headers["Location"] == f"/setup/e/{account.id}"
        assert browser.get(path).headers["Location"] == ADDRESSES["refresh_url"]
        assert browser.get(f"/setup/e/{account.id}").status_code == 303

    def test_it_expires(self, sandbox, client, new_account):
        link = link_to(client, new_account())
        sandbox.advance_clock(300)
        answer = sandbox.app.test_client().get(link.url.removeprefix(sandbox.base_url))
        assert answer.headers["Location"] == ADDRESSES["refresh_url"]

    def test_nobody_else_gets_in(self, sandbox, client, new_account):
        account, stranger = new_account(), sandbox.app.test_client()
        link_to(client, account)
        for path in (f"/setup/e/{account.id}", f"/setup/e/{account.id}/bank", f"/setup/s/{account.id}/guess"):
            assert stranger.get(path).status_code == 403

    @pytest.mark.parametrize(
        ("change", "param"),
        [
            ({"account": "acct_none"}, None),
            ({"type": None}, "type"),
            ({"type": "account_update"}, "type"),
            ({"return_url": None}, "return_url"),
            ({"refresh_url": "shop"}, "refresh_url"),
        ],
    )
    def test_wrong_links(self, client, new_account, change, param):
        given = {"account": new_account().id, "type": "account_onboarding", **ADDRESSES, **change}
        with pytest.raises((stripe.InvalidRequestError, stripe.PermissionError)) as caught:
            client.v1.account_links.create({name: value for name, value in given.items() if value})
        assert caught.value.json_body["error"].get("param") == param

    def test_the_login_link_shows_the_seller_their_payouts_once(self, sandbox, client, new_account, new_seller):
        with pytest.raises(stripe.InvalidRequestError, match="not completed onboarding"):
            client.v1.accounts.login_links.create(new_account().id)
        seller = new_seller()
        path = client.v1.accounts.login_links.create(seller.id).url.removeprefix(sandbox.base_url)
        browser = sandbox.app.test_client()
        assert "•••• 6789" in browser.get(path).text
        assert browser.get(path).status_code == 403


class TestChanging:
    def test_fields_metadata_and_schedule(self, client, connect_receiver, sandbox, new_seller):
        seller = new_seller()
        sandbox.deliver_pending()
        connect_receiver.seen.clear()
        weekly = {"interval": "weekly", "weekly_anchor": "friday"}
        seen = client.v1.accounts.update(
            seller.id,
            {
                "business_profile": {"name": "Parts of Sam"},
                "metadata": {"seller": "9"},
                "settings": {"payouts": {"schedule": weekly, "statement_descriptor": "PARTS"}},
            },
        )
        assert seen.business_profile.name == "Parts of Sam"
        assert seen.settings.payouts.schedule.to_dict() == {
            "delay_days": 2, "interval": "weekly", "weekly_anchor": "friday", "weekly_payout_days": ["friday"],
        }  # fmt: skip
        sandbox.deliver_pending()
        before = connect_receiver.seen[-1].data.previous_attributes
        assert before["metadata"].to_dict() == {}
        assert before["settings"]["payouts"]["schedule"]["interval"] == "daily"

    def test_balance_settings_are_the_same_schedule(self, client, new_seller):
        on = {"stripe_account": new_seller().id}
        given = {"payments": {"payouts": {"schedule": {"interval": "monthly", "monthly_payout_days": [1, 15]}}}}
        made = client.v1.balance_settings.update(given, on)
        assert made.payments.payouts.schedule.to_dict() == {"interval": "monthly", "monthly_payout_days": [1, 15]}
        account = client.v1.accounts.retrieve_current(None, on)
        assert account.settings.payouts.schedule.monthly_anchor == 1
        assert client.v1.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"

    def test_the_platforms_own_account(self, client):
        own = client.v1.accounts.retrieve_current()
        assert (own.settings.dashboard.display_name, own.charges_enabled) == ("Demo marketplace", True)

    def test_external_accounts(self, client, new_seller):
        seller = new_seller()
        banks = client.v1.accounts.external_accounts
        second = banks.create(seller.id, {"external_account": "btok_us_verified_accountClosed", "metadata": {"a": "1"}})
        assert (second.last4, second.default_for_currency, second.account) == ("1113", False, seller.id)
        assert second.metadata["a"] == "1"
        first = next(bank for bank in banks.list(seller.id).data if bank.id != second.id)
        with pytest.raises(stripe.InvalidRequestError, match="default external account"):
            banks.delete(seller.id, first.id)
        banks.update(seller.id, second.id, {"default_for_currency": True, "metadata": {"a": "b"}})
        assert banks.delete(seller.id, first.id).deleted
        assert [bank.id for bank in client.v1.accounts.retrieve(seller.id).external_accounts.data] == [second.id]
        with pytest.raises(stripe.InvalidRequestError) as caught:
            banks.create(seller.id, {"external_account": {"object": "bank_account", "account_number": "999"}})
        assert caught.value.code == "account_number_invalid"

    def test_capabilities_can_be_asked_for_and_given_up(self, client, new_seller):
        seller = new_seller()
        one = client.v1.accounts.capabilities.retrieve(seller.id, "transfers")
        assert (one.status, one.requested, one.account) == ("active", True, seller.id)
        gone = client.v1.accounts.capabilities.update(seller.id, "card_payments", {"requested": False})
        assert (gone.status, gone.requested, gone.requested_at) == ("inactive", False, None)
        assert [c.id for c in client.v1.accounts.capabilities.list(seller.id).data] == ["card_payments", "transfers"]


class TestTrouble:
    def test_more_information_with_a_deadline(self, sandbox, client, connect_receiver, new_seller):
        seller = new_seller()
        deadline = sandbox.sandbox.clock.now() + 7 * DAY
        steer(sandbox, seller, account_state.require, deadline)
        seen = client.v1.accounts.retrieve(seller.id)
        assert seen.requirements.currently_due == ["individual.verification.document"]
        assert (seen.requirements.past_due, seen.requirements.current_deadline) == ([], deadline)
        assert seen.charges_enabled
        later(sandbox, 7 * DAY)
        seen = client.v1.accounts.retrieve(seller.id)
        assert (seen.charges_enabled, seen.payouts_enabled) == (False, False)
        assert seen.requirements.past_due == ["individual.verification.document"]
        assert seen.requirements.disabled_reason == "requirements.past_due"
        assert client.v1.accounts.capabilities.retrieve(seller.id, "transfers").requirements.disabled_reason == (
            "requirements.fields_needed"
        )
        last = connect_receiver.seen[-1]
        assert (last.type, last.data.previous_attributes["charges_enabled"]) == ("account.updated", True)
        sandbox.onboard(seller.id)
        later(sandbox)
        assert client.v1.accounts.retrieve(seller.id).payouts_enabled

    def test_restricted_at_once_and_verified_again(self, sandbox, client, new_seller):
        seller = new_seller()
        steer(sandbox, seller, account_state.require, 0)
        assert not client.v1.accounts.retrieve(seller.id).payouts_enabled
        steer(sandbox, seller, account_state.clear)
        assert client.v1.accounts.retrieve(seller.id).payouts_enabled

    @pytest.mark.parametrize(
        ("reason", "shown"),
        [("fraud", "platform_fraud"), ("terms_of_service", "platform_terms_of_service"), ("other", "platform_other")],
    )
    def test_rejected(self, client, new_seller, reason, shown):
        seller = client.v1.accounts.reject(new_seller().id, {"reason": reason})
        assert seller.requirements.disabled_reason == f"rejected.{shown}"
        assert (seller.charges_enabled, seller.payouts_enabled) == (False, False)

    def test_disconnected(self, sandbox, client, connect_receiver, new_seller):
        seller = new_seller()
        steer(sandbox, seller, account_state.disconnect)
        sandbox.deliver_pending()
        event = connect_receiver.seen[-1]
        assert (event.type, event.account) == ("account.application.deauthorized", seller.id)
        assert event.data.object["object"] == "application"
        for ask in (
            lambda: client.v1.accounts.retrieve(seller.id),
            lambda: client.v1.balance.retrieve(None, {"stripe_account": seller.id}),
            lambda: client.v1.accounts.retrieve("acct_never"),
        ):
            with pytest.raises(stripe.PermissionError) as caught:
                ask()
            assert (caught.value.http_status, caught.value.error.code) == (403, "account_invalid")
        assert client.v1.accounts.list().data == []

    def test_deleted(self, client, new_seller):
        seller = new_seller()
        assert client.v1.accounts.delete(seller.id).deleted
        with pytest.raises(stripe.PermissionError):
            client.v1.accounts.retrieve(seller.id)


def test_direct_charges_are_refused_honestly(client, new_seller):
    with pytest.raises(stripe.InvalidRequestError, match="on behalf of a connected account"):
        client.v1.customers.create({"email": "a@example.com"}, {"stripe_account": new_seller().id})


def test_what_a_seller_types_is_what_the_helper_types(sandbox, new_account, client):
    account = new_account()
    sandbox.onboard(account.id)
    assert client.v1.accounts.retrieve(account.id).business_profile.mcc == SELLER["mcc"]
