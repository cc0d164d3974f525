"""Keep rates of tax by country and category, whether a shop's prices include it, and each listing's category."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 5000", name=op.f("ck_tax_rate_at_most_half")),
        sa.CheckConstraint("category <> 'exempt'", name=op.f("ck_tax_rate_exempt_has_none")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_tax_rate_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sa.UniqueConstraint(
            "seller_id",
            "country",
            "category",
            "valid_from",
            name=op.f("uq_tax_rate_seller_id_country_category_valid_from"),
        ),
    )
    op.execute(f'GRANT DELETE ON tax_rate TO "{role}"')
    op.add_column("shop", sa.Column("prices_include_tax", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("listing", sa.Column("tax_category", sa.String(length=40), nullable=False, server_default="standard"))


def downgrade() -> None:
    op.drop_column("listing", "tax_category")
    op.drop_column("shop", "prices_include_tax")
    op.drop_table("tax_rate")
