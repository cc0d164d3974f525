"""Keep what admins decide by hand about the hold of a share."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("planned_before", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("planned_after", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_hold_decision_admin_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["payment_transaction.id"], name=op.f("fk_hold_decision_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_decision")),
    )
    op.create_index(op.f("ix_hold_decision_transaction_id"), "hold_decision", ["transaction_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_hold_decision_transaction_id"), table_name="hold_decision")
    op.drop_table("hold_decision")
