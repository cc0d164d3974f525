"""The dashboard's fault buttons, what is on now, and how the shop is seen to heal."""

import pytest
import stripe
from bs4 import BeautifulSoup

from marketplace.sandbox.fault_words import PRESSES, WORDS
from marketplace.sandbox.faults import Kind


@pytest.fixture
def press(sandbox):
    """Press a button of the dashboard as a person does and return the page it leads to."""
    browser = sandbox.app.test_client()

    def go(where: str, **form: str) -> BeautifulSoup:
        page = BeautifulSoup(browser.get("/dashboard/faults").text, "html.parser")
        token = page.select_one("input[name=form_token]")["value"]
        answer = browser.post(f"/dashboard/faults{where}", data={**form, "form_token": token}, follow_redirects=True)
        assert answer.status_code == 200
        return BeautifulSoup(answer.text, "html.parser")

    return go


def on_now(page: BeautifulSoup) -> list[str]:
    return [row.select_one("td").text for row in page.select("table tbody tr")]


def story(sandbox) -> list[tuple[str, str, list[str]]]:
    """Return what the recovery page says: what struck, its badge, and the steps since."""
    page = BeautifulSoup(sandbox.app.test_client().get("/dashboard/recovery").text, "html.parser")
    return [
        (
            card.select_one("h2").text,
            card.select_one(".badge").text,
            [step.select_one("span").text for step in card.select("ol li")],
        )
        for card in page.select("main li.card")
    ]


def test_every_kind_has_a_name_and_every_button_switches_its_fault_on(sandbox, press):
    assert WORDS.keys() == set(Kind)
    assert {one.kind for one in PRESSES.values()} == set(Kind) - {Kind.REFUSED}
    for name, one in PRESSES.items():
        page = press(f"/press/{name}")
        assert on_now(page)[-1] == one.label
    assert [rule.kind for rule in sandbox.faults.active()] == [one.kind for one in PRESSES.values()]
    assert on_now(press("/off")) == []
    assert sandbox.faults.active() == []


def test_one_fault_is_switched_off_and_says_how_often_it_struck(sandbox, press, pay):
    press("/press/twice")
    press("/press/lose-hour")
    first = sandbox.faults.active()[0]
    assert on_now(press(f"/{first.id}/off")) == ["Lose all for an hour"]
    pay()
    sandbox.deliver_pending()
    row = press("/press/twice").select_one("tbody tr")
    assert str(sandbox.faults.active()[0].struck) in row.select("td")[2].text
    assert sandbox.faults.active()[0].struck > 1


def test_a_fault_is_put_together_in_the_form(sandbox, press):
    form = {"kind": "server_error", "path": "/v1/refunds*", "object": "re_1", "chance": "25", "times": "3"}
    page = press("", **form, minutes="90", seconds="", event="", code="")
    assert "/v1/refunds*, re_1" in page.select_one("tbody tr").text
    rule = sandbox.faults.active()[0]
    assert (rule.probability, rule.times, rule.until - rule.made) == (0.25, 3, 5_400)
    for wrong, words in (
        ({"kind": "x"}, "Choose"),
        ({"kind": "lost", "times": "-1"}, "whole number"),
        ({"kind": "refused", "code": "<b>"}, "Type a code"),
    ):
        assert words in press("", **wrong).select_one(".notice").text
    assert len(sandbox.faults.active()) == 1


@pytest.mark.parametrize("path", ["", "/press/lose", "/off", "/1/off"])
def test_a_form_from_elsewhere_is_refused(sandbox, path):
    assert sandbox.app.test_client().post(f"/dashboard/faults{path}").status_code == 400


def test_a_lost_webhook_is_healed_by_reading_the_object_or_the_list(sandbox, client, press, pay):
    press("/press/lose")
    session = pay()
    sandbox.deliver_pending()
    assert story(sandbox) == [("Webhook lost", "not yet", [])]
    client.v1.checkout.sessions.retrieve(session.id)
    client.v1.events.list()
    assert story(sandbox) == [
        (
            "Webhook lost",
            "asked for",
            [
                "The shop read the list of events, answered 200",
                f"The shop asked: /v1/checkout/sessions/{session.id}, answered 200",
            ],
        )
    ]


def test_a_lost_answer_is_healed_by_the_same_key(sandbox, client, press, pay):
    paid = pay()
    press("/press/answer-lost")
    params, options = {"payment_intent": paid.payment_intent.id, "amount": 100}, {"idempotency_key": "a/1"}
    with pytest.raises(stripe.APIConnectionError):
        client.v1.refunds.create(params, options)
    assert story(sandbox)[0][1:] == ("not yet", [])
    client.v1.refunds.create(params, options)
    assert story(sandbox)[0] == (
        "Answer lost, it happened",
        "came again",
        ["The same key came again, answered 200"],
    )


def test_a_late_failure_is_told_by_its_webhooks(sandbox, client, press, pay):
    press("/press/refund-fails")
    refund = client.v1.refunds.create({"payment_intent": pay().payment_intent.id})
    sandbox.deliver_pending()
    sandbox.advance_clock(20 * 86_400)
    assert story(sandbox)[0][1] == "not yet"
    sandbox.run_due()
    words, badge, steps = story(sandbox)[0]
    assert (words, badge) == ("Refund fails after it succeeded", "told")
    assert steps[-1] == "refund.failed, taken by the shop"
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
