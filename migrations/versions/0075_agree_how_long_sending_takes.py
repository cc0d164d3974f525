"""Keep on each order how long sending takes by its delivery profile, as agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_delivery", sa.Column("handling_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_delivery", "handling_days")
