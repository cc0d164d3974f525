"""Keep what sellers type into the form of a listing before they save it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsaved_listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("kept_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_unsaved_listing_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsaved_listing")),
        sa.UniqueConstraint("seller_id", "key", name=op.f("uq_unsaved_listing_seller_id_key")),
    )
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'GRANT DELETE ON unsaved_listing TO "{role}"')


def downgrade() -> None:
    op.drop_table("unsaved_listing")
