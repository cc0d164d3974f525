"""Know when a dispute was last read at the provider, so that lost reports are made up for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dispute", sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE dispute SET read_at = opened_at")
    op.alter_column("dispute", "read_at", nullable=False)
    op.create_index(
        "ix_dispute_open",
        "dispute",
        ["read_at"],
        postgresql_where=sa.text(
            "status IN ('needs_response', 'under_review', 'inquiry_needs_response', 'inquiry_under_review')"
        ),
    )


def downgrade() -> None:
    op.drop_index("ix_dispute_open", table_name="dispute")
    op.drop_column("dispute", "read_at")
