"""Create purchases, orders and their lines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchase",
        sa.Column("number", sa.String(length=64), sa.Computed("'P-' || (100000 + id)", persisted=True), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("checkout_token", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("billing_address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("open_until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_purchase_total_not_negative")),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_purchase_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("checkout_token", name=op.f("uq_purchase_checkout_token")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_number")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_purchase_buyer_id_id"), "purchase", ["buyer_id", "id"], unique=False)
    op.create_index("ix_purchase_open", "purchase", ["open_until"], unique=False, postgresql_where="status = 'open'")
    op.create_table(
        "order",
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'TM-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("processing_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_note", sa.Text(), nullable=False),
        sa.Column("seller_note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "net_minor = total_minor - platform_fee_minor - processing_fee_minor", name=op.f("ck_order_net_adds_up")
        ),
        sa.CheckConstraint(
            "total_minor = subtotal_minor + delivery_minor + tax_minor - discount_minor",
            name=op.f("ck_order_total_adds_up"),
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_order_buyer_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_order_purchase_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_order_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_order_buyer_id_id"), "order", ["buyer_id", "id"], unique=False)
    op.create_index(op.f("ix_order_purchase_id"), "order", ["purchase_id"], unique=False)
    op.create_index(op.f("ix_order_seller_id_id"), "order", ["seller_id", "id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        sa.CheckConstraint("subtotal_minor = quantity * unit_price_minor", name=op.f("ck_order_line_subtotal_adds_up")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_order_line_order_id"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_index(op.f("ix_order_seller_id_id"), table_name="order")
    op.drop_index(op.f("ix_order_purchase_id"), table_name="order")
    op.drop_index(op.f("ix_order_buyer_id_id"), table_name="order")
    op.drop_table("order")
    op.drop_index("ix_purchase_open", table_name="purchase", postgresql_where="status = 'open'")
    op.drop_index(op.f("ix_purchase_buyer_id_id"), table_name="purchase")
    op.drop_table("purchase")
