"""Keep what of a seller's debt the platform bears, and find what a refund had taken back at the provider."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debt_write_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_approver_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_debt_write_off_amount_positive")),
        sa.ForeignKeyConstraint(["debt_id"], ["seller_debt.id"], name=op.f("fk_debt_write_off_debt_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_debt_write_off_decided_by_id")),
        sa.ForeignKeyConstraint(["first_approver_id"], ["user.id"], name=op.f("fk_debt_write_off_first_approver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_write_off")),
    )
    op.create_index(op.f("ix_debt_write_off_debt_id"), "debt_write_off", ["debt_id"], unique=False)
    op.create_index(
        "uq_debt_write_off_waiting",
        "debt_write_off",
        ["debt_id"],
        unique=True,
        postgresql_where="decided_at IS NULL AND undone_at IS NULL",
    )
    op.create_index(op.f("ix_transfer_reversal_subject"), "transfer_reversal", ["subject"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_transfer_reversal_subject"), "transfer_reversal")
    op.drop_table("debt_write_off")
