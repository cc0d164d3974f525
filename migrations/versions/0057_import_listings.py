"""Import listings from files: the seller's own key of each, what was asked last, files and what was wrong in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("sku", sa.String(length=64), nullable=True))
    op.add_column("listing", sa.Column("imported_units", sa.Integer(), nullable=True))
    op.create_index(
        op.f("uq_listing_seller_id_sku"),
        "listing",
        ["seller_id", "sku"],
        unique=True,
        postgresql_where=sa.text("sku IS NOT NULL"),
    )
    op.create_table(
        "listing_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("encoding", sa.String(length=64), nullable=False),
        sa.Column("separator", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("rows_done = created + changed + same + bad", name=op.f("ck_listing_import_rows_add_up")),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (content IS NOT NULL)", name=op.f("ck_listing_import_kept_until_done")
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_listing_import_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_import")),
    )
    op.create_index(op.f("ix_listing_import_seller_id_id"), "listing_import", ["seller_id", "id"], unique=False)
    op.create_table(
        "listing_import_fault",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["listing_import.id"], name=op.f("fk_listing_import_fault_import_id")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_listing_import_fault")),
    )


def downgrade() -> None:
    op.drop_table("listing_import_fault")
    op.drop_table("listing_import")
    op.drop_index(op.f("uq_listing_seller_id_sku"), table_name="listing")
    op.drop_column("listing", "imported_units")
    op.drop_column("listing", "sku")
