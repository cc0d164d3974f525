"""The chart of accounts (DESIGN 4.12). A posting's amount is positive for a debit and negative for a credit."""

from enum import StrEnum
from typing import Self

from marketplace.language import Text


class Account(StrEnum):
    """An account of the chart, with its label and the side on which it normally stands."""

    label: str
    is_debit: bool

    def __new__(cls, value: str, label: str, is_debit: bool) -> Self:
        """Make a member from its word, its label and its side."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.is_debit = is_debit
        return member

    PROVIDER_CLEARING = "provider_clearing", Text("Captured, not yet seen in the provider's balance"), True
    FX_CLEARING = "fx_clearing", Text("Settled in another currency"), True
    PROVIDER_BALANCE = "provider_balance", Text("Balance at the provider"), True
    PROCESSING_FEE = "processing_fee", Text("Processing fees paid"), True
    PROCESSING_FEE_RECOVERY = "processing_fee_recovery", Text("Processing fees charged to sellers"), False
    FEE_VARIANCE = "fee_variance", Text("Difference between charged and true processing fees"), False
    PLATFORM_FEE = "platform_fee", Text("Platform fees"), False
    SELLER_HELD = "seller_held", Text("Held for the seller"), False
    SELLER_PAYABLE = "seller_payable", Text("Available to the seller"), False
    SELLER_DEBT = "seller_debt", Text("Owed by the seller"), True
    REFUND_PENDING = "refund_pending", Text("Refunds on their way"), False
    DISCOUNT_EXPENSE = "discount_expense", Text("Discounts borne by the platform"), True
    REFUND_COST = "refund_cost", Text("Refund costs borne by the platform"), True
    DISPUTE_HOLD = "dispute_hold", Text("Taken back by buyers' banks, not decided yet"), True
    DISPUTE_FEE = "dispute_fee", Text("Dispute fees"), True
    PLATFORM_BANK = "platform_bank", Text("To and from the marketplace's own bank"), True
    RECONCILIATION_DIFFERENCE = "reconciliation_difference", Text("Differences to the provider, written off"), True
    UNAPPLIED_RECEIPTS = "unapplied_receipts", Text("Received, to be returned to the buyer"), False
    WALLET = "wallet", Text("In buyers' wallets"), False
    WALLET_EXPENSE = "wallet_expense", Text("Goodwill put into wallets"), True
    BANK_ACCOUNT = "bank_account", Text("On the marketplace's bank account for buyers"), True
    TRANSFERS_RECEIVED = "transfers_received", Text("Received by bank transfer, not used yet"), False
    CREDITS_ISSUED = "credits_issued", Text("Credits sold and not used yet"), True
    CREDITS_HELD = "credits_held", Text("Credits that people hold"), False
    CREDITS_DEFERRED = "credits_deferred", Text("Paid for credits that are not used yet"), False
    CREDIT_REVENUE = "credit_revenue", Text("Earned with credits that were used"), False


OF_SELLERS = (Account.SELLER_HELD, Account.SELLER_PAYABLE, Account.SELLER_DEBT)
"""Where a seller's money stands: their postings under a seller's name, with the sign turned, make the balance."""
PAID_FROM = (Account.PROVIDER_CLEARING, Account.WALLET, Account.TRANSFERS_RECEIVED)
"""Where what a buyer pays comes from: a capture debits one of these, never two."""
