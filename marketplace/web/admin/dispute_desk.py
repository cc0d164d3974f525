"""What an admin does about a dispute: write, add, hand over, give up, say who bears it, close a warning."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.disputes import case_queries, flows, following, operations, sharing
from marketplace.disputes import page_queries as queries
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import EvidenceState
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import gettext as _
from marketplace.transitions import AlreadyThere
from marketplace.web import dispute_parts, guards, lists, uploads
from marketplace.web.admin import dispute_draft, disputes
from marketplace.web.admin.dispute_forms import AmountSeenForm, DismissForm, EvidenceForm, SharesForm
from marketplace.web.admin.dispute_page import Desk, SentText
from marketplace.web.amounts import typed_minor, typing_text
from marketplace.web.auth.forms import blame
from marketplace.web.console import Console, admin_console
from marketplace.web.dispute_parts import FileForm, FileView
from marketplace.web.pages import money_text
from marketplace.web.providers import providers


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What templates/admin/dispute_confirm.html shows."""

    title: str
    console: Console
    number: str
    url: str
    text: str
    texts: tuple[SentText, ...]
    files: tuple[FileView, ...]
    action: str
    label: str
    tone: str
    is_empty: bool = False
    """Whether there is nothing that could be handed over."""


@guards.admin_only
def write_evidence(number: str) -> ResponseReturnValue:
    """Keep the texts; with the second button, go on to handing them over."""
    row, form = _row(number), EvidenceForm()
    desk = replace(Desk.empty(), evidence=form)
    if not form.validate():
        return disputes.show(row, desk, 422)
    try:
        _write(operations.write, dispute_id=row.id, texts=form.texts())
    except Invalid as error:
        blame(form, error)
        return disputes.show(row, desk, 422)
    except Conflict as error:
        return _back(row, error.message, "wait")
    if request.form.get("next") == "submit":
        return redirect(url_for("admin.submit_evidence", number=row.number), code=303)
    return _back(row, _("The draft is kept."), "ok")


@uploads.takes_files
@guards.admin_only
def add_file(number: str) -> ResponseReturnValue:
    """Add a file to the evidence."""
    row, form = _row(number), FileForm()
    try:
        dispute_parts.keep_file(form, row, guards.viewer().user_id, is_admin=True)
    except Invalid as error:
        blame(form, error)
        return disputes.show(row, replace(Desk.empty(), file=form), 422)
    except Conflict as error:
        return _back(row, error.message, "wait")
    return _back(row, _("The file is added."), "ok")


@guards.admin_only
def choose_file(number: str, file_id: int) -> ResponseReturnValue:
    """Say whether a file goes to the bank."""
    row = _row(number)
    is_used = request.form.get("use") == "yes"
    try:
        db.atomic(operations.choose_file, (), dispute_id=row.id, file_id=file_id, is_used=is_used)
    except Conflict as error:
        return _back(row, error.message, "wait")
    return _back(row, _("The file goes to the bank.") if is_used else _("The file is left out."), "ok")


@guards.admin_only
def dispute_file(number: str, file_id: int) -> ResponseReturnValue:
    """Return a file of a dispute."""
    return dispute_parts.send_file(case_queries.file_of(_row(number).id, file_id))


@guards.admin_only
def submit_evidence(number: str) -> ResponseReturnValue:
    """Show what would be handed over, before it is."""
    row = _row(number)
    if not row.is_answerable:
        return _back(row, _("There is nothing to hand over now."), "wait")
    texts, files = case_queries.texts_of(row.id), case_queries.files_of(row.id)
    page = ConfirmPage(
        title=_("Submit to the bank"),
        console=admin_console("disputes"),
        number=row.number,
        url=url_for("admin.dispute", number=row.number),
        text=_("The bank takes this once. Nothing can be added or changed after it."),
        texts=tuple(
            SentText(field.label, kept.text, "")
            for field in dispute_draft.FIELDS
            if (kept := texts.get(field.value)) and kept.text
        ),
        files=tuple(view for view in dispute_parts.file_views(row, [f for f in files if f.is_used], "admin")),
        action=url_for("admin.submit_evidence", number=row.number),
        label=_("Submit to the bank"),
        tone="primary",
        is_empty=not any(kept.text for kept in texts.values()) and not any(file.is_used for file in files),
    )
    return render_template("admin/dispute_confirm.html", page=page, form=AmountSeenForm(None))


@guards.admin_only
def send_evidence(number: str) -> ResponseReturnValue:
    """Hand the evidence over; a double press is answered with what stands already."""
    row = _row(number)
    try:
        flows.submit(
            admin_id=guards.viewer().user_id,
            dispute_id=row.id,
            providers=providers(),
            policy=current_app.extensions["settings"].money,
            now=clock.now(),
        )
    except (Conflict, NotAllowed, Invalid) as error:
        return _back(row, error.message, "info" if isinstance(error, AlreadyThere) else "bad")
    state = _row(number).evidence_state
    if state is EvidenceState.SUBMITTED:
        return _back(row, _("The bank has our evidence. Buyer and seller were told."), "ok")
    if state is EvidenceState.REFUSED:
        return _back(row, _("The provider did not take it. The reason stands below."), "bad")
    return _back(row, _("It is on its way. The provider has not answered yet, so it is asked again."), "wait")


