"""Say by country whether deliveries are taxed, and keep with an order what of its delivery carries which rate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "delivery_tax_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("taxing", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["user.id"], name=op.f("fk_delivery_tax_rule_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_tax_rule")),
        sa.UniqueConstraint("country", "valid_from", name=op.f("uq_delivery_tax_rule_country_valid_from")),
    )
    op.execute(f'GRANT DELETE ON delivery_tax_rule TO "{role}"')
    op.create_table(
        "order_delivery_tax",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("tax_basis_points", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_delivery_tax_amount_positive")),
        sa.CheckConstraint(
            "tax_minor BETWEEN 0 AND amount_minor", name=op.f("ck_order_delivery_tax_tax_within_amount")
        ),
        sa.CheckConstraint("tax_basis_points >= 0", name=op.f("ck_order_delivery_tax_rate_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_delivery_tax_order_id")),
        sa.PrimaryKeyConstraint("order_id", "tax_basis_points", name=op.f("pk_order_delivery_tax")),
    )


def downgrade() -> None:
    op.drop_table("order_delivery_tax")
    op.drop_table("delivery_tax_rule")
