"""Sell a part in variants: rows of the same table, whose listing shows their price and stock and leads the rest.

What a variant has of its own is price, stock and key; two triggers keep the others in step, in the transaction of the
change. Both look at variants and their listings only: other rows pay a comparison.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0080"
down_revision = "0078"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.String(64))
_CHECKS = {
    "variant_or_listing": "parent_id IS NULL OR status NOT IN ('active', 'paused')",
    "listing_or_variant": "parent_id IS NOT NULL OR status NOT IN ('offered', 'withheld', 'dropped')",
    "values_are_of_variants": "(parent_id IS NULL) = (option_values = '{}')",
    "names_are_of_listings": "parent_id IS NULL OR option_names = '{}'",
}
_WORDS = """
    CREATE OR REPLACE FUNCTION listing_vector(wanted bigint) RETURNS tsvector LANGUAGE sql STABLE AS $$
        SELECT search_vector(l.title, 'A')
            || search_vector(concat_ws(' ', c.make, c.model, c.vin, p.part_number, p.number_key), 'A')
            || search_vector(
                concat_ws(' ', p.brand, p.fits, p.category, p.condition, c.year, c.body, c.fuel, c.gearbox, c.colour),
                'B'
            ){variants}
            || search_vector(l.description, 'C')
            || search_vector(concat_ws(' ', s.name, s.city, l.kind), 'D')
        FROM listing l
        JOIN shop s ON s.seller_id = l.seller_id
        LEFT JOIN car_details c ON c.listing_id = l.id
        LEFT JOIN part_details p ON p.listing_id = l.id
        WHERE l.id = wanted
    $$
"""
# Empty without variants: the words of other listings stay as they are.
_OF_VARIANTS = """
            || CASE WHEN l.option_names = '{}' THEN ''::tsvector ELSE search_vector(coalesce((
                SELECT string_agg(array_to_string(v.option_values, ' '), ' ' ORDER BY v.id)
                FROM listing v WHERE v.parent_id = l.id AND v.status = 'offered'
            ), ''), 'B') END"""
_FUNCTIONS = (
    # The title of a variant names it wherever the row's title is shown; a long one gives way.
    """
    CREATE FUNCTION variant_title(title text, option_values text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT left(title, 197 - length(array_to_string(option_values, ', ')))
            || ' (' || array_to_string(option_values, ', ') || ')'
    $$
    """,
    """
    CREATE FUNCTION show_variants() RETURNS trigger LANGUAGE plpgsql AS $$
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
        IF TG_OP = 'INSERT' OR OLD.status IS DISTINCT FROM NEW.status THEN
            UPDATE listing_words SET words = listing_vector(NEW.parent_id) WHERE listing_id = NEW.parent_id;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION lead_variants() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE listing SET title = variant_title(NEW.title, option_values), delivery_minor = NEW.delivery_minor,
            delivery_profile_id = NEW.delivery_profile_id, weight_grams = NEW.weight_grams,
            tax_category = NEW.tax_category
        WHERE parent_id = NEW.id;
        RETURN NULL;
    END $$
    """,
)
_TRIGGERS = {
    "listing_shows_variants": """
        AFTER INSERT OR UPDATE OF in_stock, price_minor, status ON listing
        FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION show_variants()
    """,
    "listing_leads_variants": """
        AFTER UPDATE OF title, delivery_minor, delivery_profile_id, weight_grams, tax_category ON listing
        FOR EACH ROW WHEN (NEW.option_names <> '{}') EXECUTE FUNCTION lead_variants()
    """,
}


def upgrade() -> None:
    op.add_column("listing", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("listing", sa.Column("option_names", _TEXTS, nullable=False, server_default="{}"))
    op.add_column("listing", sa.Column("option_values", _TEXTS, nullable=False, server_default="{}"))
    op.add_column("listing", sa.Column("highest_minor", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_listing_parent_id"), "listing", "listing", ["parent_id"], ["id"])
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_listing_{name}"), "listing", condition)
    op.create_index("ix_listing_parent_id", "listing", ["parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.create_index(
        "uq_listing_parent_id_option_values",
        "listing",
        ["parent_id", "option_values"],
        unique=True,
        postgresql_where=sa.text("parent_id IS NOT NULL AND status <> 'dropped'"),
    )
    op.execute(_WORDS.replace("{variants}", _OF_VARIANTS))
    for function in _FUNCTIONS:
        op.execute(function)
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON listing")
    for function in ("lead_variants()", "show_variants()", "variant_title(text, text[])"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(_WORDS.replace("{variants}", ""))
    op.drop_index("uq_listing_parent_id_option_values", table_name="listing")
    op.drop_index("ix_listing_parent_id", table_name="listing")
    for name in reversed(_CHECKS):
        op.drop_constraint(op.f(f"ck_listing_{name}"), "listing")
    op.drop_constraint(op.f("fk_listing_parent_id"), "listing")
    for column in ("highest_minor", "option_values", "option_names", "parent_id"):
        op.drop_column("listing", column)
