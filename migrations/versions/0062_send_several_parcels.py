"""Keep the further parcels of an order that did not go in one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "further_parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(length=64), nullable=False),
        sa.Column("carrier_name", sa.String(length=64), nullable=False),
        sa.Column("tracking_number", sa.String(length=64), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["shipment.order_id"], name=op.f("fk_further_parcel_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_further_parcel")),
        sa.UniqueConstraint(
            "order_id",
            "carrier",
            "tracking_number",
            name=op.f("uq_further_parcel_order_id_carrier_tracking_number"),
        ),
    )


def downgrade() -> None:
    op.drop_table("further_parcel")
