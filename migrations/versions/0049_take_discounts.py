"""Take discounts: codes, their uses, and what they lower on purchases, orders, lines, shares, refunds and losses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_ADDED = (
    ("order", "subsidy_minor"),
    ("order_line", "discount_minor"),
    ("payment_transaction", "subsidy_minor"),
    ("payment_transaction", "subsidy_taken_minor"),
    ("refund", "subsidy_minor"),
    ("dispute_share", "subsidy_minor"),
)
_CHECKS = (
    (
        "order",
        "net_adds_up",
        "net_minor = total_minor - platform_fee_minor - processing_fee_minor",
        "net_minor = total_minor + subsidy_minor - platform_fee_minor - processing_fee_minor",
    ),
    (
        "payment_transaction",
        "net_adds_up",
        "net_minor = gross_minor - platform_fee_minor - processing_fee_minor",
        "net_minor = gross_minor + subsidy_minor - platform_fee_minor - processing_fee_minor",
    ),
    (
        "refund",
        "plan_adds_up",
        "platform_minor + cost_minor + held_minor + available_minor + debt_minor IN (0, amount_minor)",
        "platform_minor + cost_minor + held_minor + available_minor + debt_minor - subsidy_minor IN (0, amount_minor)",
    ),
    (
        "dispute_share",
        "loss_adds_up",
        "platform_minor + held_minor + available_minor + debt_minor = lost_minor + fee_minor",
        "platform_minor + held_minor + available_minor + debt_minor = lost_minor + fee_minor + subsidy_minor",
    ),
)
_NEW_CHECKS = (
    ("order", "subsidy_within_discount", "subsidy_minor BETWEEN 0 AND discount_minor"),
    ("order_line", "discount_within_price", "discount_minor BETWEEN 0 AND subtotal_minor"),
    ("payment_transaction", "subsidy_taken_within_subsidy", "subsidy_taken_minor BETWEEN 0 AND subsidy_minor"),
    ("refund", "subsidy_not_negative", "subsidy_minor >= 0"),
    ("dispute_share", "subsidy_not_negative", "subsidy_minor >= 0"),
)


def upgrade() -> None:
    # The default stays: the version before still inserts such rows, and so do the hot statements.
    for table, column in _ADDED:
        op.add_column(table, sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))
    for table, name, _, condition in _CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for table, name, condition in _NEW_CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.add_column("cart", sa.Column("discount_code", sa.String(length=64), nullable=True))
    op.add_column("purchase", sa.Column("discount_code", sa.String(length=64), nullable=True))
    _create_discounts()
    _create_uses()
    _create_guesses()


def _create_discounts() -> None:
    op.create_table(
        "discount",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cap_minor", sa.BigInteger(), nullable=True),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=True),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("max_uses_per_buyer", sa.Integer(), nullable=True),
        sa.Column("first_order_only", sa.Boolean(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.String(64)), nullable=False),
        sa.Column("listing_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("used_late", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "basis_points BETWEEN 0 AND 10000 AND amount_minor >= 0", name=op.f("ck_discount_takes_something_off")
        ),
        sa.CheckConstraint(
            "(kind = 'percentage') = (basis_points > 0)", name=op.f("ck_discount_percentage_has_a_rate")
        ),
        sa.CheckConstraint("(kind = 'fixed') = (amount_minor > 0)", name=op.f("ck_discount_fixed_has_an_amount")),
        sa.CheckConstraint(
            "currency IS NOT NULL OR (amount_minor = 0 AND cap_minor IS NULL AND minimum_minor IS NULL)",
            name=op.f("ck_discount_amounts_have_a_currency"),
        ),
        sa.CheckConstraint("cap_minor > 0 AND minimum_minor > 0", name=op.f("ck_discount_amounts_positive")),
        sa.CheckConstraint("max_uses > 0 AND max_uses_per_buyer > 0", name=op.f("ck_discount_limits_positive")),
        sa.CheckConstraint("used >= 0 AND used <= max_uses", name=op.f("ck_discount_used_within_limit")),
        sa.CheckConstraint("used_late >= 0", name=op.f("ck_discount_used_late_not_negative")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_discount_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_discount_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount")),
        sa.UniqueConstraint("code", name=op.f("uq_discount_code")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_discount_seller_id_id"), "discount", ["seller_id", "id"])


def _create_uses() -> None:
    op.create_table(
        "discount_use",
        sa.Column("discount_id", sa.BigInteger(), nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("may_return", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_discount_use_amount_positive")),
        sa.ForeignKeyConstraint(["discount_id"], ["discount.id"], name=op.f("fk_discount_use_discount_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_discount_use_purchase_id")),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_discount_use_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_use")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_discount_use_purchase_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_discount_use_discount_id_id"), "discount_use", ["discount_id", "id"])
    op.create_index(op.f("ix_discount_use_buyer_id_discount_id"), "discount_use", ["buyer_id", "discount_id"])


def _create_guesses() -> None:
    op.create_table(
        "code_guess",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ip_address", sa.String(length=64), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_guess")),
    )
    op.create_index(op.f("ix_code_guess_ip_address_at"), "code_guess", ["ip_address", "at"])
    op.create_index(op.f("ix_code_guess_at"), "code_guess", ["at"])
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'GRANT DELETE ON code_guess TO "{role}"')


def downgrade() -> None:
    op.drop_table("code_guess")
    op.drop_table("discount_use")
    op.drop_table("discount")
    op.drop_column("purchase", "discount_code")
    op.drop_column("cart", "discount_code")
    for table, name, _ in _NEW_CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    for table, name, condition, _ in _CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for table, column in _ADDED:
        op.drop_column(table, column)
