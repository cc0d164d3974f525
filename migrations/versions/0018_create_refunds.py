"""Create refunds and their lines; shares remember what refunds took from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refund",
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'RF-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("available_minor", sa.BigInteger(), nullable=False),
        sa.Column("debt_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("first_approver_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("admin_notes", sa.Text(), nullable=False),
        sa.Column("provider_refund_id", sa.String(length=200), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.CheckConstraint(
            "platform_minor + cost_minor + held_minor + available_minor + debt_minor IN (0, amount_minor)",
            name=op.f("ck_refund_plan_adds_up"),
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_refund_buyer_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_refund_decided_by_id")),
        sa.ForeignKeyConstraint(["first_approver_id"], ["user.id"], name=op.f("fk_refund_first_approver_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_refund_seller_id")),
        sa.ForeignKeyConstraint(["transaction_id"], ["payment_transaction.id"], name=op.f("fk_refund_transaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("number", name=op.f("uq_refund_number")),
        sa.UniqueConstraint("provider_refund_id", "order_id", name=op.f("uq_refund_provider_refund_id_order_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_refund_buyer_id_id"), "refund", ["buyer_id", "id"], unique=False)
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index(op.f("ix_refund_seller_id_id"), "refund", ["seller_id", "id"], unique=False)
    op.create_index("ix_refund_waiting", "refund", ["asked_at"], unique=False, postgresql_where="status = 'pending'")
    op.create_table(
        "refund_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_refund_line_quantity_positive")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_refund_line_order_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
    )
    op.create_index(op.f("ix_refund_line_refund_id"), "refund_line", ["refund_id"], unique=False)
    op.add_column("payment_block", sa.Column("subject_id", sa.BigInteger(), nullable=False, server_default="0"))
    for column in ("refunded_minor", "net_taken_minor"):
        op.add_column("payment_transaction", sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("ck_payment_transaction_refunded_within_gross"),
        "payment_transaction",
        "refunded_minor BETWEEN 0 AND gross_minor",
    )
    op.create_check_constraint(
        op.f("ck_payment_transaction_taken_within_net"),
        "payment_transaction",
        "net_taken_minor BETWEEN 0 AND net_minor",
    )


def downgrade() -> None:
    op.drop_column("payment_transaction", "net_taken_minor")
    op.drop_column("payment_transaction", "refunded_minor")
    op.drop_column("payment_block", "subject_id")
    op.drop_index(op.f("ix_refund_line_refund_id"), table_name="refund_line")
    op.drop_table("refund_line")
    op.drop_index("ix_refund_waiting", table_name="refund", postgresql_where="status = 'pending'")
    op.drop_index(op.f("ix_refund_payment_id"), table_name="refund")
    op.drop_index(op.f("ix_refund_order_id"), table_name="refund")
    op.drop_index(op.f("ix_refund_buyer_id_id"), table_name="refund")
    op.drop_table("refund")
