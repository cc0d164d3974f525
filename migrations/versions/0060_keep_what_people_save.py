"""Keep what people save: listings, searches, what they looked at; tell when prices fall and when shops send."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_DELETED = ("saved_listing", "saved_search", "search_find", "seen_listing")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    _of_the_catalogue()
    _of_people()
    for table in _DELETED:
        op.execute(f'GRANT DELETE ON {table} TO "{role}"')


def _of_the_catalogue() -> None:
    op.add_column("shop", sa.Column("dispatch_days", sa.Integer(), server_default="2", nullable=False))
    op.create_check_constraint(op.f("ck_shop_dispatch_within_a_month"), "shop", "dispatch_days BETWEEN 0 AND 30")
    op.add_column("listing", sa.Column("published_at", _TIME, nullable=True))
    op.execute("UPDATE listing SET published_at = created_at WHERE status <> 'draft'")
    op.create_index("ix_listing_published", "listing", ["published_at"], postgresql_where=sa.text("status = 'active'"))
    op.create_table(
        "price_drop",
        _id(),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("was_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_minor < was_minor", name=op.f("ck_price_drop_falls")),
        _reference("price_drop", "listing_id", "listing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_drop")),
    )
    op.create_index("ix_price_drop_untold", "price_drop", ["id"], postgresql_where=sa.text("NOT is_told"))


def _of_people() -> None:
    op.create_table(
        "saved_listing",
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("told_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
        _reference("saved_listing", "user_id", "user"),
        _reference("saved_listing", "listing_id", "listing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_listing")),
        sa.UniqueConstraint("user_id", "listing_id", name=op.f("uq_saved_listing_user_id_listing_id")),
    )
    op.create_index(op.f("ix_saved_listing_listing_id"), "saved_listing", ["listing_id"])
    op.create_table(
        "saved_search",
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("looked_at", _TIME, nullable=False),
        sa.Column("next_look_at", _TIME, nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
        _reference("saved_search", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("user_id", "address", name=op.f("uq_saved_search_user_id_address")),
    )
    op.create_index(op.f("ix_saved_search_next_look_at"), "saved_search", ["next_look_at"])
    op.create_table(
        "search_find",
        _id(),
        sa.Column("saved_search_id", sa.BigInteger(), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        _reference("search_find", "saved_search_id", "saved_search"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_find")),
    )
    op.create_index(op.f("ix_search_find_saved_search_id"), "search_find", ["saved_search_id"])
    op.create_table(
        "seen_listing",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        _reference("seen_listing", "user_id", "user"),
        _reference("seen_listing", "listing_id", "listing"),
        sa.PrimaryKeyConstraint("user_id", "listing_id", name=op.f("pk_seen_listing")),
    )
    op.create_index(op.f("ix_seen_listing_user_id_seen_at"), "seen_listing", ["user_id", "seen_at"])


def downgrade() -> None:
    for table in ("seen_listing", "search_find", "saved_search", "saved_listing", "price_drop"):
        op.drop_table(table)
    op.drop_index("ix_listing_published", "listing")
    op.drop_column("listing", "published_at")
    op.drop_constraint(op.f("ck_shop_dispatch_within_a_month"), "shop")
    op.drop_column("shop", "dispatch_days")
