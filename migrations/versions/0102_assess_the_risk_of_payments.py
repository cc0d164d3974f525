"""Keep what settled payments look like, the cards that were tried for them, and what admins decide about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)
_APPEND_ONLY = ("risk_method", "risk_assessment")


def upgrade() -> None:
    _create_assessments()
    _create_reviews()
    op.create_table(
        "risk_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("reached_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_mark")),
    )
    # What was settled before there were checks is not judged by them.
    op.execute(
        "INSERT INTO risk_mark (since, reached_at) SELECT latest, latest FROM "
        "(SELECT max(payment_received_date) + interval '1 microsecond' AS latest FROM payment_transaction) paid "
        "WHERE latest IS NOT NULL"
    )
    role = op.get_context().config.attributes["application_role"]
    for table in _APPEND_ONLY:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"')
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _create_assessments() -> None:
    op.create_table(
        "risk_method",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("has_paid", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_risk_method_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_method")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_risk_method_charge_id")),
    )
    op.create_index(op.f("ix_risk_method_payment_id"), "risk_method", ["payment_id"])
    op.create_index(op.f("ix_risk_method_fingerprint"), "risk_method", ["fingerprint"])
    op.create_table(
        "risk_assessment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("fired", postgresql.JSONB(), nullable=False),
        sa.Column("settled_at", _TIME, nullable=False),
        sa.Column("assessed_at", _TIME, nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_risk_assessment_score_within_hundred")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_risk_assessment_payment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_risk_assessment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessment")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_risk_assessment_payment_id")),
    )
    op.create_index(op.f("ix_risk_assessment_level_id"), "risk_assessment", ["level", "id"])
    op.create_index(op.f("ix_risk_assessment_user_id_id"), "risk_assessment", ["user_id", "id"])
    op.create_index(op.f("ix_risk_assessment_settled_at"), "risk_assessment", ["settled_at"])


def _create_reviews() -> None:
    op.create_table(
        "risk_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["assessment_id"], ["risk_assessment.id"], name=op.f("fk_risk_review_assessment_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_risk_review_decided_by_id")),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_risk_review_decided_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_review")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_risk_review_assessment_id")),
    )
    op.create_index("ix_risk_review_waiting", "risk_review", ["id"], postgresql_where=sa.text("status = 'waiting'"))


def downgrade() -> None:
    for table in ("risk_mark", "risk_review", "risk_assessment", "risk_method"):
        op.drop_table(table)
