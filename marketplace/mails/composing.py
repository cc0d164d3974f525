"""A mail as it travels: headers that nobody can break out of, text and HTML, and files that go with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from marketplace.mails import rules

# Folded headers would put the address of List-Unsubscribe into encoded words, which no mail program reads.
_POLICY = SMTP.clone(max_line_length=900)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    maintype: str = "application"
    subtype: str = "pdf"


@dataclass(frozen=True, slots=True)
class Written:
    """What a mail says, ready: `unsubscribe_url` is "" for one that can't be turned off."""

    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: a name, an address, and where answers go ("" for the same)."""

    name: str
    address: str
    reply_to: str = ""


def message(
    written: Written, *, sender: Sender, to_name: str, to_address: str, message_id: str, now: datetime
) -> EmailMessage:
    """Return the mail; `to_address` is one that `rules.wire_address` has passed."""
    made = EmailMessage(policy=_POLICY)
    made["From"] = Address(rules.header_text(sender.name), addr_spec=sender.address)
    # By its parts: a whole address may not hold letters that are not ASCII here, although servers take them (RFC 6531).
    local, _, domain = to_address.rpartition("@")
    made["To"] = Address(rules.header_text(to_name), username=local, domain=domain)
    if sender.reply_to:
        made["Reply-To"] = Address(addr_spec=sender.reply_to)
    made["Subject"] = rules.header_text(written.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id
    # RFC 3834: no out-of-office answers to a machine.
    made["Auto-Submitted"] = "auto-generated"
    if written.unsubscribe_url:
        # RFC 2369 and RFC 8058: mail programs show a button, and a press is one POST.
        made["List-Unsubscribe"] = f"<{written.unsubscribe_url}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(written.text)
    made.add_alternative(written.html, subtype="html")
    for file in written.attachments:
        made.add_attachment(
            file.content, maintype=file.maintype, subtype=file.subtype, filename=rules.header_text(file.name)
        )
    return made


def message_id(installation: str, notification_id: int, host: str) -> str:
    """Return the Message-ID of the mail about one notification: the same however often it is sent."""
    return f"<{installation}.{notification_id}@{host}>"
