"""Facts as mails: the words of the app, the figures of the pages, one template for HTML, and its text from that."""

from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urlsplit

import css_inline
from flask import Flask, current_app, url_for

from marketplace import language
from marketplace.config import Settings
from marketplace.language import gettext as _
from marketplace.mails.composing import Attachment, Written
from marketplace.mails.plain_text import text_of
from marketplace.mails.queries import Due
from marketplace.mails.tokens import unsubscribe_token
from marketplace.mails.topics import WORDS, may_be_silenced
from marketplace.notifications.queries import Told
from marketplace.web import invoice_page, pages
from marketplace.web.buyer import told_in_words
from marketplace.web.mails import link_letters, sections
from marketplace.web.mails.sections import Section

_HEAD_ENDS = "</head>"


@dataclass(frozen=True, slots=True)
class Letter:
    """What templates/emails/letter.html shows; all addresses are whole."""

    subject: str
    greeting: str
    text: str
    sections: tuple[Section, ...]
    action: str
    action_url: str
    shop_name: str
    shop_url: str
    why: str
    choose_url: str
    unsubscribe_url: str


def register(app: Flask, settings: Settings) -> None:
    """Let the mail job find the words: it knows nothing of pages and templates."""

    def write(mail: Due) -> Written:
        # There is no request; addresses are made as if one had come to the shop's own.
        with language.reading(mail.language), app.test_request_context(base_url=settings.base_url):
            pages.read_in(mail.time_zone)
            return replace(written(letter(mail, settings)), attachments=_files(mail))

    app.extensions["mail_writer"] = write


def letter(mail: Due, settings: Settings) -> Letter:
    """Return the mail of one fact. Raises Outdated when what it would say is not so any more."""
    told = Told(mail.notification_id, mail.kind, mail.subject, mail.subject_id, mail.facts, mail.told_at, mail.read_at)
    words, topic = told_in_words.words_of(told), WORDS[mail.topic]
    can_stop, keyed = may_be_silenced(mail.topic), link_letters.action_of(mail)
    return Letter(
        subject=words.title,
        greeting=_("Hello %(name)s,", name=mail.name),
        text=words.text,
        sections=sections.sections_of(told, mail.user_id),
        action=keyed.label if keyed else words.action,
        action_url=keyed.url if keyed else _whole(words.url, settings),
        shop_name=settings.mail_from_name,
        shop_url=url_for("shop.home", _external=True),
        why=_("You get this mail because “%(topic)s” is on.", topic=topic.label) if can_stop else topic.always,
        choose_url=url_for("mails.preferences", _external=True),
        unsubscribe_url=_unsubscribe_url(mail, settings) if can_stop else "",
    )


def written(made: Letter) -> Written:
    """Return a letter as it is sent: HTML whose style is on its elements, and the same as text."""
    html = current_app.jinja_env.get_template("emails/letter.html").render(letter=made)
    dressed = _inliner().inline(html)
    # What depends on the screen can't stand on an element.
    dressed = dressed.replace(_HEAD_ENDS, f"<style>{_style('screen.css')}</style>{_HEAD_ENDS}", 1)
    return Written(made.subject, text_of(html), dressed, made.unsubscribe_url)


def _files(mail: Due) -> tuple[Attachment, ...]:
    """Return what goes with a mail: the document itself where it is about one."""
    if mail.kind.value != "invoice_ready":
        return ()
    name, content = invoice_page.pdf_of(int(mail.facts["invoice_id"]))
    return (Attachment(name, content),)


def _unsubscribe_url(mail: Due, settings: Settings) -> str:
    token = unsubscribe_token(settings.secret_keys, mail.user_id, mail.topic)
    return url_for("unsubscribing.ask", token=token, _external=True)


def _whole(path: str, settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}{path}"


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=_style("letter.css"))


@cache
def _style(name: str) -> str:
    environment = current_app.jinja_env
    if environment.loader is None:
        raise RuntimeError("templates come from a folder")
    return environment.loader.get_source(environment, f"emails/{name}")[0]
