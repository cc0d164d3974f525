"""Keep the pictures that buyers send with a refund request."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0069"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refund_picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_picture_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_picture")),
        sa.UniqueConstraint("refund_id", "digest", name=op.f("uq_refund_picture_refund_id_digest")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_refund_picture_stored_name")),
    )


def downgrade() -> None:
    op.drop_table("refund_picture")
