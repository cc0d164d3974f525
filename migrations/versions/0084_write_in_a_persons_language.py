"""Write to people in their language."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("language", sa.String(length=64), server_default="en", nullable=False))


def downgrade() -> None:
    op.drop_column("user", "language")
