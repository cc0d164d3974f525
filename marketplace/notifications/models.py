"""In-app notifications, one per person and fact."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import User
from marketplace.db import Base, Document, EnumText, PrimaryKey, Text64, UtcTime, WrittenIn


class NotificationKind(StrEnum):
    """The facts people are told about."""

    ORDER_PAID = "order_paid"
    ORDER_RECEIVED = "order_received"
    ORDER_SHIPPED = "order_shipped"
    PARCEL_SENT = "parcel_sent"
    ORDER_DELIVERED = "order_delivered"
    ORDER_CANCELLED = "order_cancelled"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_EXPIRED = "payment_expired"
    PAYMENT_RETURNED = "payment_returned"
    RETURN_FAILED = "return_failed"
    MONEY_RELEASED = "money_released"
    STATEMENT_READY = "statement_ready"
    INVOICE_READY = "invoice_ready"
    PAYOUT_SENT = "payout_sent"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_REFUSED = "payout_refused"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_SKIPPED = "payout_skipped"
    PAYOUT_TAKEN_BACK = "payout_taken_back"
    REFUND_ASKED = "refund_asked"
    REFUND_APPROVED = "refund_approved"
    REFUND_REJECTED = "refund_rejected"
    REFUND_WITHDRAWN = "refund_withdrawn"
    REFUND_COMPLETED = "refund_completed"
    REFUND_FAILED = "refund_failed"
    REFUND_PICTURES_ADDED = "refund_pictures_added"
    REFUND_PICTURE_REMOVED = "refund_picture_removed"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_RESTRICTED = "account_restricted"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    ACCOUNT_REJECTED = "account_rejected"
    ACCOUNT_DEADLINE = "account_deadline"
    DEBT_PAID = "debt_paid"
    DEBT_WRITTEN_OFF = "debt_written_off"
    REVERSAL_DONE = "reversal_done"
    REVERSAL_REFUSED = "reversal_refused"
    DISPUTE_WARNED = "dispute_warned"
    DISPUTE_ASKED = "dispute_asked"
    DISPUTE_TAKEN = "dispute_taken"
    DISPUTE_ANSWERED = "dispute_answered"
    DISPUTE_CLOSED = "dispute_closed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_CONTRIBUTED = "dispute_contributed"
    MESSAGE_RECEIVED = "message_received"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    MESSAGE_HIDDEN = "message_hidden"
    REVIEW_RECEIVED = "review_received"
    REVIEW_ANSWERED = "review_answered"
    REVIEW_HIDDEN = "review_hidden"
    REPORT_RECEIVED = "report_received"
    REPORT_DECIDED = "report_decided"
    SHIP_BY_REMINDER = "ship_by_reminder"
    NEW_SIGN_IN = "new_sign_in"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a kind, not a secret
    RESET_ASKED = "reset_asked"
    CONFIRMATION_ASKED = "confirmation_asked"
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOKEN_MADE = "token_made"  # noqa: S105  a kind, not a secret
    ADDRESS_CHANGE_ASKED = "address_change_asked"
    ADDRESS_LINK_ASKED = "address_link_asked"
    ADDRESS_CHANGED = "address_changed"
    SUSPENDED = "suspended"
    SUSPENSION_LIFTED = "suspension_lifted"
    PRICE_DROPPED = "price_dropped"
    SEARCH_FOUND = "search_found"
    WALLET_ADDED = "wallet_added"
    WALLET_TAKEN_BACK = "wallet_taken_back"
    TRANSFER_AWAITED = "transfer_awaited"
    TRANSFER_NEARLY_DUE = "transfer_nearly_due"
    TRANSFER_GIVEN_UP = "transfer_given_up"
    TRANSFER_SENT_BACK = "transfer_sent_back"
    REFUND_ACCOUNT_WANTED = "refund_account_wanted"
    CREDITS_ADDED = "credits_added"
    CREDITS_TAKEN_BACK = "credits_taken_back"
    CREDITS_GIVEN_BACK = "credits_given_back"
    CHECK_BEGAN = "check_began"
    CHECK_CLEARED = "check_cleared"
    CHECK_NEEDED = "check_needed"
    AUCTION_OUTBID = "auction_outbid"
    AUCTION_WON = "auction_won"
    AUCTION_OFFERED = "auction_offered"
    AUCTION_LOST = "auction_lost"
    AUCTION_ENDED = "auction_ended"
    AUCTION_UNPAID = "auction_unpaid"


class Notification(Base):
    """One fact told to one person."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "subject", "subject_id"),
        Index(None, "user_id", "id"),
        Index(None, "created_at", postgresql_using="brin"),
        Index("ix_notification_unread", "user_id", postgresql_where="read_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    kind: Mapped[NotificationKind] = mapped_column(EnumText(NotificationKind))
    subject: Mapped[Text64]
    """The table of the row it is about."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[Document]
    """What the words need, as it was then: numbers, names, minor units."""
    created_at: Mapped[UtcTime]
    written_in: Mapped[WrittenIn]
    read_at: Mapped[UtcTime | None]
