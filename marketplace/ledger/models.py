"""Entries, postings, and the chain over them. The database refuses to change or delete any of these rows."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Currency, EnumText, MinorUnits, PrimaryKey, Text200, UtcTime, WrittenIn
from marketplace.ledger.accounts import Account


class LedgerEntry(Base):
    """One money fact. `key` is unique, so that a fact is booked once however often it is reported."""

    __tablename__ = "ledger_entry"
    # Entries come in the order of their times: a BRIN index finds days and costs writers nothing.
    __table_args__ = (Index("ix_ledger_entry_booked_at", "booked_at", postgresql_using="brin"),)

    id: Mapped[PrimaryKey]
    key: Mapped[Text200] = mapped_column(unique=True)
    """Subject, id and fact: `payment:17:captured`."""
    description: Mapped[Text200]
    payment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    booked_at: Mapped[UtcTime]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 over the entry and its postings; `check-books` computes it again."""
    written_in: Mapped[WrittenIn]


class Posting(Base):
    """One line of an entry."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index(None, "account", "owner_id", "currency", "id"),
        Index("ix_posting_order_id", "order_id", postgresql_where="order_id IS NOT NULL"),
        Index(
            "ix_posting_of_sellers",
            "owner_id",
            "currency",
            "id",
            postgresql_where="account IN ('seller_held', 'seller_payable', 'seller_debt')",
            postgresql_include=["account", "entry_id", "order_id", "amount_minor"],
        ),
    )

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey(LedgerEntry.id), index=True)
    account: Mapped[Account] = mapped_column(EnumText(Account))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    """The user whose money it is, for accounts that are kept per person."""
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    """The order it belongs to, where one alone is meant."""
    currency: Mapped[Currency]
    amount_minor: Mapped[MinorUnits]
    """Minor units; positive is a debit, negative a credit."""


class LedgerChain(Base):
    """A link over one entry: its hash joined to the link before it. Written by a job after the entry's commit."""

    __tablename__ = "ledger_chain"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey(LedgerEntry.id), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the previous link's hash and the entry's hash."""


class LedgerSum(Base):
    """What the postings of one block, and of one day, made on an account: what `ledger.sums` keeps of them."""

    __tablename__ = "ledger_sum"

    account: Mapped[Account] = mapped_column(EnumText(Account), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The postings' ids without their last 17 bits."""
    day: Mapped[date] = mapped_column(primary_key=True)
    """Of the booking, UTC."""
    debit_minor: Mapped[MinorUnits]
    """Minor units, not negative; as is the next."""
    credit_minor: Mapped[MinorUnits]
    postings: Mapped[int] = mapped_column(BigInteger)


class UnsummedPostings(Base):
    """Postings of one INSERT that are not in the sums yet. A trigger writes it, `ledger.sums.keep` takes it away."""

    __tablename__ = "ledger_unsummed"

    first_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The first of the postings; next the last. Those between that are of another entry are not meant."""
    last_id: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    """The postings have the foreign key."""
