"""The test cards and test bank accounts: what each number does.

Numbers are Stripe's (docs.stripe.com/testing); two are our own and say so.
The number itself is never stored; what is kept is the name of its behaviour, the brand and the last four digits.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """Why the bank says no, in the words of the API and in plain words for the buyer."""

    code: str
    decline_code: str
    message: str
    plain: str


_CALL_YOUR_BANK = "Your bank said no. Try another card, or call your bank."
GENERIC = Decline(
    "card_declined",
    "generic_decline",
    "Your card was declined.",
    "Your bank said no and gave no reason. Try another card.",
)
DECLINES = {
    "generic_decline": GENERIC,
    "insufficient_funds": Decline(
        "card_declined", "insufficient_funds", "Your card has insufficient funds.",
        "There is not enough money on this card. Try another card.",
    ),
    "lost_card": Decline(
        "card_declined", "lost_card", "Your card was declined.", _CALL_YOUR_BANK
    ),
    "stolen_card": Decline(
        "card_declined", "stolen_card", "Your card was declined.", _CALL_YOUR_BANK
    ),
    "card_velocity_exceeded": Decline(
        "card_declined", "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        "This card was used too often or for too much today. Try another card.",
    ),
    "expired_card": Decline(
        "expired_card", "expired_card", "Your card has expired.",
        "This card has expired. Check the date, or try another card."
    ),
    "incorrect_cvc": Decline(
        "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.",
        "The security code is wrong. Check the three digits on the back of the card.",
    ),
    "processing_error": Decline(
        "processing_error", "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        "Something went wrong at the bank. You were not charged. Try again in a moment.",
    ),
    "blocked": Decline(
        "card_declined", "fraudulent", "Your card was declined.",
        "This payment was blocked as too risky. Try another card."
    ),
    "live_card": Decline(
        "card_declined", "test_mode_live_card",
        "Your card was declined. Your request was in test mode, but used a non test card.",
        "Only the test cards listed below work here. No real card is ever charged.",
    ),
}  # fmt: skip

AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure", "authentication_required",
    "The provided PaymentMethod has failed authentication. You can provide a new payment_method to attempt to fulfill "
    "this PaymentIntent again.",
    "Your bank could not confirm that it is you. You were not charged. Try again, or use another card.",
)  # fmt: skip


@dataclass(frozen=True)
class Behaviour:
    """What happens when this card is used."""

    words: str
    brand: str = "visa"
    decline: str = ""
    declined_later: bool = False  # it can be saved all the same
    authenticate: bool = False
    blocked: bool = False
    risk: str = "normal"
    available_at_once: bool = False
    late_fee: bool = False
    refund: str = ""  # "" straight, "pending" first pending, "fails" fails later
    dispute: str = ""  # a reason for a chargeback, "inquiry", "twice", or "warning" for an early fraud warning


BEHAVIOURS: dict[str, Behaviour] = {
    "4242424242424242": Behaviour("Pays"),
    "5555555555554444": Behaviour("Pays (Mastercard)", brand="mastercard"),
    "378282246310005": Behaviour("Pays (American Express)", brand="amex"),
    "4000000000000077": Behaviour("Pays, and the money is available at once", available_at_once=True),
    "4000000000003600": Behaviour("Pays, but the fee is known one hour later (our own card)", late_fee=True),
    "4000002500003155": Behaviour("Asks for 3-D Secure, then pays", authenticate=True),
    "4000002760003184": Behaviour("Always asks for 3-D Secure, then pays", authenticate=True),
    "4000000000003220": Behaviour("3-D Secure required, then pays", authenticate=True),
    "4000008400001629": Behaviour(
        "3-D Secure passes, then the card is declined", authenticate=True, decline="generic_decline"
    ),
    "4000000000000002": Behaviour("Declined without a reason", decline="generic_decline"),
    "4000000000009995": Behaviour("Declined: not enough money", decline="insufficient_funds"),
    "4000000000009987": Behaviour("Declined: lost card", decline="lost_card"),
    "4000000000009979": Behaviour("Declined: stolen card", decline="stolen_card"),
    "4000000000006975": Behaviour("Declined: used too often", decline="card_velocity_exceeded"),
    "4000000000000069": Behaviour("Declined: expired", decline="expired_card"),
    "4000000000000127": Behaviour("Declined: wrong security code", decline="incorrect_cvc"),
    "4000000000000119": Behaviour("Declined: processing error", decline="processing_error"),
    "4000000000000341": Behaviour(
        "Can be saved, then declined when charged", decline="generic_decline", declined_later=True
    ),
    "4000000000007726": Behaviour("Pays; a refund is pending first, then succeeds", refund="pending"),
    "4000000000005126": Behaviour("Pays; a refund succeeds, then fails after 5 days", refund="fails"),
    "4000000000000259": Behaviour("Pays, then disputed as fraud", dispute="fraudulent"),
    "4000000000002685": Behaviour("Pays, then disputed as not received", dispute="product_not_received"),
    "4000000000001976": Behaviour("Pays, then the bank asks about it (inquiry)", dispute="inquiry"),
    "4000000000005423": Behaviour("Pays, then the bank warns of fraud early", dispute="warning"),
    "4000004040000079": Behaviour("Pays, then disputed twice, half each", dispute="twice"),
    "4100000000000019": Behaviour("Blocked as fraud", decline="blocked", blocked=True, risk="highest"),
    "4000000000004954": Behaviour("Blocked: highest risk", decline="blocked", blocked=True, risk="highest"),
    "4000000000009235": Behaviour("Pays with elevated risk", risk="elevated"),
}
UNKNOWN_CARD = Behaviour("Not a test card", decline="live_card")
WRONG_NUMBER = "4242424242424241"


@dataclass(frozen=True)
class Account:
    """What happens to a bank debit from this account number."""

    words: str
    fails: str = ""
    never_ends: bool = False
    refund: str = "pending"


ACCOUNTS: dict[str, Account] = {
    "000123456789": Account("Succeeds after 2 days"),
    "000111111113": Account("Fails after 2 days: account closed", fails="account_closed"),
    "000222222227": Account("Fails after 2 days: not enough money", fails="insufficient_funds"),
    "000000000009": Account("Stays under way until settled on the dashboard", never_ends=True),
    "000555555559": Account(
        "Succeeds; a refund waits for the buyer's details (our own account)", refund="requires_action"
    ),
}

_BANK_FAILURES = {
    "account_closed": "The customer's bank account has been closed.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
}


def behaviour_of(number: str) -> Behaviour:
    """Return what a card number does; numbers that are not test cards are declined."""
    return BEHAVIOURS.get(number, UNKNOWN_CARD)


def bank_decline(code: str) -> Decline:
    """Return why a bank debit failed."""
    return Decline(code, code, _BANK_FAILURES[code], "Your bank did not pay. You were not charged.")


def brand_of(number: str) -> str:
    """Return the brand of a card number from its first digits."""
    if number in BEHAVIOURS:
        return BEHAVIOURS[number].brand
    if number[:2] in ("34", "37"):
        return "amex"
    return {"4": "visa", "5": "mastercard", "6": "discover"}.get(number[:1], "unknown")


def brand_name(brand: str) -> str:
    """Return a brand as people write it."""
    return {"amex": "American Express", "mastercard": "Mastercard", "visa": "Visa"}.get(brand, brand.capitalize())


def passes_luhn(number: str) -> bool:
    """Return whether the check digit of a card number is right."""
    total = 0
    for index, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
