"""The naive baseline: the handlers as the source documents print them, on the same events with the same faults.

S0 (checkout completed, intent failed) and S4 (intent succeeded, intent failed), with their look-ups and their silence.
In their favour it has a record for each payment page, whatever became of the answer that told of it; and only what
buyers paid is compared, because refunds made elsewhere, their ends and the ends of disputes have no handler at all.
"""

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
        statement = """
            SELECT purchase_id, array_agg(provider_payment_id) FROM payment
            WHERE provider_payment_id IS NOT NULL GROUP BY purchase_id
        """
        for purchase_id, intents in stage.rows(statement):
            if len(paid & set(intents)) > 1:
                words.append(f"purchase {purchase_id} was paid twice, and nobody sends the second payment back")
        return words

    def _set(self, intent_id: str, belief: str) -> None:
        self.by_intent[intent_id] = belief
        if intent_id in self.session_of:
            self.by_session[self.session_of[intent_id]] = belief