@guards.admin_only
def accept_dispute(number: str) -> ResponseReturnValue:
    """Ask whether the loss is to be accepted."""
    row = _row(number)
    if not row.can_be_accepted:
        return _back(row, _("This dispute can't be given up now."), "wait")
    amount = money_text(row.amount_minor, row.currency)
    page = ConfirmPage(
        title=_("Accept the loss"),
        console=admin_console("disputes"),
        number=row.number,
        url=url_for("admin.dispute", number=row.number),
        text=_bearers(row, amount),
        texts=(),
        files=(),
        action=url_for("admin.accept_dispute", number=row.number),
        label=_("Accept the loss of %(amount)s", amount=amount),
        tone="danger",
    )
    form = AmountSeenForm(None)
    form.amount_minor.data = row.amount_minor
    return render_template("admin/dispute_confirm.html", page=page, form=form)


def _bearers(row: DisputeRow, amount: str) -> str:
    """Return who bears the loss of `amount`, in words."""
    if not row.orders:
        return _(
            "The buyer keeps %(amount)s. The marketplace bears it until somebody has said which orders it is about;"
            " their sellers bear it as they would a refund.",
            amount=amount,
        )
    if "," in row.orders:
        words = _("The buyer keeps %(amount)s. The sellers of %(orders)s bear it as they would a refund.")
    else:
        words = _("The buyer keeps %(amount)s. The seller of %(orders)s bears it as they would a refund.")
    return words % {"amount": amount, "orders": row.orders}


@guards.admin_only
def give_up_dispute(number: str) -> ResponseReturnValue:
    """Accept the loss of the amount that the button said."""
    row, form = _row(number), AmountSeenForm()
    if not form.validate():
        return _back(row, _("The amount is missing. Open the page again."), "bad")
    try:
        answered = flows.accept(
            admin_id=guards.viewer().user_id,
            dispute_id=row.id,
            amount_minor=form.amount_minor.data or 0,
            providers=providers(),
            policy=current_app.extensions["settings"].money,
            now=clock.now(),
        )
    except (Conflict, NotAllowed) as error:
        return _back(row, error.message, "info" if isinstance(error, AlreadyThere) else "bad")
    if answered and _row(number).accepted_at is None:
        return _back(row, _("The provider did not accept it. The reason stands below."), "bad")
    if answered:
        return _back(row, _("The loss is accepted. Buyer and seller were told."), "ok")
    return _back(row, _("It is on its way. The provider has not answered yet, so it is asked again."), "wait")


@guards.admin_only
def reassign_dispute(number: str) -> ResponseReturnValue:
    """Say which order bears how much."""
    row, form = _row(number), SharesForm()
    parts = {share.id: request.form.get(f"part-{share.id}", "") for share in case_queries.shares_of(row.id)}
    minors = {part: typed_minor(text, row.currency) for part, text in parts.items()}
    form.parts = {f"part-{part}": text for part, text in parts.items()}
    wrong = _("Enter an amount such as %(amount)s.", amount=typing_text(12_50, "USD"))
    form.wrong = {f"part-{part}": wrong for part, minor in minors.items() if minor is None}
    if not form.validate() or form.wrong:
        return disputes.show(row, replace(Desk.empty(), shares=form), 422)
    try:
        _write(
            sharing.reassign,
            dispute_id=row.id,
            minors={part: minor or 0 for part, minor in minors.items()},
            reason=form.share_reason.data or "",
        )
    except Invalid as error:
        form.share_reason.errors = [error.message]
        return disputes.show(row, replace(Desk.empty(), shares=form), 422)
    except Conflict as error:
        return _back(row, error.message, "wait")
    return _back(row, _("The orders bear it as you said."), "ok")


@guards.admin_only
def dismiss_warning(number: str) -> ResponseReturnValue:
    """Let the money of a warning go on."""
    row, form = _row(number), DismissForm()
    if not form.validate():
        return disputes.show(row, replace(Desk.empty(), dismiss=form), 422)
    try:
        _write(following.dismiss, dispute_id=row.id, reason=form.reason.data or "")
    except Invalid as error:
        form.reason.errors = [error.message]
        return disputes.show(row, replace(Desk.empty(), dismiss=form), 422)
    except Conflict as error:
        return _back(row, error.message, "info")
    return _back(row, _("The warning is closed. The money may move again."), "ok")


def _row(number: str) -> DisputeRow:
    return queries.dispute(lists.number(number))


def _write(operation: Callable[..., None], **values: object) -> None:
    db.atomic(operation, (), admin_id=guards.viewer().user_id, now=clock.now(), **values)


def _back(row: DisputeRow, message: str, tone: str) -> ResponseReturnValue:
    flash(message, tone)
    return redirect(url_for("admin.dispute", number=row.number), code=303)
