"""A wallet for programs: its owner's, under its own number or as "mine" (S2.22)."""

from marketplace.errors import NotFound
from marketplace.wallets import queries
from marketplace.wallets.queries import Held, MovementRow
from marketplace.web import guards, wallet_parts
from marketplace.web.api.answers import amount
from marketplace.web.api.shapes import Paged
from marketplace.web.api.wallet_shapes import Wallet, WalletHeld, WalletTransaction


def my_wallet(query: Paged) -> Wallet:
    """Return the viewer's wallet: what it holds per currency, and its movements, newest first."""
    del query
    return _answer(guards.viewer().user_id, "api.my_wallet")


def wallet(wallet_id: int, query: Paged) -> Wallet:
    """Return a wallet by its number, which is its owner's; nobody else's is found."""
    del query
    if wallet_id != guards.viewer().user_id:
        raise NotFound("There is no wallet with this number among yours.")
    return _answer(wallet_id, "api.my_wallet")


def _answer(user_id: int, endpoint: str) -> Wallet:
    known = queries.held(user_id)
    wanted = wallet_parts.wanted(user_id, known, endpoint=endpoint)
    found = queries.movements(wanted.sought, wanted.asked.cursor)
    return Wallet(
        id=user_id,
        balances=[_held(held) for held in known],
        transactions=[_row(row) for row in found.rows],
        next=wanted.asked.tools(found).next_url or None,
    )


def _held(held: Held) -> WalletHeld:
    return WalletHeld(
        currency=held.currency,
        balance=amount(held.balance_minor, held.currency),
        total_earned=amount(held.earned_minor, held.currency),
        total_spent=amount(held.spent_minor, held.currency),
        updated_at=held.updated_at,
    )


def _row(row: MovementRow) -> WalletTransaction:
    return WalletTransaction(
        id=row.id,
        type="credit" if row.kind.is_credit else "debit",
        kind=row.kind,
        currency=row.currency,
        amount=amount(row.amount_minor, row.currency),
        balance=amount(row.balance_minor, row.currency),
        description=row.reason,
        order=row.order_number,
        purchase=row.purchase_number,
        payment=row.payment_id,
        created_at=row.at,
    )
