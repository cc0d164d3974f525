"""What the dispute pages of admins, sellers and buyers share: badges, dates, reasons, addresses of parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from marketplace import clock
from marketplace.disputes import flows
from marketplace.disputes.case_queries import FileRow
from marketplace.disputes.evidence_rules import EvidenceFile, Reason, file_kind, reason_of
from marketplace.disputes.explain_queries import DisputeFigure
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import DisputeKind
from marketplace.disputes.states import OPEN, TAKEN, DisputeStatus
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.media.file_rules import LARGEST_FILE_BYTES
from marketplace.numerals import number_text
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.web import uploads
from marketplace.web.forms import Form
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.wording import Badge

_S = DisputeStatus
_TONES = {
    _S.NEEDS_RESPONSE: "bad",
    _S.INQUIRY: "wait",
    _S.WARNED: "wait",
    _S.UNDER_REVIEW: "wait",
    _S.INQUIRY_REVIEW: "wait",
    _S.WON: "ok",
    _S.PREVENTED: "ok",
    _S.LOST: "bad",
}
_FOR_SELLERS = {
    DisputeFigure.PLATFORM: Text("Platform fee, given back"),
    DisputeFigure.HELD: Text("From what was held for you"),
    DisputeFigure.AVAILABLE: Text("From what was available to you"),
    DisputeFigure.DEBT: Text("Added to what you owe"),
}
_HOUR = 3_600
_DAY = 24 * _HOUR
SOON_DAYS = 3


class FileForm(Form):
    """A file and what it shows."""

    kind = SelectField(Text("What it shows"), choices=[SelectChoice(kind.value, kind.label) for kind in EvidenceFile])
    file = FileField(Text("File"))


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is to answer, in words."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of the evidence."""

    name: str
    kind: str
    size: str
    by: str
    when: str
    url: str
    badge: Badge
    choose_url: str
    choose_label: str
    choose_value: str


