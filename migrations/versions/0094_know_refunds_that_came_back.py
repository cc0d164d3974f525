"""Keep when money that had reached its buyer came back, so that no document about it is overlooked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refund", sa.Column("came_back_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.execute(
        "UPDATE refund r SET came_back_at = failed.at FROM (SELECT subject_id, max(at) AS at FROM status_change"
        " WHERE subject = 'refund' AND verb = 'fail' AND from_status = 'completed' GROUP BY subject_id) failed"
        " WHERE failed.subject_id = r.id"
    )
    op.create_index("ix_refund_came_back", "refund", ["id"], unique=False, postgresql_where="came_back_at IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_refund_came_back", table_name="refund", postgresql_where="came_back_at IS NOT NULL")
    op.drop_column("refund", "came_back_at")
