"""What people may choose: every kind of notification belongs to one topic of mail. Pure.

Kinds are named by their words, because the enum stands beside the table; a test compares both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.language import Text


class Audience(StrEnum):
    """Whom a topic is for."""

    ACCOUNT = "account"
    BUYING = "buying"
    SELLING = "selling"
    HOUSE = "house"


class Topic(StrEnum):
    """Mails that are turned on and off together."""

    SECURITY = "security"
    MODERATION = "moderation"
    MESSAGES = "messages"
    INVOICES = "invoices"
    RECEIPTS = "receipts"
    RETURNED = "returned"
    WALLET = "wallet"
    BIDS = "bids"
    WON = "won"
    UNPAID = "unpaid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDS = "refunds"
    BANK = "bank"
    REVIEW_ANSWERS = "review-answers"
    SAVED = "saved"
    SALES = "sales"
    AUCTIONS = "auctions"
    SHIP_BY = "ship-by"
    SALES_CANCELLED = "sales-cancelled"
    SALES_DELIVERED = "sales-delivered"
    SALES_REFUNDS = "sales-refunds"
    DISPUTES = "disputes"
    PAYOUTS = "payouts"
    PAYOUT_TROUBLE = "payout-trouble"
    PAYOUT_ACCOUNT = "payout-account"
    BALANCE = "balance"
    STATEMENTS = "statements"
    REVIEWS = "reviews"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class TopicWords:
    """A topic as the account page shows it; `always` says why it can't be turned off, "" when it can."""

    audience: Audience
    label: str
    note: str
    always: str = ""


