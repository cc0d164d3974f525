"""The refund queue: on the left what waits, oldest first; on the right one refund and what to decide."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.config import MoneyPolicy
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import timeline_queries
from marketplace.payouts import taking_back_queries
from marketplace.refunds import explain_queries, picture_queries, queries, queue_queries
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow
from marketplace.refunds.queue_queries import Choice, RefundTab
from marketplace.web import explaining, guards, lists, refund_list, refund_pictures
from marketplace.web.admin import case_talk, refund_decision, refund_page, refund_queue, taking_back_parts
from marketplace.web.admin.explain import entry_url
from marketplace.web.admin.forms import AmountForm, DecisionForm
from marketplace.web.admin.refund_page import Detail
from marketplace.web.admin.refund_queue import QueueEntry
from marketplace.web.admin.taking_back_parts import TakeBackForm, TakeBackView
from marketplace.web.amounts import typed_minor, typing_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Tab, Tools
from marketplace.web.message_parts import MessageView


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What templates/admin/refunds.html shows."""

    title: str
    console: Console
    note: str
    tabs: tuple[Tab, ...]
    tab_label: str
    filters: tuple[Tab, ...]
    place: tuple[tuple[str, str], ...]
    """What the address says of tab and filter, for forms that keep it."""
    entries: tuple[QueueEntry, ...]
    tools: Tools
    detail: Detail | None
    messages: tuple[MessageView, ...]
    take_back: TakeBackView | None


@guards.admin_only
def refunds() -> ResponseReturnValue:
    """Show a page of the queue and one refund of it: the one asked for, else the first."""
    number = request.args.get("refund", "")
    chosen = queries.refund(lists.number(number)) if number else None
    amount = AmountForm(request.args)
    return show(chosen, amount=amount if "amount" in request.args else None)


@guards.admin_only
def refund_picture(number: str, picture_id: int) -> ResponseReturnValue:
    """Return a picture of any refund."""
    return refund_pictures.send(queries.refund(lists.number(number)), picture_id)


@guards.admin_only
def explain_refund(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of a refund."""
    asked = lists.member(RefundFigure, figure)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = explain_queries.of_any(lists.number(number), asked)
    crumbs = [Crumb(_("Refunds"), url_for("admin.refunds")), Crumb(number, url_for("admin.refunds", refund=number))]
    return explaining.show(found, admin_console("refunds"), crumbs, _("refund %(number)s", number=number), entry_url)


def show(
    chosen: RefundRow | None,
    *,
    amount: AmountForm | None = None,
    decision: DecisionForm | None = None,
    take_back: TakeBackForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    """Return the queue with `chosen` open; `amount` is another amount to look at, the others are to correct."""
    now, choice = clock.now(), refund_queue.chosen_by_address(chosen)
    asked = refund_queue.asked_of(choice)
    if asked.is_csv:
        return refund_list.csv_file(partial(queue_queries.queue, choice, asked.period, now), asked)
    listed = refund_queue.listed_with(choice, asked, chosen, now)
    row = chosen or (listed.rows[0] if listed.rows else None)
    typed = amount or AmountForm(None)
    detail = _detail(row, choice, typed, decision, now) if row else None
    shown = decision or _decision_form(row, typed)
    # What is shown now is what may be approved now, also where the form comes back to be corrected.
    shown.plan.data = detail.fingerprint if detail else ""
    counts = queue_queries.counts()
    waiting = RefundTab.WAITING.count_of(counts)
    late = queue_queries.count_late(now) if choice.tab is RefundTab.WAITING else 0
    asking = take_back or TakeBackForm(None)
    page = QueuePage(
        title=_("Refund requests"),
        console=admin_console("refunds", waiting),
        note=refund_queue.note(waiting, queue_queries.waiting_since(), now),
        tabs=refund_queue.tabs(choice, counts),
        tab_label=choice.tab.label,
        filters=refund_queue.filters(choice, counts, late),
        place=tuple(refund_queue.address(choice).items()),
        entries=refund_queue.entries(listed, asked, row, now),
        tools=asked.tools(listed),
        detail=detail,
        messages=case_talk.views(case_talk.of_orders([row.order_id], row.number)) if row else (),
        take_back=_take_back(row, asking) if row else None,
    )
    return render_template("admin/refunds.html", page=page, amount_form=typed, form=shown, take_back_form=asking), code


def policy() -> MoneyPolicy:
    """Return the house rules of money."""
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found


def _detail(row: RefundRow, choice: Choice, typed: AmountForm, decision: DecisionForm | None, now: datetime) -> Detail:
    """Return the right side, for the amount that is looked at; a nonsense amount is told at its field."""
    minor = row.amount_minor
    if decision is not None and decision.amount_minor.data:
        minor = decision.amount_minor.data
    elif typed.amount.data is not None:
        read = typed_minor(typed.amount.data, row.currency)
        if read is None:
            typed.amount.errors = [_("Enter an amount such as %(amount)s.", amount=typing_text(12_50, "USD"))]
        minor = row.amount_minor if read is None else read
    planned = refund_decision.plan(row, Money(minor, row.currency), policy())
    if planned.problem and minor != row.amount_minor:
        typed.amount.errors = [planned.problem]
        planned = refund_decision.plan(row, Money(row.amount_minor, row.currency), policy())
    typed.amount.data = typed.amount.data or typing_text(minor, row.currency)
    pictures = picture_queries.pictures_of(row.id)
    if any(each.removed_at is None for each in pictures):
        picture_queries.note_look(row.id, admin_id=guards.viewer().user_id, now=now)
    facts = refund_page.Facts(
        row=row,
        units=queries.units_of(row.id),
        reversals=taking_back_queries.of_cause(f"refund:{row.id}"),
        buyer=queries.history_of_buyer(row.buyer_id),
        seller=queries.history_of_seller(row.seller_id),
        changes=timeline_queries.changes_of({"refund": [row.id], "order": [row.order_id], "payment": [row.payment_id]}),
        pictures=pictures,
    )
    return refund_page.build(facts, planned, policy(), guards.viewer().user_id, refund_queue.address(choice), now)


def _take_back(row: RefundRow, form: TakeBackForm) -> TakeBackView | None:
    possible_minor = taking_back_queries.possible_minor(f"refund:{row.id}:{row.attempt}")
    return taking_back_parts.of_refund(row, possible_minor, form, guards.viewer().user_id)


def _decision_form(row: RefundRow | None, typed: AmountForm) -> DecisionForm:
    form = DecisionForm(None)
    if row is not None:
        looked_at = typed_minor(typed.amount.data or "", row.currency) if not typed.amount.errors else None
        form.amount_minor.data = looked_at or row.amount_minor
        form.notes.data = row.admin_notes
        form.take_back.data = row.take_back and row.first_approver_id is not None
    return form
