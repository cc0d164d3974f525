"""Keep what sellers owe for money that had left, and how coming sales paid it; those of the past included."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seller_debt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("netted_minor", sa.BigInteger(), nullable=False),
        sa.Column("forgiven_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_seller_debt_amount_positive")),
        sa.CheckConstraint(
            "netted_minor >= 0 AND forgiven_minor >= 0 AND netted_minor + forgiven_minor <= amount_minor",
            name=op.f("ck_seller_debt_paid_within_amount"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_seller_debt_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_seller_debt_seller_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_seller_debt_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_debt")),
        sa.UniqueConstraint("subject", "transaction_id", name=op.f("uq_seller_debt_subject_transaction_id")),
    )
    op.create_index(
        "ix_seller_debt_open",
        "seller_debt",
        ["seller_id", "currency", "id"],
        unique=False,
        postgresql_where="netted_minor + forgiven_minor < amount_minor",
    )
    op.create_index(op.f("ix_seller_debt_seller_id_id"), "seller_debt", ["seller_id", "id"], unique=False)
    op.create_index(op.f("ix_seller_debt_transaction_id"), "seller_debt", ["transaction_id"], unique=False)
    op.create_table(
        "debt_netting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("netted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("undone_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_debt_netting_amount_positive")),
        sa.ForeignKeyConstraint(["debt_id"], ["seller_debt.id"], name=op.f("fk_debt_netting_debt_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_debt_netting_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_netting")),
    )
    op.create_index(op.f("ix_debt_netting_debt_id"), "debt_netting", ["debt_id"], unique=False)
    op.create_index(op.f("ix_debt_netting_transaction_id"), "debt_netting", ["transaction_id"], unique=False)
    op.add_column("payment_transaction", sa.Column("netted_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "payment_transaction", sa.Column("paid_out_minor", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.drop_constraint(op.f("ck_payment_transaction_taken_within_net"), "payment_transaction")
    op.create_check_constraint(
        op.f("ck_payment_transaction_taken_within_net"),
        "payment_transaction",
        "net_taken_minor >= 0 AND netted_minor >= 0 AND paid_out_minor >= 0"
        " AND net_taken_minor + netted_minor + paid_out_minor <= net_minor",
    )
    # Until now a debt stood on its refund alone.
    op.execute("""
        INSERT INTO seller_debt (seller_id, order_id, transaction_id, subject, currency, amount_minor,
            netted_minor, forgiven_minor, created_at)
        SELECT seller_id, order_id, transaction_id, 'refund:' || id || ':' || attempt, currency, debt_minor, 0, 0,
            asked_at
        FROM refund WHERE debt_minor > 0 AND status IN ('approved', 'processing', 'completed') ORDER BY id
    """)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_payment_transaction_taken_within_net"), "payment_transaction")
    op.create_check_constraint(
        op.f("ck_payment_transaction_taken_within_net"),
        "payment_transaction",
        "net_taken_minor BETWEEN 0 AND net_minor",
    )
    op.drop_column("payment_transaction", "paid_out_minor")
    op.drop_column("payment_transaction", "netted_minor")
    op.drop_table("debt_netting")
    op.drop_table("seller_debt")
