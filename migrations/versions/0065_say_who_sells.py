"""Say who sells as the law knows them: name, street, postcode and VAT number for invoices."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_COLUMNS = (("legal_name", 200), ("legal_street", 200), ("legal_postcode", 64), ("vat_id", 64))


def upgrade() -> None:
    for name, longest in _COLUMNS:
        op.add_column("shop", sa.Column(name, sa.String(length=longest), server_default="", nullable=False))


def downgrade() -> None:
    for name, _ in reversed(_COLUMNS):
        op.drop_column("shop", name)
