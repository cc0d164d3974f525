"""Find the provider's lines in the order of their time: they become known newest first, so their ids say another."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_provider_line_in_time",
        "provider_line",
        ["made_at", "id"],
        postgresql_where=sa.text("account_id = '' AND is_ours"),
    )


def downgrade() -> None:
    op.drop_index("ix_provider_line_in_time", table_name="provider_line")
