"""Find listings by each price they can be bought at: the dearest first, and variants on both sides of a limit."""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

_HIGHEST = sa.text("COALESCE(highest_minor, price_minor)")
_ACTIVE = "status = 'active'"
_INDEXES = {
    "ix_listing_dearest": (["currency", _HIGHEST, "id"], _ACTIVE),
    "ix_listing_dearest_of_any_currency": ([_HIGHEST, "id"], _ACTIVE),
    "ix_listing_several_prices": (["highest_minor"], f"{_ACTIVE} AND highest_minor > price_minor"),
}


def upgrade() -> None:
    for name, (columns, condition) in _INDEXES.items():
        op.create_index(name, "listing", columns, postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="listing")
