"""Report a message or a conversation to the people who run the marketplace."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.messages import moderating, queries
from marketplace.messages.queries import ConversationRow
from marketplace.reports.rules import Reason
from marketplace.web import guards, lists
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, buyer_console, seller_console
from marketplace.web.forms import Form
from marketplace.web.stored_words import about_text


class ReportForm(Form):
    """Why somebody reports something."""

    reason = RadioField(
        Text("Why?"),
        [InputRequired(Text("Choose a reason."))],
        choices=[SelectChoice(each.value, each.label) for each in Reason],
    )
    text = TextAreaField(Text("What should we know?"))


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What templates/messages/report.html shows beside the form."""

    title: str
    console: Console
    crumb: str
    back_url: str
    action: str
    note: str


@guards.signed_in
def report(conversation_id: int) -> ResponseReturnValue:
    """Ask why a message, or with none named the whole conversation, is reported."""
    return _show(_found(conversation_id), ReportForm(None))


@guards.signed_in
def send_report(conversation_id: int) -> ResponseReturnValue:
    """Keep the report."""
    found, form = _found(conversation_id), ReportForm()
    back = url_for("messages.conversation", conversation_id=found.id)
    if not form.validate():
        return _show(found, form, 422)
    try:
        db.atomic(
            moderating.report,
            (),
            reporter_id=guards.viewer().user_id,
            conversation_id=found.id,
            message_id=lists.row_id("message"),
            reason=Reason(form.reason.data),
            text=typed(form.text),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show(found, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "info")
        return redirect(back, code=303)
    flash(_("Thank you. We look at it and tell you what became of it."), "ok")
    return redirect(back, code=303)


def _found(conversation_id: int) -> ConversationRow:
    return queries.conversation_of(conversation_id, guards.viewer().user_id)


def _show(found: ConversationRow, form: ReportForm, code: int = 200) -> ResponseReturnValue:
    is_buyer = guards.viewer().user_id == found.buyer_id
    one = lists.row_id("message")
    page = ReportPage(
        title=_("Report this message") if one else _("Report this conversation"),
        console=buyer_console("messages") if is_buyer else seller_console("messages"),
        crumb=about_text(found.subject),
        back_url=url_for("messages.conversation", conversation_id=found.id),
        action=url_for("messages.send_report", conversation_id=found.id, message=one),
        note=_(
            "%(other)s is not told who reported it. We read the conversation then.",
            other=found.shop if is_buyer else found.buyer,
        ),
    )
    return render_template("messages/report.html", page=page, form=form), code
