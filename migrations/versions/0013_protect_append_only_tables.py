"""Make the database refuse unbalanced entries and any change to the ledger and the histories.

The balance is checked by a statement trigger over the new rows alone: an entry's postings are one INSERT. A row-wise
deferred trigger would read the table's index pages back, and under SERIALIZABLE strangers would collide on them.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("ledger_entry", "posting", "ledger_chain", "status_change", "payment_failure", "balance_transaction")


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in _APPEND_ONLY:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE wrong record;
        BEGIN
            SELECT entry_id, currency, sum(amount_minor) AS rest INTO wrong
            FROM added GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'entry % is out of balance by % %', wrong.entry_id, wrong.rest, wrong.currency
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER posting_balanced AFTER INSERT ON posting REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER posting_balanced ON posting")
    op.execute("DROP FUNCTION refuse_unbalanced()")
    for table in _APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
