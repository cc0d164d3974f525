"""Keep saved cards: whom a provider knows, what they have saved there, and what payments were made with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("told_default_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_provider_customer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_customer")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_provider_customer_customer_id")),
        sa.UniqueConstraint("user_id", "provider", name=op.f("uq_provider_customer_user_id_provider")),
    )
    op.create_table(
        "saved_method",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_method_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("last4", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("metadata", postgresql.JSONB(), nullable=False),
        sa.Column("read_at", _TIME, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("NOT is_default OR status = 'active'", name=op.f("ck_saved_method_default_is_active")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_method_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_method")),
        sa.UniqueConstraint("provider", "provider_method_id", name=op.f("uq_saved_method_provider_provider_method_id")),
    )
    op.create_index(op.f("ix_saved_method_user_id"), "saved_method", ["user_id"])
    op.create_index(
        "uq_saved_method_default",
        "saved_method",
        ["user_id", "provider"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "payment_method_use",
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_method_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("last4", sa.String(length=64), nullable=False),
        sa.Column("saved_method_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_method_use_payment_id")),
        sa.ForeignKeyConstraint(
            ["saved_method_id"], ["saved_method.id"], name=op.f("fk_payment_method_use_saved_method_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment_method_use")),
    )
    op.create_index(op.f("ix_payment_method_use_provider_method_id"), "payment_method_use", ["provider_method_id"])
    op.create_index(op.f("ix_payment_method_use_saved_method_id"), "payment_method_use", ["saved_method_id"])
    # What was once saved stays, so that what was paid with it can always be named.
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'REVOKE DELETE, TRUNCATE ON saved_method, payment_method_use FROM "{role}"')


def downgrade() -> None:
    op.drop_table("payment_method_use")
    op.drop_table("saved_method")
    op.drop_table("provider_customer")
