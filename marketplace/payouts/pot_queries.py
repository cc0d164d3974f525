"""The parts of a seller's money: their figures, and the postings that are in each. Every figure is read one way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, or_, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger import queries as ledger
from marketplace.ledger.accounts import OF_SELLERS, Account
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.orders.models import Order
from marketplace.payments.explain_queries import Explanation
from marketplace.payments.models import PaymentBlock, PaymentTransaction
from marketplace.payments.movement_queries import MOVES_OUT
from marketplace.payments.states import TransactionStatus
from marketplace.payouts.models import Payout, PayoutLine
from marketplace.payouts.states import PayoutStatus

_MINOR = Posting.amount_minor.type
_X = PaymentTransaction


class Pot(StrEnum):
    """A part of a seller's money, and the sign of its postings in it (+1 debit, -1 credit).

    Those up to the balance make the balance: every posting is in exactly one of them. What has left it went to the
    seller's account at the provider, and from there to their bank.
    """

    label: str
    sign: int

    def __new__(cls, value: str, label: str = "", sign: int = -1) -> Self:
        """Make a pot from its word, its label and its sign."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sign = sign
        return member

    WAITING = "waiting", Text("Held until release")
    BLOCKED = "blocked", Text("In refund or dispute")
    AVAILABLE = "available", Text("Available")
    SENDING = "sending", Text("Being sent")
    DEBT = "debt", Text("You owe")
    BALANCE = "balance", Text("Your balance")
    ON_ITS_WAY = "on-its-way", Text("On its way to your bank"), 1
    PAID_OUT = "paid-out", Text("Paid out"), 1


@dataclass(frozen=True, slots=True)
class Pots:
    """Where a seller's money of one currency is; minor units, debt negative."""

    currency: str
    waiting_minor: int = 0
    blocked_minor: int = 0
    """Of orders with an open refund, dispute or stop; how many of these still have money here is `blocked_orders`."""
    available_minor: int = 0
    sending_minor: int = 0
    """Taken up by a payout whose transfer is not made yet."""
    debt_minor: int = 0
    blocked_orders: int = 0
    on_its_way_minor: int = 0
    """Transferred and not with the bank yet; not in the balance, as is the next."""
    paid_out_minor: int = 0

    @property
    def balance_minor(self) -> int:
        """Return what we still have of the seller's."""
        kept = self.waiting_minor + self.blocked_minor + self.available_minor + self.sending_minor
        return kept + self.debt_minor

    @property
    def pending_minor(self) -> int:
        """Return what is not with the seller's bank yet, before anything owed is taken of it."""
        return self.balance_minor - self.debt_minor + self.on_its_way_minor

    def minor_of(self, pot: Pot) -> int:
        """Return what is in `pot`."""
        return {
            Pot.WAITING: self.waiting_minor,
            Pot.BLOCKED: self.blocked_minor,
            Pot.AVAILABLE: self.available_minor,
            Pot.SENDING: self.sending_minor,
            Pot.DEBT: self.debt_minor,
            Pot.BALANCE: self.balance_minor,
            Pot.ON_ITS_WAY: self.on_its_way_minor,
            Pot.PAID_OUT: self.paid_out_minor,
        }[pot]


@dataclass(frozen=True, slots=True)
class PotStatement:
    """What is in a pot and the postings that make it; minor units."""

    figure_minor: int
    statement: ledger.AccountStatement
    sign: int

    @property
    def ledger_minor(self) -> int:
        """Return the ledger's answer in the pot's sign."""
        return self.sign * self.statement.total_minor


_SELLER: BindParameter[int] = bindparam("seller_id")
_ON_SHARES = (Account.SELLER_HELD, Account.SELLER_PAYABLE)
_SENDING = (PayoutStatus.PENDING, PayoutStatus.REFUSED)
_UNDER_WAY = (PayoutStatus.IN_TRANSIT, PayoutStatus.FAILED)
"""The transfer is made and the bank does not have it: it is on its way, or came back to the seller's account."""
_is_sending = (
    select(PayoutLine.id)
    .join(Payout, Payout.id == PayoutLine.payout_id)
    .where(PayoutLine.transaction_id == _X.id, Payout.status.in_(_SENDING))
    .exists()
)
_is_under_way = Payout.status.in_(_UNDER_WAY)


