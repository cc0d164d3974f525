"""The forms of the onboarding page: what each step asks for, and what is wrong with what was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from marketplace.sandbox import account_state
from marketplace.sandbox.account_state import BANK, person_prefix
from marketplace.sandbox.business_days import is_date
from marketplace.sandbox.external_accounts import behaviour_of
from marketplace.sandbox.store import Stored, Work

STEPS = {"business": "Your business", "person": "About you", "document": "Identity document",
         "bank": "Bank account", "review": "Check and submit"}  # fmt: skip
TRADES = (("5533", "Car parts"), ("5511", "Cars, new and used"), ("5521", "Used cars only"), ("7538", "Workshop"),
          ("5999", "Something else"))  # fmt: skip
_EMAIL = re.compile(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")


@dataclass(frozen=True)
class Field:
    """One thing a step asks for: the name in the form, the words, and the name of the requirement it meets."""

    name: str
    label: str
    requirement: str
    problem: str
    hint: str = ""
    inputmode: str = ""
    autocomplete: str = "off"
    secret: bool = False
    longest: int = 200


@dataclass
class Entry:
    """What was typed in a step: `given` by requirement, `problems` by name in the form; empty means it can go on."""

    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def person_fields(account: Stored, *, more: bool) -> list[Field]:
    """Return what is asked of the seller, or of the one who acts for the company; `more` asks ahead of need."""
    prefix = person_prefix(account)
    found = [
        Field("first_name", "First name", "first_name", "Type your first name.", autocomplete="given-name"),
        Field("last_name", "Last name", "last_name", "Type your last name.", autocomplete="family-name"),
        Field("email", "E-mail", "email", "Type an e-mail address, such as name@example.com.", autocomplete="email"),
        Field("line1", "Street and number", "address.line1", "Type the street and the number.",
              autocomplete="address-line1"),
        Field("postal_code", "Postal code", "address.postal_code", "Type the postal code.", autocomplete="postal-code"),
        Field("city", "Town", "address.city", "Type the town.", autocomplete="address-level2"),
    ]  # fmt: skip
    if account.data["country"] == "US":
        found += [
            Field("state", "State", "address.state", "Type the state, such as CA.", autocomplete="address-level1"),
            Field("ssn_last_4", "Last 4 digits of the social security number", "ssn_last_4", "Type 4 digits.",
                  hint="Any 4 digits will do here.", inputmode="numeric", secret=True, longest=4),
        ]  # fmt: skip
    if more:
        found.append(Field("id_number", "Identity number", "id_number", "Type your identity number.",
                           hint="Asked for ahead of need. Any number will do.", secret=True))  # fmt: skip
    return [Field(**{**vars(one), "requirement": f"{prefix}.{one.requirement}"}) for one in found]


def steps_of(work: Work, account: Stored) -> list[tuple[str, bool]]:
    """Return the steps that make sense for an account now, in order, and whether each is done."""
    lacking = account_state.missing_fields(work, account)
    asked = [one["field"] for one in account.private["asked"]]
    done = {
        "business": not [name for name in lacking if name.startswith(("business_", "company."))],
        "person": not [name for name in lacking if name.startswith(person_prefix(account))],
        "document": not any(name.endswith("verification.document") for name in asked),
        "bank": BANK not in lacking,
        "review": not [name for name in lacking if name.startswith("tos_")],
    }
    return [(name, done[name]) for name in STEPS if name != "document" or not done["document"]]


def read(account: Stored, step: str, form: Mapping[str, str], *, more: bool) -> Entry:
    """Check what was typed in a step."""
    text = {name: value.strip()[:2_000] for name, value in form.items()}
    if step == "business":
        return _business(text)
    if step == "person":
        return _person(account, text, more=more)
    if step == "document":
        return _document(account, text)
    return _bank(text) if step == "bank" else Entry()


def _business(text: dict[str, str]) -> Entry:
    entry = Entry()
    kind, trade, about = text.get("business_type", ""), text.get("mcc", ""), text.get("product_description", "")
    if kind not in ("individual", "company"):
        entry.problems["business_type"] = "Choose who sells."
    if trade not in dict(TRADES):
        entry.problems["mcc"] = "Choose what you sell."
    if len(about) < 10:
        entry.problems["product_description"] = "Say in a few words what you sell, at least 10 signs."
    entry.given |= {"business_type": kind, "business_profile.mcc": trade, "business_profile.product_description": about}
    if kind == "company":
        if not text.get("company_name"):
            entry.problems["company_name"] = "Type the name of the company."
        if not text.get("tax_id"):
            entry.problems["tax_id"] = "Type the company number."
        entry.given |= {"company.name": text.get("company_name", ""), "company.tax_id": "provided"}
    return entry


def _person(account: Stored, text: dict[str, str], *, more: bool) -> Entry:
    entry, prefix = Entry(), person_prefix(account)
    for one in person_fields(account, more=more):
        typed = text.get(one.name, "")
        kept = one.secret and not typed and account.private["given"].get(one.requirement)
        wrong = (one.name == "email" and not _EMAIL.match(typed)) or (
            one.name == "ssn_last_4" and not kept and not re.fullmatch(r"[0-9]{4}", typed)
        )
        if wrong or not (typed or kept):
            entry.problems[one.name] = one.problem
        elif not kept:
            entry.given[one.requirement] = "provided" if one.secret else typed
    day, month, year = (text.get(f"dob_{part}", "") for part in ("day", "month", "year"))
    if not is_date(year, month, day):
        entry.problems["dob_day"] = "Type the day, month and year of birth, such as 9, 3 and 1985."
    entry.given |= {f"{prefix}.dob.day": day, f"{prefix}.dob.month": month, f"{prefix}.dob.year": year}
    return entry


def _document(account: Stored, text: dict[str, str]) -> Entry:
    choice = text.get("document", "")
    if choice not in ("readable", "unreadable"):
        return Entry(problems={"document": "Choose one of the two test documents."})
    return Entry({f"{person_prefix(account)}.verification.document": choice})


def _bank(text: dict[str, str]) -> Entry:
    number = re.sub(r"[\s-]", "", text.get("account", ""))
    if behaviour_of(number) is None:
        return Entry(problems={"account": "Use one of the test account numbers below. No real account is ever paid."})
    return Entry({"number": number})
