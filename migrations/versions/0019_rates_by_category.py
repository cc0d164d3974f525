"""Fee schedules may name a category; an order keeps the platform fee of each schedule that applied."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fee_schedule", sa.Column("category", sa.String(length=64), nullable=True))
    op.create_check_constraint(
        op.f("ck_fee_schedule_platform_rate_is_a_part"), "fee_schedule", "platform_basis_points BETWEEN 0 AND 10000"
    )
    op.create_table(
        "order_fee",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fee_schedule_id"], ["fee_schedule.id"], name=op.f("fk_order_fee_fee_schedule_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_fee_order_id")),
        sa.PrimaryKeyConstraint("order_id", "fee_schedule_id", name=op.f("pk_order_fee")),
    )
    op.execute(
        """
        INSERT INTO order_fee (order_id, fee_schedule_id, base_minor, platform_fee_minor)
        SELECT id, fee_schedule_id, total_minor, platform_fee_minor FROM "order"
        """
    )
    op.drop_column("order", "fee_schedule_id")


def downgrade() -> None:
    op.add_column("order", sa.Column("fee_schedule_id", sa.BigInteger(), nullable=True))
    # Of several parts the largest names the schedule.
    op.execute(
        """
        UPDATE "order" o SET fee_schedule_id = (
            SELECT f.fee_schedule_id FROM order_fee f WHERE f.order_id = o.id
            ORDER BY f.base_minor DESC, f.fee_schedule_id LIMIT 1
        )
        """
    )
    op.alter_column("order", "fee_schedule_id", nullable=False)
    op.drop_table("order_fee")
    op.drop_constraint(op.f("ck_fee_schedule_platform_rate_is_a_part"), "fee_schedule")
    op.drop_column("fee_schedule", "category")
