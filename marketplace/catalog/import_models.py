"""Files of listings that sellers sent, and what was wrong in them."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, PrimaryKey, Text64, Text200, UtcTime


class ListingImport(Base):
    """A file of listings that a seller sent, and how far it is read. It is kept until all of it is."""

    __tablename__ = "listing_import"
    __table_args__ = (
        CheckConstraint("rows_done = created + changed + same + bad", name="rows_add_up"),
        CheckConstraint("(finished_at IS NULL) = (content IS NOT NULL)", name="kept_until_done"),
        Index(None, "seller_id", "id"),
    )

    id: Mapped[PrimaryKey]
    seller_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    file_name: Mapped[Text200]
    encoding: Mapped[Text64]
    separator: Mapped[Text64]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    """Rows that asked for what was there already."""
    bad: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[UtcTime]
    finished_at: Mapped[UtcTime | None]


class ListingImportFault(Base):
    """Why one row of a file was not taken: its line, the seller's key, the column, the reason in words."""

    __tablename__ = "listing_import_fault"

    import_id: Mapped[int] = mapped_column(ForeignKey(ListingImport.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[Text64]
    field: Mapped[Text64]
    reason: Mapped[Text200]
