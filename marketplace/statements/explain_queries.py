"""The ledger rows behind one line of a seller's statement."""

from sqlalchemy import bindparam, func, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import OF_SELLERS
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.movement_queries import MovementKind, kind_of_entry

_THEIRS = Posting.account.in_(OF_SELLERS)
_LINE = (
    select(
        kind_of_entry,
        LedgerEntry.description,
        Posting.currency,
        func.sum(-Posting.amount_minor).cast(Posting.amount_minor.type),
        func.array_agg(Posting.order_id.distinct()).filter(Posting.order_id.is_not(None)),
    )
    .join(Posting, Posting.entry_id == LedgerEntry.id)
    .where(LedgerEntry.id == bindparam("entry_id"), Posting.owner_id == bindparam("seller_id"), _THEIRS)
    .group_by(LedgerEntry.id, Posting.currency)
)


def explain_entry(seller_id: int, entry_id: int) -> Explanation:
    """Return what an entry did to the seller's money and the rows that make it; raises NotFound when it did nothing.

    A sale opens to what the buyer paid and both fees, anything else to the seller's own rows.
    """
    with db.snapshot() as connection:
        found = connection.execute(_LINE, {"entry_id": entry_id, "seller_id": seller_id}).one_or_none()
        if found is None:
            raise NotFound(_("There is no such movement among yours."))
        kind, description, currency, amount_minor, order_ids = found
        in_entry = Posting.entry_id == entry_id
        if kind == MovementKind.SALE.value:
            own_orders = select(Order.id).where(Order.seller_id == seller_id, Order.id.in_(order_ids or []))
            rows = ledger.postings(connection, in_entry, ~_THEIRS, Posting.order_id.in_(own_orders))
            return Explanation(MovementKind.SALE.label, currency, amount_minor, 1, rows, ())
        rows = ledger.postings(connection, in_entry, _THEIRS, Posting.owner_id == seller_id)
    label = description if kind == MovementKind.OTHER.value else MovementKind(kind).label
    return Explanation(label, currency, amount_minor, -1, rows, ())
