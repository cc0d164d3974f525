"""Keep invoices: their series, the documents and their deliveries; what is printed of one never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0049"
branch_labels = None
depends_on = None

_FREEZE = """
CREATE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.series_id, OLD.position, OLD.number, OLD.kind, OLD.issuer_id, OLD.recipient_id, OLD.order_id,
        OLD.credits_id, OLD.refund_id, OLD.dispute_share_id, OLD.month, OLD.currency, OLD.subtotal_minor,
        OLD.delivery_minor, OLD.tax_minor, OLD.discount_minor, OLD.total_minor, OLD.content, OLD.content_hash,
        OLD.issued_at, OLD.due_at)
        IS DISTINCT FROM
       (NEW.series_id, NEW.position, NEW.number, NEW.kind, NEW.issuer_id, NEW.recipient_id, NEW.order_id,
        NEW.credits_id, NEW.refund_id, NEW.dispute_share_id, NEW.month, NEW.currency, NEW.subtotal_minor,
        NEW.delivery_minor, NEW.tax_minor, NEW.discount_minor, NEW.total_minor, NEW.content, NEW.content_hash,
        NEW.issued_at, NEW.due_at)
    THEN
        RAISE EXCEPTION 'invoice % is frozen', OLD.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    _create_series()
    _create_invoices()
    _create_deliveries()
    _index_what_the_sweep_looks_for()
    op.execute(_FREEZE)
    op.execute(
        "CREATE TRIGGER invoice_frozen BEFORE UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION refuse_invoice_change()"
    )
    op.execute(f'REVOKE DELETE, TRUNCATE ON invoice, invoice_series FROM "{role}"')
    op.execute(
        "CREATE TRIGGER invoice_stays BEFORE DELETE OR TRUNCATE ON invoice "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON invoice_delivery FROM "{role}"')
    op.execute(
        "CREATE TRIGGER invoice_delivery_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_delivery "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _create_series() -> None:
    op.create_table(
        "invoice_mark",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("reached_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_invoice_mark")),
    )
    op.create_table(
        "invoice_series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("issuer_id", sa.BigInteger(), nullable=True),
        sa.Column("prefix", sa.String(length=64), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_position >= 0", name=op.f("ck_invoice_series_position_not_negative")),
        sa.ForeignKeyConstraint(["issuer_id"], ["user.id"], name=op.f("fk_invoice_series_issuer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_series")),
        sa.UniqueConstraint("key", name=op.f("uq_invoice_series_key")),
    )


def _create_invoices() -> None:
    op.create_table(
        "invoice",
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("issuer_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("credits_id", sa.BigInteger(), nullable=True),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("dispute_share_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("viewed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(kind = 'commission') = (month IS NOT NULL)", name=op.f("ck_invoice_commissions_have_a_month")
        ),
        sa.CheckConstraint("(kind = 'commission') = (order_id IS NULL)", name=op.f("ck_invoice_others_have_an_order")),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_invoice_credit_notes_correct")
        ),
        sa.CheckConstraint(
            "kind <> 'credit_note' OR (total_minor < 0 AND num_nonnulls(refund_id, dispute_share_id) = 1)",
            name=op.f("ck_invoice_credit_notes_have_a_cause"),
        ),
        sa.CheckConstraint("kind <> 'invoice' OR total_minor >= 0", name=op.f("ck_invoice_invoices_not_negative")),
        sa.CheckConstraint(
            "paid_minor BETWEEN least(total_minor, 0) AND greatest(total_minor, 0)",
            name=op.f("ck_invoice_paid_within_total"),
        ),
        sa.CheckConstraint(
            "total_minor = subtotal_minor + delivery_minor + tax_minor - discount_minor",
            name=op.f("ck_invoice_total_adds_up"),
        ),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id")),
        sa.ForeignKeyConstraint(["dispute_share_id"], ["dispute_share.id"], name=op.f("fk_invoice_dispute_share_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["user.id"], name=op.f("fk_invoice_issuer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_invoice_order_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["user.id"], name=op.f("fk_invoice_recipient_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_invoice_refund_id")),
        sa.ForeignKeyConstraint(["series_id"], ["invoice_series.id"], name=op.f("fk_invoice_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("series_id", "position", name=op.f("uq_invoice_series_id_position")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_invoice_credits_id"), "invoice", ["credits_id"])
    op.create_index(op.f("ix_invoice_issuer_id_id"), "invoice", ["issuer_id", "id"])
    op.create_index("ix_invoice_of_order", "invoice", ["order_id", "id"])
    op.create_index(
        "ix_invoice_open", "invoice", ["id"], postgresql_where="status IN ('draft', 'sent', 'viewed', 'overdue')"
    )
    op.create_index(op.f("ix_invoice_recipient_id_id"), "invoice", ["recipient_id", "id"])
    op.create_index(
        "uq_invoice_dispute_share",
        "invoice",
        ["dispute_share_id"],
        unique=True,
        postgresql_where="status <> 'cancelled'",
    )
    op.create_index(
        "uq_invoice_month",
        "invoice",
        ["month", "recipient_id", "currency"],
        unique=True,
        postgresql_where="kind = 'commission'",
    )
    op.create_index(
        "uq_invoice_order",
        "invoice",
        ["order_id"],
        unique=True,
        postgresql_where="kind = 'invoice' AND status <> 'cancelled'",
    )
    op.create_index(
        "uq_invoice_refund", "invoice", ["refund_id"], unique=True, postgresql_where="status <> 'cancelled'"
    )


def _create_deliveries() -> None:
    op.create_table(
        "invoice_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_invoice_delivery_asked_by_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_delivery_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_delivery")),
    )
    op.create_index(op.f("ix_invoice_delivery_invoice_id"), "invoice_delivery", ["invoice_id"])


def _index_what_the_sweep_looks_for() -> None:
    op.create_index(
        "ix_payment_transaction_received", "payment_transaction", ["payment_received_date"], postgresql_using="brin"
    )
    op.create_index("ix_refund_completed", "refund", ["completed_at"], postgresql_where="completed_at IS NOT NULL")
    op.create_index("ix_refund_failed", "refund", ["id"], postgresql_where="status = 'failed'")


def downgrade() -> None:
    for name in ("ix_refund_failed", "ix_refund_completed"):
        op.drop_index(name, table_name="refund")
    op.drop_index("ix_payment_transaction_received", table_name="payment_transaction")
    for table in ("invoice_delivery", "invoice", "invoice_series", "invoice_mark"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_invoice_change()")
