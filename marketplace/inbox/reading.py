"""What has come into the folder: a list of mails, and one with its parts."""

import email
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

_NAME = re.compile(r"[0-9]{12}")
_HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """One mail; `name` is how it is found again."""

    name: str
    sender: str
    to: str
    envelope_to: str
    subject: str
    date: datetime | None
    headers: Sequence[tuple[str, str]]
    text: str
    html: str
    files: Sequence[File]


def received(folder: Path, most: int, before: str = "") -> Sequence[Received]:
    """Return the newest mails, at most `most`; only those that came before the mail `before`, where it is given."""
    names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True)
    wanted = [name for name in names if not before or name < before][:most]
    return [mail for mail in (one(folder, name) for name in wanted) if mail]


def one(folder: Path, name: str) -> Received | None:
    """Return one mail, None when there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (folder / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    parsed = email.message_from_bytes(content, policy=default)
    return Received(
        name=name,
        sender=_header(parsed, "From"),
        to=_header(parsed, "To"),
        envelope_to=_header(parsed, "X-Envelope-To"),
        subject=_header(parsed, "Subject"),
        date=_date(parsed),
        headers=[(header, _header(parsed, header)) for header in _HEADERS if parsed[header]],
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        files=[_file(part) for part in parsed.iter_attachments()],
    )


def _header(parsed: EmailMessage, name: str) -> str:
    return " ".join(str(parsed[name] or "").split())


def _date(parsed: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(parsed["Date"]))
    except (TypeError, ValueError):
        return None


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _file(part: EmailMessage) -> File:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    return File(part.get_filename() or "file", part.get_content_type(), content)
