"""Keep how each order was sent, and on whose word it has arrived."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipment",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(length=64), nullable=False),
        sa.Column("carrier_name", sa.String(length=64), nullable=False),
        sa.Column("tracking_number", sa.String(length=64), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("shipped_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(delivered_at IS NULL) = (delivered_by IS NULL)", name=op.f("ck_shipment_delivered_on_a_word")
        ),
        sa.CheckConstraint("delivered_at >= shipped_at", name=op.f("ck_shipment_delivered_after_shipping")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_shipment_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_shipment")),
    )
    op.create_index(
        "ix_shipment_under_way", "shipment", ["shipped_at"], unique=False, postgresql_where="delivered_at IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_shipment_under_way", table_name="shipment", postgresql_where="delivered_at IS NULL")
    op.drop_table("shipment")
