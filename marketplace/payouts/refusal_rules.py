"""What a refusal of the provider, or a failure at the bank, means for a payout: in words, and what follows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.language import Text

_A_DAY = timedelta(days=1)


class Again(StrEnum):
    """When a payout that was refused or has failed is tried again by itself."""

    NEXT_DAY = "next_day"
    WHEN_ENABLED = "when_enabled"
    """A day later at the earliest, and not before the provider lets the seller be paid."""
    WHEN_BANK_CHANGED = "when_bank_changed"
    """When the seller has named another bank account."""
    BY_PERSON = "by_person"


_ACCOUNT_SAYS_NO = Text(
    "The provider does not pay into this account for now. It is tried again when the account is ready."
)
_BANK_SAYS_NO = Text("The bank did not take it. It is sent again when there is another bank account.")
# Codes: https://docs.stripe.com/error-codes and https://docs.stripe.com/api/payouts/failures
_REFUSALS: Mapping[str, tuple[str, Again]] = {
    "balance_insufficient": (
        Text("The balance at the provider is too low. It is tried again the next day."),
        Again.NEXT_DAY,
    ),
    "insufficient_funds": (
        Text("The balance at the provider is too low. It is tried again the next day."),
        Again.NEXT_DAY,
    ),
    "could_not_process": (Text("The bank could not process it. It is tried again the next day."), Again.NEXT_DAY),
    "given_up": (Text("Nothing of it reached the provider. It is tried again the next day."), Again.NEXT_DAY),
    "account_invalid": (_ACCOUNT_SAYS_NO, Again.WHEN_ENABLED),
    "account_country_invalid_address": (
        Text("The provider knows the payout account in another country than its address. We look into it."),
        Again.BY_PERSON,
    ),
    "insufficient_capabilities_for_transfer": (_ACCOUNT_SAYS_NO, Again.WHEN_ENABLED),
    "transfers_not_allowed": (_ACCOUNT_SAYS_NO, Again.WHEN_ENABLED),
    "payouts_not_allowed": (_ACCOUNT_SAYS_NO, Again.WHEN_ENABLED),
    "account_closed": (
        Text(
            "The bank account has been closed. The bank did not take it. "
            "It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "account_frozen": (
        Text(
            "The bank account is frozen. The bank did not take it. It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "bank_account_restricted": (_BANK_SAYS_NO, Again.WHEN_BANK_CHANGED),
    "debit_not_authorized": (_BANK_SAYS_NO, Again.WHEN_BANK_CHANGED),
    "incorrect_account_holder_name": (
        Text(
            "The name does not fit the bank account. The bank did not take it. "
            "It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "invalid_account_number": (
        Text(
            "The bank account number is wrong. The bank did not take it. "
            "It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "invalid_currency": (
        Text(
            "The bank account is in another currency. The bank did not take it. "
            "It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "no_account": (
        Text(
            "The bank knows no such account. The bank did not take it. "
            "It is sent again when there is another bank account."
        ),
        Again.WHEN_BANK_CHANGED,
    ),
    "not_found": (
        Text("No answer for a day, and the provider shows no such payment. Look there first."),
        Again.BY_PERSON,
    ),
    "canceled": (Text("It was called off at the provider. Send it again when that is settled."), Again.BY_PERSON),
}


@dataclass(frozen=True)
class Refusal:
    """Why a transfer or a payment to the bank was not made, in words, and what follows."""

    words: str
    again: Again
    next_attempt_at: datetime | None
    """When the house looks at it again by itself; None: a person has to."""


def refusal(code: str, message: str, now: datetime) -> Refusal:
    """Return what a refusal of the provider, or a failure at the bank, means; `code` is the provider's open word."""
    said = (message or code).rstrip(".")
    words, again = _REFUSALS.get(code, (f"The provider says: {said}.", Again.BY_PERSON))
    wait = timedelta(0) if again is Again.WHEN_BANK_CHANGED else _A_DAY
    return Refusal(words, again, None if again is Again.BY_PERSON else now + wait)
