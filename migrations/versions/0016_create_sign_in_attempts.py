"""Count tries to sign in, and let old ones be forgotten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("ip_address", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_email_at"), "sign_in_attempt", ["email", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_ip_address_at"), "sign_in_attempt", ["ip_address", "at"], unique=False)
    op.execute(f'GRANT DELETE ON sign_in_attempt TO "{role}"')


def downgrade() -> None:
    op.drop_table("sign_in_attempt")
