"""Keep the rate of the tax on each line of an order, and the line's part of it."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_line", sa.Column("tax_basis_points", sa.Integer(), nullable=True))
    op.add_column("order_line", sa.Column("tax_minor", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_order_line_tax_has_a_rate"), "order_line", "(tax_minor IS NULL) = (tax_basis_points IS NULL)"
    )
    op.create_check_constraint(op.f("ck_order_line_tax_not_negative"), "order_line", "tax_minor >= 0")


def downgrade() -> None:
    op.drop_column("order_line", "tax_minor")
    op.drop_column("order_line", "tax_basis_points")