def _orders(seller: int | BindParameter[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a posting's order has a share of the seller that meets `conditions`."""
    return Posting.order_id.in_(select(_X.order_id).where(_X.seller_id == seller, *conditions))


def in_pot(pot: Pot, seller: int | BindParameter[int] = _SELLER) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a posting of the seller is in `pot`."""
    is_blocked = _orders(seller, PaymentBlock.is_open_for(_X.id))
    # A posting of no order, such as a payout, is never blocked.
    is_free = or_(Posting.order_id.is_(None), ~is_blocked)
    is_sending = _orders(seller, _X.status == TransactionStatus.TRANSFERRING, _is_sending)
    is_payable = Posting.account == Account.SELLER_PAYABLE
    return {
        Pot.WAITING: (Posting.account == Account.SELLER_HELD, is_free),
        Pot.BLOCKED: (Posting.account.in_(_ON_SHARES), is_blocked),
        Pot.AVAILABLE: (is_payable, is_free, or_(Posting.order_id.is_(None), ~is_sending)),
        Pot.SENDING: (is_payable, is_free, is_sending),
        Pot.DEBT: (Posting.account == Account.SELLER_DEBT,),
        Pot.BALANCE: (),
        Pot.ON_ITS_WAY: (is_payable, _has_left(seller, is_under_way=True)),
        Pot.PAID_OUT: (is_payable, _has_left(seller, is_under_way=False)),
    }[pot]


def _has_left(seller: int | BindParameter[int], *, is_under_way: bool) -> ColumnElement[bool]:
    """Return the condition that a posting is of a transfer, or takes one back, of payouts that are under way, or not.

    An entry names its payout in its words alone; `check-books` holds these words to the payout's lines.
    """
    numbers = select(Payout.number).where(Payout.seller_id == seller, _is_under_way)
    named = func.substring(LedgerEntry.description, "PO-[0-9]+")
    which = named.in_(numbers) if is_under_way else named.not_in(numbers)
    # The statement around it may join the entries, too.
    entry = select(LedgerEntry.id).where(LedgerEntry.id == Posting.entry_id, MOVES_OUT, which)
    return entry.correlate(Posting).exists()


def _sum(pot: Pot) -> ColumnElement[int]:
    # What stands to the seller's credit is the seller's.
    return func.coalesce(func.sum(-Posting.amount_minor).filter(*in_pot(pot)), 0).cast(_MINOR)


ALL_OF_SELLER = (
    Posting.account.in_(bindparam("accounts", OF_SELLERS, expanding=True, literal_execute=True)),
    Posting.owner_id == _SELLER,
)
_POTS: Select[*tuple[Any, ...]] = (
    select(
        Posting.currency,
        *(_sum(pot) for pot in (Pot.WAITING, Pot.BLOCKED, Pot.AVAILABLE, Pot.SENDING, Pot.DEBT)),
    )
    .where(*ALL_OF_SELLER)
    .group_by(Posting.currency)
    .order_by(Posting.currency)
)
_left_of_line = PayoutLine.amount_minor - PayoutLine.reversed_minor
_GONE = (
    select(
        Payout.currency,
        func.coalesce(func.sum(_left_of_line).filter(_is_under_way), 0).cast(_MINOR),
        func.coalesce(func.sum(_left_of_line).filter(~_is_under_way), 0).cast(_MINOR),
    )
    .join(PayoutLine, PayoutLine.payout_id == Payout.id)
    .where(Payout.seller_id == _SELLER, Payout.transfer_id.is_not(None))
    .group_by(Payout.currency)
)
_WAITING_ORDERS = (
    select(_X.currency, func.count().label("orders"))
    .where(
        _X.seller_id == _SELLER,
        _X.status.in_([TransactionStatus.HELD, TransactionStatus.AVAILABLE, TransactionStatus.TRANSFERRING]),
        _X.left_minor > 0,
        PaymentBlock.is_open_for(_X.id),
    )
    .group_by(_X.currency)
)


def pots_of(seller_id: int) -> Sequence[Pots]:
    """Return where a seller's money is, one row per currency in which they have ever had any."""
    with db.snapshot() as connection:
        return pots(connection, seller_id)


def pots(connection: Connection, seller_id: int) -> Sequence[Pots]:
    """Return a seller's pots, one row per currency in which they have ever had money, in `connection`'s snapshot.

    What has left is the shares' own figure; `pot_statement` compares it with the ledger.
    """
    values = {"seller_id": seller_id}
    gone = {currency: (on_its_way, paid_out) for currency, on_its_way, paid_out in connection.execute(_GONE, values)}
    waiting = connection.execute(_WAITING_ORDERS, values).all()
    orders = {row.currency: int(row.orders) for row in waiting}
    rows = connection.execute(_POTS, values).all()
    return tuple(_pots(tuple(row), orders.get(row[0], 0), gone.get(row[0], (0, 0))) for row in rows)


def _pots(row: tuple[Any, ...], orders: int, gone: tuple[int, int]) -> Pots:
    columns: Sequence[Any] = (*row, orders, *gone)
    return Pots(*columns)


def pot_statement(seller_id: int, currency: str, pot: Pot, before: int | None, size: int) -> PotStatement:
    """Return what is in one pot, as the overview says it, and a stretch of its postings, read in one snapshot."""
    with db.snapshot() as connection:
        found = {row.currency: row for row in pots(connection, seller_id)}
        own = ledger.of_seller(seller_id, currency)
        stretch = ledger.statement(connection, own, *in_pot(pot, seller_id), before=before, size=size)
    return PotStatement(found[currency].minor_of(pot) if currency in found else 0, stretch, pot.sign)


_gone_of_share = (
    select(func.coalesce(func.sum(_left_of_line), 0).cast(_MINOR))
    .join(Payout, Payout.id == PayoutLine.payout_id)
    .where(PayoutLine.transaction_id == _X.id, Payout.transfer_id.is_not(None))
)
_SHARE = (
    select(
        Order.id,
        _X.currency,
        _X.left_minor,
        _gone_of_share.where(_is_under_way).scalar_subquery(),
        _gone_of_share.where(~_is_under_way).scalar_subquery(),
    )
    .join(Order, Order.id == _X.order_id)
    .where(
        _X.seller_id == _SELLER,
        Order.number == bindparam("number"),
        _X.status.not_in([TransactionStatus.PENDING, TransactionStatus.FAILED]),
    )
)


def explain_share(seller_id: int, number: str, pot: Pot) -> Explanation:
    """Return what of one order is in a pot and its ledger rows; raises NotFound for a foreign order."""
    with db.snapshot() as connection:
        found = connection.execute(_SHARE, {"seller_id": seller_id, "number": number}).one_or_none()
        if found is None:
            raise NotFound(_("There is no order with this number among yours."))
        order_id, currency, left_minor, on_its_way_minor, paid_out_minor = found
        own = (ledger.of_seller(seller_id, currency), Posting.order_id == order_id)
        rows = ledger.postings(connection, *own, *in_pot(pot, seller_id))
    booked = pot.sign * sum(row.amount_minor for row in rows)
    figure = {Pot.ON_ITS_WAY: on_its_way_minor, Pot.PAID_OUT: paid_out_minor}.get(pot, left_minor)
    # A share is in one pot of the balance; asked for another one, nothing of it is there.
    return Explanation(pot.label, currency, figure if rows else booked, pot.sign, rows, ())
