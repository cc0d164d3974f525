"""Remember which form asked for a refund: the same form sent twice is the same refund."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refund", sa.Column("form_token", sa.String(length=64), nullable=True))
    op.create_unique_constraint(op.f("uq_refund_form_token"), "refund", ["form_token"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_refund_form_token"), "refund", type_="unique")
    op.drop_column("refund", "form_token")
