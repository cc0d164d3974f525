"""Keep what buyers and sellers write each other, what is reported of it, and who of the house has looked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number", sa.String(length=64), sa.Computed("'RP-' || (100000 + id)", persisted=True), nullable=False
        ),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("admin_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (admin_id IS NULL)",
            name=op.f("ck_report_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_report_admin_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_report_author_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["user.id"], name=op.f("fk_report_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("number", name=op.f("uq_report_number")),
        sa.UniqueConstraint(
            "reporter_id", "subject", "subject_id", name=op.f("uq_report_reporter_id_subject_subject_id")
        ),
    )
    op.create_index(op.f("ix_report_author_id"), "report", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_report_open"), "report", ["id"], unique=False, postgresql_where=sa.text("decided_at IS NULL")
    )
    op.create_index(op.f("ix_report_subject_subject_id"), "report", ["subject", "subject_id"], unique=False)
    op.create_table(
        "writing_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_writing_stop_lifted_by_somebody")
        ),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_writing_stop_admin_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["user.id"], name=op.f("fk_writing_stop_lifted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_writing_stop_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writing_stop")),
    )
    op.create_index(
        op.f("uq_writing_stop_user"),
        "writing_stop",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("begun_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(order_id IS NULL) <> (listing_id IS NULL)", name=op.f("ck_conversation_about_one_thing")),
        sa.CheckConstraint("buyer_id <> seller_id", name=op.f("ck_conversation_between_two")),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_conversation_buyer_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_conversation_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_conversation_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["user.id"], name=op.f("fk_conversation_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("listing_id", "buyer_id", name=op.f("uq_conversation_listing_id_buyer_id")),
        sa.UniqueConstraint("order_id", name=op.f("uq_conversation_order_id")),
    )
    op.create_index(op.f("ix_conversation_buyer_id_begun_at"), "conversation", ["buyer_id", "begun_at"], unique=False)
    op.create_table(
        "conversation_side",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "place",
            sa.BigInteger(),
            sa.Computed("last_message_id + CASE WHEN unread > 0 THEN 4503599627370496 ELSE 0 END", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("unread >= 0", name=op.f("ck_conversation_side_unread_not_negative")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_conversation_side_conversation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_conversation_side_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_side")),
        sa.UniqueConstraint("user_id", "conversation_id", name=op.f("uq_conversation_side_user_id_conversation_id")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        op.f("ix_conversation_side_conversation_id"), "conversation_side", ["conversation_id"], unique=False
    )
    op.create_index(
        op.f("ix_conversation_side_unread"),
        "conversation_side",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("unread > 0"),
    )
    op.create_index(op.f("uq_conversation_side_place"), "conversation_side", ["user_id", "place"], unique=True)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("hidden_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(hidden_at IS NULL) = (hidden_reason IS NULL)", name=op.f("ck_message_hidden_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("author_id", "token", name=op.f("uq_message_author_id_token")),
    )
    op.create_index(op.f("ix_message_author_id_sent_at"), "message", ["author_id", "sent_at"], unique=False)
    op.create_index(op.f("ix_message_conversation_id_id"), "message", ["conversation_id", "id"], unique=False)
    op.create_table(
        "message_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_file_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_file")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_message_file_stored_name")),
    )
    op.create_index(op.f("ix_message_file_message_id"), "message_file", ["message_id"], unique=False)
    op.create_table(
        "conversation_look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("admin_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("looked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["user.id"], name=op.f("fk_conversation_look_admin_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_conversation_look_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_look")),
    )
    op.create_index(
        op.f("ix_conversation_look_conversation_id_looked_at"),
        "conversation_look",
        ["conversation_id", "looked_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("conversation_look")
    op.drop_table("message_file")
    op.drop_table("message")
    op.drop_table("conversation_side")
    op.drop_table("conversation")
    op.drop_table("writing_stop")
    op.drop_table("report")
