"""The demo's inbox: what its mail server has taken, each mail as text, as HTML and with its files. Demo mode only."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.inbox import reading
from marketplace.inbox.reading import Received
from marketplace.language import gettext as _
from marketplace.numerals import number_text
from marketplace.web import headers, uploads
from marketplace.web.pages import time_text

_A_PAGE = 50
# A mail is foreign HTML: it may dress itself and do nothing. The page around it may show it in a frame.
_IN_A_FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail in the list."""

    url: str
    subject: str
    to: str
    when: str
    files: str


@dataclass(frozen=True, slots=True)
class InboxPage:
    """What templates/mails/inbox.html shows."""

    title: str
    mails: tuple[MailLine, ...]
    older_url: str
    newest_url: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that came along."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """What templates/mails/mail.html shows."""

    title: str
    headers: tuple[tuple[str, str], ...]
    frame_url: str
    text: str
    files: tuple[FileLine, ...]
    inbox_url: str


def inbox() -> ResponseReturnValue:
    """List what has come, newest first."""
    before = request.args.get("before", "")
    mails = reading.received(_folder(), _A_PAGE + 1, before)
    shown = mails[:_A_PAGE]
    page = InboxPage(
        title=_("Demo mail"),
        mails=tuple(_line(mail) for mail in shown),
        older_url=url_for("inbox.inbox", before=shown[-1].name) if len(mails) > _A_PAGE else "",
        newest_url=url_for("inbox.inbox") if before else "",
    )
    return render_template("mails/inbox.html", page=page)


def mail(name: str) -> ResponseReturnValue:
    """Show one mail."""
    found = _found(name)
    page = MailPage(
        title=found.subject or _("Without a subject"),
        headers=tuple(found.headers),
        frame_url=url_for("inbox.html", name=name) if found.html else "",
        text=found.text,
        files=tuple(
            FileLine(
                f"{file.name}, {number_text(max(1, len(file.content) // 1024))} kB",
                url_for("inbox.file", name=name, place=place),
            )
            for place, file in enumerate(found.files)
        ),
        inbox_url=url_for("inbox.inbox"),
    )
    headers.allow_frames_of_our_own()
    return render_template("mails/mail.html", page=page)


def html(name: str) -> ResponseReturnValue:
    """Return a mail's HTML as it came, where it can do nothing."""
    answer = Response(_found(name).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _IN_A_FRAME
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def file(name: str, place: int) -> ResponseReturnValue:
    """Return a file of a mail to be kept; it is never shown in the browser."""
    files = _found(name).files
    if place >= len(files):
        raise NotFound(_("This mail has no such file."))
    kept = files[place]
    return uploads.send(BytesIO(kept.content), file_name=kept.name, media_type="application/octet-stream")


def _folder() -> Path:
    return Path(current_app.extensions["settings"].var_dir) / "mail"


def _found(name: str) -> Received:
    found = reading.one(_folder(), name)
    if found is None:
        raise NotFound(_("There is no such mail. The oldest are dropped."))
    return found


def _line(mail: Received) -> MailLine:
    return MailLine(
        url=url_for("inbox.mail", name=mail.name),
        subject=mail.subject or _("Without a subject"),
        to=mail.envelope_to or mail.to,
        when=time_text(mail.date) if mail.date else "",
        files=_("%(number)s attached", number=number_text(len(mail.files))) if mail.files else "",
    )
