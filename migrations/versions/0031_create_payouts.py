"""Keep payouts with their lines, what was taken back, and why a seller was not paid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_skip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payout_skip_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_skip")),
        sa.UniqueConstraint("seller_id", "currency", name=op.f("uq_payout_skip_seller_id_currency")),
    )
    op.create_table(
        "payout_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lifted_by"], ["user.id"], name=op.f("fk_payout_stop_lifted_by")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payout_stop_seller_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_payout_stop_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_stop")),
    )
    op.create_index(
        "uq_payout_stop_open", "payout_stop", ["seller_id"], unique=True, postgresql_where="lifted_at IS NULL"
    )
    op.create_table(
        "payout",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("is_requested", sa.Boolean(), nullable=False),
        sa.Column("transfer_id", sa.String(length=200), nullable=True),
        sa.Column("provider_payout_id", sa.String(length=200), nullable=True),
        sa.Column("bank_name", sa.String(length=64), nullable=True),
        sa.Column("bank_last4", sa.String(length=64), nullable=True),
        sa.Column("failure_code", sa.String(length=200), nullable=True),
        sa.Column("failure_reason", sa.Text(), nullable=True),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("arrives_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_amount_positive")),
        sa.CheckConstraint("reversed_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payout_reversed_within_amount")),
        sa.ForeignKeyConstraint(["seller_account_id"], ["seller_account.id"], name=op.f("fk_payout_seller_account_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payout_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_number")),
        sa.UniqueConstraint("provider_payout_id", name=op.f("uq_payout_provider_payout_id")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_payout_transfer_id")),
    )
    op.create_index(
        "ix_payout_open", "payout", ["id"], unique=False, postgresql_where="status IN ('pending', 'refused', 'failed')"
    )
    op.create_index(op.f("ix_payout_seller_id_id"), "payout", ["seller_id", "id"], unique=False)
    op.create_index(op.f("ix_payout_started_at_id"), "payout", ["started_at", "id"], unique=False)
    op.create_table(
        "payout_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_line_amount_positive")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_line_payout_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_payout_line_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_line")),
        sa.UniqueConstraint("payout_id", "transaction_id", name=op.f("uq_payout_line_payout_id_transaction_id")),
    )
    op.create_index(op.f("ix_payout_line_transaction_id"), "payout_line", ["transaction_id"], unique=False)
    op.create_table(
        "transfer_reversal",
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("provider_reversal_id", sa.String(length=200), nullable=True),
        sa.Column("failure_code", sa.String(length=200), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfer_reversal_amount_positive")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_transfer_reversal_payout_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_transfer_reversal_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_reversal")),
        sa.UniqueConstraint("provider_reversal_id", name=op.f("uq_transfer_reversal_provider_reversal_id")),
    )
    op.create_index(op.f("ix_transfer_reversal_payout_id"), "transfer_reversal", ["payout_id"], unique=False)
    op.create_index(op.f("ix_transfer_reversal_transaction_id"), "transfer_reversal", ["transaction_id"], unique=False)


def downgrade() -> None:
    op.drop_table("payout_skip")
    op.drop_table("payout_stop")
    op.drop_table("transfer_reversal")
    op.drop_table("payout_line")
    op.drop_table("payout")
