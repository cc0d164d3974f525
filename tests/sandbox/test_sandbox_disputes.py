"""Disputes: inquiry and chargeback, evidence, every way they end and begin again, and the money each time."""

import pytest
import stripe

from marketplace.sandbox import disputes

DAY = 86_400
FRAUD, NOT_RECEIVED, INQUIRY, WARNING, TWICE = (
    "4000000000000259", "4000000000002685", "4000000000001976", "4000000000005423", "4000004040000079",
)  # fmt: skip
NET = 10_000 - 320


@pytest.fixture
def disputed(sandbox, client, pay):
    """Pay with a card that is disputed and return the dispute."""

    def make(card=FRAUD, **more):
        pay(card, **more)
        return client.v1.disputes.list().data[0]

    return make


@pytest.fixture
def heard(sandbox, receiver):
    """Return the dispute events since the last question."""

    def since():
        sandbox.run_due()
        types = [kind.removeprefix("charge.dispute.") for kind in receiver.types if "dispute" in kind]
        receiver.seen.clear()
        return types

    return since


def press(sandbox, deed, *values):
    """Do what a button of the dashboard does."""
    with sandbox.sandbox.work() as work:
        return deed(work, *values)


def submit(client, dispute, text, **more):
    return client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text, **more}})


def wait(sandbox, seconds):
    sandbox.advance_clock(seconds)
    sandbox.run_due()


class TestChargeback:
    def test_the_money_and_the_fee_leave_at_once(self, sandbox, client, disputed, heard):
        dispute = disputed()
        assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 10_000)
        assert (dispute.is_charge_refundable, dispute.evidence_details.submission_count) == (False, 0)
        assert dispute.payment_method_details.card.to_dict() == {
            "brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4",
        }  # fmt: skip
        (money,) = dispute.balance_transactions
        assert (money.amount, money.fee, money.net) == (-10_000, 1_500, -11_500)
        assert (money.type, money.reporting_category, money.source) == ("adjustment", "dispute", dispute.id)
        assert money.fee_details[0].description == "Dispute fee"
        assert sandbox.balance_sum("usd") == NET - 11_500
        assert client.v1.charges.retrieve(dispute.charge).disputed
        assert heard() == ["created", "funds_withdrawn"]
        assert dispute.evidence_details.due_by - dispute.created in range(14 * DAY, 15 * DAY + 1)

    def test_winning_gives_the_amount_back_but_not_the_fee(self, sandbox, client, disputed, heard):
        dispute = disputed(NOT_RECEIVED)
        heard()
        answered = submit(client, dispute, "winning_evidence", shipping_tracking_number="1Z")
        assert (answered.status, answered.evidence_details.submission_count) == ("under_review", 1)
        assert answered.evidence_details.has_evidence
        assert heard() == ["updated"]
        wait(sandbox, 3_600)
        seen = client.v1.disputes.retrieve(dispute.id)
        assert (seen.status, seen.is_charge_refundable) == ("won", True)
        assert [money.net for money in seen.balance_transactions] == [-11_500, 10_000]
        assert seen.balance_transactions[1].reporting_category == "dispute_reversal"
        assert sandbox.balance_sum("usd") == NET - 1_500
        assert heard() == ["funds_reinstated", "closed"]
        assert client.v1.refunds.create({"charge": dispute.charge}).status == "succeeded"

    def test_losing_moves_nothing_more(self, sandbox, client, disputed, heard):
        dispute = disputed()
        heard()
        submit(client, dispute, "losing_evidence")
        wait(sandbox, 3_600)
        assert client.v1.disputes.retrieve(dispute.id).status == "lost"
        assert heard() == ["updated", "closed"]
        assert sandbox.balance_sum("usd") == NET - 11_500

    def test_without_an_answer_it_is_lost_when_the_time_is_over(self, sandbox, client, disputed, heard):
        dispute = disputed()
        heard()
        wait(sandbox, 15 * DAY)
        seen = client.v1.disputes.retrieve(dispute.id)
        assert (seen.status, seen.evidence_details.past_due) == ("lost", True)
        assert heard() == ["closed"]
        with pytest.raises(stripe.InvalidRequestError, match="already closed"):
            submit(client, dispute, "winning_evidence")

    def test_other_evidence_stays_under_review_for_long(self, sandbox, client, disputed):
        dispute = disputed()
        submit(client, dispute, "Here is the parcel number.")
        wait(sandbox, 30 * DAY)
        assert client.v1.disputes.retrieve(dispute.id).status == "under_review"
        wait(sandbox, 30 * DAY)
        assert client.v1.disputes.retrieve(dispute.id).status == "lost"

    def test_accepting(self, client, disputed, heard):
        dispute = disputed()
        heard()
        assert client.v1.disputes.close(dispute.id).status == "lost"
        assert heard() == ["closed"]
        with pytest.raises(stripe.InvalidRequestError, match="already closed"):
            client.v1.disputes.close(dispute.id)

    def test_a_won_one_is_reopened_and_a_lost_one_is_won_after_all(self, sandbox, client, disputed, heard):
        dispute = disputed()
        submit(client, dispute, "winning_evidence")
        wait(sandbox, 3_600)
        heard()
        press(sandbox, disputes.reopen, dispute.id)
        seen = client.v1.disputes.retrieve(dispute.id)
        assert (seen.status, seen.evidence_details.submission_count) == ("needs_response", 0)
        assert seen.evidence_details.due_by >= dispute.evidence_details.due_by
        assert sandbox.balance_sum("usd") == NET - 11_500
        assert heard() == ["updated", "funds_withdrawn"]
        client.v1.disputes.close(dispute.id)
        assert press(sandbox, disputes.decide, dispute.id, "won")
        assert sandbox.balance_sum("usd") == NET - 1_500
        assert heard() == ["closed", "funds_reinstated", "closed"]
        assert press(sandbox, disputes.decide, dispute.id, "lost")
        assert sandbox.balance_sum("usd") == NET - 11_500
        assert not press(sandbox, disputes.decide, dispute.id, "lost")

    def test_two_disputes_of_one_charge(self, sandbox, client, disputed):
        disputed(TWICE)
        found = client.v1.disputes.list().data
        assert [dispute.amount for dispute in found] == [5_000, 5_000]
        assert len({dispute.charge for dispute in found}) == 1
        assert sandbox.balance_sum("usd") == NET - 10_000 - 2 * 1_500
        client.v1.disputes.close(found[0].id)
        press(sandbox, disputes.decide, found[1].id, "won")
        charge = found[0].charge
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"charge": charge})

    def test_never_more_than_the_charge(self, sandbox, client, disputed):
        dispute = disputed()

        def again(work):
            charge = work.lock("charge", dispute.charge)
            with pytest.raises(Exception, match="At most"):
                disputes.open_dispute(work, charge, "duplicate", 1)

        press(sandbox, again)


