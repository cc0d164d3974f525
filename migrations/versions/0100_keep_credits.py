"""Keep credits: packages that are sold, what people hold, every movement, and what of their price is earned."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_PACKAGES = (
    ("starter", "Starter Pack", 60, 499),
    ("creator", "Creator Pack", 150, 999),
    ("studio", "Studio Pack", 420, 2499),
    ("fleet", "Fleet Pack", 900, 4999),
)


def upgrade() -> None:
    _create_packages()
    _create_sales()
    _create_balances()
    _create_movements()
    _create_lots()
    _create_uses()
    _create_returns()
    _create_promotions()
    role = op.get_context().config.attributes["application_role"]
    for table in ("credit_package", "credit_sale", "credit_movement", "credit_use", "promotion"):
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"')
    for table in ("credit_sale", "credit_movement", "credit_use", "promotion"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _create_packages() -> None:
    packages = op.create_table(
        "credit_package",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", _TIME, nullable=False),
        sa.Column("valid_until", _TIME, nullable=True),
        sa.CheckConstraint("credits > 0 AND price_minor > 0", name=op.f("ck_credit_package_is_sold")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_credit_package_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_package")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_credit_package_code_valid_from")),
    )
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        packages,
        [
            {"code": code, "name": name, "credits": count, "currency": "USD", "price_minor": minor, "valid_from": begin}
            for code, name, count, minor in _PACKAGES
        ],
    )


def _create_sales() -> None:
    op.create_table(
        "credit_sale",
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("credits > 0", name=op.f("ck_credit_sale_credits_positive")),
        sa.CheckConstraint(
            "discount_minor BETWEEN 0 AND price_minor", name=op.f("ck_credit_sale_discount_within_price")
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_credit_sale_purchase_id")),
        sa.ForeignKeyConstraint(["package_id"], ["credit_package.id"], name=op.f("fk_credit_sale_package_id")),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_credit_sale")),
    )


def _create_balances() -> None:
    op.create_table(
        "credit_balance",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_credit_balance_not_below_zero")),
        sa.CheckConstraint("movements > 0", name=op.f("ck_credit_balance_movements_positive")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_credit_balance_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credit_balance")),
        postgresql_with={"fillfactor": 70},
    )


def _create_movements() -> None:
    op.create_table(
        "credit_movement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(
            "(kind IN ('bought', 'given_back')) = (credits > 0) AND credits <> 0",
            name=op.f("ck_credit_movement_signed"),
        ),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_credit_movement_not_below_zero")),
        sa.CheckConstraint("(kind = 'spent') = (payment_id IS NULL)", name=op.f("ck_credit_movement_of_a_payment")),
        sa.CheckConstraint(
            "(kind = 'spent') = (listing_id IS NOT NULL AND form_token IS NOT NULL)",
            name=op.f("ck_credit_movement_spent_on_a_listing"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_credit_movement_user_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_credit_movement_entry_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_credit_movement_payment_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_credit_movement_listing_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_credit_movement_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_movement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_credit_movement_entry_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_credit_movement_form_token")),
        sa.UniqueConstraint("user_id", "number", name=op.f("uq_credit_movement_user_id_number")),
    )
    _index_movements()


def _index_movements() -> None:
    op.create_index(op.f("ix_credit_movement_payment_id"), "credit_movement", ["payment_id"])
    op.create_index(op.f("ix_credit_movement_user_id_id"), "credit_movement", ["user_id", "id"])
    op.create_index(
        "uq_credit_movement_bought",
        "credit_movement",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'bought'"),
    )


def _create_lots() -> None:
    op.create_table(
        "credit_lot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("earned_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(
            "credits > 0 AND used >= 0 AND taken >= 0 AND used + taken <= credits",
            name=op.f("ck_credit_lot_within_credits"),
        ),
        sa.CheckConstraint(
            "earned_minor >= 0 AND returned_minor >= 0 AND earned_minor + returned_minor <= paid_minor",
            name=op.f("ck_credit_lot_within_paid"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_credit_lot_payment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_credit_lot_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lot")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_credit_lot_payment_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_credit_lot_left", "credit_lot", ["user_id", "id"], postgresql_where=sa.text("used + taken < credits")
    )


def _create_uses() -> None:
    op.create_table(
        "credit_use",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("movement_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("earned_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("credits > 0 AND earned_minor >= 0", name=op.f("ck_credit_use_uses_something")),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (earned_minor = 0)", name=op.f("ck_credit_use_what_is_earned_is_booked")
        ),
        sa.ForeignKeyConstraint(["movement_id"], ["credit_movement.id"], name=op.f("fk_credit_use_movement_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["credit_lot.id"], name=op.f("fk_credit_use_lot_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_credit_use_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_use")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_credit_use_entry_id")),
        sa.UniqueConstraint("movement_id", "lot_id", name=op.f("uq_credit_use_movement_id_lot_id")),
    )
    op.create_index(op.f("ix_credit_use_lot_id"), "credit_use", ["lot_id"])


def _create_returns() -> None:
    op.create_table(
        "credit_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("deferred_minor", sa.BigInteger(), nullable=False),
        sa.Column("movement_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_movement_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "amount_minor > 0 AND credits >= 0 AND missing >= 0 AND deferred_minor >= 0",
            name=op.f("ck_credit_return_amounts_not_negative"),
        ),
        sa.CheckConstraint("(movement_id IS NULL) = (credits = 0)", name=op.f("ck_credit_return_what_is_taken_moves")),
        sa.ForeignKeyConstraint(["lot_id"], ["credit_lot.id"], name=op.f("fk_credit_return_lot_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["credit_movement.id"], name=op.f("fk_credit_return_movement_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_credit_return_by_id")),
        sa.ForeignKeyConstraint(
            ["undone_movement_id"], ["credit_movement.id"], name=op.f("fk_credit_return_undone_movement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_return")),
        sa.UniqueConstraint("subject", name=op.f("uq_credit_return_subject")),
    )
    op.create_index(op.f("ix_credit_return_lot_id"), "credit_return", ["lot_id"])


def _create_promotions() -> None:
    op.create_table(
        "promotion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("movement_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "days > 0 AND credits > 0 AND ends_at > starts_at", name=op.f("ck_promotion_lasts_and_costs")
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_promotion_listing_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_promotion_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_promotion_movement_id")),
    )
    op.create_index(op.f("ix_promotion_ends_at"), "promotion", ["ends_at"])
    op.create_index(op.f("ix_promotion_listing_id"), "promotion", ["listing_id"])


def downgrade() -> None:
    for table in (
        "promotion",
        "credit_return",
        "credit_use",
        "credit_lot",
        "credit_movement",
        "credit_balance",
        "credit_sale",
        "credit_package",
    ):
        op.drop_table(table)
