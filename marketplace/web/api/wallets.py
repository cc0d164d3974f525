"""A wallet for programs: its owner's, under its own number or as "mine" (S2.22)."""

from flask import url_for

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.wallets import queries
from marketplace.wallets.queries import Held, MovementRow
from marketplace.web import guards, wallet_parts
from marketplace.web.api.answers import amount
from marketplace.web.api.wallet_shapes import Balance, Movement, Wallet, WalletAsked


def my_wallet(query: WalletAsked) -> Wallet:
    """Return the viewer's wallet: what it holds per currency, and its movements, newest first."""
    del query  # the list's own filters read the address
    return _wallet(guards.viewer().user_id, "api.my_wallet")


def wallet(wallet_id: int, query: WalletAsked) -> Wallet:
    """Return a wallet by its number, which is its owner's; nobody else's is found."""
    del query
    if wallet_id != guards.viewer().user_id:
        raise NotFound(_("There is no wallet with this number among yours."))
    return _wallet(wallet_id, "api.wallet")


def _wallet(user_id: int, endpoint: str) -> Wallet:
    known = queries.held(user_id)
    wanted = wallet_parts.wanted(user_id, known, endpoint=endpoint)
    found = queries.movements(wanted.sought, wanted.asked.cursor)
    return Wallet(
        id=user_id,
        balances=[_balance(held) for held in known],
        transactions=[_movement(row) for row in found.rows],
        next=wanted.asked.tools(found).next_url or None,
        url=url_for("api.wallet", wallet_id=user_id),
    )


def _balance(held: Held) -> Balance:
    return Balance(
        currency=held.currency,
        balance=amount(held.balance_minor, held.currency),
        total_earned=amount(held.earned_minor, held.currency),
        total_spent=amount(held.spent_minor, held.currency),
        updated_at=held.updated_at,
    )


def _movement(row: MovementRow) -> Movement:
    return Movement(
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
