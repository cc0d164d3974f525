"""Let people take no messages from each other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0076"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "writing_block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("blocker_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_writing_block_between_two")),
        sa.ForeignKeyConstraint(["blocker_id"], ["user.id"], name=op.f("fk_writing_block_blocker_id")),
        sa.ForeignKeyConstraint(["blocked_id"], ["user.id"], name=op.f("fk_writing_block_blocked_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_writing_block_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writing_block")),
    )
    op.create_index(
        "uq_writing_block_standing",
        "writing_block",
        ["blocker_id", "blocked_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(op.f("ix_writing_block_blocker_id_id"), "writing_block", ["blocker_id", "id"], unique=False)
    op.create_index(op.f("ix_writing_block_blocked_id_id"), "writing_block", ["blocked_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("writing_block")