@dataclass(frozen=True, slots=True)
class BankNotice:
    """What a buyer reads on their order about what their bank does."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class DisputeLink:
    """A dispute in the box on the page of its order or payment."""

    label: str
    url: str
    amount: str
    explain_url: str
    badge: Badge
    note: str


def badge(row: DisputeRow) -> Badge:
    """Return where a dispute stands."""
    return Badge(row.status.label, _TONES.get(row.status, "mute"))


def kind_badge(row: DisputeRow) -> Badge:
    """Return what the bank does."""
    return {
        DisputeKind.INQUIRY: Badge(_("Inquiry"), "mute"),
        DisputeKind.CHARGEBACK: Badge(_("Chargeback"), "hold"),
        DisputeKind.WARNING: Badge(_("Warning"), "mute"),
    }[row.kind]


def reason(row: DisputeRow) -> Reason:
    """Return why the buyer disputes, in words."""
    return reason_of(row.reason, is_warning=row.kind is DisputeKind.WARNING)


def due_text(row: DisputeRow, now: datetime) -> str:
    """Return by when the bank must be answered and how long that is; "" where nobody waits."""
    if not row.is_answerable or row.due_by is None:
        return ""
    return f"{date_text(row.due_by)} ({left_text(row.due_by, now)})"


def left_text(due_by: datetime, now: datetime) -> str:
    """Return how long there is until `due_by`: 3 d 4 h left."""
    seconds = int((due_by - now).total_seconds())
    if seconds <= 0:
        return pgettext("time", "over")
    days, rest = divmod(seconds, _DAY)
    hours, minutes = rest // _HOUR, rest % _HOUR // 60
    if days:
        return _("%(days)s d %(hours)s h left", days=days, hours=hours)
    return _("%(hours)s h %(minutes)s min left", hours=hours, minutes=minutes)


def due_clock(row: DisputeRow, now: datetime) -> Clock | None:
    """Return the clock of a dispute that waits for an answer; None where nobody waits."""
    if not row.is_answerable or row.due_by is None:
        return None
    left = row.due_by - now
    if left.total_seconds() <= 0:
        return Clock(_("The time to answer is over"), _("It ended %(when)s.", when=time_text(row.due_by)), "bad")
    tone = "bad" if left.days < SOON_DAYS else "hold"
    after = (
        _("Without an answer it is lost.") if row.kind is DisputeKind.CHARGEBACK else _("An inquiry may go further.")
    )
    until = _("Answer by %(day)s, %(left)s", day=date_text(row.due_by), left=left_text(row.due_by, now))
    return Clock(until, after, tone)


def amount(row: DisputeRow) -> str:
    """Return what the bank asks about, as far as the one who looks is concerned."""
    return money_text(row.own_minor or row.amount_minor, row.currency)


def is_open(row: DisputeRow) -> bool:
    """Return whether it has no end yet."""
    return row.status in OPEN


def is_taken(row: DisputeRow) -> bool:
    """Return whether the bank has the money until it decides."""
    return row.status in TAKEN


def order_badges(rows: Sequence[DisputeRow]) -> tuple[Badge, ...]:
    """Return what disputes add to the badges of an order: that one is open, or that one was lost."""
    if any(is_taken(row) for row in rows):
        return (Badge(_("Disputed"), "bad"),)
    if any(row.kind is not DisputeKind.WARNING and is_open(row) for row in rows):
        return (Badge(_("Bank asks"), "wait"),)
    return (Badge(_("Dispute lost"), "mute"),) if any(row.status is _S.LOST for row in rows) else ()


def bank_notice(rows: Sequence[DisputeRow]) -> BankNotice | None:
    """Return what a buyer reads about the latest dispute of an order; of warnings nothing, a thief might read it."""
    asked = [row for row in rows if row.kind is not DisputeKind.WARNING]
    if not asked:
        return None
    row = asked[-1]
    if is_open(row):
        text = _("It asked us what we know, and it decides. You need not do anything here.")
        return BankNotice(_("Your bank is looking at this payment"), text, "wait")
    if row.status is _S.LOST:
        return BankNotice(
            _("Your bank gave you the money back"), _("%(amount)s of this order.", amount=amount(row)), "info"
        )
    return BankNotice(_("Your bank has looked at this payment"), _("The payment stands."), "info")


def box(rows: Sequence[DisputeRow], side: str) -> tuple[DisputeLink, ...]:
    """Return disputes for the box on the page of their order, or of their payment."""
    return tuple(
        DisputeLink(
            label=row.number,
            url=url_for(f"{side}.dispute", number=row.number),
            amount=amount(row),
            explain_url=url_for("admin.explain_dispute", number=row.number, figure=DisputeFigure.TAKEN.value)
            if side == "admin"
            else "",
            badge=badge(row),
            note=f"{reason(row).label}, {date_text(row.opened_at)}",
        )
        for row in rows
    )


def loss_rows(parts: Sequence[tuple[DisputeFigure, int]], currency: str, side: str, number: str) -> list[MoneyRow]:
    """Return who gives what of a loss; each amount opens to its rows."""
    return [
        MoneyRow(
            _FOR_SELLERS.get(figure, figure.label) if side == "seller" else figure.label,
            money_text(minor, currency),
            url_for(f"{side}.explain_dispute", number=number, figure=figure.value),
        )
        for figure, minor in parts
        if minor
    ]


def file_views(row: DisputeRow, files: Sequence[FileRow], side: str) -> tuple[FileView, ...]:
    """Return the files; an admin chooses which go to the bank while that can be chosen."""
    can_choose = side == "admin" and row.is_answerable
    return tuple(
        FileView(
            name=file.file_name,
            kind=file_kind(file.field).label,
            size=f"{number_text(max(file.size_bytes // 1024, 1))} KB",
            by=file.contributor,
            when=date_text(file.added_at),
            url=url_for(f"{side}.dispute_file", number=row.number, file_id=file.id),
            badge=Badge(_("Goes to the bank") if row.is_answerable else pgettext("a file", "Sent"), "ok")
            if file.is_used
            else Badge(_("Left out"), "mute"),
            choose_url=url_for("admin.choose_file", number=row.number, file_id=file.id) if can_choose else "",
            choose_label=_("Leave out") if file.is_used else _("Use this one"),
            choose_value="" if file.is_used else "yes",
        )
        for file in files
    )


def keep_file(form: FileForm, row: DisputeRow, user_id: int, *, is_admin: bool) -> None:
    """Keep the file of a form; raises Invalid naming the field, Conflict, NotFound."""
    uploaded = request.files.get("file")
    content = uploaded.stream.read(LARGEST_FILE_BYTES + 1) if uploaded else b""
    flows.keep_file(
        content,
        user_id=user_id,
        is_admin=is_admin,
        dispute_id=row.id,
        kind=file_kind(form.kind.data),
        file_name=uploaded.filename or "" if uploaded else "",
        store=uploads.store(EVIDENCE_FOLDER),
        now=clock.now(),
    )


def send_file(file: FileRow) -> ResponseReturnValue:
    """Return a file to be kept, never to be shown in the page: others have sent it."""
    lying = uploads.store(EVIDENCE_FOLDER).open(file.stored_name)
    return uploads.send(lying, file_name=file.file_name, media_type=file.media_type)


def effect(row: DisputeRow) -> str:
    """Return in words what a dispute has done to the money, for admins."""
    if row.is_loss_booked:
        return _("The loss is booked. It was taken from each share where its money stood, the rest is owed.")
    if is_taken(row):
        return _("The bank has the money until it decides. The shares stand still; nothing is taken from them yet.")
    if is_open(row):
        return _("No money has moved. The shares stand still until this is settled.")
    if row.status in (DisputeStatus.WON, DisputeStatus.PREVENTED):
        return _("The money is back. The provider keeps its fee.")
    return _("No money has moved.")
