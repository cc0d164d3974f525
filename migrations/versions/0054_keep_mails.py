"""Keep mails beside notifications, who does not want which, and how far the mail job has come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0052"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("notification_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("subject_line", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _TIME, nullable=False),
        sa.Column("queued_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(sent_at IS NOT NULL) = (status = 'sent')", name=op.f("ck_mail_sent_at_a_time")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_mail_tries_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_mail_notification_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("ix_mail_due"), "mail", ["next_attempt_at"], postgresql_where=sa.text("status = 'queued'"))
    op.create_index(op.f("ix_mail_failed"), "mail", ["id"], postgresql_where=sa.text("status = 'failed'"))
    op.create_index(op.f("ix_mail_user_id_id"), "mail", ["user_id", "id"])
    op.create_index(op.f("ix_mail_queued_at"), "mail", ["queued_at"], postgresql_using="brin")
    op.create_table(
        "mail_silence",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_silence_user_id")),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_mail_silence")),
    )
    op.create_table(
        "mail_desk",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", _TIME, nullable=True),
        sa.Column("floor_id", sa.BigInteger(), nullable=False),
        sa.Column("marked_id", sa.BigInteger(), nullable=False),
        sa.Column("marked_xid", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", _TIME, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_desk_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_desk")),
    )
    role = op.get_context().config.attributes["application_role"]
    op.execute(f'GRANT DELETE ON mail_silence TO "{role}"')


def downgrade() -> None:
    op.drop_table("mail_desk")
    op.drop_table("mail_silence")
    op.drop_table("mail")
