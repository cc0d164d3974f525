"""Keep the last run of each job and every failed one; index what overviews and lists look for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Rows arrive in the order of these times, so that a BRIN index of some pages finds days and costs writers nothing.
TIMES = (
    ("ledger_entry", "booked_at"),
    ("payment", "created_at"),
    ("purchase", "created_at"),
    ("provider_event", "received_at"),
)


def upgrade() -> None:
    time = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "last_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("started_at", time, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", time, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_last_run")),
    )
    op.create_table(
        "failed_job",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", time, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_job")),
    )
    op.create_index(op.f("ix_failed_job_job_id"), "failed_job", ["job_id"])
    for table, column in TIMES:
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_using="brin")
    op.create_index("ix_outbound_call_blocked", "outbound_call", ["created_at"], postgresql_where="status = 'blocked'")
    op.create_index("ix_payment_amount", "payment", ["currency", "amount_minor", "id"])
    op.create_index("ix_purchase_total", "purchase", ["currency", "total_minor", "id"])


def downgrade() -> None:
    op.drop_index("ix_purchase_total", table_name="purchase")
    op.drop_index("ix_payment_amount", table_name="payment")
    op.drop_index("ix_outbound_call_blocked", table_name="outbound_call", postgresql_where="status = 'blocked'")
    for table, column in reversed(TIMES):
        op.drop_index(f"ix_{table}_{column}", table_name=table, postgresql_using="brin")
    op.drop_table("failed_job")
    op.drop_table("last_run")