_A, _T = Audience, Topic
WORDS: Mapping[Topic, TopicWords] = {
    _T.SECURITY: TopicWords(
        _A.ACCOUNT,
        Text("Sign-in and password"),
        Text("A sign-in on a new device, a changed password or second step, and the links you ask for."),
        Text("If it was not you, this mail is how you learn of it."),
    ),
    _T.MODERATION: TopicWords(
        _A.ACCOUNT,
        Text("Decisions about you and what you wrote"),
        Text("What became of your report, that something you wrote was hidden, or that your account was suspended."),
        Text("You have a right to know what was decided, and why."),
    ),
    _T.MESSAGES: TopicWords(
        _A.ACCOUNT, Text("Messages"), Text("Somebody has written to you. Not when you have read it in the app already.")
    ),
    _T.INVOICES: TopicWords(_A.ACCOUNT, Text("Invoices"), Text("Invoices and credit notes, as PDF with the mail.")),
    _T.RECEIPTS: TopicWords(
        _A.BUYING,
        Text("Receipts"),
        Text("What you bought, from whom, and what you paid."),
        Text("A receipt is part of the purchase: you may need it later."),
    ),
    _T.RETURNED: TopicWords(
        _A.BUYING,
        Text("Money that goes back to you"),
        Text("A payment that we could not use goes back, or a package of credits with its money."),
        Text("It is about your money."),
    ),
    _T.WALLET: TopicWords(
        _A.BUYING,
        Text("Your wallet"),
        Text("We put money into your wallet, or took it back."),
        Text("It is about your money."),
    ),
    _T.BIDS: TopicWords(
        _A.BUYING, Text("Your bids"), Text("Somebody bids more than you, or an auction ended without you.")
    ),
    _T.WON: TopicWords(
        _A.BUYING,
        Text("Auctions you have won"),
        Text("What you have won, and until when to pay it."),
        Text("Who pays too late loses it."),
    ),
    _T.UNPAID: TopicWords(
        _A.BUYING,
        Text("Payments that did not go through"),
        Text("A declined payment, or a payment page that has closed."),
    ),
    _T.SHIPPED: TopicWords(_A.BUYING, Text("On its way"), Text("A seller has sent your order, and how to follow it.")),
    _T.DELIVERED: TopicWords(_A.BUYING, Text("Arrived"), Text("An order counts as delivered on somebody else's word.")),
    _T.CANCELLED: TopicWords(
        _A.BUYING,
        Text("Cancelled orders"),
        Text("An order was called off, and what goes back to you."),
        Text("It changes what you get and what you pay."),
    ),
    _T.REFUNDS: TopicWords(_A.BUYING, Text("Steps of a refund"), Text("Asked, approved, rejected, and back with you.")),
    _T.BANK: TopicWords(
        _A.BUYING, Text("Your bank and your payment"), Text("Steps of a payment that you disputed at your bank.")
    ),
    _T.REVIEW_ANSWERS: TopicWords(
        _A.BUYING, Text("Answers to your reviews"), Text("A seller has answered a review of yours.")
    ),
    _T.SAVED: TopicWords(
        _A.BUYING,
        Text("What you saved"),
        Text("A saved listing costs less, or a saved search has found something new."),
    ),
    _T.SALES: TopicWords(_A.SELLING, Text("Sales"), Text("A new paid order, and what you receive.")),
    _T.AUCTIONS: TopicWords(
        _A.SELLING, Text("Your auctions"), Text("How an auction of yours ended, and when its winner has not paid.")
    ),
    _T.SHIP_BY: TopicWords(
        _A.SELLING, Text("Reminders to send"), Text("On the last day to send an order that is not sent.")
    ),
    _T.SALES_CANCELLED: TopicWords(
        _A.SELLING,
        Text("Cancelled sales"),
        Text("An order was called off, or must wait while we check its payment."),
        Text("Who does not read it sends goods that are not paid for."),
    ),
    _T.SALES_DELIVERED: TopicWords(_A.SELLING, Text("Arrived at the buyer"), Text("What you sent has arrived.")),
    _T.SALES_REFUNDS: TopicWords(
        _A.SELLING, Text("Refunds"), Text("A buyer asks for money back, and what became of it.")
    ),
    _T.DISPUTES: TopicWords(
        _A.SELLING,
        Text("Disputes"),
        Text("A buyer's bank asks about a payment, or takes it back."),
        Text("Banks set a deadline. Who misses it loses the money."),
    ),
    _T.PAYOUTS: TopicWords(_A.SELLING, Text("Payouts"), Text("A payout was sent, and has reached your bank.")),
    _T.PAYOUT_TROUBLE: TopicWords(
        _A.SELLING,
        Text("Payouts that did not work"),
        Text("A payout failed, was refused, or was left out, and why."),
        Text("Your money waits until the cause is gone."),
    ),
    _T.PAYOUT_ACCOUNT: TopicWords(
        _A.SELLING,
        Text("Your payout account"),
        Text("What the payment provider needs of you, and by when."),
        Text("Without it you are not paid and your shop takes no orders."),
    ),
    _T.BALANCE: TopicWords(
        _A.SELLING, Text("Your balance"), Text("The hold of an order has ended, or a debt was paid.")
    ),
    _T.STATEMENTS: TopicWords(_A.SELLING, Text("Statements"), Text("The statement of a month is ready.")),
    _T.REVIEWS: TopicWords(_A.SELLING, Text("Reviews"), Text("A buyer has reviewed what you sold.")),
    _T.HOUSE: TopicWords(
        _A.HOUSE,
        Text("Work for admins"),
        Text("Reports, refunds, disputes, payouts and payments that wait for somebody."),
    ),
}
_REFUND = {"buyer": _T.REFUNDS, "seller": _T.SALES_REFUNDS}
_DISPUTE = {"buyer": _T.BANK, "seller": _T.DISPUTES}
KINDS: Mapping[str, Topic | Mapping[str, Topic]] = {
    **dict.fromkeys(("order_paid", "credits_added"), _T.RECEIPTS),
    "invoice_ready": _T.INVOICES,
    "order_received": _T.SALES,
    "order_shipped": _T.SHIPPED,
    "parcel_sent": _T.SHIPPED,
    "order_delivered": {"buyer": _T.DELIVERED, "seller": _T.SALES_DELIVERED},
    "order_cancelled": {"buyer": _T.CANCELLED, "seller": _T.SALES_CANCELLED},
    **dict.fromkeys(("check_began", "check_cleared"), _T.SALES_CANCELLED),
    "check_needed": _T.HOUSE,
    "ship_by_reminder": _T.SHIP_BY,
    "payment_failed": _T.UNPAID,
    "payment_expired": _T.UNPAID,
    "payment_returned": _T.RETURNED,
    "return_failed": _T.RETURNED,
    **dict.fromkeys(("wallet_added", "wallet_taken_back"), _T.WALLET),
    **dict.fromkeys(("transfer_awaited", "transfer_nearly_due"), _T.RECEIPTS),
    "transfer_given_up": _T.UNPAID,
    **dict.fromkeys(("transfer_sent_back", "refund_account_wanted"), _T.RETURNED),
    **dict.fromkeys(("credits_taken_back", "credits_given_back"), _T.RETURNED),
    **dict.fromkeys(("auction_outbid", "auction_lost"), _T.BIDS),
    **dict.fromkeys(("auction_won", "auction_offered"), _T.WON),
    "auction_ended": _T.AUCTIONS,
    "auction_unpaid": {"buyer": _T.WON, "seller": _T.AUCTIONS},
    "money_released": _T.BALANCE,
    "statement_ready": _T.STATEMENTS,
    "payout_sent": _T.PAYOUTS,
    "payout_paid": _T.PAYOUTS,
    **dict.fromkeys(("payout_refused", "payout_failed", "payout_skipped", "payout_taken_back"), _T.PAYOUT_TROUBLE),
    **{f"refund_{step}": _REFUND for step in ("asked", "approved", "rejected", "withdrawn", "completed", "failed")},
    **dict.fromkeys(("refund_pictures_added", "refund_picture_removed"), _REFUND),
    **{
        f"account_{step}": _T.PAYOUT_ACCOUNT
        for step in ("enabled", "restricted", "disconnected", "rejected", "deadline")
    },
    **dict.fromkeys(("debt_paid", "debt_written_off", "reversal_done", "reversal_refused"), _T.BALANCE),
    **{
        f"dispute_{step}": _DISPUTE
        for step in ("warned", "asked", "taken", "answered", "closed", "won", "lost", "contributed")
    },
    **dict.fromkeys(("message_received", "question_asked", "question_answered"), _T.MESSAGES),
    **dict.fromkeys(
        ("message_hidden", "review_hidden", "report_decided", "suspended", "suspension_lifted"), _T.MODERATION
    ),
    "report_received": _T.HOUSE,
    "review_received": _T.REVIEWS,
    "review_answered": _T.REVIEW_ANSWERS,
    **dict.fromkeys(("price_dropped", "search_found"), _T.SAVED),
    "new_sign_in": _T.SECURITY,
    "password_changed": _T.SECURITY,
    "reset_asked": _T.SECURITY,
    "confirmation_asked": _T.SECURITY,
    **dict.fromkeys(("second_step_on", "second_step_off", "recovery_code_used", "recovery_codes_renewed"), _T.SECURITY),
    **dict.fromkeys(("passkey_added", "passkey_removed", "token_made"), _T.SECURITY),
    **dict.fromkeys(("address_change_asked", "address_link_asked", "address_changed"), _T.SECURITY),
}
"""By kind the topic, or by the part that the person plays in it."""


def topic_of(kind: str, facts: Mapping[str, Any]) -> Topic:
    """Return the topic that a fact belongs to for the person it was told to."""
    role = role_in(facts)
    if role == "admin":
        return Topic.HOUSE
    found = KINDS[kind]
    return found if isinstance(found, Topic) else found[role]


def role_in(facts: Mapping[str, Any]) -> str:
    """Return the part that a person plays in a fact: buyer, seller or admin; "" where there is only one."""
    return str(facts.get("role") or facts.get("to") or "")


def may_be_silenced(topic: Topic) -> bool:
    """Return whether people may turn the mails of a topic off."""
    return not WORDS[topic].always
