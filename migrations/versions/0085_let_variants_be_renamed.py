"""Let variants be renamed: baskets keep the words that were chosen, and search finds a listing by the new ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

_FUNCTION = """
    CREATE OR REPLACE FUNCTION show_variants() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE listing l SET in_stock = found.units, price_minor = coalesce(found.lowest, l.price_minor),
            highest_minor = found.highest
        FROM (
            SELECT coalesce(sum(v.in_stock), 0) AS units,
                coalesce(min(v.price_minor) FILTER (WHERE v.in_stock > 0), min(v.price_minor)) AS lowest,
                coalesce(max(v.price_minor) FILTER (WHERE v.in_stock > 0), max(v.price_minor)) AS highest
            FROM listing v WHERE v.parent_id = NEW.parent_id AND v.status = 'offered'
        ) found
        WHERE l.id = NEW.parent_id AND (l.in_stock, l.price_minor, l.highest_minor)
            IS DISTINCT FROM (found.units, coalesce(found.lowest, l.price_minor), found.highest);
        IF TG_OP = 'INSERT' OR OLD.status IS DISTINCT FROM NEW.status{renamed} THEN
            UPDATE listing_words SET words = listing_vector(NEW.parent_id) WHERE listing_id = NEW.parent_id;
        END IF;
        RETURN NULL;
    END $$
"""
_TRIGGER = """
    CREATE OR REPLACE TRIGGER listing_shows_variants
    AFTER INSERT OR UPDATE OF in_stock, price_minor, status{renamed} ON listing
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION show_variants()
"""


def upgrade() -> None:
    op.add_column(
        "cart_line",
        sa.Column("seen_values", postgresql.ARRAY(sa.String(64)), nullable=False, server_default="{}"),
    )
    op.execute(_FUNCTION.replace("{renamed}", " OR OLD.option_values <> NEW.option_values"))
    op.execute(_TRIGGER.replace("{renamed}", ", option_values"))


def downgrade() -> None:
    op.execute(_TRIGGER.replace("{renamed}", ""))
    op.execute(_FUNCTION.replace("{renamed}", ""))
    op.drop_column("cart_line", "seen_values")
