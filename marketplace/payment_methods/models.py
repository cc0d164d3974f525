"""Whom a provider knows by name, what they have saved there, and what each payment was made with. Never a number."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Document, EnumText, PrimaryKey, Text64, Text200, UtcTime
from marketplace.history import Ruled
from marketplace.payment_methods.states import METHOD, MethodStatus
from marketplace.payment_records.models import Payment
from marketplace.transitions import Machine


class ProviderCustomer(Base):
    """A person as a provider knows them: one row each, made when they first want something saved."""

    __tablename__ = "provider_customer"
    __table_args__ = (UniqueConstraint("user_id", "provider"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    provider: Mapped[Text64]
    customer_id: Mapped[Text200 | None] = mapped_column(unique=True)
    """The provider's name for them; None until it has answered, and once it has deleted them."""
    told_default_id: Mapped[Text200 | None]
    """The method that the provider begins their pages with, as far as we have told it."""
    created_at: Mapped[UtcTime]


class SavedMethod(Ruled, Base):
    """Something a person has saved to pay with. A row is never deleted: what was paid with it stays linked."""

    __tablename__ = "saved_method"
    __table_args__ = (
        UniqueConstraint("provider", "provider_method_id"),
        CheckConstraint("NOT is_default OR status = 'active'", name="default_is_active"),
        Index("uq_saved_method_default", "user_id", "provider", unique=True, postgresql_where="is_default"),
        Index(None, "user_id"),
    )
    machine: ClassVar[Machine] = METHOD

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    provider: Mapped[Text64]
    provider_method_id: Mapped[Text200]
    """The provider's token: whoever has it can pay nothing without our key."""
    kind: Mapped[Text64]
    """The provider's word for what it is; `rules.SUPPORTED` are those that can be used here."""
    brand: Mapped[Text64]
    last4: Mapped[Text64]
    valid_until: Mapped[date | None] = mapped_column(Date)
    """Its last day; None for what does not expire."""
    fingerprint: Mapped[Text64]
    """The provider's mark of the number behind it; "" where it tells none."""
    is_default: Mapped[bool] = mapped_column(default=False)
    status: Mapped[MethodStatus] = mapped_column(EnumText(MethodStatus), default=METHOD.initial)
    details: Mapped[Document] = mapped_column("metadata", default=dict)
    """What its owner's programs keep with it."""
    read_at: Mapped[UtcTime]
    """When the provider was last asked about it."""
    created_at: Mapped[UtcTime]


class MethodUse(Base):
    """What a payment was made with, as the provider told it then."""

    __tablename__ = "payment_method_use"
    __table_args__ = (Index(None, "provider_method_id"), Index(None, "saved_method_id"))

    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), primary_key=True)
    provider_method_id: Mapped[Text200]
    kind: Mapped[Text64]
    brand: Mapped[Text64]
    last4: Mapped[Text64]
    saved_method_id: Mapped[int | None] = mapped_column(ForeignKey(SavedMethod.id))
    """The saved one, where it is one: it can't be deleted while this row is there."""
    at: Mapped[UtcTime]
