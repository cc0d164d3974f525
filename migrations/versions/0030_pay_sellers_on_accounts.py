"""Keep where and how often sellers are paid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_schedule",
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.String(length=40), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("month_day", sa.SmallInteger(), nullable=False),
        sa.Column("minimums", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("month_day BETWEEN 1 AND 31", name=op.f("ck_payout_schedule_month_day_is_one")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_payout_schedule_weekday_is_one")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payout_schedule_seller_id")),
        sa.PrimaryKeyConstraint("seller_id", name=op.f("pk_payout_schedule")),
    )
    op.create_table(
        "seller_account",
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("transfers_enabled", sa.Boolean(), nullable=False),
        sa.Column("payouts_enabled", sa.Boolean(), nullable=False),
        sa.Column("details_submitted", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(length=200), nullable=True),
        sa.Column("requirements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requirements_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("bank_name", sa.String(length=64), nullable=True),
        sa.Column("bank_last4", sa.String(length=64), nullable=True),
        sa.Column("bank_currency", sa.String(length=3), nullable=True),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_seller_account_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_account")),
        sa.UniqueConstraint("account_id", name=op.f("uq_seller_account_account_id")),
        sa.UniqueConstraint("seller_id", name=op.f("uq_seller_account_seller_id")),
    )


def downgrade() -> None:
    op.drop_table("payout_schedule")
    op.drop_table("seller_account")
