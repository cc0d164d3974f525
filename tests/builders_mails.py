"""Mails in every state without a server: what the job writes down, and what the demo's inbox keeps."""

from email.message import EmailMessage

from marketplace import db
from marketplace.inbox.storing import keep
from marketplace.mails import operations, queries
from marketplace.mails.tokens import unsubscribe_token
from marketplace.mails.topics import Topic
from tests.builders import World


def queued(world: World) -> list[int]:
    """Make mails of all that was told, without sending them; return the ids of those that wait."""
    db.atomic(operations.queue, (), facts=queries.unmailed(0, 10_000), now=world.now)
    return [mail.mail_id for mail in queries.due(world.now, 10_000)]


def failed(world: World) -> int:
    """Let the server refuse the newest mail that waits; return its id."""
    mail_id = queued(world)[-1]
    reason = "The server says 550: no such user"
    values = {"mail_id": mail_id, "address": "nobody@example.com", "reason": reason, "is_final": True}
    db.atomic(operations.not_sent, (), **values, now=world.now)
    return mail_id


def stop_token(world: World, user_id: int) -> str:
    """Return what stands in the link that turns a person's mails about sent orders off."""
    return unsubscribe_token(world.settings.secret_keys, user_id, Topic.SHIPPED)


def kept(world: World, html: str = "<p>Hello</p>") -> str:
    """Let the demo's inbox keep a mail with a file; return its name there."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@tandem.example", "bo@example.com", "You paid $48.20"
    mail.set_content("Hello")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="invoice.pdf")
    folder = world.settings.var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    keep(folder, b"X-Envelope-To: bo@example.com\r\n" + bytes(mail))
    return max(path.stem for path in folder.glob("*.eml"))
