"""Number payouts, find what is due, and keep what came back of each line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No payout was ever made before this version: the column comes back as what the id makes it.
    op.drop_column("payout", "number")
    number = sa.Computed("'PO-' || (100000 + id)", persisted=True)
    op.add_column("payout", sa.Column("number", sa.String(length=64), number, nullable=False))
    op.create_unique_constraint(op.f("uq_payout_number"), "payout", ["number"])
    next_attempt = sa.text("next_attempt_at IS NOT NULL")
    op.create_index("ix_payout_next", "payout", ["next_attempt_at"], postgresql_where=next_attempt)
    op.add_column("payout_line", sa.Column("reversed_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("payout_line", "reversed_minor", server_default=None)
    op.create_check_constraint(
        op.f("ck_payout_line_reversed_within_amount"), "payout_line", "reversed_minor BETWEEN 0 AND amount_minor"
    )
    op.add_column("payout_skip", sa.Column("planned_run", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("payout_skip", sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_payout_skip_seller_id_currency"), "payout_skip")
    op.create_index(
        "uq_payout_skip_open",
        "payout_skip",
        ["seller_id", "currency"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_payout_skip_seller_id_id"), "payout_skip", ["seller_id", "id"])
    op.create_index(
        "ix_payment_transaction_available",
        "payment_transaction",
        ["seller_id", "currency", "id"],
        postgresql_where=sa.text("status = 'available'"),
    )


def downgrade() -> None:
    op.drop_index("ix_payment_transaction_available", table_name="payment_transaction")
    op.drop_index(op.f("ix_payout_skip_seller_id_id"), table_name="payout_skip")
    op.drop_index("uq_payout_skip_open", table_name="payout_skip")
    # The version before keeps one reason per seller and currency: the one that holds.
    op.execute("DELETE FROM payout_skip WHERE ended_at IS NOT NULL")
    op.create_unique_constraint(op.f("uq_payout_skip_seller_id_currency"), "payout_skip", ["seller_id", "currency"])
    op.drop_column("payout_skip", "ended_at")
    op.drop_column("payout_skip", "planned_run")
    op.drop_constraint(op.f("ck_payout_line_reversed_within_amount"), "payout_line")
    op.drop_column("payout_line", "reversed_minor")
    op.drop_index("ix_payout_next", table_name="payout")
    op.drop_constraint(op.f("uq_payout_number"), "payout")
    op.drop_column("payout", "number")
    op.add_column("payout", sa.Column("number", sa.String(length=64), nullable=True))
    op.execute("UPDATE payout SET number = 'PO-' || (100000 + id)")
    op.alter_column("payout", "number", nullable=False)
    op.create_unique_constraint(op.f("uq_payout_number"), "payout", ["number"])
