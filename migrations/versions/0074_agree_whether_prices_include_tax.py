"""Keep on each order and invoice whether its prices include the tax: then the total is the prices alone."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_BEFORE = "total_minor = subtotal_minor + delivery_minor + tax_minor - discount_minor"
_TOTAL = (
    "total_minor = subtotal_minor + delivery_minor - discount_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END"
)
_FREEZE = """
CREATE OR REPLACE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.series_id, OLD.position, OLD.number, OLD.kind, OLD.issuer_id, OLD.recipient_id, OLD.order_id,
        OLD.credits_id, OLD.refund_id, OLD.dispute_share_id, OLD.month, OLD.currency, OLD.subtotal_minor,
        OLD.delivery_minor, OLD.tax_minor,{old} OLD.discount_minor, OLD.total_minor, OLD.content, OLD.content_hash,
        OLD.issued_at, OLD.due_at)
        IS DISTINCT FROM
       (NEW.series_id, NEW.position, NEW.number, NEW.kind, NEW.issuer_id, NEW.recipient_id, NEW.order_id,
        NEW.credits_id, NEW.refund_id, NEW.dispute_share_id, NEW.month, NEW.currency, NEW.subtotal_minor,
        NEW.delivery_minor, NEW.tax_minor,{new} NEW.discount_minor, NEW.total_minor, NEW.content, NEW.content_hash,
        NEW.issued_at, NEW.due_at)
    THEN
        RAISE EXCEPTION 'invoice % is frozen', OLD.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    for table in ("order", "invoice"):
        op.add_column(table, sa.Column("tax_included", sa.Boolean(), nullable=False, server_default="false"))
        op.drop_constraint(op.f(f"ck_{table}_total_adds_up"), table)
        op.create_check_constraint(op.f(f"ck_{table}_total_adds_up"), table, _TOTAL)
    op.execute(_FREEZE.format(old=" OLD.tax_included,", new=" NEW.tax_included,"))


def downgrade() -> None:
    op.execute(_FREEZE.format(old="", new=""))
    for table in ("order", "invoice"):
        op.drop_constraint(op.f(f"ck_{table}_total_adds_up"), table)
        op.create_check_constraint(op.f(f"ck_{table}_total_adds_up"), table, _BEFORE)
        op.drop_column(table, "tax_included")
