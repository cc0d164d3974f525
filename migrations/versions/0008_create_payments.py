"""Create fee schedules, trackers, sellers' shares, blocks, receipts and the provider's balance lines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "balance_transaction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("available_on", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_transaction")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_balance_transaction_provider_id")),
    )
    op.create_index(op.f("ix_balance_transaction_payment_id"), "balance_transaction", ["payment_id"], unique=False)
    op.create_table(
        "fee_schedule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("platform_basis_points", sa.Integer(), nullable=False),
        sa.Column("processing_basis_points", sa.Integer(), nullable=False),
        sa.Column("processing_fixed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_fee_schedule_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_schedule")),
    )
    op.create_table(
        "payment_tracker",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("payment_intent_id", sa.String(length=200), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure_code", sa.String(length=200), nullable=True),
        sa.Column("failure_reason", sa.Text(), nullable=True),
        sa.Column("stripe_error_data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_tracker_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_tracker")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_payment_tracker_payment_id"), "payment_tracker", ["payment_id"], unique=False)
    op.create_index("uq_payment_tracker_intent", "payment_tracker", ["provider", "payment_intent_id"], unique=True)
    op.create_table(
        "unapplied_receipt",
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("provider_refund_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_unapplied_receipt_amount_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_unapplied_receipt_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unapplied_receipt")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_unapplied_receipt_payment_id")),
        sa.UniqueConstraint("provider_refund_id", name=op.f("uq_unapplied_receipt_provider_refund_id")),
    )
    op.create_index(
        "ix_unapplied_receipt_waiting",
        "unapplied_receipt",
        ["id"],
        unique=False,
        postgresql_where="status IN ('received', 'failed')",
    )
    op.create_table(
        "payment_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("tracker_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("decline_code", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("error_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tracker_id"], ["payment_tracker.id"], name=op.f("fk_payment_failure_tracker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_failure")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_payment_failure_charge_id")),
    )
    op.create_index(op.f("ix_payment_failure_tracker_id"), "payment_failure", ["tracker_id"], unique=False)
    op.create_table(
        "payment_transaction",
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("processing_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("payment_failure_code", sa.String(length=200), nullable=True),
        sa.Column("payment_failure_reason", sa.Text(), nullable=True),
        sa.Column("hold_reason", sa.String(40), nullable=True),
        sa.Column("days_to_hold", sa.Integer(), nullable=True),
        sa.Column("hold_start_date", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("planned_release_date", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("payment_received_date", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "net_minor = gross_minor - platform_fee_minor - processing_fee_minor",
            name=op.f("ck_payment_transaction_net_adds_up"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_transaction_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_transaction_payment_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payment_transaction_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_transaction")),
        sa.UniqueConstraint("payment_id", "order_id", name=op.f("uq_payment_transaction_payment_id_order_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_payment_transaction_held",
        "payment_transaction",
        ["planned_release_date"],
        unique=False,
        postgresql_where="status = 'held'",
    )
    op.create_index(op.f("ix_payment_transaction_order_id"), "payment_transaction", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_payment_transaction_seller_id_id"), "payment_transaction", ["seller_id", "id"], unique=False
    )
    op.create_table(
        "payment_block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_payment_block_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_block")),
    )
    op.create_index(
        "ix_payment_block_open", "payment_block", ["transaction_id"], unique=False, postgresql_where="lifted_at IS NULL"
    )
    op.create_index(op.f("ix_payment_block_transaction_id"), "payment_block", ["transaction_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_block_transaction_id"), table_name="payment_block")
    op.drop_index("ix_payment_block_open", table_name="payment_block", postgresql_where="lifted_at IS NULL")
    op.drop_table("payment_block")
    op.drop_index(op.f("ix_payment_transaction_seller_id_id"), table_name="payment_transaction")
    op.drop_index(op.f("ix_payment_transaction_order_id"), table_name="payment_transaction")
    op.drop_index("ix_payment_transaction_held", table_name="payment_transaction", postgresql_where="status = 'held'")
    op.drop_table("payment_transaction")
    op.drop_index(op.f("ix_payment_failure_tracker_id"), table_name="payment_failure")
    op.drop_table("payment_failure")
    op.drop_index(
        "ix_unapplied_receipt_waiting",
        table_name="unapplied_receipt",
        postgresql_where="status IN ('received', 'failed')",
    )
    op.drop_table("unapplied_receipt")
    op.drop_index("uq_payment_tracker_intent", table_name="payment_tracker")
    op.drop_index(op.f("ix_payment_tracker_payment_id"), table_name="payment_tracker")
    op.drop_table("payment_tracker")
    op.drop_table("fee_schedule")
    op.drop_index(op.f("ix_balance_transaction_payment_id"), table_name="balance_transaction")
    op.drop_table("balance_transaction")
