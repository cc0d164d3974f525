"""Keep who asked for a link by mail and when an address was confirmed; those from before count as confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.add_column("user", sa.Column("email_verified_at", _TIME, nullable=True))
    op.execute('UPDATE "user" SET email_verified_at = created_at')
    op.create_table(
        "link_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("ip_address", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_link_request_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    op.create_index(op.f("ix_link_request_at"), "link_request", ["at"], unique=False)
    op.create_index(op.f("ix_link_request_email_at"), "link_request", ["email", "at"], unique=False)
    op.create_index(op.f("ix_link_request_ip_address_at"), "link_request", ["ip_address", "at"], unique=False)
    op.create_index(op.f("ix_link_request_user_id_id"), "link_request", ["user_id", "id"], unique=False)
    op.create_table(
        "link_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["link_request.id"], name=op.f("fk_link_token_request_id_link_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_link_token")),
    )
    op.create_index(op.f("ix_link_token_request_id"), "link_token", ["request_id"], unique=False)
    op.execute(f'GRANT DELETE ON link_request TO "{role}"')


def downgrade() -> None:
    op.drop_table("link_token")
    op.drop_table("link_request")
    op.drop_column("user", "email_verified_at")
