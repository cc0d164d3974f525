"""Which paid order was cancelled by whom and why, and the refund that came of it."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.db import Base, EnumText, LongText, UtcTime
from marketplace.orders.models import Order
from marketplace.refunds.models import Refund


class Cancellation(Base):
    """A paid order called off before it was sent. One per order; an unpaid purchase that is given up has none."""

    __tablename__ = "cancellation"

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    side: Mapped[Side] = mapped_column(EnumText(Side))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    """Who pressed the button."""
    reason: Mapped[CancelReason] = mapped_column(EnumText(CancelReason))
    note: Mapped[LongText]
    """For the other side to read; may be empty."""
    is_back_on_sale: Mapped[bool]
    refund_id: Mapped[int | None] = mapped_column(ForeignKey(Refund.id), unique=True)
    """NULL when nothing was left to send back."""
    cancelled_at: Mapped[UtcTime]
