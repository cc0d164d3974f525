"""Keep who may not sell or not buy, since when, and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("suspended_at", _TIME, nullable=False),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", _TIME, nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_suspension_lifted_by_somebody")
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason IS NULL)", name=op.f("ck_suspension_lifted_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_suspension_user_id_user")),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_suspension_admin_id_user")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["user.id"], name=op.f("fk_suspension_lifted_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(
        "uq_suspension_open",
        "suspension",
        ["user_id", "side"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(op.f("ix_suspension_user_id_id"), "suspension", ["user_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("suspension")
