"""A wallet for programs: its owner's, under its own number or as "mine" (S2.22)."""

from typing import Any

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.wallets import queries
from marketplace.wallets.queries import MovementRow
from marketplace.web import guards, wallet_parts
from marketplace.web.api.answers import amount, moment, signed_in


@signed_in
def my_wallet() -> ResponseReturnValue:
    """Return the viewer's wallet: what it holds per currency, and its movements, newest first."""
    return _answer(guards.viewer().user_id)


@signed_in
def wallet(wallet_id: int) -> ResponseReturnValue:
    """Return a wallet by its number, which is its owner's; nobody else's is found."""
    if wallet_id != guards.viewer().user_id:
        raise NotFound("There is no wallet with this number among yours.")
    return _answer(wallet_id)


def _answer(user_id: int) -> ResponseReturnValue:
    known = queries.held(user_id)
    wanted = wallet_parts.wanted(user_id, known)
    found = queries.movements(wanted.sought, wanted.asked.cursor)
    balances = [
        {
            "currency": held.currency,
            "balance": amount(held.balance_minor, held.currency),
            "total_earned": amount(held.earned_minor, held.currency),
            "total_spent": amount(held.spent_minor, held.currency),
            "updated_at": moment(held.updated_at),
        }
        for held in known
    ]
    return jsonify(
        {
            "id": user_id,
            "balances": balances,
            "transactions": [_row(row) for row in found.rows],
            "next": wanted.asked.tools(found).next_url or None,
            "url": url_for("api.wallet", wallet_id=user_id),
        }
    )


def _row(row: MovementRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": "credit" if row.kind.is_credit else "debit",
        "kind": row.kind.value,
        "currency": row.currency,
        "amount": amount(row.amount_minor, row.currency),
        "balance": amount(row.balance_minor, row.currency),
        "description": row.reason,
        "order": row.order_number,
        "purchase": row.purchase_number,
        "payment": row.payment_id,
        "created_at": moment(row.at),
    }
