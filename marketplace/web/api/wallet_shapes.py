"""Wallets as programs read them (S2.22)."""

from typing import Literal

from marketplace.wallets.rules import WalletKind
from marketplace.web.api.shapes import Amount, Currency, Moment, Next, Shape


class WalletHeld(Shape):
    """What a wallet holds in one currency: the balance is what was earned less what was spent."""

    currency: Currency
    balance: Amount
    total_earned: Amount
    total_spent: Amount
    updated_at: Moment | None


class WalletTransaction(Shape):
    """One movement of a wallet."""

    id: int
    type: Literal["credit", "debit"]
    kind: WalletKind
    currency: Currency
    amount: Amount
    balance: Amount
    description: str
    order: str | None
    purchase: str | None
    payment: int | None
    created_at: Moment | None


class Wallet(Shape):
    """A wallet with one page of its movements, newest first; its number is its owner's."""

    id: int
    balances: list[WalletHeld]
    transactions: list[WalletTransaction]
    next: Next = None
