"""Shops take no orders while their seller can't be paid; sellers are reminded of each deadline once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("is_paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("shop", "is_paused", server_default=None)
    op.add_column("seller_account", sa.Column("reminded_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(op.f("ix_seller_account_requirements_due_at"), "seller_account", ["requirements_due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_seller_account_requirements_due_at"), "seller_account")
    op.drop_column("seller_account", "reminded_due_at")
    op.drop_column("shop", "is_paused")
