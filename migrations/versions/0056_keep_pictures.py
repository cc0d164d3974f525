"""Keep pictures that sellers send: when their sizes were made, found by name; one may be taken away."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing_picture", sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("listing_picture", sa.Column("is_sized", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(op.f("ix_listing_picture_file_name"), "listing_picture", ["file_name"], unique=False)
    op.create_index(
        op.f("ix_listing_picture_unsized"),
        "listing_picture",
        ["id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL AND NOT is_sized"),
    )
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'GRANT DELETE ON listing_picture TO "{role}"')


def downgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'REVOKE DELETE ON listing_picture FROM "{role}"')
    op.drop_index(op.f("ix_listing_picture_unsized"), table_name="listing_picture")
    op.drop_index(op.f("ix_listing_picture_file_name"), table_name="listing_picture")
    op.drop_column("listing_picture", "is_sized")
    op.drop_column("listing_picture", "sent_at")
