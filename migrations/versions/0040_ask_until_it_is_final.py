"""Ask the provider about everything until it is final, read its list of events, keep what people decide on calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TIME = postgresql.TIMESTAMP(timezone=True)
# What is under way already is asked about from its first turn on.
BEGIN = """
INSERT INTO provider_watch (kind, subject_id, looks, next_look_at, note)
SELECT '{kind}', id, 0, {since}, '' FROM {table} WHERE {condition}
"""
UNDER_WAY = (
    ("payment", "created_at", "payment", "provider <> 'none' AND session_closed_at IS NULL"),
    ("refund", "decided_at", "refund", "status IN ('approved', 'processing') AND decided_at IS NOT NULL"),
    ("receipt", "created_at", "unapplied_receipt", "status IN ('returning', 'failed')"),
    ("payout", "started_at", "payout", "status IN ('in_transit', 'failed')"),
    ("dispute", "read_at", "dispute", "closed_at IS NULL AND kind <> 'warning'"),
)


def upgrade() -> None:
    op.create_table(
        "provider_watch",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("next_look_at", TIME, nullable=True),
        sa.Column("final_since", TIME, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_provider_watch")),
    )
    op.create_index(
        "ix_provider_watch_due", "provider_watch", ["next_look_at"], postgresql_where="next_look_at IS NOT NULL"
    )
    op.create_table(
        "event_cursor",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("read_until", TIME, nullable=False),
        sa.Column("next_read_at", TIME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "account", name=op.f("pk_event_cursor")),
    )
    op.create_index(op.f("ix_event_cursor_next_read_at"), "event_cursor", ["next_read_at"])
    op.create_table(
        "call_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["outbound_call.id"], name=op.f("fk_call_decision_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_decision")),
        sa.UniqueConstraint("token", name=op.f("uq_call_decision_token")),
    )
    op.create_index(op.f("ix_call_decision_call_id"), "call_decision", ["call_id"])
    op.execute("UPDATE outbound_call SET next_attempt_at = created_at WHERE status = 'blocked'")
    op.create_index(op.f("ix_outbound_call_provider_object_id"), "outbound_call", ["provider_object_id"])
    op.create_index("ix_outbound_call_created_at", "outbound_call", ["created_at"], postgresql_using="brin")
    for kind, since, table, condition in UNDER_WAY:
        op.execute(BEGIN.format(kind=kind, since=since, table=table, condition=condition))


def downgrade() -> None:
    op.drop_index("ix_outbound_call_created_at", table_name="outbound_call")
    op.drop_index(op.f("ix_outbound_call_provider_object_id"), table_name="outbound_call")
    op.drop_table("call_decision")
    op.drop_table("event_cursor")
    op.drop_table("provider_watch")
