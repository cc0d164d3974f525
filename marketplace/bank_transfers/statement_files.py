"""The bank's files of what came in: CSV with named columns, and camt.053 (ISO 20022). Read here, believed nowhere."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from marketplace.bank_transfers import camt
from marketplace.bank_transfers.rules import NewLine, Origin, check_text
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money, exponent
from marketplace.numerals import typed_number

LARGEST_FILE = 2 * 1024 * 1024
MOST_LINES = 5_000
COLUMNS = ("line_id", "date", "amount", "currency", "text", "payer_name", "payer_account")
"""What the first row of a CSV file names, in any order. Without `line_id` a line is known by its content."""
_NEEDED = frozenset({"date", "amount", "currency", "text"})
_NO_DATE = Text("The date is no day like 2026-11-30.")
_NO_AMOUNT = Text("The amount is no number like 1234.50.")


@dataclass
class Read:
    """What stands in a file: lines that came in, each with its place, and what can't be read there.

    `left_out` counts money that went out, which is not for here.
    """

    lines: list[tuple[int, NewLine]] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    left_out: int = 0


def read(content: bytes) -> Read:
    """Read a file of the bank by what it begins with. Raises Invalid naming `file` for one that is none."""
    if not content.strip():
        raise Invalid(_("The file is empty."), field="file")
    if len(content) > LARGEST_FILE:
        raise Invalid(_("The file is larger than %(size)s MB.", size=LARGEST_FILE // 1024**2), field="file")
    found = _camt(content) if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _csv(content)
    if len(found.lines) + len(found.wrong) > MOST_LINES:
        raise Invalid(_("The file has more than %(number)s lines.", number=MOST_LINES), field="file")
    return found


def _csv(content: bytes) -> Read:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file is not UTF-8. Save it as “CSV UTF-8”."), field="file") from error
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found, seen = Read(), Counter[str]()
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if missing := sorted(_NEEDED - set(names)):
            columns = ", ".join(missing)
            raise Invalid(_("The first line names no column %(columns)s.", columns=columns), field="file")
        for place, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                _take(found, place, _fields(names, cells), Origin.CSV, seen)
    except csv.Error as error:
        raise Invalid(_("The file is no CSV file that can be read."), field="file") from error
    return found


def _fields(names: list[str], cells: list[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False)}


def _camt(content: bytes) -> Read:
    found, seen = Read(), Counter[str]()
    for place, fields in enumerate(camt.entries(content), start=1):
        _take(found, place, fields, Origin.CAMT, seen)
    return found


def _take(found: Read, place: int, fields: Mapping[str, str], origin: Origin, seen: Counter[str]) -> None:
    """Keep one line, or say what is wrong with it."""
    currency = fields.get("currency", "").upper()
    if not (currency.isascii() and currency.isalpha() and len(currency) == 3):
        found.wrong.append((place, _("The currency is no code like EUR.")))
        return
    text = fields.get("amount", "")
    minor = typed_number(text.removeprefix("-"), exponent(currency), code="en", is_grouped=False)
    if minor is None or minor == 0:
        found.wrong.append((place, _(_NO_AMOUNT)))
        return
    if text.startswith("-"):
        found.left_out += 1
        return
    try:
        day = date.fromisoformat(fields.get("date", "")[:10]).isoformat()
    except ValueError:
        found.wrong.append((place, _(_NO_DATE)))
        return
    line_id = fields.get("line_id", "")[:100] or _stands_for(fields, day, minor, seen)
    line = NewLine(
        origin=origin,
        line_id=line_id,
        amount=Money(minor, currency),
        booked_on=day,
        text=check_text(fields.get("text", "")),
        payer_name=check_text(fields.get("payer_name", "")),
        payer_account=fields.get("payer_account", "")[:64],
    )
    found.lines.append((place, line))


def _stands_for(fields: Mapping[str, str], day: str, minor: int, seen: Counter[str]) -> str:
    """Return what names a line for which the bank has no number: its content, and which of its like in the file."""
    said = [day, str(minor), *(fields.get(name, "") for name in ("currency", "text", "payer_name", "payer_account"))]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:40]
    seen[digest] += 1
    return f"{digest}-{seen[digest]}"
