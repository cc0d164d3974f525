"""S1's tracking service: the life of one attempt to pay, over any store, with S1's names (S1.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.errors import Conflict, NotAllowed
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.payment_records.records import NewPayment, PaymentRecord, PaymentStore
from marketplace.payment_records.states import PaymentStatus
from marketplace.payment_records.stores.memory import MemoryStore
from marketplace.payment_records.stores.postgresql import PostgreSQLStore


@dataclass(frozen=True)
class HistoryPage:
    """One page of a user's payments (S1.19)."""

    payments: list[PaymentRecord]
    total_count: int
    page: int
    page_size: int

    @property
    def has_more(self) -> bool:
        """Return whether a further page exists."""
        return self.page * self.page_size < self.total_count


class PaymentRecords:
    """Every change of a payment record, for one actor at one moment (UTC)."""

    def __init__(self, store: PaymentStore, *, actor: Actor, now: datetime) -> None:
        self._store = store
        self._actor = actor
        self._now = now

    def create_pending_payment(self, new: NewPayment) -> PaymentRecord:
        """Record an attempt before the redirect; raises Conflict when its session is known already."""
        return self._store.add(new, actor=self._actor, now=self._now)

    def attach_session(self, payment_id: int, session_id: str, url: str | None, expires_at: datetime) -> PaymentRecord:
        """Note the provider's session once it exists."""
        return self._store.change(
            payment_id, now=self._now, provider_session_id=session_id, checkout_url=url, expires_at=expires_at
        )

    def close_session(self, payment_id: int) -> PaymentRecord:
        """Note that the payment page takes no more money."""
        return self._store.change(payment_id, now=self._now, session_closed_at=self._now)

    def attach_provider_payment(self, payment_id: int, provider_payment_id: str) -> PaymentRecord:
        """Note the provider's payment intent once it reports one."""
        return self._store.change(payment_id, now=self._now, provider_payment_id=provider_payment_id)

    def mark_processing(self, payment_id: int) -> PaymentRecord:
        """Record that the buyer paid by a method that clears later; raises AlreadyThere on a replay."""
        return self._move(payment_id, "process")

    def mark_completed(self, payment_id: int, **values: Any) -> PaymentRecord:
        """Record that the provider has the money; raises AlreadyThere on a replay."""
        return self._move(payment_id, "complete", completed_at=self._now, **values)

    def mark_failed(self, payment_id: int, *, code: str, message: str) -> PaymentRecord:
        """Record a refusal; raises AlreadyThere when it failed or succeeded before."""
        return self._move(payment_id, "fail", error_code=code, error_message=message)

    def note_error(self, payment_id: int, *, code: str, message: str) -> PaymentRecord:
        """Keep the words of a refusal that changes no status: a further one, or one told after the money."""
        return self._store.change(payment_id, now=self._now, error_code=code, error_message=message)

    def mark_expired(self, payment_id: int) -> PaymentRecord:
        """Record that the payment page closed unpaid; raises AlreadyThere on a replay."""
        return self._move(payment_id, "expire", session_closed_at=self._now)

    def mark_cancelled(self, payment_id: int, *, because: str) -> PaymentRecord:
        """Record that the buyer went back or started another attempt; raises AlreadyThere on a replay."""
        return self._move(payment_id, "cancel", because=because)

    def mark_refunded(self, payment_id: int, *, fully: bool) -> PaymentRecord:
        """Record that all or some of the money went back to the buyer."""
        return self._move(payment_id, "refund" if fully else "refund_part")

    def follow_refunds(self, payment_id: int, verb: str) -> PaymentRecord:
        """Record what refunds add up to by one of the verbs `refund`, `refund_part`, `unrefund`."""
        return self._move(payment_id, verb)

    def mark_credits_added(self, payment_id: int, *, credit_transaction_id: int) -> PaymentRecord:
        """Record once that the bought credits were added; raises NotAllowed when unpaid, Conflict when added before."""
        record = self._store.get(payment_id)
        if record is not None and not record.has_money:
            raise NotAllowed(_("These credits are not paid."))
        if record is not None and record.credits_added_at is not None:
            raise Conflict(_("These credits were added before."))
        return self._store.change(
            payment_id, now=self._now, credits_added_at=self._now, credit_transaction_id=credit_transaction_id
        )

    def is_duplicate(self, provider: str, session_id: str) -> bool:
        """Return whether this session's money has been counted already (S1.2)."""
        record = self._store.find_session(provider, session_id)
        return record is not None and record.has_money

    def get_payment_history(
        self, user_id: int, *, page: int = 1, page_size: int = 20, status: PaymentStatus | None = None
    ) -> HistoryPage:
        """Return page number `page` (from 1) of a user's payments, newest first."""
        found, count = self._store.history(user_id, status=status, offset=(page - 1) * page_size, limit=page_size)
        return HistoryPage(found, count, page, page_size)

    def _move(self, payment_id: int, verb: str, because: str | None = None, **values: Any) -> PaymentRecord:
        return self._store.move(payment_id, verb, actor=self._actor, now=self._now, because=because, **values)


def get_payment_tracker(
    store_type: str, *, actor: Actor, now: datetime, session: Session | None = None, store: PaymentStore | None = None
) -> PaymentRecords:
    """Return the service over the store named `store_type`: "postgresql" (in `session`), "memory" or your own.

    Raises ValueError for another name, or when the named store lacks what it needs.
    """
    if store is not None:
        return PaymentRecords(store, actor=actor, now=now)
    if store_type == "postgresql" and session is not None:
        return PaymentRecords(PostgreSQLStore(session), actor=actor, now=now)
    if store_type == "memory":
        return PaymentRecords(MemoryStore(), actor=actor, now=now)
    raise ValueError(f"no payment store named {store_type!r} can be made from this")
