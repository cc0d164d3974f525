"""Send listings by profiles: zones of countries with prices and days, and what was agreed for an order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "delivery_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("handling_days", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("archived_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "handling_days BETWEEN 0 AND 60", name=op.f("ck_delivery_profile_handling_within_sixty_days")
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_delivery_profile_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_profile")),
    )
    op.create_index(
        "uq_delivery_profile_name",
        "delivery_profile",
        ["seller_id", "name"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "delivery_zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("countries", postgresql.ARRAY(sa.String(length=2)), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("free_from_minor", sa.BigInteger(), nullable=True),
        sa.Column("transit_first", sa.Integer(), nullable=False),
        sa.Column("transit_last", sa.Integer(), nullable=False),
        sa.Column("bands", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "price_minor >= 0 AND free_from_minor >= 0", name=op.f("ck_delivery_zone_amounts_not_negative")
        ),
        sa.CheckConstraint(
            "transit_first BETWEEN 0 AND transit_last AND transit_last <= 60",
            name=op.f("ck_delivery_zone_transit_in_order"),
        ),
        sa.CheckConstraint("(method = 'by_weight') = (bands <> '[]')", name=op.f("ck_delivery_zone_bands_by_weight")),
        sa.ForeignKeyConstraint(["profile_id"], ["delivery_profile.id"], name=op.f("fk_delivery_zone_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_zone")),
    )
    op.create_index(op.f("ix_delivery_zone_profile_id_id"), "delivery_zone", ["profile_id", "id"])
    op.execute(f'GRANT DELETE ON delivery_zone TO "{role}"')
    op.add_column("listing", sa.Column("delivery_profile_id", sa.BigInteger(), nullable=True))
    op.add_column("listing", sa.Column("weight_grams", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_listing_delivery_profile_id"), "listing", "delivery_profile", ["delivery_profile_id"], ["id"]
    )
    op.create_check_constraint(op.f("ck_listing_weight_positive"), "listing", "weight_grams > 0")
    op.create_index(
        "ix_listing_delivery_profile_id",
        "listing",
        ["delivery_profile_id"],
        postgresql_where=sa.text("delivery_profile_id IS NOT NULL"),
    )
    op.create_table(
        "order_delivery",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("is_pickup", sa.Boolean(), nullable=False),
        sa.Column("weight_grams", sa.BigInteger(), nullable=False),
        sa.Column("arrives_first", sa.Date(), nullable=False),
        sa.Column("arrives_last", sa.Date(), nullable=False),
        sa.CheckConstraint("arrives_first <= arrives_last", name=op.f("ck_order_delivery_arrives_in_order")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_delivery_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_delivery")),
    )


def downgrade() -> None:
    op.drop_table("order_delivery")
    op.drop_index("ix_listing_delivery_profile_id", "listing")
    op.drop_column("listing", "weight_grams")
    op.drop_column("listing", "delivery_profile_id")
    op.drop_table("delivery_zone")
    op.drop_table("delivery_profile")
