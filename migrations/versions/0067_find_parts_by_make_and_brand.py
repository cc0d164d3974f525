"""Find parts by the makes they fit and by their brand, and listings in the order of their prices.

With a large shelf reading all of it, or sorting it, is no way to answer a page.
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_part_details_brand_listing_id", "part_details", ["brand", "listing_id"])
    op.create_index("ix_part_details_fits_makes", "part_details", ["fits_makes"], postgresql_using="gin")
    op.create_index(
        "ix_listing_price_of_any_currency",
        "listing",
        ["price_minor", "id"],
        postgresql_where=sa.text("status = 'active'"),
    )


def downgrade() -> None:
    op.drop_index("ix_listing_price_of_any_currency", table_name="listing")
    op.drop_index("ix_part_details_fits_makes", table_name="part_details")
    op.drop_index("ix_part_details_brand_listing_id", table_name="part_details")
