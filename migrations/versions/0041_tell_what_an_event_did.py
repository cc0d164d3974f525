"""Keep by which road an event came and every look at it, and find what was written together with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_TOGETHER = ("status_change", "ledger_entry", "notification")
_TRANSACTION = "(pg_current_xact_id())::text::bigint"


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    for table in _TOGETHER:
        # The column first and its default after it: rows that are there keep NULL, and none of them is rewritten.
        op.add_column(table, sa.Column("written_in", sa.BigInteger(), nullable=True))
        op.alter_column(table, "written_in", server_default=sa.text(_TRANSACTION))
    op.create_index("ix_status_change_at", "status_change", ["at"], postgresql_using="brin")
    op.create_index("ix_notification_created_at", "notification", ["created_at"], postgresql_using="brin")
    op.add_column("provider_event", sa.Column("account", sa.String(length=200), nullable=True))
    op.add_column("provider_event", sa.Column("road", sa.String(length=40), server_default="webhook", nullable=False))
    op.add_column(
        "provider_event",
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.execute("UPDATE provider_event SET account = payload->>'account' WHERE payload->>'account' IS NOT NULL")
    op.create_index(
        "ix_provider_event_put_aside", "provider_event", ["id"], postgresql_where=sa.text("status = 'set_aside'")
    )
    op.create_index(
        "ix_provider_event_foreign",
        "provider_event",
        ["id"],
        postgresql_where=sa.text("status = 'ignored' AND note = 'Another installation made this object.'"),
    )
    op.create_table(
        "event_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("road", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("written_in", sa.BigInteger(), server_default=sa.text(_TRANSACTION), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["provider_event.id"], name=op.f("fk_event_attempt_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attempt")),
    )
    op.create_index("ix_event_attempt_event_id", "event_attempt", ["event_id"])
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON event_attempt FROM "{role}"')


def downgrade() -> None:
    op.drop_table("event_attempt")
    op.drop_index("ix_provider_event_foreign", table_name="provider_event")
    op.drop_index("ix_provider_event_put_aside", table_name="provider_event")
    for column in ("headers", "road", "account"):
        op.drop_column("provider_event", column)
    op.drop_index("ix_notification_created_at", table_name="notification")
    op.drop_index("ix_status_change_at", table_name="status_change")
    for table in _TOGETHER:
        op.drop_column(table, "written_in")
