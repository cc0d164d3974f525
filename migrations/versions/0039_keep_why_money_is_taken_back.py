"""Keep who has money taken back and why, and why a stop was lifted; find closed disputes that may walk back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dispute", sa.Column("take_back_for", sa.Integer(), nullable=True))
    op.add_column("dispute", sa.Column("take_back_by_id", sa.BigInteger(), nullable=True))
    op.add_column("dispute", sa.Column("take_back_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_dispute_take_back_by_id"), "dispute", "user", ["take_back_by_id"], ["id"])
    # The defaults stay: the version before still inserts rows without these columns.
    op.add_column("dispute", sa.Column("take_back_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("payout_stop", sa.Column("lift_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("refund", sa.Column("take_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_dispute_closed",
        "dispute",
        ["closed_at"],
        postgresql_where=sa.text("status IN ('won', 'lost', 'prevented', 'inquiry_closed')"),
    )


def downgrade() -> None:
    op.drop_index("ix_dispute_closed", table_name="dispute")
    op.drop_column("refund", "take_back")
    op.drop_column("payout_stop", "lift_reason")
    for name in ("take_back_reason", "take_back_at", "take_back_by_id", "take_back_for"):
        op.drop_column("dispute", name)
