"""The form on the payment page: what was typed, and what is wrong with it in plain words."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from marketplace.sandbox.cards import ACCOUNTS, BEHAVIOURS, passes_luhn
from marketplace.sandbox.countries import CODES
from marketplace.sandbox.methods import CardEntry, Payer

_EMAIL = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")


@dataclass(frozen=True)
class Entry:
    """A checked form: who pays and with what. `problems` maps field names to messages; empty means it can go on."""

    method: str
    payer: Payer
    card: CardEntry | None = None
    account: str = ""
    saved: str = ""
    """The id of the saved card that is chosen."""
    is_kept: bool = False
    """Whether the card is to be saved for next time."""
    problems: dict[str, str] = field(default_factory=dict)


def read(
    form: Mapping[str, str], methods: list[str], total: int, now: int, saved: Collection[str] = frozenset()
) -> Entry:
    """Check the typed form against virtual time `now`; with a `total` of 0 only the e-mail address counts.

    `saved` are the ids of the cards that the page offers: for one of these nothing else is typed.
    """
    text = {name: form.get(name, "").strip()[:200] for name in ("email", "name", "country", "method")}
    payer = Payer(text["email"], text["name"], text["country"])
    problems: dict[str, str] = {}
    if not _EMAIL.match(payer.email):
        problems["email"] = "Type an e-mail address, such as name@example.com."
    if total == 0:
        return Entry("free", payer, problems=problems)
    if text["method"] in saved:
        return Entry("saved", payer, problems=problems, saved=text["method"])
    if not payer.name:
        problems["name"] = "Type the name of the person who pays."
    if payer.country not in CODES:
        problems["country"] = "Choose a country."
    method = "debit" if text["method"] == "debit" and methods != ["card"] else "card"
    if methods and "card" not in methods:
        method = "debit"
    if method == "debit":
        account = re.sub(r"[\s-]", "", form.get("account", ""))
        if account not in ACCOUNTS:
            problems["account"] = "Use one of the test account numbers below. No real account is ever debited."
        return Entry("debit", payer, account=account, problems=problems)
    card = _card(form, now, problems)
    return Entry("card", payer, card=card, problems=problems, is_kept=form.get("keep") == "yes")


def read_card(form: Mapping[str, str], now: int) -> Entry:
    """Check the form in which a card is saved against virtual time `now`."""
    return read({**form, "method": "card"}, ["card"], 1, now)


def _card(form: Mapping[str, str], now: int, problems: dict[str, str]) -> CardEntry | None:
    number = re.sub(r"[\s-]", "", form.get("number", ""))
    if not re.fullmatch(r"[0-9]{12,19}", number):
        problems["number"] = (
            "Type the card number, 12 to 19 digits." if not number else "This card number is not complete."
        )
    elif number not in BEHAVIOURS and not passes_luhn(number):  # one published test card has a wrong check digit
        problems["number"] = "This card number is not valid. Check the digits."
    expiry = _expiry(form.get("expiry", ""))
    if expiry is None:
        problems["expiry"] = "Type month and year, such as 12 / 34."
    else:
        today = datetime.fromtimestamp(now, UTC)
        if expiry < (today.year, today.month):
            problems["expiry"] = "This date is in the past."
    digits = 4 if number[:2] in ("34", "37") else 3
    if not re.fullmatch(rf"[0-9]{{{digits}}}", form.get("cvc", "").strip()):
        problems["cvc"] = f"Type the {digits} digits of the security code."
    if problems.keys() & {"number", "expiry", "cvc"} or expiry is None:
        return None
    return CardEntry(number, expiry[1], expiry[0])


def _expiry(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*[/\-. ]?\s*([0-9]{2}|20[0-9]{2})\s*", text)
    if not match:
        return None
    year = int(match[2])
    return (year if year > 99 else 2000 + year, int(match[1]))
