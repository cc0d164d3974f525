"""The fees of a month, seller by seller, from the ledger: what the statements show, as lines of an invoice."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, bindparam, cast, exists, func, select

from marketplace import db
from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.invoices.drafting import Fee, FeeMonth, Seller
from marketplace.invoices.missing_queries import LEGAL
from marketplace.invoices.models import InvoiceMark
from marketplace.ledger.accounts import Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.payments.movement_queries import kind_of_entry
from marketplace.statements import rules as months
from marketplace.statements.models import StatementMonth

MONTHS = "commissions"
"""The mark of how far months are billed."""
_MINOR = Posting.amount_minor.type
_FEES = (Account.PLATFORM_FEE, Account.PROCESSING_FEE_RECOVERY)
_IS_CLOSED = StatementMonth.finished_at.is_not(None)
_CLOSED = (
    select(StatementMonth.month)
    .where(_IS_CLOSED, StatementMonth.month > bindparam("after"))
    .order_by(StatementMonth.month)
    .limit(1)
)
TO_BILL = select(StatementMonth.month).where(
    _IS_CLOSED,
    ~exists().where(InvoiceMark.name == MONTHS, cast(InvoiceMark.reached_at, Date) >= StatementMonth.month),
)
"""Closed months whose fees were not billed."""
_OF_MONTH = (
    select(
        Shop.seller_id,
        Shop.name,
        *LEGAL,
        User.language,
        Posting.currency,
        kind_of_entry.label("kind"),
        Posting.account,
        func.count(Posting.order_id.distinct()),
        func.sum(-Posting.amount_minor).cast(_MINOR),
    )
    .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
    .join(Order, Order.id == Posting.order_id)
    .join(Shop, Shop.seller_id == Order.seller_id)
    .join(User, User.id == Order.seller_id)
    .where(
        Posting.account.in_(_FEES),
        LedgerEntry.booked_at >= bindparam("since"),
        LedgerEntry.booked_at < bindparam("until"),
    )
    .group_by(Shop.id, User.id, Posting.currency, "kind", Posting.account)
    .order_by(Shop.seller_id, Posting.currency, func.min(Posting.id))
)


def closed_after(month: date) -> date | None:
    """Return the first month after `month` whose statements are all closed, or None."""
    found = db.read_one(_CLOSED, {"after": month})
    return found[0] if found else None


def fees_of(month: date) -> Sequence[FeeMonth]:
    """Return the fees of a month: one row per seller and currency, each with its lines; minor units."""
    found: dict[tuple[int, str], tuple[Seller, str, list[Fee]]] = {}
    span = {"since": months.start_of(month), "until": months.end_of(month)}
    for seller_id, name, *shop, language, currency, kind, account, orders, minor in map(
        tuple, db.read(_OF_MONTH, span)
    ):
        seller = Seller(seller_id, name, *shop)
        fees = found.setdefault((seller_id, currency), (seller, language, []))[2]
        fees.append(Fee(kind, account.value, orders, minor))
    return [
        FeeMonth(seller, currency, month, tuple(fees), language)
        for (_, currency), (seller, language, fees) in found.items()
    ]
