"""Compare the provider's lines with ledger and rows: runs, what was read, what does not agree, what was decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "payout_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_payout_pause_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_pause")),
    )
    op.create_index(op.f("ix_payout_pause_subject"), "payout_pause", ["subject"], unique=False)
    op.create_index(
        "uq_payout_pause_open",
        "payout_pause",
        ["seller_id", "subject"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("started_by_id", sa.BigInteger(), nullable=True),
        sa.Column("mends", sa.Boolean(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("mended", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("last_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["started_by_id"], ["user.id"], name=op.f("fk_reconciliation_run_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_run")),
    )
    op.create_index(
        "uq_reconciliation_run_open",
        "reconciliation_run",
        ["provider"],
        unique=True,
        postgresql_where="finished_at IS NULL",
    )
    op.create_table(
        "provider_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.Column("source_kind", sa.String(length=64), nullable=False),
        sa.Column("source_status", sa.String(length=64), nullable=False),
        sa.Column("charge_id", sa.String(length=200), nullable=True),
        sa.Column("intent_id", sa.String(length=200), nullable=True),
        sa.Column("transfer_id", sa.String(length=200), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("booked_minor", sa.BigInteger(), nullable=True),
        sa.Column("row_minor", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("matched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation_run.id"], name=op.f("fk_provider_line_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_line")),
        sa.UniqueConstraint("provider", "line_id", name=op.f("uq_provider_line_provider_line_id")),
    )
    op.create_index(
        op.f("ix_provider_line_currency_kind_id"), "provider_line", ["currency", "kind", "id"], unique=False
    )
    op.create_index(
        "ix_provider_line_of_payment",
        "provider_line",
        ["payment_id"],
        unique=False,
        postgresql_where="payment_id IS NOT NULL",
    )
    op.create_index(op.f("ix_provider_line_source_id"), "provider_line", ["source_id"], unique=False)
    op.create_index(
        "ix_provider_line_unmatched",
        "provider_line",
        ["id"],
        unique=False,
        postgresql_where="matched_at IS NULL AND account_id = '' AND is_ours",
    )
    op.create_table(
        "reconciliation_figure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("provider_minor", sa.BigInteger(), nullable=False),
        sa.Column("ledger_minor", sa.BigInteger(), nullable=False),
        sa.Column("rows_minor", sa.BigInteger(), nullable=False),
        sa.Column("explained_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation_run.id"], name=op.f("fk_reconciliation_figure_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_figure")),
        sa.UniqueConstraint("run_id", "currency", "kind", name=op.f("uq_reconciliation_figure_run_id_currency_kind")),
    )
    op.create_table(
        "reconciliation_break",
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'RB-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("object_id", sa.String(length=200), nullable=True),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("payout_id", sa.BigInteger(), nullable=True),
        sa.Column("dispute_id", sa.BigInteger(), nullable=True),
        sa.Column("is_explained", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["provider_line.id"], name=op.f("fk_reconciliation_break_line_id")),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation_run.id"], name=op.f("fk_reconciliation_break_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_break")),
        sa.UniqueConstraint("number", name=op.f("uq_reconciliation_break_number")),
    )
    op.create_index(op.f("ix_reconciliation_break_line_id"), "reconciliation_break", ["line_id"], unique=False)
    op.create_index(op.f("ix_reconciliation_break_payment_id"), "reconciliation_break", ["payment_id"], unique=False)
    op.create_index(
        op.f("ix_reconciliation_break_status_kind_id"), "reconciliation_break", ["status", "kind", "id"], unique=False
    )
    op.create_index(op.f("ix_reconciliation_break_subject"), "reconciliation_break", ["subject"], unique=False)
    op.create_index(
        "uq_reconciliation_break_open",
        "reconciliation_break",
        ["subject"],
        unique=True,
        postgresql_where="status = 'open'",
    )
    op.create_table(
        "break_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("break_id", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_break_decision_admin_id")),
        sa.ForeignKeyConstraint(["break_id"], ["reconciliation_break.id"], name=op.f("fk_break_decision_break_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_decision")),
    )
    op.create_index(op.f("ix_break_decision_break_id"), "break_decision", ["break_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("break_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_line_id", sa.String(length=200), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("booked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_correction_amount_not_zero")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["user.id"], name=op.f("fk_correction_approved_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_correction_asked_by_id")),
        sa.ForeignKeyConstraint(["break_id"], ["reconciliation_break.id"], name=op.f("fk_correction_break_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_break_id"), "correction", ["break_id"], unique=False)
    op.create_index(op.f("ix_correction_provider_line_id"), "correction", ["provider_line_id"], unique=False)
    op.create_index(
        "uq_correction_waiting", "correction", ["break_id"], unique=True, postgresql_where="booked_at IS NULL"
    )
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON break_decision FROM "{role}"')


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_table("break_decision")
    op.drop_table("reconciliation_break")
    op.drop_table("reconciliation_figure")
    op.drop_table("provider_line")
    op.drop_table("reconciliation_run")
    op.drop_table("payout_pause")
