"""Create procrastinate's tables and functions, and let the application's role use them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
    for table in ("jobs", "events", "periodic_defers", "workers"):
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_{table} TO "{role}"')


def downgrade() -> None:
    op.execute("DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs CASCADE")
    op.execute("DROP TABLE procrastinate_workers CASCADE")
    op.execute(
        """
        DO $$ DECLARE item text; BEGIN
            FOR item IN SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
                EXECUTE 'DROP FUNCTION ' || item || ' CASCADE';
            END LOOP;
            FOR item IN SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP
                EXECUTE 'DROP TYPE ' || item || ' CASCADE';
            END LOOP;
        END $$
        """
    )
