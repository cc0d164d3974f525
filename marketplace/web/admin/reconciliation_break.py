"""One break: the three sides next to each other, why, what is proposed, and what admins decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange
from wtforms.widgets import HiddenInput

from marketplace import clock, db
from marketplace.config import MoneyPolicy
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.payments import timeline_queries
from marketplace.payments.rules import needs_second_approver
from marketplace.reasons import LONGEST
from marketplace.reconciliation import break_queries, correcting, flows
from marketplace.reconciliation.break_queries import Asked, BreakDetail, Decision
from marketplace.reconciliation.rules import CounterAccount, Proposal
from marketplace.reconciliation.states import BreakStatus
from marketplace.web import guards, lists, wording
from marketplace.web.admin.break_sides import Side, sides
from marketplace.web.admin.reconciliation import break_badge
from marketplace.web.admin.reconciliation_words import told
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.pages import money_text, time_text
from marketplace.web.refund_parts import age_text
from marketplace.web.wording import Badge, TimelineEntry

_LARGEST_MINOR = 10**15
_DEEDS = {
    "reread": Text("Read again"),
    "correct": Text("Corrected"),
    "confirm": Text("Correction confirmed"),
    "explain": Text("Explained"),
}


class RereadForm(Form):
    """Why it is read again by hand."""

    reason = TextAreaField(Text("Reason"), [Length(max=LONGEST, message=Text("At most 500 characters."))])


class ExplainForm(Form):
    """Why it stays as it is."""

    reason = TextAreaField(Text("Reason"), [Length(max=LONGEST, message=Text("At most 500 characters."))])


class CorrectForm(Form):
    """The difference that was looked at, minor units, what it is booked against, and why."""

    seen_minor = IntegerField(
        Text("Difference"),
        [NumberRange(-_LARGEST_MINOR, _LARGEST_MINOR, Text("The amount is missing."))],
        widget=HiddenInput(),
    )
    account = SelectField(Text("What it is"), choices=[SelectChoice(each.value, each.words) for each in CounterAccount])
    reason = TextAreaField(Text("Reason"), [Length(max=LONGEST, message=Text("At most 500 characters."))])


@dataclass(frozen=True)
class Forms:
    """What an admin may decide, each as a form of its own."""

    reread: RereadForm
    correct: CorrectForm
    explain: ExplainForm

    @classmethod
    def empty(cls) -> "Forms":
        """Return the forms before anybody has written into them."""
        return cls(RereadForm(None, prefix="r"), CorrectForm(None, prefix="c"), ExplainForm(None, prefix="e"))


@dataclass(frozen=True, slots=True)
class Sellers:
    """A seller whose payouts wait."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class BreakPage:
    """What templates/admin/reconciliation_break.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badges: tuple[Badge, ...]
    note: str
    difference: str
    age: str
    cause: str
    known: str
    """What is known beyond the cause; "" for nothing."""
    proposal: str
    proposal_text: str
    is_open: bool
    can_reread: bool
    correct_label: str
    """Empty when no entry puts it right, or not by this admin."""
    correct_note: str
    notices: tuple[str, ...]
    sides: tuple[Side, ...]
    sellers: tuple[Sellers, ...]
    decisions: tuple[TimelineEntry, ...]
    history: tuple[TimelineEntry, ...]
    urls: dict[str, str]


@guards.admin_only
def reconciliation_break(number: str) -> ResponseReturnValue:
    """Show one break."""
    return _show(break_queries.detail(lists.number(number)), Forms.empty())


@guards.admin_only
def reread_break(number: str) -> ResponseReturnValue:
    """Do what the break proposes: read its object again and settle it."""
    found, form = break_queries.detail(lists.number(number)), RereadForm(prefix="r")
    forms = Forms(form, CorrectForm(None, prefix="c"), ExplainForm(None, prefix="e"))
    if not form.validate():
        return _show(found, forms, 422)
    try:
        left = flows.reread(
            break_id=found.row.id,
            admin_id=guards.viewer().user_id,
            reason=form.reason.data or "",
            provider=current_app.extensions["providers"]["stripe"],
            settings=current_app.extensions["settings"],
            now=clock.now(),
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(found, forms, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(
            *((_("It did not help. %(left)s", left=told(left)), "wait") if left else (_("All sides agree now."), "ok"))
        )
    return _back(number)


@guards.admin_only
def correct_break(number: str) -> ResponseReturnValue:
    """Book the difference, or ask a second admin to confirm it."""
    found, form = break_queries.detail(lists.number(number)), CorrectForm(prefix="c")
    forms = Forms(RereadForm(None, prefix="r"), form, ExplainForm(None, prefix="e"))
    if not form.validate():
        return _show(found, forms, 422)
    try:
        is_done = flows.correct(
            break_id=found.row.id,
            admin_id=guards.viewer().user_id,
            account=lists.member(CounterAccount, form.account.data) or CounterAccount.DIFFERENCE,
            seen_minor=form.seen_minor.data or 0,
            reason=form.reason.data or "",
            policy=_policy(),
            now=clock.now(),
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(found, forms, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        waits = _("You have asked for this correction. A second admin must confirm it.")
        flash(*((_("The correcting entry is booked."), "ok") if is_done else (waits, "wait")))
    return _back(number)


@guards.admin_only
def explain_break(number: str) -> ResponseReturnValue:
    """Settle the break without an entry, with the reason."""
    found, form = break_queries.detail(lists.number(number)), ExplainForm(prefix="e")
    forms = Forms(RereadForm(None, prefix="r"), CorrectForm(None, prefix="c"), form)
    if not form.validate():
        return _show(found, forms, 422)
    try:
        db.atomic(
            correcting.explain,
            (db.TURN,),
            admin_id=guards.viewer().user_id,
            break_id=found.row.id,
            reason=form.reason.data or "",
            now=clock.now(),
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(found, forms, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(_("It is settled with your explanation. No entry was booked."), "ok")
    return _back(number)


def _show(found: BreakDetail, forms: Forms, code: int = 200) -> ResponseReturnValue:
    row, now = found.row, clock.now()
    asked = break_queries.corrections(row.id)
    label, note, notices = _correction(found, asked)
    forms.correct.seen_minor.data = row.difference_minor
    amount = money_text(row.difference_minor, row.currency) if row.currency else _("No money")
    is_open = row.status is BreakStatus.OPEN
    page = BreakPage(
        title=_("Break %(number)s", number=row.number),
        console=admin_console("reconciliation"),
        crumbs=(Crumb(_("Reconciliation"), url_for("admin.reconciliation")),),
        badges=(break_badge(row.status), *((Badge(_("Explained, no entry"), "mute"),) if row.is_explained else ())),
        note=f"{row.kind.label}: {row.kind.words}",
        difference=amount,
        age=age_text(row.found_at, row.closed_at or now),
        cause=row.cause.words,
        known=told(row.note),
        proposal=row.proposal.label,
        proposal_text=row.proposal.words,
        is_open=is_open,
        can_reread=is_open and row.proposal in {Proposal.REREAD, Proposal.MIRROR, Proposal.UNDO},
        correct_label=label,
        correct_note=note,
        notices=notices,
        sides=sides(found, asked),
        sellers=tuple(
            Sellers(name, url_for("admin.payouts_of_seller", seller_id=seller_id))
            for seller_id, name in break_queries.sellers_of(row.id)
        ),
        decisions=tuple(map(_decision, break_queries.decisions(row.id))),
        history=_history(row.id),
        urls={deed: url_for(f"admin.{deed}_break", number=row.number) for deed in ("reread", "correct", "explain")},
    )
    return render_template("admin/reconciliation_break.html", page=page, forms=forms), code


def _history(break_id: int) -> tuple[TimelineEntry, ...]:
    changes = timeline_queries.changes_of({"reconciliation_break": [break_id]})
    found = wording.audit(changes, {"reconciliation_break": _("Break")})
    return tuple(replace(each, detail=told(each.detail)) for each in found)


def _correction(found: BreakDetail, asked: Sequence[Asked]) -> tuple[str, str, tuple[str, ...]]:
    """Return the button that books the difference ("" for none), what it does, and what else is to be known."""
    row = found.row
    can = correcting.can_be_corrected(row.kind, row.cause, found.attempts, row.difference_minor)
    if row.status is not BreakStatus.OPEN or row.currency is None or not can:
        return "", "", ()
    amount = Money(abs(row.difference_minor), row.currency)
    words = money_text(row.difference_minor, row.currency)
    note = _(
        "The balance at the provider changes by %(amount)s in our ledger, against the account you choose.", amount=words
    )
    limit = _policy().second_approver_above_minor
    waiting = next((each for each in asked if each.entry_id is None), None)
    if waiting and waiting.asked_by_id == guards.viewer().user_id and needs_second_approver(amount, limit):
        return "", note, (_("You have asked for this correction. A second admin must confirm it."),)
    if waiting:
        text = _(
            "%(admin)s has asked for it: %(reason)s (%(account)s). You confirm it.",
            admin=waiting.asked_by,
            reason=waiting.reason,
            account=waiting.account.words,
        )
        return _("Confirm and book %(amount)s", amount=words), note, (text,)
    if needs_second_approver(amount, limit):
        text = _(
            "Above %(limit)s a second admin must confirm. Your word is the first.",
            limit=money_text(limit, row.currency),
        )
        return _("Ask to book %(amount)s", amount=words), note, (text,)
    return _("Book %(amount)s", amount=words), note, ()


def _decision(each: Decision) -> TimelineEntry:
    return TimelineEntry(
        title=_DEEDS.get(each.deed, each.deed),
        when=time_text(each.at),
        when_iso=each.at.isoformat(),
        detail=f"{each.reason} {told(each.outcome)}",
        actor=each.admin,
        source="admin",
    )


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("admin.reconciliation_break", number=number), code=303)


def _policy() -> MoneyPolicy:
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found
