"""Find listings by words and by what they are: one search vector per listing, makes that parts fit, and indexes.

The vector gathers four tables, so no generated column can hold it; triggers keep it, in the transaction of the change.
Words are cut by our own pattern, not by the parser of `simple`, which would take 12e5a for the number 12e5 and an a.
Every word stands there twice, as written and as its English stem: the first is found by prefix, the second in plural.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# The makes that rules.MAKES had when this was written.
_MAKES = (
    "Alfa Romeo,Audi,BMW,Chevrolet,Citroën,Dodge,Fiat,Ford,GMC,Honda,Hyundai,Jaguar,Jeep,Kia,Land Rover,Lexus,Mazda,"
    "Mercedes-Benz,Mini,Mitsubishi,Nissan,Opel,Peugeot,Porsche,Ram,Renault,Saab,Seat,Skoda,Subaru,Suzuki,Tesla,Toyota,"
    "Vauxhall,Volkswagen,Volvo"
)
_NUMBER_KEY = "lower(regexp_replace(part_number, '[^[:alnum:]]+', '', 'g'))"
_FUNCTIONS = (
    r"""
    CREATE FUNCTION search_vector(content text, weight "char") RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        WITH plain AS (
            SELECT lower(regexp_replace(normalize(content, NFKD), '[\u0300-\u036f]+', '', 'g')) AS folded
        )
        SELECT setweight(
            coalesce((
                SELECT string_agg('''' || left(word, 64) || ''':' || least(place, 16383), ' ')::tsvector
                FROM regexp_split_to_table(folded, '[^[:alnum:]]+') WITH ORDINALITY AS found(word, place)
                WHERE word <> ''
            ), ''::tsvector) || to_tsvector('english', regexp_replace(folded, '[^[:alnum:]]+', ' ', 'g')),
            weight
        )
        FROM plain
    $$
    """,
    """
    CREATE FUNCTION listing_vector(wanted bigint) RETURNS tsvector LANGUAGE sql STABLE AS $$
        SELECT search_vector(l.title, 'A')
            || search_vector(concat_ws(' ', c.make, c.model, c.vin, p.part_number, p.number_key), 'A')
            || search_vector(
                concat_ws(' ', p.brand, p.fits, p.category, p.condition, c.year, c.body, c.fuel, c.gearbox, c.colour),
                'B'
            )
            || search_vector(l.description, 'C')
            || search_vector(concat_ws(' ', s.name, s.city, l.kind), 'D')
        FROM listing l
        JOIN shop s ON s.seller_id = l.seller_id
        LEFT JOIN car_details c ON c.listing_id = l.id
        LEFT JOIN part_details p ON p.listing_id = l.id
        WHERE l.id = wanted
    $$
    """,
    # A listing is written before its details, and always has some: the row of words is made with them.
    """
    CREATE FUNCTION keep_listing_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO listing_words (listing_id, words) VALUES (NEW.listing_id, listing_vector(NEW.listing_id));
        ELSIF TG_TABLE_NAME = 'shop' THEN
            UPDATE listing_words w SET words = listing_vector(w.listing_id)
            FROM listing l WHERE l.id = w.listing_id AND l.seller_id = NEW.seller_id;
        ELSIF TG_TABLE_NAME = 'listing' THEN
            UPDATE listing_words SET words = listing_vector(NEW.id) WHERE listing_id = NEW.id;
        ELSE
            UPDATE listing_words SET words = listing_vector(NEW.listing_id) WHERE listing_id = NEW.listing_id;
        END IF;
        RETURN NULL;
    END $$
    """,
)
_TRIGGERS = {
    "car_details": "INSERT OR UPDATE",
    "part_details": "INSERT OR UPDATE",
    "listing": "UPDATE OF title, description",
    "shop": "UPDATE OF name, city",
}
_INDEXES = (
    ("ix_listing_price", "listing", ["currency", "price_minor", "id"], "status = 'active'"),
    ("ix_car_details_make_listing_id", "car_details", ["make", "listing_id"], None),
    ("ix_car_details_year_listing_id", "car_details", ["year", "listing_id"], None),
    ("ix_car_details_mileage_km_listing_id", "car_details", ["mileage_km", "listing_id"], None),
    ("ix_part_details_category_listing_id", "part_details", ["category", "listing_id"], None),
    ("ix_part_details_number_key", "part_details", ["number_key"], None),
)


def upgrade() -> None:
    op.add_column(
        "part_details",
        sa.Column("fits_makes", postgresql.ARRAY(sa.String(64)), nullable=False, server_default="{}"),
    )
    op.add_column(
        "part_details",
        sa.Column("number_key", sa.String(64), sa.Computed(_NUMBER_KEY, persisted=True), nullable=False),
    )
    op.create_table(
        "listing_words",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_words_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_words")),
    )
    for function in _FUNCTIONS:
        op.execute(function)
    op.execute(
        sa.text(
            "UPDATE part_details SET fits_makes = ARRAY(SELECT make FROM unnest(string_to_array(:makes, ',')) make "
            "WHERE fits ~ ('\\m' || make || '\\M') ORDER BY make)"
        ).bindparams(makes=_MAKES)
    )
    op.execute("INSERT INTO listing_words (listing_id, words) SELECT id, listing_vector(id) FROM listing")
    for table, events in _TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {table}_words AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION keep_listing_words()"
        )
    op.create_index("ix_listing_words_words", "listing_words", ["words"], postgresql_using="gin")
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where) if where else None)


def downgrade() -> None:
    for name, table, *_ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    for table in _TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_words ON {table}")
    op.drop_table("listing_words")
    for function in ("keep_listing_words()", "listing_vector(bigint)", 'search_vector(text, "char")'):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_column("part_details", "number_key")
    op.drop_column("part_details", "fits_makes")
