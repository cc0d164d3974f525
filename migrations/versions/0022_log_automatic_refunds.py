"""Log each time a rule sends money back by itself, those of the past included."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "automatic_refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_automatic_refund_amount_positive")),
        sa.CheckConstraint(
            "(order_id IS NULL) <> (receipt_id IS NULL)", name=op.f("ck_automatic_refund_of_an_order_or_a_receipt")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_automatic_refund_payment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_automatic_refund_order_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["unapplied_receipt.id"], name=op.f("fk_automatic_refund_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_refund")),
        sa.UniqueConstraint("order_id", name=op.f("uq_automatic_refund_order_id")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_automatic_refund_receipt_id")),
    )
    op.create_index(op.f("ix_automatic_refund_applied_at"), "automatic_refund", ["applied_at"], unique=False)
    op.create_index(op.f("ix_automatic_refund_payment_id"), "automatic_refund", ["payment_id"], unique=False)
    # Until now only the words of a receipt said which rule it was.
    op.execute("""
        INSERT INTO automatic_refund (rule, payment_id, receipt_id, currency, amount_minor, applied_at)
        SELECT CASE WHEN cause LIKE 'This purchase%' THEN 'paid_twice'
                    WHEN cause LIKE 'This basket%' THEN 'paid_elsewhere'
                    ELSE 'sold_out' END,
            payment_id, id, currency, amount_minor, created_at
        FROM unapplied_receipt ORDER BY id
    """)


def downgrade() -> None:
    op.drop_index(op.f("ix_automatic_refund_payment_id"), table_name="automatic_refund")
    op.drop_index(op.f("ix_automatic_refund_applied_at"), table_name="automatic_refund")
    op.drop_table("automatic_refund")
