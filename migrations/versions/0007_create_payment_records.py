"""Create the portable payment records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment",
        sa.Column("purchase_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credits_to_add", sa.BigInteger(), nullable=False),
        sa.Column("package_id", sa.String(length=64), nullable=True),
        sa.Column("package_name", sa.String(length=64), nullable=True),
        sa.Column("credits_added_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("credit_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_session_id", sa.String(length=200), nullable=True),
        sa.Column("provider_payment_id", sa.String(length=200), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("session_closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("error_code", sa.String(length=200), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("verification_attempts", sa.Integer(), nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payment_amount_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_payment_purchase_id"), "payment", ["purchase_id"], unique=False)
    op.create_index(
        "ix_payment_unfinished",
        "payment",
        ["expires_at"],
        unique=False,
        postgresql_where="status IN ('pending', 'processing', 'failed')",
    )
    op.create_index(op.f("ix_payment_user_id_id"), "payment", ["user_id", "id"], unique=False)
    op.create_index("uq_payment_provider_payment_id", "payment", ["provider", "provider_payment_id"], unique=True)
    op.create_index("uq_payment_provider_session_id", "payment", ["provider", "provider_session_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_payment_provider_session_id", table_name="payment")
    op.drop_index("uq_payment_provider_payment_id", table_name="payment")
    op.drop_index(op.f("ix_payment_user_id_id"), table_name="payment")
    op.drop_index(
        "ix_payment_unfinished", table_name="payment", postgresql_where="status IN ('pending', 'processing', 'failed')"
    )
    op.drop_index(op.f("ix_payment_purchase_id"), table_name="payment")
    op.drop_table("payment")
