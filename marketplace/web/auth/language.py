"""The language in which a browser reads, and in which a person is written to."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from marketplace import db, language
from marketplace.accounts import operations as accounts
from marketplace.accounts import rules
from marketplace.errors import Invalid
from marketplace.language import LANGUAGES, Text
from marketplace.language import gettext as _
from marketplace.web import guards, reading_language
from marketplace.web.auth.forms import blame, typed
from marketplace.web.forms import Form


class LanguageForm(Form):
    """The language, and where to go afterwards; what is none of ours is refused by the operation."""

    language = RadioField(
        Text("Language"), validate_choice=False, choices=[SelectChoice(*each) for each in LANGUAGES.items()]
    )
    next = HiddenField()


@dataclass(frozen=True, slots=True)
class LanguagePage:
    """What templates/auth/language.html shows."""

    title: str
    note: str


def choose_language() -> ResponseReturnValue:
    """Show the languages, or let this browser read in one of them, and write to whoever is signed in in it."""
    viewer = guards.current_viewer()
    form = LanguageForm(language=language.current(), next=guards.safe_next(request.args.get("next")) or "")
    if form.validate_on_submit():
        try:
            code = rules.known_language(typed(form.language))
            if viewer:
                db.atomic(accounts.choose_language, (), user_id=viewer.user_id, code=code)
        except Invalid as error:
            blame(form, error)
        else:
            language.read_in(code)
            flash(_("Saved. This is the language you read now."), "ok")
            where = guards.safe_next(form.next.data) or url_for("auth.choose_language")
            return reading_language.keep(make_response(redirect(where, code=303)), code)
    page = LanguagePage(
        title=_("Language"),
        note=_("Pages and your mail are written in it.") if viewer else _("Pages are written in it."),
    )
    return render_template("auth/language.html", page=page, form=form), 422 if form.errors else 200