class TestInquiry:
    def test_no_money_moves_and_a_refund_closes_it(self, sandbox, client, disputed, heard):
        dispute = disputed(INQUIRY)
        assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
        assert (dispute.payment_method_details.card.case_type, dispute.balance_transactions) == ("inquiry", [])
        assert sandbox.balance_sum("usd") == NET
        assert heard() == ["created"]
        client.v1.refunds.create({"charge": dispute.charge, "amount": 4_000})
        assert client.v1.disputes.retrieve(dispute.id).status == "warning_needs_response"
        client.v1.refunds.create({"charge": dispute.charge})
        assert client.v1.disputes.retrieve(dispute.id).status == "warning_closed"
        assert heard() == ["closed"]

    def test_an_answer_closes_it(self, sandbox, client, disputed):
        dispute = disputed(INQUIRY)
        assert submit(client, dispute, "It was sent on Monday.").status == "warning_under_review"
        wait(sandbox, 3_600)
        assert client.v1.disputes.retrieve(dispute.id).status == "warning_closed"
        assert sandbox.balance_sum("usd") == NET

    def test_it_becomes_a_chargeback(self, sandbox, client, disputed, heard):
        dispute = disputed(INQUIRY)
        heard()
        submit(client, dispute, "escalate_inquiry_evidence")
        wait(sandbox, 3_600)
        seen = client.v1.disputes.retrieve(dispute.id)
        assert (seen.status, seen.payment_method_details.card.case_type) == ("needs_response", "chargeback")
        assert sandbox.balance_sum("usd") == NET - 11_500
        assert heard() == ["updated", "updated", "funds_withdrawn"]
        assert submit(client, dispute, "winning_evidence").status == "under_review"

    def test_nobody_answers(self, sandbox, client, disputed):
        dispute = disputed(INQUIRY)
        wait(sandbox, 15 * DAY)
        seen = client.v1.disputes.retrieve(dispute.id)
        assert (seen.status, seen.evidence_details.past_due) == ("warning_needs_response", True)
        with pytest.raises(stripe.InvalidRequestError, match="deadline"):
            submit(client, dispute, "late")
        wait(sandbox, 120 * DAY)
        assert client.v1.disputes.retrieve(dispute.id).status == "warning_closed"

    def test_it_cannot_be_accepted(self, client, disputed):
        with pytest.raises(stripe.InvalidRequestError, match="warning_needs_response"):
            client.v1.disputes.close(disputed(INQUIRY).id)


