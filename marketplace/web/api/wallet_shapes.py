"""Wallets as programs read them (S2.22)."""

from typing import Literal

from pydantic import Field

from marketplace.language import Text
from marketplace.wallets.rules import WalletKind
from marketplace.web.api.shapes import Amount, Currency, Moment, Next, Paged, Shape


class WalletAsked(Paged):
    """Which movements."""

    type: WalletKind | None = None
    currency: Currency | None = None


class Balance(Shape):
    """What a wallet holds in one currency."""

    currency: Currency
    balance: Amount
    total_earned: Amount
    total_spent: Amount
    updated_at: Moment


class Movement(Shape):
    """One movement of a wallet."""

    id: int
    type: Literal["credit", "debit"]
    kind: WalletKind
    currency: Currency
    amount: Amount
    balance: Amount = Field(description=Text("What the wallet held after it."))
    description: str
    order: str | None
    purchase: str | None
    payment: int | None
    created_at: Moment


class Wallet(Shape):
    """A wallet with one page of its movements, newest first."""

    id: int
    balances: list[Balance]
    transactions: list[Movement]
    next: Next = None
    url: str
