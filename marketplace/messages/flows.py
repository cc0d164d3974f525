"""Where a message meets the store of files: checked, stored, written; and when writing fails, nothing stays behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from marketplace import db
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.media import storing
from marketplace.media.storing import FileStore
from marketplace.messages import operations, rules
from marketplace.messages.operations import Sent, Words

FOLDER = "messages"
"""The folder of the store where attachments lie."""


@dataclass(frozen=True)
class Upload:
    """A file as it came in."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What somebody wants to send: `token` is the form's, so that a double press is one message."""

    author_id: int
    text: str
    token: str
    files: Sequence[Upload] = ()


def write_about_order(letter: Letter, *, number: str, store: FileStore, now: datetime) -> Sent:
    """Write to the other side of an order. Raises what the operation raises, and Invalid naming a file."""
    return _send(letter, partial(operations.write_about_order, number=number), f"order-talk:{number}", store, now)


def ask(letter: Letter, *, listing_id: int, store: FileStore, now: datetime) -> Sent:
    """Ask the seller of a listing. Raises as above."""
    lock = f"listing-talk:{listing_id}:{letter.author_id}"
    return _send(letter, partial(operations.ask, listing_id=listing_id), lock, store, now)


def reply(letter: Letter, *, conversation_id: int, store: FileStore, now: datetime) -> Sent:
    """Go on in a conversation. Raises as above."""
    lock = f"conversation:{conversation_id}"
    return _send(letter, partial(operations.reply, conversation_id=conversation_id), lock, store, now)


def _send(letter: Letter, operation: Callable[..., Sent], lock: str, store: FileStore, now: datetime) -> Sent:
    checked = [_checked(upload) for upload in _counted(letter.files)]
    names = [file.stored_name for file, _content in checked]
    words = Words(letter.text, letter.token, tuple(file for file, _content in checked))

    def write(session: Session) -> Sent:
        return operation(session, author_id=letter.author_id, words=words, now=now)

    is_kept = False
    try:
        for file, content in checked:
            store.put(file.stored_name, content)
        sent = db.atomic(write, (f"writer:{letter.author_id}", lock))
        is_kept = sent.is_new
    finally:
        if not is_kept:
            for name in names:
                store.drop(name)
    return sent


def _counted(files: Sequence[Upload]) -> Sequence[Upload]:
    if len(files) > rules.MOST_FILES:
        raise Invalid(_("At most %(most)s files in a message.", most=rules.MOST_FILES), field="files")
    return files


def _checked(upload: Upload) -> tuple[storing.StoredFile, bytes]:
    try:
        return storing.check(upload.content, upload.name)
    except Invalid as error:
        shown = storing.shown_name(upload.name)
        raise Invalid(f"{shown}: {error.message}", field="files") from error
