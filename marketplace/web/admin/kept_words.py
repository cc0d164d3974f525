"""Words that stand in rows in English, as whoever looks at them reads them."""

from marketplace.history import ActorKind
from marketplace.language import Text
from marketplace.payments.timeline_queries import Change
from marketplace.web.stored_words import as_read

_ACTORS = {ActorKind.USER: Text("User"), ActorKind.PROVIDER: Text("Provider"), ActorKind.JOB: Text("Job")}
_SINGULAR = {
    "purchase": Text("Purchase"),
    "order": Text("Order"),
    "refund": Text("Refund"),
    "dispute": Text("Dispute"),
    "payout": Text("Payout"),
    "invoice": Text("Invoice"),
    "listing": Text("Listing"),
    "mail": Text("Mail"),
    "provider_event": Text("Provider event"),
    "reconciliation_break": Text("Reconciliation break"),
    "failed_job": Text("Failed job"),
    "seller_debt": Text("Seller debt"),
    "ledger_entry": Text("Ledger entry"),
    "ledger_posting": Text("Ledger posting"),
    "notification": Text("Notification"),
    "status_change": Text("Status change"),
    "payment_block": Text("Payment block"),
    "payment": Text("Payment"),
    "payment_tracker": Text("Provider's payment"),
    "payment_transaction": Text("Share"),
    "unapplied_receipt": Text("Receipt"),
    "outbound_call": Text("Call"),
    "seller_account": Text("Seller's account"),
    "transfer_reversal": Text("Transfer taken back"),
    "stock_reservation": Text("Reservation"),
    "discount": Text("Discount code"),
    "discount_use": Text("Use of a code"),
    "auction": Text("Auction"),
    "bid": Text("Bid"),
}
NOTICES = (
    Text("Order paid"),
    Text("Order received"),
    Text("Order shipped"),
    Text("Parcel sent"),
    Text("Order delivered"),
    Text("Order cancelled"),
    Text("Payment failed"),
    Text("Payment expired"),
    Text("Payment returned"),
    Text("Return failed"),
    Text("Money released"),
    Text("Statement ready"),
    Text("Invoice ready"),
    Text("Payout sent"),
    Text("Payout paid"),
    Text("Payout refused"),
    Text("Payout failed"),
    Text("Payout skipped"),
    Text("Payout taken back"),
    Text("Refund asked"),
    Text("Refund approved"),
    Text("Refund rejected"),
    Text("Refund withdrawn"),
    Text("Refund completed"),
    Text("Refund failed"),
    Text("Refund pictures added"),
    Text("Refund picture removed"),
    Text("Account enabled"),
    Text("Account restricted"),
    Text("Account disconnected"),
    Text("Account rejected"),
    Text("Account deadline"),
    Text("Debt paid"),
    Text("Debt written off"),
    Text("Reversal done"),
    Text("Reversal refused"),
    Text("Dispute warned"),
    Text("Dispute asked"),
    Text("Dispute taken"),
    Text("Dispute answered"),
    Text("Dispute closed"),
    Text("Dispute won"),
    Text("Dispute lost"),
    Text("Dispute contributed"),
    Text("Message received"),
    Text("Question asked"),
    Text("Question answered"),
    Text("Message hidden"),
    Text("Review received"),
    Text("Review answered"),
    Text("Review hidden"),
    Text("Report received"),
    Text("Report decided"),
    Text("Ship by reminder"),
    Text("New sign in"),
    Text("Password changed"),
    Text("Price dropped"),
    Text("Search found"),
    Text("Auction outbid"),
    Text("Auction won"),
    Text("Auction offered"),
    Text("Auction lost"),
    Text("Auction ended"),
    Text("Auction unpaid"),
)
"""What people are told, each kind in a few words."""
STATUSES = (
    Text("Pending"),
    Text("Paid"),
    Text("Failed"),
    Text("Canceled"),
    Text("In transit"),
    Text("Succeeded"),
    Text("Requires action"),
    Text("Needs response"),
    Text("Under review"),
    Text("Won"),
    Text("Lost"),
    Text("Available"),
)
"""How objects stand at the provider, in its words."""


ACCOUNTS = (
    Text("Seller held"),
    Text("Seller payable"),
    Text("Seller debt"),
    Text("Refund pending"),
)
"""Accounts of the ledger that may stand below zero, by their names in rows."""
INVOICE_CHECKS = (
    Text("Invoice numbers have no gaps"),
    Text("Invoices have the numbers of their series"),
    Text("Invoices are as they were frozen"),
    Text("Invoices say what their rows say"),
    Text("Invoices are the sum of their lines"),
    Text("Invoices sum to their tax by rate"),
    Text("Invoices tax the delivery as agreed"),
    Text("Invoices equal their orders as charged"),
    Text("Credit notes equal what went back"),
    Text("What was paid has its invoice"),
    Text("What went back has its credit note"),
    Text("Invoices are paid when nothing is due"),
    Text("Commission invoices equal the fees of their month"),
)


def actor_text(change: Change) -> str:
    """Return who made a change: a person's name, or what else it was."""
    return change.actor_name or str(_ACTORS[change.actor_kind])


def plain_text(word: str) -> str:
    """Return a word of a row or of the provider, such as `in_transit`, as pages say it."""
    text = word.replace("_", " ")
    return as_read(text[:1].upper() + text[1:])


def subject_text(subject: str, subject_id: int | str) -> str:
    """Return what a row is, in words with its number."""
    return f"{_SINGULAR.get(subject) or plain_text(subject)} {subject_id}".strip()
