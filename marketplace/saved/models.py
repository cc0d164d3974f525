"""Saved listings, searches and filters, what searches found since, and what people looked at last."""

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import Listing
from marketplace.db import Base, Currency, Document, LongText, MinorUnits, PrimaryKey, Text64, Text200, UtcTime


class SavedListing(Base):
    """A listing that somebody keeps an eye on."""

    __tablename__ = "saved_listing"
    __table_args__ = (UniqueConstraint("user_id", "listing_id"), Index(None, "listing_id"))

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    price_minor: Mapped[MinorUnits]
    """What one unit cost when it was saved, minor units."""
    told_minor: Mapped[MinorUnits]
    """The lowest price its keeper knows of, minor units; only a lower one is news."""
    currency: Mapped[Currency]
    saved_at: Mapped[UtcTime]


class SavedSearch(Base):
    """A search that goes on: once a day it is asked what has come since."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("user_id", "address"), Index(None, "next_look_at"))

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    name: Mapped[Text64]
    address: Mapped[LongText]
    """The page that shows it, as the address bar has it."""
    wanted: Mapped[Document]
    """The filter, from search_rules.document."""
    looked_at: Mapped[UtcTime]
    """Up to when what came was told."""
    next_look_at: Mapped[UtcTime]
    saved_at: Mapped[UtcTime]


class SavedFilter(Base):
    """The filters of one of a person's lists, kept under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "path", "name"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    path: Mapped[Text200]
    """The list, as the address bar has it."""
    query: Mapped[LongText]
    """Its filters, as the address bar has them after the question mark."""
    name: Mapped[Text64]
    saved_at: Mapped[UtcTime]


class SearchFind(Base):
    """What one look of one saved search found: the row that a notification is about."""

    __tablename__ = "search_find"
    __table_args__ = (Index(None, "saved_search_id"),)

    id: Mapped[PrimaryKey]
    saved_search_id: Mapped[int] = mapped_column(ForeignKey(SavedSearch.id))
    listings: Mapped[int]
    """How many listings came since the look before."""
    found_at: Mapped[UtcTime]


class SeenListing(Base):
    """A listing that a person looked at; the last twelve are kept."""

    __tablename__ = "seen_listing"
    __table_args__ = (Index(None, "user_id", "seen_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    listing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Listing.id), primary_key=True)
    seen_at: Mapped[UtcTime]
