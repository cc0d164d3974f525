"""Write or change a review of what one bought; answer one of one's shop; report one."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.states import OrderStatus
from marketplace.reports.rules import Reason
from marketplace.reviews import operations, queries, rules
from marketplace.reviews.operations import Opinion
from marketplace.reviews.queries import LineToReview, ReviewRow
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, buyer_console, seller_console
from marketplace.web.forms import Form
from marketplace.web.messages.reporting import ReportForm, ReportPage
from marketplace.web.pages import date_text
from marketplace.web.reviews.reading import AnswerForm, seen, show

_WORDS = {5: Text("5, very good"), 4: Text("4, good"), 3: Text("3, all right"), 2: Text("2, poor"), 1: Text("1, bad")}
_CHOOSE = Text("Choose one to five stars.")
_ONE_OF = [InputRequired(_CHOOSE), AnyOf([str(stars) for stars in rules.STARS], _CHOOSE)]
_CHOICES = [SelectChoice(str(stars), _WORDS[stars]) for stars in rules.STARS]


class ReviewForm(Form):
    """What a buyer says."""

    goods_stars = RadioField(Text("How is it?"), _ONE_OF, choices=_CHOICES, validate_choice=False)
    seller_stars = RadioField(Text("How was the seller?"), _ONE_OF, choices=_CHOICES, validate_choice=False)
    text = TextAreaField(Text("In your words"))


@dataclass(frozen=True, slots=True)
class WritePage:
    """What templates/reviews/write.html shows beside the form."""

    title: str
    console: Console
    order: str
    order_url: str
    note: str
    problem: str
    """Why it can't be written or changed now; "" where it can."""
    refund_note: str
    action: str
    button: str


@guards.signed_in
def write(order_line_id: int) -> ResponseReturnValue:
    """Show the form that reviews a line of an own order, with what was said before."""
    line, form = queries.line_of(order_line_id, guards.viewer().user_id), ReviewForm(None)
    if line.review_id is not None:
        form.goods_stars.data, form.seller_stars.data = str(line.goods_stars), str(line.seller_stars)
        form.text.data = line.text
    return _show(line, form)


@guards.signed_in
def send(order_line_id: int) -> ResponseReturnValue:
    """Keep a review."""
    line, form = queries.line_of(order_line_id, guards.viewer().user_id), ReviewForm()
    if not form.validate():
        return _show(line, form, 422)
    opinion = Opinion(int(form.goods_stars.data), int(form.seller_stars.data), typed(form.text))
    try:
        buyer_id = guards.viewer().user_id
        locks = (f"review:{line.line_id}",)
        review_id = db.atomic(
            operations.write, locks, buyer_id=buyer_id, line_id=line.line_id, opinion=opinion, now=clock.now()
        )
    except Invalid as error:
        blame(form, error)
        return _show(line, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
        return redirect(url_for("buyer.order", number=line.order_number), code=303)
    flash(_("Thank you. Everybody can read it now."), "ok")
    return redirect(url_for("reviews.review", review_id=review_id), code=303)


@guards.signed_in
def answer(review_id: int) -> ResponseReturnValue:
    """Answer a review of the viewer's own shop."""
    row, form = seen(review_id), AnswerForm()
    try:
        db.atomic(
            operations.answer,
            (f"review-answer:{row.id}",),
            seller_id=guards.viewer().user_id,
            review_id=row.id,
            text=typed(form.answer),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return show(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "info")
    else:
        flash(_("Your answer stands below the review. The buyer was told."), "ok")
    return redirect(url_for("reviews.review", review_id=row.id), code=303)


@guards.signed_in
def report(review_id: int) -> ResponseReturnValue:
    """Ask why a review is reported."""
    return _show_report(seen(review_id), ReportForm(None))


@guards.signed_in
def send_report(review_id: int) -> ResponseReturnValue:
    """Keep the report."""
    row, form = seen(review_id), ReportForm()
    if not form.validate():
        return _show_report(row, form, 422)
    try:
        db.atomic(
            operations.report,
            (),
            reporter_id=guards.viewer().user_id,
            review_id=row.id,
            reason=Reason(form.reason.data),
            text=typed(form.text),
            now=clock.now(),
        )
    except Invalid as error:
        blame(form, error)
        return _show_report(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "info")
    else:
        flash(_("Thank you. We look at it and tell you what became of it."), "ok")
    return redirect(url_for("reviews.review", review_id=row.id), code=303)


def _show(line: LineToReview, form: ReviewForm, code: int = 200) -> ResponseReturnValue:
    page = WritePage(
        title=_("Review %(title)s", title=line.title),
        console=buyer_console("orders"),
        order=line.order_number,
        order_url=url_for("buyer.order", number=line.order_number),
        note=_("Sold by %(shop)s. Everybody reads it with your first name.", shop=line.shop),
        problem=_problem(line),
        refund_note=_(
            "You have your money back for this order. You may review it all the same, and it says so beside it."
        )
        if line.order_status is OrderStatus.REFUNDED
        else "",
        action=url_for("reviews.send", order_line_id=line.line_id),
        button=_("Change the review") if line.review_id else _("Publish the review"),
    )
    return render_template("reviews/write.html", page=page, form=form), code


def _problem(line: LineToReview) -> str:
    now = clock.now()
    try:
        if line.written_at is not None:
            rules.check_may_change(line.written_at, is_hidden=line.hidden_reason is not None, now=now)
        else:
            rules.check_may_write(line.delivered_at, now)
    except (Conflict, NotAllowed) as error:
        return error.message
    return ""


def _show_report(row: ReviewRow, form: ReportForm, code: int = 200) -> ResponseReturnValue:
    is_seller = guards.viewer().user_id == row.seller_id
    page = ReportPage(
        title=_("Report this review"),
        console=seller_console("messages") if is_seller else buyer_console("messages"),
        crumb=f"{row.title}, {date_text(row.written_at)}",
        back_url=url_for("reviews.review", review_id=row.id),
        action=url_for("reviews.send_report", review_id=row.id),
        note=_("Who wrote it is not told who reported it."),
    )
    return render_template("messages/report.html", page=page, form=form), code
