"""Keep wallets: what each holds, and its movements, which nobody may change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "wallet_balance",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_wallet_balance_not_below_zero")),
        sa.CheckConstraint("movements > 0", name=op.f("ck_wallet_balance_movements_positive")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_wallet_balance_user_id")),
        sa.PrimaryKeyConstraint("user_id", "currency", name=op.f("pk_wallet_balance")),
        postgresql_with={"fillfactor": 70},
    )
    _create_movements()
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON wallet_movement FROM "{role}"')
    op.execute(
        "CREATE TRIGGER wallet_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_movement "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _create_movements() -> None:
    op.create_table(
        "wallet_movement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(
            "(kind IN ('added', 'refunded')) = (amount_minor > 0) AND amount_minor <> 0",
            name=op.f("ck_wallet_movement_signed"),
        ),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_wallet_movement_not_below_zero")),
        sa.CheckConstraint(
            "(kind IN ('spent', 'refunded')) = (payment_id IS NOT NULL)", name=op.f("ck_wallet_movement_of_a_payment")
        ),
        sa.CheckConstraint(
            "(kind = 'refunded') = (refund_id IS NOT NULL)", name=op.f("ck_wallet_movement_of_a_refund")
        ),
        sa.CheckConstraint(
            "(kind IN ('added', 'taken_back')) = (form_token IS NOT NULL)", name=op.f("ck_wallet_movement_of_a_form")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_wallet_movement_user_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_wallet_movement_entry_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_wallet_movement_payment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_wallet_movement_order_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_wallet_movement_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_movement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_wallet_movement_entry_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_wallet_movement_form_token")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_wallet_movement_refund_id")),
        sa.UniqueConstraint("user_id", "currency", "number", name=op.f("uq_wallet_movement_user_id_currency_number")),
    )
    op.create_index(op.f("ix_wallet_movement_payment_id"), "wallet_movement", ["payment_id"])
    op.create_index(op.f("ix_wallet_movement_user_id_id"), "wallet_movement", ["user_id", "id"])
    op.create_index(
        "uq_wallet_movement_spent",
        "wallet_movement",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'spent'"),
    )


def downgrade() -> None:
    op.drop_table("wallet_movement")
    op.drop_table("wallet_balance")
