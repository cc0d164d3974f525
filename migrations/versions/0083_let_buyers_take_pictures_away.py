"""Let buyers take pictures of a refund request away, and keep which admins have seen them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0083"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refund_picture", sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.drop_constraint("uq_refund_picture_refund_id_digest", "refund_picture", type_="unique")
    op.create_index(
        "uq_refund_picture_shown",
        "refund_picture",
        ["refund_id", "digest"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(op.f("ix_refund_picture_refund_id"), "refund_picture", ["refund_id"], unique=False)
    op.create_table(
        "refund_picture_look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("picture_id", sa.BigInteger(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_refund_picture_look_admin_id")),
        sa.ForeignKeyConstraint(["picture_id"], ["refund_picture.id"], name=op.f("fk_refund_picture_look_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_picture_look")),
        sa.UniqueConstraint("picture_id", "admin_id", name=op.f("uq_refund_picture_look_picture_id_admin_id")),
    )


def downgrade() -> None:
    op.drop_table("refund_picture_look")
    op.execute("DELETE FROM refund_picture WHERE removed_at IS NOT NULL")
    op.drop_index(op.f("ix_refund_picture_refund_id"), "refund_picture")
    op.drop_index("uq_refund_picture_shown", "refund_picture")
    op.create_unique_constraint("uq_refund_picture_refund_id_digest", "refund_picture", ["refund_id", "digest"])
    op.drop_column("refund_picture", "removed_at")
