"""Keep the words of listings under every three letters in a row, too: a search for a part of a word finds it."""

from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE search_word SET keys = keys || ARRAY(
            SELECT DISTINCT '~' || substr(word, place, 3) FROM generate_series(1, length(word) - 2) place
        )::varchar(64)[]
        """
    )


def downgrade() -> None:
    op.execute("UPDATE search_word SET keys = ARRAY(SELECT key FROM unnest(keys) key WHERE key NOT LIKE '~%')")
