"""The store in PostgreSQL, inside the caller's transaction, with the status history of the house."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.errors import Conflict, NotFound
from marketplace.history import Actor
from marketplace.payment_records.models import Payment
from marketplace.payment_records.records import NewPayment, PaymentRecord
from marketplace.payment_records.states import PaymentStatus


class PostgreSQLStore:
    """Keeps records in the table `payment`; commits nothing itself."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, new: NewPayment, *, actor: Actor, now: datetime) -> PaymentRecord:
        """Store a pending payment and return it; raises Conflict when the session id is taken."""
        if new.provider_session_id and self.find_session(new.provider, new.provider_session_id):
            raise Conflict("This payment session is already recorded.")
        row = Payment(**vars(new), created_at=now, updated_at=now)
        self._session.add(row)
        self._session.flush()
        history.begin(
            self._session, Payment, [row.id], actor=actor, at=now, because="The buyer is sent to the payment page."
        )
        return _record(row)

    def get(self, payment_id: int) -> PaymentRecord | None:
        """Return the payment, or None."""
        row = self._session.get(Payment, payment_id)
        return _record(row) if row else None

    def find_session(self, provider: str, session_id: str) -> PaymentRecord | None:
        """Return the payment of a provider's session, or None."""
        statement = select(Payment).where(Payment.provider == provider, Payment.provider_session_id == session_id)
        row = self._session.execute(statement).scalar_one_or_none()
        return _record(row) if row else None

    def change(self, payment_id: int, *, now: datetime, **values: Any) -> PaymentRecord:
        """Change fields other than the status; raises NotFound."""
        return _record(self._changed(payment_id, now, values))

    def move(
        self, payment_id: int, verb: str, *, actor: Actor, now: datetime, because: str | None = None, **values: Any
    ) -> PaymentRecord:
        """Move the status by `verb` and change fields with it; raises NotFound and what Machine.step raises."""
        row = self._known(payment_id)
        row.machine.step(row.status, verb)
        _set(row, now, values)
        history.move(self._session, row, verb, actor=actor, at=now, because=because)
        return _record(row)

    def history(
        self, user_id: int, *, status: PaymentStatus | None, offset: int, limit: int
    ) -> tuple[list[PaymentRecord], int]:
        """Return a user's payments, newest first, and how many there are in all."""
        mine = [Payment.user_id == user_id, *([Payment.status == status] if status else [])]
        rows = self._session.execute(
            select(Payment).where(*mine).order_by(Payment.id.desc()).offset(offset).limit(limit)
        ).scalars()
        count = self._session.execute(select(func.count()).select_from(Payment).where(*mine)).scalar_one()
        return [_record(row) for row in rows], count

    def _known(self, payment_id: int) -> Payment:
        row = self._session.get(Payment, payment_id)
        if row is None:
            raise NotFound("There is no such payment.")
        return row

    def _changed(self, payment_id: int, now: datetime, values: dict[str, Any]) -> Payment:
        row = self._known(payment_id)
        _set(row, now, values)
        self._session.flush()
        return row


def _set(row: Payment, now: datetime, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now


def _record(row: Payment) -> PaymentRecord:
    return PaymentRecord(**{field.name: getattr(row, field.name) for field in fields(PaymentRecord)})