class TestEvidence:
    def test_it_is_put_together_first_and_submitted_once(self, sandbox, client, disputed):
        dispute = disputed()
        staged = client.v1.disputes.update(
            dispute.id, {"evidence": {"customer_name": "Bo Buyer", "shipping_carrier": "UPS"}, "submit": False}
        )
        assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
        assert staged.evidence_details.submission_count == 0
        assert client.v1.disputes.update(dispute.id, {"metadata": {"case": "4"}}).status == "needs_response"
        sent = client.v1.disputes.update(dispute.id, {"evidence": {"shipping_carrier": "DHL"}})
        assert (sent.status, sent.evidence.customer_name, sent.evidence.shipping_carrier) == (
            "under_review", "Bo Buyer", "DHL",
        )  # fmt: skip
        assert sent.evidence_details.submission_method == "manual"
        with pytest.raises(stripe.InvalidRequestError, match="already been submitted"):
            submit(client, dispute, "more")
        assert client.v1.disputes.update(dispute.id, {"metadata": {"case": "5"}}).metadata["case"] == "5"

    def test_one_key_one_submission(self, client, disputed):
        dispute = disputed()
        for _ in range(2):
            seen = client.v1.disputes.update(
                dispute.id, {"evidence": {"uncategorized_text": "x"}}, {"idempotency_key": "evidence/4/1"}
            )
        assert seen.evidence_details.submission_count == 1

    @pytest.mark.parametrize(
        ("evidence", "param"),
        [
            ({"uncategorized_text": "x" * 20_001}, "evidence[uncategorized_text]"),
            ({"receipt": "file_none"}, "evidence[receipt]"),
            ({"surprise": "x"}, "evidence[surprise]"),
            (
                {name: "x" * 20_000 for name, kind in list(disputes.EVIDENCE.items())[:8] if kind == "text"},
                "evidence",
            ),
        ],
    )
    def test_what_is_too_much_or_unknown(self, client, disputed, evidence, param):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.disputes.update(disputed().id, {"evidence": evidence})
        assert caught.value.param == param

    def test_files(self, sandbox, disputed, tmp_path):
        client = stripe.StripeClient(
            sandbox.api_key, base_addresses={"api": sandbox.base_url, "files": sandbox.base_url}
        )
        document = tmp_path / "receipt.pdf"
        document.write_bytes(b"%PDF-1.4 " + b"x" * 400_000)
        with document.open("rb") as opened:
            made = client.v1.files.create({"purpose": "dispute_evidence", "file": opened})
        assert (made.id[:5], made.size, made.type, made.filename) == ("file_", 400_009, "pdf", "receipt.pdf")
        assert client.v1.files.retrieve(made.id).purpose == "dispute_evidence"
        seen = client.v1.disputes.update(disputed().id, {"evidence": {"receipt": made.id}, "submit": False})
        assert seen.evidence.receipt == made.id
        answer = sandbox.app.test_client().get(
            f"/v1/files/{made.id}/contents", headers={"Authorization": f"Bearer {sandbox.api_key}"}
        )
        assert (answer.data, answer.mimetype) == (document.read_bytes(), "application/pdf")
        text = tmp_path / "note.exe"
        text.write_bytes(b"MZ")
        with text.open("rb") as opened, pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.files.create({"purpose": "dispute_evidence", "file": opened})
        assert caught.value.param == "file"


class TestRefunds:
    def test_a_disputed_charge_is_not_refunded_and_the_refusal_is_kept(self, client, disputed):
        dispute = disputed()
        for _ in range(2):
            with pytest.raises(stripe.InvalidRequestError) as caught:
                client.v1.refunds.create({"charge": dispute.charge}, {"idempotency_key": "refund/1/1"})
        assert caught.value.code == "charge_disputed"
        assert caught.value.headers["Idempotent-Replayed"] == "true"
        client.v1.disputes.close(dispute.id)
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"charge": dispute.charge})

    def test_a_refund_on_its_way_fails_when_the_bank_was_faster(self, sandbox, client, pay):
        charge = pay("4000000000007726").payment_intent.latest_charge
        refund = client.v1.refunds.create({"charge": charge.id, "amount": 4_000})

        def dispute(work):
            disputes.open_dispute(work, work.lock("charge", charge.id), "fraudulent", 6_000)

        press(sandbox, dispute)
        wait(sandbox, 3_600)
        seen = client.v1.refunds.retrieve(refund.id)
        assert (seen.status, seen.failure_reason) == ("failed", "charge_for_pending_refund_disputed")


def test_an_early_fraud_warning_is_not_a_dispute(sandbox, client, receiver, pay):
    charge = pay(WARNING).payment_intent.latest_charge
    (warning,) = client.v1.radar.early_fraud_warnings.list({"charge": charge.id}).data
    assert (warning.actionable, warning.fraud_type) == (True, "made_with_stolen_card")
    assert client.v1.disputes.list().data == []
    sandbox.deliver_pending()
    assert "radar.early_fraud_warning.created" in receiver.types
    client.v1.refunds.create({"charge": charge.id})
    assert not client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable


def test_disputes_are_found_by_charge_and_intent(client, disputed):
    one, two = disputed(), disputed(INQUIRY)
    assert [d.id for d in client.v1.disputes.list({"charge": one.charge}).data] == [one.id]
    assert [d.id for d in client.v1.disputes.list({"payment_intent": two.payment_intent}).data] == [two.id]
    assert client.v1.disputes.retrieve(one.id, {"expand": ["charge", "payment_intent"]}).charge.disputed
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.disputes.retrieve("du_none")
    assert caught.value.code == "resource_missing"
