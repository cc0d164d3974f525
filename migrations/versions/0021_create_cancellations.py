"""Keep who cancelled a paid order and why; refunds know which other refund took their place."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cancellation",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_back_on_sale", sa.Boolean(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_cancellation_order_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_cancellation_user_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_cancellation_refund_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_cancellation")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_cancellation_refund_id")),
    )
    op.add_column("refund", sa.Column("replaced_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_refund_replaced_by_id"), "refund", "refund", ["replaced_by_id"], ["id"])


def downgrade() -> None:
    op.drop_column("refund", "replaced_by_id")
    op.drop_table("cancellation")
