"""Let people choose the addresses that a checkout starts with, and take addresses out of their book."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

_USES = ("delivery", "billing")


def upgrade() -> None:
    for use in _USES:
        column = f"is_{use}_default"
        op.add_column("address", sa.Column(column, sa.Boolean(), server_default="false", nullable=False))
        op.create_index(
            f"uq_address_{use}_default", "address", ["user_id"], unique=True, postgresql_where=sa.text(column)
        )
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'GRANT DELETE ON address TO "{role}"')


def downgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'REVOKE DELETE ON address FROM "{role}"')
    for use in _USES:
        op.drop_index(f"uq_address_{use}_default", "address")
        op.drop_column("address", f"is_{use}_default")
