"""Let a rate of tax end without another one in its place."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tax_rate", sa.Column("valid_before", sa.Date(), nullable=True))
    op.create_check_constraint(op.f("ck_tax_rate_ends_after_its_begin"), "tax_rate", "valid_before > valid_from")


def downgrade() -> None:
    op.drop_column("tax_rate", "valid_before")
