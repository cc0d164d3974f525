"""What sellers typed and have not saved."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.catalog.models import ListingKind
from marketplace.db import Base, EnumText, PrimaryKey, Text64, UtcTime


class UnsavedListing(Base):
    """What a seller typed into the form of a listing and has not saved, so that it is never lost."""

    __tablename__ = "unsaved_listing"
    __table_args__ = (UniqueConstraint("seller_id", "key"),)

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    key: Mapped[Text64]
    """Which form: unsaved_rules.key_of a listing, or of its own for a new one."""
    fields: Mapped[dict[str, str]] = mapped_column(JSONB)
    version: Mapped[int]
    """Grows with each change; `writer` is the page that made the last one."""
    writer: Mapped[Text64]
    kept_at: Mapped[UtcTime]
