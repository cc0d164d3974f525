"""Create the table of calls to providers and the installation's name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "outbound_call",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("first_sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("provider_object_id", sa.String(length=200), nullable=True),
        sa.Column("error_code", sa.String(length=200), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_call")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_outbound_call_idempotency_key")),
        sa.UniqueConstraint("kind", "subject_id", "attempt", name=op.f("uq_outbound_call_kind_subject_id_attempt")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_outbound_call_unfinished",
        "outbound_call",
        ["next_attempt_at"],
        unique=False,
        postgresql_where="status IN ('planned', 'sending', 'unknown')",
    )


def downgrade() -> None:
    op.drop_index(
        "ix_outbound_call_unfinished",
        table_name="outbound_call",
        postgresql_where="status IN ('planned', 'sending', 'unknown')",
    )
    op.drop_table("outbound_call")
    op.drop_table("installation")
