"""Name the installation, write the first fee schedules, and let carts be emptied.

Standard: 3 % and 2.9 % + 0.30 (S0). Auctions: 7 % and no processing fee (S3: 11,000 SEK pays out 10,230).
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_FIXED = '{"USD": 30, "EUR": 30, "GBP": 20, "CAD": 30, "AUD": 30, "CHF": 30, "SEK": 180, "NOK": 200, "DKK": 180}'


def upgrade() -> None:
    role = op.get_context().config.attributes["application_role"]
    op.execute("INSERT INTO installation (id, uuid) VALUES (1, gen_random_uuid())")
    op.execute(
        f"""
        INSERT INTO fee_schedule
            (channel, valid_from, platform_basis_points, processing_basis_points, processing_fixed)
        VALUES
            ('standard', '2020-01-01T00:00:00Z', 300, 290, '{_FIXED}'),
            ('auction', '2020-01-01T00:00:00Z', 700, 0, '{{}}')
        """
    )
    for table in ("cart", "cart_line"):
        op.execute(f'GRANT DELETE ON {table} TO "{role}"')


def downgrade() -> None:
    op.execute("DELETE FROM fee_schedule")
    op.execute("DELETE FROM installation")
