"""Sell in forints, and keep what a payout leaves for the next one: banks take whole units of them only."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: the version before still inserts payouts without it.
    op.add_column("payout", sa.Column("rest_minor", sa.BigInteger(), server_default="0", nullable=False))
    # Nothing was sold in it yet, so no fee that was frozen changes.
    forints = '{"HUF": 8500}'
    op.execute(
        f"UPDATE fee_schedule SET processing_fixed = processing_fixed || '{forints}' WHERE processing_fixed <> '{{}}'"
    )


def downgrade() -> None:
    op.execute("UPDATE fee_schedule SET processing_fixed = processing_fixed - 'HUF'")
    op.drop_column("payout", "rest_minor")
