"""Closed statements, and how far the closing of each month has come."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Currency, MinorUnits, PrimaryKey, Text64, UtcTime
from marketplace.language import ENGLISH


class SellerStatement(Base):
    """What a seller's month came to when it was closed. Frozen: `check-books` compares it with the ledger for ever."""

    __tablename__ = "seller_statement"
    __table_args__ = (
        CheckConstraint("opening_minor + incoming_minor + outgoing_minor = closing_minor", name="adds_up"),
        CheckConstraint("incoming_minor >= 0 AND outgoing_minor <= 0", name="sides_have_their_signs"),
        CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first_day"),
        UniqueConstraint("seller_id", "currency", "month"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    currency: Mapped[Currency]
    month: Mapped[date] = mapped_column(Date)
    """Its first day, UTC."""
    opening_minor: Mapped[MinorUnits]
    """Minor units, negative when the seller owed something; as are the others."""
    incoming_minor: Mapped[MinorUnits]
    outgoing_minor: Mapped[MinorUnits]
    closing_minor: Mapped[MinorUnits]
    lines: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[UtcTime]
    language: Mapped[Text64] = mapped_column(default=ENGLISH, server_default=ENGLISH)
    """The code of the language that its seller was written to in when it was closed: it is printed in it for ever."""


class StatementMonth(Base):
    """How far the closing of one month has come; sellers are closed in the order of their ids."""

    __tablename__ = "statement_month"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    reached_seller_id: Mapped[int] = mapped_column(BigInteger, default=0)
    finished_at: Mapped[UtcTime | None]
