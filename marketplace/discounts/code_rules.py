"""What a code may look like and promise. Pure; each refusal names the field of the form."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from marketplace.catalog.rules import CARS, CATEGORIES
from marketplace.discounts.rules import DiscountKind
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.numerals import as_written, typed_number

_CODE = re.compile(r"[A-Z0-9]([A-Z0-9-]{1,28})[A-Z0-9]")
_LARGEST_AMOUNT = 10**12
_MOST_USES = 1_000_000


def normal(code: str) -> str:
    """Return a code as it is compared: in capital letters and without spaces."""
    return "".join(code.split()).upper()


def check_code(code: str) -> None:
    """Raise Invalid unless a code is 3 to 30 letters, digits and hyphens, as people can type them."""
    if not _CODE.fullmatch(code):
        raise Invalid(_("Use 3 to 30 letters and digits, with hyphens between them."), field="code")


def check_wish(
    *,
    kind: DiscountKind,
    currency: str | None,
    basis_points: int,
    amount_minor: int,
    cap_minor: int | None,
    minimum_minor: int | None,
    max_uses: int | None,
    max_uses_per_buyer: int | None,
    valid_from: datetime,
    valid_until: datetime | None,
) -> None:
    """Raise Invalid for a promise that takes nothing off, has no currency for its amounts, or ends before it begins."""
    if kind is DiscountKind.PERCENTAGE and not (1 <= basis_points <= 10_000 and amount_minor == 0):
        raise Invalid(_("Enter a percentage from %(least)s to 100.", least=as_written("0.01")), field="value")
    if kind is DiscountKind.FIXED and not (1 <= amount_minor <= _LARGEST_AMOUNT and basis_points == 0):
        raise Invalid(_("Enter an amount above zero."), field="value")
    if kind is DiscountKind.FIXED and cap_minor is not None:
        raise Invalid(_("A fixed amount needs no cap."), field="cap")
    for amount, field in ((cap_minor, "cap"), (minimum_minor, "minimum")):
        if amount is not None and not 1 <= amount <= _LARGEST_AMOUNT:
            raise Invalid(_("Enter an amount above zero, or leave it empty."), field=field)
    if currency is None and (amount_minor or cap_minor is not None or minimum_minor is not None):
        raise Invalid(_("Choose the currency of the amounts."), field="currency")
    for uses, field in ((max_uses, "max_uses"), (max_uses_per_buyer, "max_uses_per_buyer")):
        if uses is not None and not 1 <= uses <= _MOST_USES:
            raise Invalid(_("Enter a number from 1, or leave it empty."), field=field)
    if valid_until is not None and valid_until <= valid_from:
        raise Invalid(_("The last day lies before the first."), field="valid_until")


def check_categories(categories: Sequence[str]) -> None:
    """Raise Invalid for a category that the shop does not have."""
    if not set(categories) <= {CARS, *CATEGORIES}:
        raise Invalid(_("Choose categories of the list."), field="categories")


def check_max_uses(max_uses: int | None, used: int) -> None:
    """Raise Invalid for a limit below what is used already."""
    if max_uses is not None and max_uses < used:
        raise Invalid(_("It is used %(used)s times already. Pause it to stop it.", used=used), field="max_uses")


def check_max_uses_per_buyer(max_uses: int | None, used: int) -> None:
    """Raise Invalid for a limit below what one buyer has used already."""
    if max_uses is not None and max_uses < used:
        raise Invalid(_("One buyer has used it %(used)s times already.", used=used), field="max_uses_per_buyer")


def typed_percentage(text: str) -> int:
    """Return a percentage as it was typed (10, 12.5 or 12,5) in basis points; raises Invalid for anything else."""
    basis_points = typed_number(text.strip().removesuffix("%"), 2, is_grouped=False)
    if basis_points is None:
        raise Invalid(_("Write the percentage like this: %(example)s", example=as_written("12.5")), field="value")
    return basis_points


def typed_count(text: str, *, field: str) -> int | None:
    """Return a number of uses as it was typed, None for nothing; raises Invalid naming `field`."""
    digits = text.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
        raise Invalid(_("Enter a number from 1, or leave it empty."), field=field)
    return int(digits)


def first_moment(day: date) -> datetime:
    """Return when a day begins (UTC)."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """Return when a day has ended (UTC): a code is valid on its last day."""
    return first_moment(day) + timedelta(days=1)


def last_day(valid_until: datetime) -> date:
    """Return the last day of a code that is valid until a moment."""
    return (valid_until - timedelta(seconds=1)).date()
