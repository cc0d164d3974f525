"""Find rows of a status by its time, and events of an account: lists count what stands on their tabs by these."""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

_COLUMNS = {
    "payment": ("status", "created_at"),
    "purchase": ("status", "created_at"),
    "outbound_call": ("status", "created_at"),
    "provider_event": ("status", "received_at"),
    "payout": ("status", "started_at"),
    "invoice": ("kind", "id"),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
    op.create_index(
        "ix_provider_event_account",
        "provider_event",
        ["account", "id"],
        postgresql_where=sa.text("account IS NOT NULL"),
    )
    for side in ("seller", "admin"):
        op.create_index(f"ix_user_{side}", "user", ["id"], postgresql_where=sa.text(f"is_{side}"))


def downgrade() -> None:
    for side in ("seller", "admin"):
        op.drop_index(f"ix_user_{side}", table_name="user")
    op.drop_index("ix_provider_event_account", table_name="provider_event")
    for table, columns in _COLUMNS.items():
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
