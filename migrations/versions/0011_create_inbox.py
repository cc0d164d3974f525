"""Create the inbox of provider events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_event",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=200), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_event")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_provider_event_object_id"), "provider_event", ["object_id"], unique=False)
    op.create_index(op.f("ix_provider_event_payment_id"), "provider_event", ["payment_id"], unique=False)
    op.create_index(
        "ix_provider_event_waiting",
        "provider_event",
        ["next_attempt_at"],
        unique=False,
        postgresql_where="status IN ('received', 'parked')",
    )
    op.create_index("uq_provider_event_event_id", "provider_event", ["provider", "event_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_provider_event_event_id", table_name="provider_event")
    op.drop_index(
        "ix_provider_event_waiting", table_name="provider_event", postgresql_where="status IN ('received', 'parked')"
    )
    op.drop_index(op.f("ix_provider_event_payment_id"), table_name="provider_event")
    op.drop_index(op.f("ix_provider_event_object_id"), table_name="provider_event")
    op.drop_table("provider_event")
