"""References that buyers write on a transfer, accounts, and what a transfer that came in is worth. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payment_records.states import PaymentStatus

BANK_TRANSFER = "bank_transfer"
"""What a payment names as its provider when its buyer transfers the money: there is no page and no call."""
TAKES_TWO = Text("That much takes two. Another admin must do this.")
LONGEST_TEXT = 500
LONGEST_NAME = 140
_DIGITS = 8
_MOST_DIGITS = 10
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NOT_A_SIGN = re.compile(r"[^A-Z0-9]")
_MARK = "RF"


class Origin(Labelled):
    """How a transfer that came in became known."""

    HAND = "hand", Text("Recorded by hand")
    CSV = "csv", Text("From a CSV file of the bank")
    CAMT = "camt", Text("From a camt.053 file of the bank")


class Purpose(Labelled):
    """Why money leaves the marketplace's account for buyers."""

    REFUND = "refund", Text("Refund")
    RETURN = "return", Text("Goes back to its sender")


class Doubt(StrEnum):
    """Why a transfer does not settle a payment by itself."""

    NO_REFERENCE = "no_reference"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    OTHER_CURRENCY = "other_currency"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    PAID = "paid"
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A payment as a transfer for it finds it; `open_minor` has come for it already and is not used yet."""

    status: PaymentStatus
    amount: Money
    open_minor: int = 0


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line of the bank's statement: money that came in on `booked_on`, a day (ISO 8601)."""

    origin: Origin
    line_id: str
    amount: Money
    booked_on: str
    text: str
    payer_name: str = ""
    payer_account: str = ""


def reference_of(payment_id: int) -> str:
    """Return the creditor reference of a payment (ISO 11649), without blanks: RF and two check digits first."""
    payload = f"{payment_id:0{_DIGITS}d}"
    return f"{_MARK}{_check_digits(payload)}{payload}"


def in_groups(text: str) -> str:
    """Return a reference or an IBAN as people read it: in groups of four."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def payments_named_in(text: str) -> tuple[int, ...]:
    """Return the ids of the payments whose references stand in `text`, in their order, each once.

    Blanks, signs and case between do not matter, and a letter may stand for the digit that it looks like. Check digits
    must be right.
    """
    return tuple(dict.fromkeys(_named_in(_NOT_A_SIGN.sub("", text.upper()))))


def _named_in(signs: str) -> Iterator[int]:
    for found in re.finditer(_MARK, signs):
        rest = signs[found.end() : found.end() + 2 + _MOST_DIGITS].translate(_ALIKE)
        for width in range(_DIGITS, _MOST_DIGITS + 1):
            payload = rest[2 : 2 + width]
            is_whole = len(payload) == width and (rest[:2] + payload).isdecimal()
            # Longer ones are of later payments, and are not filled up with zeros.
            if is_whole and rest[:2] == _check_digits(payload) and (width == _DIGITS or payload[0] != "0"):
                yield int(payload)


def _check_digits(payload: str) -> str:
    letters = "".join(str(int(sign, 36)) for sign in _MARK)
    return f"{98 - int(f'{payload}{letters}00') % 97:02d}"


def doubt_of_text(named: int, *, is_known: bool) -> Doubt | None:
    """Return why a text with so many references names no one payment; `is_known`: it is one that waits or waited."""
    if named == 0:
        return Doubt.NO_REFERENCE
    if named > 1:
        return Doubt.SEVERAL
    return None if is_known else Doubt.UNKNOWN


def judge(awaited: Awaited, amount: Money) -> Doubt | None:
    """Return why `amount` does not settle a payment by itself, together with what has come before; None: it does."""
    if awaited.status is PaymentStatus.EXPIRED:
        return Doubt.TOO_LATE
    if awaited.status is PaymentStatus.CANCELLED:
        return Doubt.CANCELLED
    if awaited.status is not PaymentStatus.PENDING:
        return Doubt.PAID
    if amount.currency != awaited.amount.currency:
        return Doubt.OTHER_CURRENCY
    total = amount.minor + awaited.open_minor
    if total == awaited.amount.minor:
        return None
    return Doubt.TOO_LITTLE if total < awaited.amount.minor else Doubt.TOO_MUCH


def due_at(now: datetime, due_days: int) -> datetime:
    """Return by when a transfer for a purchase made at `now` is to be here."""
    return now + timedelta(days=due_days)


def pay_until(now: datetime, due_days: int, grace_days: int) -> datetime:
    """Return until when the goods wait for a transfer: some days longer than the buyer is told."""
    return due_at(now, due_days) + timedelta(days=grace_days)


def check_iban(text: str) -> str:
    """Return an IBAN without blanks; raises Invalid naming `iban` where it can't be one (ISO 13616, mod 97)."""
    try:
        return str(ibans.validate(text, check_country=False))
    except ValidationError as error:
        raise Invalid(_("This is no IBAN. Please look at it once more."), field="iban") from error


def iban_in(text: str) -> str:
    """Return the IBAN that a payer's account is; "" for an account without one."""
    return str(ibans.compact(text)) if text and ibans.is_valid(text, check_country=False) else ""


def check_bic(text: str) -> str:
    """Return a BIC without blanks, "" for none; raises Invalid naming `bic` where it can't be one."""
    if not text.strip():
        return ""
    try:
        return str(bics.validate(text))
    except ValidationError as error:
        raise Invalid(_("This is no BIC. It has 8 or 11 letters and digits."), field="bic") from error


def check_other(first_id: int | None, admin_id: int) -> None:
    """Raise NotAllowed for the admin who has done the first step of what takes two."""
    if first_id == admin_id:
        raise NotAllowed(_(TAKES_TWO))


def check_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text of the bank on one line, cut to what is kept."""
    return " ".join(text.split())[:longest]


def check_line_id(text: str) -> str:
    """Return the bank's id of a line; raises Invalid naming `line_id` for none, or more than 100 characters."""
    found = text.strip()
    if not found or len(found) > 100:
        raise Invalid(_("Enter the bank's number of this line, at most 100 characters."), field="line_id")
    return found


def check_covers(total: Money, wanted: Money) -> None:
    """Raise Conflict when what came in does not cover a payment."""
    if total.currency != wanted.currency:
        raise Conflict(_("It is in another currency than the payment."))
    if total < wanted:
        raise Conflict(_("It does not cover the payment. Keep it until the rest has come, or send it back."))
