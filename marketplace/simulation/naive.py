"""The naive baseline: the handlers as the source documents print them, on the same events with the same faults.

S0 (checkout completed, intent failed, fees) and S4 (intent succeeded, intent failed, refunds), with their look-ups and
their silence. In their favour it has a record for each payment page, whatever became of the answer that told of it,
and every refund it asks for gets its answer; disputes and payouts are left out, because nothing is printed for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from marketplace.simulation.stage import Stage


@dataclass
class Naive:
    """What such a shop believes about each payment page and each intent."""

    by_session: dict[str, str] = field(default_factory=dict)
    by_intent: dict[str, str] = field(default_factory=dict)
    session_of: dict[str, str] = field(default_factory=dict)

    def hear(self, event: dict[str, Any]) -> None:
        """Handle one event whose signature was right."""
        found = event["data"]["object"]
        if event["type"] == "checkout.session.completed":
            # S0: the tracker is made or set to succeeded; nobody asks whether the session is paid.
            self.by_session[found["id"]] = "completed"
            self.by_intent[str(found.get("payment_intent"))] = "completed"
            self.session_of[str(found.get("payment_intent"))] = found["id"]
        elif event["type"] == "payment_intent.succeeded" and found["id"] in self.by_intent:
            self._set(found["id"], "completed")
        elif event["type"] == "payment_intent.payment_failed":
            # S0: an existing tracker is updated, else one is made; a success that came before is overwritten.
            self._set(found["id"], "failed")

    def wrong(self, stage: Stage) -> list[str]:
        """Return what it believes and is not so, once everything has come to rest."""
        paid = {one["id"] for one in stage.objects("payment_intent", "status = 'succeeded'")}
        words = []
        for session in stage.objects("checkout.session"):
            belief = self.by_session.get(session["id"], "pending")
            is_paid = session["payment_intent"] in paid
            if is_paid != (belief == "completed"):
                words.append(f"{session['id']} is {'paid' if is_paid else 'not paid'} and believed to be {belief}")
        return [*words, *_paid_twice(stage, paid), *_refunds(stage), *_fees(stage)]

    def _set(self, intent_id: str, belief: str) -> None:
        self.by_intent[intent_id] = belief
        if intent_id in self.session_of:
            self.by_session[self.session_of[intent_id]] = belief


def _paid_twice(stage: Stage, paid: set[str]) -> Iterator[str]:
    """S4 sets a payment to completed and its order to confirmed: a second payment is one more confirmation."""
    statement = """
        SELECT purchase_id, array_agg(provider_payment_id) FROM payment
        WHERE provider_payment_id IS NOT NULL GROUP BY purchase_id
    """
    for purchase_id, intents in stage.rows(statement):
        if len(paid & set(intents)) > 1:
            yield f"purchase {purchase_id} was paid twice, and nobody sends the second payment back"


def _refunds(stage: Stage) -> Iterator[str]:
    """S4 sets a refund to completed when the call was answered; it listens to nothing that happens to it later."""
    for refund in stage.objects("refund", "account = ''"):
        if not refund["metadata"].get("reference"):
            yield f"{refund['id']} of {refund['amount']} was made in the dashboard and is unknown"
        elif refund["status"] in ("failed", "canceled"):
            yield f"{refund['id']} is {refund['status']} and believed to be completed"


def _fees(stage: Stage) -> Iterator[str]:
    """S0 computes 2.9 % + 0.30 for each seller's transaction; the provider takes its fee once for each charge."""
    statement = """
        SELECT p.provider_payment_id, sum(round(t.gross_minor * 29 / 1000.0) + 30)
        FROM payment p JOIN payment_transaction t ON t.payment_id = p.id GROUP BY p.id
    """
    booked = {str(intent): int(fee) for intent, fee in stage.rows(statement)}
    taken = {line["id"]: int(line["fee"]) for line in stage.objects("balance_transaction", "account = ''")}
    for charge in stage.objects("charge", "status = 'succeeded' AND account = ''"):
        fee, line = booked.get(charge["payment_intent"]), charge["balance_transaction"]
        if fee is not None and line in taken and fee != taken[line]:
            yield f"{charge['id']}: the provider took {taken[line]} as its fee, and {fee} is booked"
