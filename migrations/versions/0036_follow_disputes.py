"""Keep disputes with the shares they are about, what banks moved, and what of a share a lost one gave back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'DP-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_dispute_id", sa.String(length=200), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("network_code", sa.String(length=64), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_lost_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("due_by", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("is_loss_booked", sa.Boolean(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("evidence_state", sa.String(length=40), nullable=False),
        sa.Column("evidence_note", sa.Text(), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("shared_by_id", sa.BigInteger(), nullable=True),
        sa.Column("share_note", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_dispute_amount_positive")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["user.id"], name=op.f("fk_dispute_accepted_by_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id")),
        sa.ForeignKeyConstraint(["shared_by_id"], ["user.id"], name=op.f("fk_dispute_shared_by_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["user.id"], name=op.f("fk_dispute_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("number", name=op.f("uq_dispute_number")),
        sa.UniqueConstraint("provider", "provider_dispute_id", name=op.f("uq_dispute_provider_provider_dispute_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_dispute_due",
        "dispute",
        ["due_by"],
        unique=False,
        postgresql_where="status IN ('needs_response', 'inquiry_needs_response')",
    )
    op.create_index(op.f("ix_dispute_payment_id"), "dispute", ["payment_id"], unique=False)
    op.create_table(
        "dispute_share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("lost_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("available_minor", sa.BigInteger(), nullable=False),
        sa.Column("debt_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_dispute_share_amount_not_negative")),
        sa.CheckConstraint(
            "platform_minor + held_minor + available_minor + debt_minor = lost_minor + fee_minor",
            name=op.f("ck_dispute_share_loss_adds_up"),
        ),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_share_dispute_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_dispute_share_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_dispute_share_seller_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_dispute_share_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_share")),
        sa.UniqueConstraint("dispute_id", "transaction_id", name=op.f("uq_dispute_share_dispute_id_transaction_id")),
    )
    op.create_index(op.f("ix_dispute_share_order_id"), "dispute_share", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_dispute_share_seller_id_dispute_id"), "dispute_share", ["seller_id", "dispute_id"], unique=False
    )
    op.create_index(op.f("ix_dispute_share_transaction_id"), "dispute_share", ["transaction_id"], unique=False)
    op.create_table(
        "dispute_movement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_movement_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_movement")),
        sa.UniqueConstraint("line_id", name=op.f("uq_dispute_movement_line_id")),
    )
    op.create_index(op.f("ix_dispute_movement_dispute_id"), "dispute_movement", ["dispute_id"], unique=False)
    op.add_column(
        "payment_transaction", sa.Column("charged_back_minor", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_check_constraint(
        op.f("ck_payment_transaction_charged_back_within_gross"),
        "payment_transaction",
        "charged_back_minor BETWEEN 0 AND gross_minor",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_payment_transaction_charged_back_within_gross"), "payment_transaction")
    op.drop_column("payment_transaction", "charged_back_minor")
    op.drop_table("dispute_movement")
    op.drop_table("dispute_share")
    op.drop_table("dispute")
