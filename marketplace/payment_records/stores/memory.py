"""A store in the memory of one process: for trials, and as the second proof of the contract."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.payment_records.records import NewPayment, PaymentRecord
from marketplace.payment_records.states import PAYMENT, PaymentStatus


class MemoryStore:
    """Keeps records and the trail of their moves in two dictionaries."""

    def __init__(self) -> None:
        self._records: dict[int, PaymentRecord] = {}
        self.trail: list[tuple[int, str | None, str, Actor, datetime]] = []
        """(payment, from, to, who, when) of every move, oldest first."""

    def add(self, new: NewPayment, *, actor: Actor, now: datetime) -> PaymentRecord:
        """Store a pending payment and return it; raises Conflict when the session id is taken."""
        if new.provider_session_id and self.find_session(new.provider, new.provider_session_id):
            raise Conflict("This payment session is already recorded.")
        record = PaymentRecord(
            id=len(self._records) + 1,
            status=PaymentStatus.PENDING,
            credits_added_at=None,
            credit_transaction_id=None,
            provider_payment_id=None,
            checkout_url=None,
            session_closed_at=None,
            error_code=None,
            error_message=None,
            verification_attempts=0,
            created_at=now,
            updated_at=now,
            completed_at=None,
            **vars(new),
        )
        self._records[record.id] = record
        self.trail.append((record.id, None, record.status.value, actor, now))
        return record

    def get(self, payment_id: int) -> PaymentRecord | None:
        """Return the payment, or None."""
        return self._records.get(payment_id)

    def find_session(self, provider: str, session_id: str) -> PaymentRecord | None:
        """Return the payment of a provider's session, or None."""
        wanted = (provider, session_id)
        return next((r for r in self._records.values() if (r.provider, r.provider_session_id) == wanted), None)

    def change(self, payment_id: int, *, now: datetime, **values: Any) -> PaymentRecord:
        """Change fields other than the status; raises NotFound."""
        record = replace(self._known(payment_id), updated_at=now, **values)
        self._records[payment_id] = record
        return record

    def move(
        self, payment_id: int, verb: str, *, actor: Actor, now: datetime, because: str | None = None, **values: Any
    ) -> PaymentRecord:
        """Move the status by `verb` and change fields with it; raises NotFound and what Machine.step raises."""
        before = self._known(payment_id)
        after = PAYMENT.step(before.status, verb)
        changes: dict[str, Any] = {**values, "status": PaymentStatus(after), "updated_at": now}
        self._records[payment_id] = replace(before, **changes)
        self.trail.append((payment_id, before.status.value, after, actor, now))
        return self._records[payment_id]

    def history(
        self, user_id: int, *, status: PaymentStatus | None, offset: int, limit: int
    ) -> tuple[list[PaymentRecord], int]:
        """Return a user's payments, newest first, and how many there are in all."""
        mine = [r for r in self._records.values() if r.user_id == user_id and status in (None, r.status)]
        mine.sort(key=lambda record: -record.id)
        return mine[offset : offset + limit], len(mine)

    def _known(self, payment_id: int) -> PaymentRecord:
        record = self._records.get(payment_id)
        if record is None:
            raise NotFound("There is no such payment.")
        return record
