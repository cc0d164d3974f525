"""Find a seller's movements and sales without reading everybody's."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_posting_of_sellers",
        "posting",
        ["owner_id", "currency", "id"],
        unique=False,
        postgresql_where="account IN ('seller_held', 'seller_payable', 'seller_debt')",
        postgresql_include=["account", "entry_id", "order_id", "amount_minor"],
    )
    op.create_index(
        "ix_payment_transaction_sold",
        "payment_transaction",
        ["seller_id", "currency", "payment_received_date"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_payment_transaction_sold", table_name="payment_transaction")
    op.drop_index("ix_posting_of_sellers", table_name="posting")
