"""Make the database refuse entries whose business time lies in a month that is being closed, or is closed.

The entry is looked at and not its postings: those do not know their time, and reading the entry back would make
strangers collide under SERIALIZABLE (0013). So no seller's account gets a posting in a month that they were told is
final; an entry that moves no seller's money has no business there either.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM statement_month
                WHERE month >= date_trunc('month', NEW.booked_at AT TIME ZONE 'UTC')::date
            ) THEN
                RAISE EXCEPTION 'entry % of % falls into a month that is closed', NEW.key, NEW.booked_at
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER ledger_entry_of_open_month BEFORE INSERT ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_month()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER ledger_entry_of_open_month ON ledger_entry")
    op.execute("DROP FUNCTION refuse_closed_month()")
