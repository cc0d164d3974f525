"""Keep auctions, the bids in them, which nobody may change, and the purchases by which winners pay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _create_auctions()
    _create_bids()
    op.create_table(
        "auction_purchase",
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("auction_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_auction_purchase_purchase_id")),
        sa.ForeignKeyConstraint(["auction_id"], ["auction.id"], name=op.f("fk_auction_purchase_auction_id")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_auction_purchase_bid_id")),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_auction_purchase")),
    )
    op.create_index(op.f("ix_auction_purchase_auction_id"), "auction_purchase", ["auction_id"])
    _let_auctions_keep_units()
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON bid FROM "{role}"')
    op.execute(f'GRANT UPDATE (status) ON bid TO "{role}"')
    op.execute(
        "CREATE TRIGGER bid_append_only BEFORE DELETE OR TRUNCATE ON bid "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER bid_as_placed BEFORE UPDATE OF id, auction_id, bidder_id, maximum_minor, price_minor, "
        "placed_at ON bid FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _create_auctions() -> None:
    op.create_table(
        "auction",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("start_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserve_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("bid_count", sa.Integer(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("pay_by", _TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("start_minor > 0", name=op.f("ck_auction_start_positive")),
        sa.CheckConstraint("reserve_minor > start_minor", name=op.f("ck_auction_reserve_above_start")),
        sa.CheckConstraint("price_minor >= start_minor", name=op.f("ck_auction_price_from_start")),
        sa.CheckConstraint("bid_count >= 0", name=op.f("ck_auction_bids_not_negative")),
        sa.CheckConstraint("ends_at > begun_at", name=op.f("ck_auction_ends_after_it_begins")),
        sa.CheckConstraint("(status = 'running') = (ended_at IS NULL)", name=op.f("ck_auction_ended_or_running")),
        sa.CheckConstraint(
            "status NOT IN ('won', 'unpaid', 'sold') OR pay_by IS NOT NULL", name=op.f("ck_auction_won_until")
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_auction_listing_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_auction_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction")),
        postgresql_with={"fillfactor": 70},
    )
    running = {"postgresql_where": sa.text("status = 'running'")}
    op.create_index("uq_auction_running", "auction", ["listing_id"], unique=True, **running)
    op.create_index("ix_auction_ending", "auction", ["ends_at", "id"], **running)
    op.create_index("ix_auction_to_pay", "auction", ["pay_by"], postgresql_where=sa.text("status = 'won'"))
    op.create_index(op.f("ix_auction_listing_id_id"), "auction", ["listing_id", "id"])
    op.create_index(op.f("ix_auction_seller_id_id"), "auction", ["seller_id", "id"])


def _create_bids() -> None:
    op.create_table(
        "bid",
        sa.Column("auction_id", sa.BigInteger(), nullable=False),
        sa.Column("bidder_id", sa.BigInteger(), nullable=False),
        sa.Column("maximum_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", _TIME, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("maximum_minor > 0", name=op.f("ck_bid_maximum_positive")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_bid_price_positive")),
        sa.ForeignKeyConstraint(["auction_id"], ["auction.id"], name=op.f("fk_bid_auction_id")),
        sa.ForeignKeyConstraint(["bidder_id"], ["user.id"], name=op.f("fk_bid_bidder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid")),
        postgresql_with={"fillfactor": 70},
    )
    for name, statuses in (("uq_bid_leading", "= 'leading'"), ("uq_bid_winner", "IN ('won', 'paid')")):
        where = sa.text(f"status {statuses}")
        op.create_index(name, "bid", ["auction_id"], unique=True, postgresql_where=where)
    op.create_index(op.f("ix_bid_auction_id_id"), "bid", ["auction_id", "id"])
    op.create_index(op.f("ix_bid_bidder_id_id"), "bid", ["bidder_id", "id"])


def _let_auctions_keep_units() -> None:
    op.add_column("stock_reservation", sa.Column("auction_id", sa.BigInteger(), nullable=True))
    op.alter_column("stock_reservation", "purchase_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_stock_reservation_for_somebody"),
        "stock_reservation",
        "purchase_id IS NOT NULL OR auction_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_stock_reservation_auction_id"),
        "stock_reservation",
        ["auction_id"],
        postgresql_where=sa.text("auction_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM stock_reservation WHERE purchase_id IS NULL")
    op.drop_index(op.f("ix_stock_reservation_auction_id"), "stock_reservation")
    op.drop_constraint(op.f("ck_stock_reservation_for_somebody"), "stock_reservation")
    op.alter_column("stock_reservation", "purchase_id", nullable=False)
    op.drop_column("stock_reservation", "auction_id")
    op.drop_table("auction_purchase")
    op.drop_table("bid")
    op.drop_table("auction")
