"""Create shops, listings, their details and pictures, and stock reservations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("in_stock", sa.Integer(), nullable=False),
        sa.Column("received_units", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("delivery_minor >= 0", name=op.f("ck_listing_delivery_not_negative")),
        sa.CheckConstraint("in_stock >= 0", name=op.f("ck_listing_stock_not_negative")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_listing_price_not_negative")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_listing_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("slug", name=op.f("uq_listing_slug")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_listing_active", "listing", ["kind", "id"], unique=False, postgresql_where="status = 'active'")
    op.create_index(op.f("ix_listing_seller_id_id"), "listing", ["seller_id", "id"], unique=False)
    op.create_table(
        "shop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("city", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("delivery_policy", sa.Text(), nullable=False),
        sa.Column("returns_policy", sa.Text(), nullable=False),
        sa.Column("tax_basis_points", sa.Integer(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_shop_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("seller_id", name=op.f("uq_shop_seller_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_shop_slug")),
    )
    op.create_table(
        "car_details",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("make", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("mileage_km", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("fuel", sa.String(length=64), nullable=False),
        sa.Column("gearbox", sa.String(length=64), nullable=False),
        sa.Column("colour", sa.String(length=64), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_car_details_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_car_details")),
    )
    op.create_table(
        "listing_picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_picture_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_picture")),
        sa.UniqueConstraint("listing_id", "position", name=op.f("uq_listing_picture_listing_id_position")),
    )
    op.create_table(
        "part_details",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("part_number", sa.String(length=64), nullable=False),
        sa.Column("condition", sa.String(length=64), nullable=False),
        sa.Column("fits", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_part_details_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_part_details")),
    )
    op.create_table(
        "stock_reservation",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_stock_reservation_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservation")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_stock_reservation_expiry",
        "stock_reservation",
        ["expires_at"],
        unique=False,
        postgresql_where="status = 'active'",
    )
    op.create_index(op.f("ix_stock_reservation_listing_id"), "stock_reservation", ["listing_id"], unique=False)
    op.create_index(op.f("ix_stock_reservation_purchase_id"), "stock_reservation", ["purchase_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stock_reservation_purchase_id"), table_name="stock_reservation")
    op.drop_index(op.f("ix_stock_reservation_listing_id"), table_name="stock_reservation")
    op.drop_index("ix_stock_reservation_expiry", table_name="stock_reservation", postgresql_where="status = 'active'")
    op.drop_table("stock_reservation")
    op.drop_table("part_details")
    op.drop_table("listing_picture")
    op.drop_table("car_details")
    op.drop_table("shop")
    op.drop_index(op.f("ix_listing_seller_id_id"), table_name="listing")
    op.drop_index("ix_listing_active", table_name="listing", postgresql_where="status = 'active'")
    op.drop_table("listing")
