"""Let writers of money rows take turns by locking an empty table, the only lock that comes before a snapshot."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "turn", sa.Column("id", sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk_turn"))
    )
    # The right that the lock asks for; the table stays empty.
    op.execute(f'GRANT UPDATE ON turn TO "{role}"')


def downgrade() -> None:
    op.drop_table("turn")
