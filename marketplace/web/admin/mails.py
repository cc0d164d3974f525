"""What was mailed and what was not, and sending failed mails again."""

from dataclasses import dataclass
from functools import partial

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.language import ngettext, texts
from marketplace.mails import operations, queries
from marketplace.mails.queries import Desk, MailRow, Sought
from marketplace.mails.states import MailStatus
from marketplace.mails.topics import WORDS, Topic
from marketplace.paging import every
from marketplace.web import guards, lists, wording
from marketplace.web.admin.kept_words import plain_text
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge

_AGAIN_AT_ONCE = 500
_CSV_COLUMNS = texts("Mail", "To", "Topic", "Subject", "Status", "Tries", "Queued (UTC)", "Sent (UTC)", "Note")
_ORDER = (MailStatus.FAILED, MailStatus.QUEUED, MailStatus.SENT, MailStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail."""

    title: str
    topic: str
    to: str
    to_url: str
    badge: Badge
    when: str
    tries: int
    note: str
    retry_url: str


@dataclass(frozen=True, slots=True)
class MailsPage:
    """What templates/admin/mails.html shows."""

    title: str
    console: Console
    server: str
    trouble: str
    tabs: tuple[Tab, ...]
    rows: tuple[MailLine, ...]
    tools: Tools
    text: str
    topic: str
    topics: tuple[tuple[str, str], ...]
    retry_all_url: str
    is_narrowed: bool
    list_url: str


@guards.admin_only
def mails() -> ResponseReturnValue:
    """List mails by how they stand."""
    status, topic, text = lists.choice(MailStatus, "status"), lists.choice(Topic, "topic"), lists.search_text()
    asked = lists.asked(status=status.value if status else "", topic=topic.value if topic else "", q=text)
    sought = Sought(text, topic, asked.period)
    read = partial(queries.mails, sought, status)
    if asked.is_csv:
        return lists.csv_file("mails", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts, desk = read(asked.cursor), queries.counts(sought), queries.desk()
    chips = {"q": f"“{text}”", "topic": WORDS[topic].label if topic else ""}
    page = MailsPage(
        title=_("Mail"),
        console=admin_console("mails"),
        server=_server(desk),
        trouble=_trouble(desk),
        tabs=(
            Tab(_("All"), asked.url(status=""), status is None, sum(counts.values())),
            *(Tab(each.label, asked.url(status=each.value), each is status, counts.get(each, 0)) for each in _ORDER),
        ),
        rows=tuple(_line(row) for row in listed.rows),
        tools=asked.tools(listed, chips),
        text=text,
        topic=topic.value if topic else "",
        topics=tuple((each.value, words.label) for each, words in WORDS.items()),
        retry_all_url=url_for("admin.retry_mails") if counts.get(MailStatus.FAILED) else "",
        is_narrowed=bool(text or topic or status or asked.tools(listed).is_filtered),
        list_url=url_for("admin.mails"),
    )
    return render_template("admin/mails.html", page=page)


@guards.admin_only
def retry_mail(mail_id: int) -> ResponseReturnValue:
    """Queue one failed mail again."""
    try:
        db.atomic(operations.retry, (), mail_id=mail_id, admin_id=guards.viewer().user_id, now=clock.now())
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("The mail is queued again."), "ok")
    return redirect(url_for("admin.mails", status=MailStatus.FAILED.value), code=303)


@guards.admin_only
def retry_mails() -> ResponseReturnValue:
    """Queue all failed mails again, five hundred at most."""
    admin_id = guards.viewer().user_id
    count = db.atomic(operations.retry_all, (), admin_id=admin_id, most=_AGAIN_AT_ONCE, now=clock.now())
    flash(ngettext("%(count)s mail is queued again.", "%(count)s mails are queued again.", count, count=count), "ok")
    return redirect(url_for("admin.mails"), code=303)


def _server(desk: Desk) -> str:
    settings = current_app.extensions["settings"]
    if not settings.smtp_host:
        return _("No mail server is set, so nothing is mailed. Everything stands in the app.")
    since = (
        _("Facts are mailed since %(at)s.", at=time_text(desk.begun_at))
        if desk.begun_at
        else _("The mail job has not run yet.")
    )
    return _(
        "Sent through %(host)s:%(port)s as %(sender)s. %(since)s",
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        since=since,
    )


def _trouble(desk: Desk) -> str:
    if not desk.trouble or desk.paused_until is None:
        return ""
    return ngettext(
        "%(trouble)s Tried %(count)s times; the next try comes %(at)s.",
        "%(trouble)s Tried %(count)s times; the next try comes %(at)s.",
        desk.failures,
        trouble=as_read(desk.trouble),
        count=desk.failures,
        at=time_text(desk.paused_until),
    )


def _line(row: MailRow) -> MailLine:
    is_failed = row.status is MailStatus.FAILED
    return MailLine(
        title=row.subject_line or plain_text(row.kind.value),
        topic=WORDS[row.topic].label,
        to=row.address or row.email,
        to_url=url_for("admin.user", user_id=row.user_id),
        badge=wording.badge(row.status),
        when=time_text(row.sent_at or row.queued_at),
        tries=row.tries,
        note=as_read(row.note),
        retry_url=url_for("admin.retry_mail", mail_id=row.id) if is_failed else "",
    )


def _csv_row(row: MailRow) -> tuple[object, ...]:
    to, topic = row.address or row.email, WORDS[row.topic].label
    when = (row.queued_at, row.sent_at)
    return (row.id, to, topic, row.subject_line, row.status.label, row.tries, *when, as_read(row.note))
