"""Close sellers' statements month by month; what was closed is never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    time = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "seller_statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("incoming_minor", sa.BigInteger(), nullable=False),
        sa.Column("outgoing_minor", sa.BigInteger(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", time, nullable=False),
        sa.CheckConstraint(
            "opening_minor + incoming_minor + outgoing_minor = closing_minor", name=op.f("ck_seller_statement_adds_up")
        ),
        sa.CheckConstraint(
            "incoming_minor >= 0 AND outgoing_minor <= 0", name=op.f("ck_seller_statement_sides_have_their_signs")
        ),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_seller_statement_month_is_its_first_day")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_seller_statement_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_statement")),
        sa.UniqueConstraint(
            "seller_id", "currency", "month", name=op.f("uq_seller_statement_seller_id_currency_month")
        ),
    )
    op.create_table(
        "statement_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reached_seller_id", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", time, nullable=True),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_statement_month")),
    )
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON seller_statement FROM "{role}"')
    op.execute(
        "CREATE TRIGGER seller_statement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seller_statement "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("statement_month")
    op.drop_table("seller_statement")
