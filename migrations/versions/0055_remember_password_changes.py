"""Remember when a password was changed, and find the newest sign-ins: people are told of both."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("password_changed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_user_password_changed"),
        "user",
        ["password_changed_at"],
        postgresql_where=sa.text("password_changed_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_user_session_signed_in_at"), "user_session", ["signed_in_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_user_session_signed_in_at"), "user_session")
    op.drop_index(op.f("ix_user_password_changed"), "user")
    op.drop_column("user", "password_changed_at")
