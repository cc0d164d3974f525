"""Keep bank transfers: what buyers were told to transfer, what came in, and what goes out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0105"
down_revision = "0103"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_ID = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "transfer_request",
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("account", postgresql.JSONB(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("reminded_at", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_transfer_request_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_transfer_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfer_request_reference")),
    )
    op.create_index(
        "ix_transfer_request_to_remind",
        "transfer_request",
        ["due_at"],
        postgresql_where=sa.text("reminded_at IS NULL"),
    )
    op.create_table(
        "transfer_file",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("account", postgresql.JSONB(), nullable=False),
        sa.Column("made_by_id", _ID, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_transfer_file_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_file")),
    )
    _create_incoming()
    _create_outgoing()


def _create_incoming() -> None:
    op.create_table(
        "incoming_transfer",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'IT-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=False),
        sa.Column("line_id", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", _ID, nullable=False),
        sa.Column("used_minor", _ID, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.String(length=200), nullable=False),
        sa.Column("payer_account", sa.Text(), nullable=True),
        sa.Column("payment_id", _ID, nullable=True),
        sa.Column("recorded_by_id", _ID, nullable=False),
        sa.Column("decided_by_id", _ID, nullable=True),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_incoming_transfer_amount_positive")),
        sa.CheckConstraint(
            "used_minor BETWEEN 0 AND amount_minor", name=op.f("ck_incoming_transfer_used_within_amount")
        ),
        sa.CheckConstraint(
            "(status = 'matched') = (used_minor > 0)", name=op.f("ck_incoming_transfer_matched_is_used")
        ),
        sa.CheckConstraint(
            "status <> 'matched' OR payment_id IS NOT NULL", name=op.f("ck_incoming_transfer_matched_to_a_payment")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_incoming_transfer_payment_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_incoming_transfer_recorded_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_incoming_transfer_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_transfer")),
        sa.UniqueConstraint("number", name=op.f("uq_incoming_transfer_number")),
        sa.UniqueConstraint("currency", "line_id", name=op.f("uq_incoming_transfer_currency_line_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_incoming_transfer_payment_id"), "incoming_transfer", ["payment_id"])
    op.create_index(op.f("ix_incoming_transfer_status_id"), "incoming_transfer", ["status", "id"])
    op.create_index(
        "ix_incoming_transfer_open",
        "incoming_transfer",
        ["id"],
        postgresql_where=sa.text("status IN ('recorded', 'to_match', 'waiting')"),
    )


def _create_outgoing() -> None:
    op.create_table(
        "outgoing_transfer",
        sa.Column("id", _ID, sa.Identity(always=False), nullable=False),
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'OT-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", _ID, nullable=False),
        sa.Column("refund_id", _ID, nullable=True),
        sa.Column("incoming_id", _ID, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("payment_id", _ID, nullable=True),
        sa.Column("order_id", _ID, nullable=True),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("payee_name", sa.String(length=200), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("account_by_id", _ID, nullable=True),
        sa.Column("planned_by_id", _ID, nullable=True),
        sa.Column("file_id", _ID, nullable=True),
        sa.Column("bank_reference", sa.String(length=200), nullable=True),
        sa.Column("closed_by_id", _ID, nullable=True),
        sa.Column("planned_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_outgoing_transfer_amount_positive")),
        sa.CheckConstraint("num_nonnulls(refund_id, incoming_id) = 1", name=op.f("ck_outgoing_transfer_has_a_cause")),
        sa.CheckConstraint(
            "(purpose = 'refund') = (refund_id IS NOT NULL)", name=op.f("ck_outgoing_transfer_refunds_are_of_a_refund")
        ),
        sa.CheckConstraint(
            "(status = 'sent') = (bank_reference IS NOT NULL)", name=op.f("ck_outgoing_transfer_sent_with_a_reference")
        ),
        sa.CheckConstraint(
            "status <> 'exported' OR file_id IS NOT NULL", name=op.f("ck_outgoing_transfer_exported_in_a_file")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_transfer.id"], name=op.f("fk_outgoing_transfer_incoming_id")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_outgoing_transfer_payment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_outgoing_transfer_order_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_outgoing_transfer_user_id")),
        sa.ForeignKeyConstraint(["account_by_id"], ["user.id"], name=op.f("fk_outgoing_transfer_account_by_id")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["user.id"], name=op.f("fk_outgoing_transfer_planned_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user.id"], name=op.f("fk_outgoing_transfer_closed_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["transfer_file.id"], name=op.f("fk_outgoing_transfer_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_transfer")),
        sa.UniqueConstraint("number", name=op.f("uq_outgoing_transfer_number")),
        sa.UniqueConstraint("refund_id", "attempt", name=op.f("uq_outgoing_transfer_refund_id_attempt")),
        sa.UniqueConstraint("incoming_id", "attempt", name=op.f("uq_outgoing_transfer_incoming_id_attempt")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_outgoing_transfer_file_id"), "outgoing_transfer", ["file_id"])
    op.create_index(op.f("ix_outgoing_transfer_status_id"), "outgoing_transfer", ["status", "id"])
    op.create_index(
        "ix_outgoing_transfer_to_send",
        "outgoing_transfer",
        ["id"],
        postgresql_where=sa.text("status IN ('planned', 'exported')"),
    )


def downgrade() -> None:
    op.drop_table("outgoing_transfer")
    op.drop_table("incoming_transfer")
    op.drop_table("transfer_file")
    op.drop_table("transfer_request")
