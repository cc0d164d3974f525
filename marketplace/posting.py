"""What the mail job does: tell what is found by looking, make mails of what was told, and send them.

It runs beside the tick, under its own lock: a mail server that hangs holds up mail and nothing else.
"""

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from marketplace import db
from marketplace.config import Settings
from marketplace.errors import Invalid
from marketplace.mails import composing, flows, queries, rules, smtp
from marketplace.mails import operations as mails
from marketplace.mails.composing import Sender, Written
from marketplace.mails.flows import Office, Write
from marketplace.mails.smtp import Lost, Refused, Server, ServerDown
from marketplace.notifications import links, security
from marketplace.orders import reminding

_REMINDS_AFTER = timedelta(hours=6)
"""How long after midnight, UTC, sellers are reminded."""
_TELL_AT_ONCE = 100


def tell_found(*, now: datetime, system_now: datetime) -> int:
    """Tell what nobody did just now: what is due today, and what happened to people's accounts; return how much."""
    told = 0
    facts = [*security.due(system_now), *links.due(system_now)]
    if facts:
        told += db.atomic(security.warn, (), facts=facts, now=now)
    today = (now - _REMINDS_AFTER).date()
    if queries.reminded_on() != today:
        told += _remind(today, now)
    return told


def run(settings: Settings, *, write: Write, now: datetime, system_now: datetime) -> int:
    """Do once all that mail does; return how much was told, made and sent. Without a mail server nothing is mailed."""
    told = tell_found(now=now, system_now=system_now)
    if not settings.smtp_host:
        flows.stop_queueing()
        return told
    return told + flows.queue_new(now) + flows.send_due(office(settings, write=write), now)


NOT_SENT = (ServerDown, Refused, Lost, Invalid)
"""What sending the test mail may raise."""


def send_test(settings: Settings, address: str, *, now: datetime) -> None:
    """Send a mail that says that mail works. Raises what NOT_SENT names."""
    to, made = rules.wire_address(address), server(settings)
    text = (
        f"This mail was sent through {made.host}:{made.port} by `flask test-mail`. Nothing is wrong, and nothing to do."
    )
    written = Written("Mail works", f"{text}\n", f"<p>{text}</p>")
    message_id = f"<test.{now:%Y%m%d%H%M%S}@{settings.mail_from.rpartition('@')[2]}>"
    message = composing.message(
        written, sender=sender(settings), to_name="", to_address=to, message_id=message_id, now=now
    )
    with smtp.connected(made) as connection:
        connection.send(message, settings.mail_from, to)


def office(settings: Settings, *, write: Write) -> Office:
    """Return what `settings` say of server and sender, with the words of `write`."""
    return Office(server(settings), sender(settings), write)


def server(settings: Settings) -> Server:
    """Return the mail server of `settings`."""
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        timeout_seconds=settings.smtp_timeout_seconds,
        own_name=urlsplit(settings.base_url).hostname or "localhost",
    )


def sender(settings: Settings) -> Sender:
    """Return who writes the mails of `settings`."""
    return Sender(settings.mail_from_name, settings.mail_from, settings.mail_reply_to)


def _remind(today: date, now: datetime) -> int:
    due, told = reminding.due(now), 0
    for start in range(0, len(due), _TELL_AT_ONCE):
        told += db.atomic(reminding.remind, (), facts=due[start : start + _TELL_AT_ONCE], now=now)
    db.atomic(mails.note_reminded, (), day=today)
    return told
