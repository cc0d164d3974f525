"""Keep with an order where its goods are collected, as agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_delivery", sa.Column("pickup_place", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("order_delivery", "pickup_place")
