"""How far the demo shop has lived through its past, so that a killed start goes on where it was."""

from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, PrimaryKey, UtcTime


class DemoPast(Base):
    """One row, made with the demo shop: when its past begins and how many steps of it are done."""

    __tablename__ = "demo_past"

    id: Mapped[PrimaryKey]
    begins_at: Mapped[UtcTime]
    steps_done: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[UtcTime | None]
    """By the clock of the shop, when the past caught up with the present; NULL until then."""
