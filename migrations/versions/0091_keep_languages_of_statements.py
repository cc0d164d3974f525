"""Keep the language in which a statement was closed, for its print; those from before are English."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seller_statement", sa.Column("language", sa.String(length=64), server_default="en", nullable=False))


def downgrade() -> None:
    op.drop_column("seller_statement", "language")
