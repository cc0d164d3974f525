"""Find what of a seller is still to be released today: it goes with the day's one payout."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_payment_transaction_of_the_day",
        "payment_transaction",
        ["seller_id", "currency", "planned_release_date"],
        postgresql_where=sa.text("status = 'held'"),
    )


def downgrade() -> None:
    op.drop_index("ix_payment_transaction_of_the_day", table_name="payment_transaction")
