"""Keep sums of the ledger by account, block and day, and note what is not in them yet.

The trigger comes first, and bookings wait until all that was booked is summed: some seconds for ten million postings.
"""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.create_table(
        "ledger_sum",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "currency", "block", "day", name=op.f("pk_ledger_sum")),
    )
    op.create_table(
        "ledger_unsummed",
        sa.Column("first_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("first_id", name=op.f("pk_ledger_unsummed")),
    )
    op.execute(f'GRANT DELETE ON ledger_unsummed TO "{role}"')
    op.execute(
        """
        CREATE FUNCTION note_unsummed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO ledger_unsummed (first_id, last_id, entry_id)
            SELECT min(id), max(id), entry_id FROM added GROUP BY entry_id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER posting_unsummed AFTER INSERT ON posting REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_unsummed()"
    )
    op.execute(
        """
        INSERT INTO ledger_sum (account, currency, block, day, debit_minor, credit_minor, postings)
        SELECT p.account, p.currency, p.id >> 17, (e.booked_at AT TIME ZONE 'UTC')::date,
            coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), 0),
            coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0), count(*)
        FROM posting p JOIN ledger_entry e ON e.id = p.entry_id
        GROUP BY 1, 2, 3, 4
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER posting_unsummed ON posting")
    op.execute("DROP FUNCTION note_unsummed()")
    op.drop_table("ledger_unsummed")
    op.drop_table("ledger_sum")
