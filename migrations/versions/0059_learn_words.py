"""Learn the words of listings, for searches that are misspelt: a queue that triggers fill, and the words with keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059"
down_revision = "0057"
branch_labels = None
depends_on = None

_BODY = """
    CREATE OR REPLACE FUNCTION keep_listing_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO listing_words (listing_id, words) VALUES (NEW.listing_id, listing_vector(NEW.listing_id));{new}
        ELSIF TG_TABLE_NAME = 'shop' THEN
            UPDATE listing_words w SET words = listing_vector(w.listing_id)
            FROM listing l WHERE l.id = w.listing_id AND l.seller_id = NEW.seller_id;{shop}
        ELSIF TG_TABLE_NAME = 'listing' THEN
            UPDATE listing_words SET words = listing_vector(NEW.id) WHERE listing_id = NEW.id;{listing}
        ELSE
            UPDATE listing_words SET words = listing_vector(NEW.listing_id) WHERE listing_id = NEW.listing_id;{details}
        END IF;
        RETURN NULL;
    END $$
"""
# A shop's name was learnt with its first listing; who changes it waits for the next one.
_ONE = "\n            INSERT INTO listing_to_learn (listing_id) VALUES (NEW.{});"


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "listing_to_learn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_to_learn_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_to_learn")),
    )
    op.execute(f'GRANT DELETE ON listing_to_learn TO "{role}"')
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.String(length=64)), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    # Without a list of what is not sorted in yet, which every look would read: only a job writes here.
    op.create_index(
        "ix_search_word_keys", "search_word", ["keys"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    one, own = _ONE.format("listing_id"), _ONE.format("id")
    op.execute(_BODY.format(new=one, shop="", listing=own, details=one))
    op.execute("INSERT INTO listing_to_learn (listing_id) SELECT id FROM listing ORDER BY id")


def downgrade() -> None:
    op.execute(_BODY.format(new="", shop="", listing="", details=""))
    op.drop_table("search_word")
    op.drop_table("listing_to_learn")
