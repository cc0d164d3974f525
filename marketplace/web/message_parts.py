"""What the pages that show messages share: each message in safe pieces, its files, the form below them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request, url_for
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Regexp

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.media.file_rules import LARGEST_FILE_BYTES
from marketplace.messages import rules
from marketplace.messages.case_queries import CaseMessage
from marketplace.messages.flows import Letter, Upload
from marketplace.messages.queries import Between, FileRow, MessageRow
from marketplace.messages.rules import Piece
from marketplace.numerals import number_text
from marketplace.reviews.queries import ReviewRow
from marketplace.web import guards
from marketplace.web.auth.forms import typed
from marketplace.web.forms import Form
from marketplace.web.pages import time_text

Paragraphs = tuple[tuple[tuple[Piece, ...], ...], ...]


class MessageForm(Form):
    """A message. The token makes the same form sent twice one message."""

    token = HiddenField(
        Text("Form"), [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=Text("Reload the page and try again."))]
    )
    text = TextAreaField(Text("Your message"))
    files = MultipleFileField(
        Text("Pictures or documents"), render_kw={"accept": "image/jpeg,image/png,application/pdf", "multiple": True}
    )


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message."""

    name: str
    url: str
    size: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message, ready to be placed: its words are pieces, never markup."""

    author: str
    is_own: bool
    when: str
    when_iso: str
    paragraphs: Paragraphs
    hidden: str
    """Why it is hidden; "" where it is not."""
    files: tuple[FileView, ...]
    report_url: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Why two people don't write to each other now, in words."""

    title: str
    text: str
    lift_url: str
    """Where the viewer lifts their own block; "" where it is the other's, or was made in another conversation."""
    list_url: str
    """Whom the viewer blocks; "" where it is the other's block."""


def files_hint() -> str:
    """Return what may be sent along."""
    return _(
        "Up to %(most)s pictures (JPEG, PNG) or PDFs, 5 MB each. Where a picture was taken is removed.",
        most=rules.MOST_FILES,
    )


def halt(found: Between, other: str, conversation_id: int | None) -> Halt | None:
    """Return what keeps the viewer from writing to another person, or None; `other` is how the other is called."""
    if found.is_own:
        here = url_for("messages.unblock", conversation_id=conversation_id) if conversation_id else ""
        return Halt(
            _("You have blocked %(other)s", other=other),
            _(
                "Neither of you can write messages or ask questions until you unblock them. Orders go on as before: "
                "parcels, cancelling, refunds and reports all work."
            ),
            here,
            url_for("messages.blocked"),
        )
    if found.is_others:
        return Halt(
            _("%(other)s takes no messages from you", other=other),
            _(
                "You can't write messages or ask questions here. Orders go on as before: on the order's page you can "
                "still cancel, say what arrived and ask for a refund, and you can report what was written to us."
            ),
            "",
            "",
        )
    return None


def empty_form() -> MessageForm:
    """Return the form for a new message, with a token of its own."""
    form = MessageForm(None)
    form.token.data = secrets.token_urlsafe(24)
    return form


def letter_of(form: MessageForm) -> Letter:
    """Return what the viewer wants to send, each file no further than it may be long."""
    found = [file for file in request.files.getlist("files") if file.filename]
    uploads = [Upload(file.filename or "", file.stream.read(LARGEST_FILE_BYTES + 1)) for file in found]
    return Letter(guards.viewer().user_id, typed(form.text), typed(form.token), uploads)


def views(
    messages: Sequence[MessageRow],
    *,
    viewer_id: int,
    other: str,
    file_url: Callable[[int, int], str],
    report_url: Callable[[int, int], str],
) -> tuple[MessageView, ...]:
    """Return messages as one of the two sides reads them; the other's can be reported."""
    return tuple(
        _view(
            message,
            _("You") if message.author_id == viewer_id else other,
            is_own=message.author_id == viewer_id,
            file_url=file_url,
            report_url="" if message.author_id == viewer_id else report_url(message.conversation_id, message.id),
        )
        for message in messages
    )


def case_views(messages: Sequence[CaseMessage], file_url: Callable[[int, int], str]) -> tuple[MessageView, ...]:
    """Return messages of orders as an admin reads them who has a reason."""
    return tuple(
        _view(each.message, each.author, is_own=each.is_seller, file_url=file_url, report_url="") for each in messages
    )


def told(
    messages: Sequence[MessageRow],
    names: Mapping[int, str],
    seller_id: int,
    file_url: Callable[[int, int], str],
    reported_id: int,
) -> tuple[MessageView, ...]:
    """Return messages as an admin reads them who has a reason; the reported one says so."""
    return tuple(
        _view(
            message,
            _reported(names[message.author_id]) if message.id == reported_id else names[message.author_id],
            is_own=message.author_id == seller_id,
            file_url=file_url,
            report_url="",
        )
        for message in messages
    )


def of_review(row: ReviewRow) -> tuple[MessageView, ...]:
    """Return a review, also a hidden one, and its answer, as an admin reads them."""
    said = MessageView(
        author=_reported(row.buyer),
        is_own=False,
        when=time_text(row.written_at),
        when_iso=row.written_at.isoformat(),
        paragraphs=rules.without_links(row.text),
        hidden="",
        files=(),
        report_url="",
    )
    if row.answer is None or row.answered_at is None:
        return (said,)
    when, when_iso = time_text(row.answered_at), row.answered_at.isoformat()
    words = rules.without_links(row.answer)
    return said, replace(said, author=row.shop, is_own=True, paragraphs=words, when=when, when_iso=when_iso)


def _reported(name: str) -> str:
    return _("%(name)s (reported)", name=name)


def _view(
    message: MessageRow, author: str, *, is_own: bool, file_url: Callable[[int, int], str], report_url: str
) -> MessageView:
    return MessageView(
        author=author,
        is_own=is_own,
        when=time_text(message.sent_at),
        when_iso=message.sent_at.isoformat(),
        paragraphs=rules.paragraphs(message.text),
        hidden=message.hidden_reason or "",
        files=tuple(_file(file, file_url(message.conversation_id, file.id)) for file in message.files),
        report_url="" if message.hidden_reason else report_url,
    )


def _file(file: FileRow, url: str) -> FileView:
    size = f"{number_text(max(file.size_bytes // 1024, 1))} KB"
    return FileView(file.file_name, url, size, file.media_type.startswith("image/"))
