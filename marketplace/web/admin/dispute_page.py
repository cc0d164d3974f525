"""What the admin's page of a dispute shows: ready texts, the evidence desk, the money, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from flask import url_for

from marketplace.disputes import case_queries
from marketplace.disputes.case_queries import EntryRow, FileRow, LineRow, Movement, ShareRow, StatementRow, TextRow
from marketplace.disputes.evidence_rules import EvidenceText, Reason
from marketplace.disputes.explain_queries import DisputeFigure
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import DisputeKind, EvidenceState
from marketplace.disputes.states import DisputeStatus
from marketplace.disputes.taking_back_queries import TakeBack
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.messages.case_queries import CaseMessage
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.taking_back_queries import ReversalRow
from marketplace.refunds.queries import RefundRow
from marketplace.web import dispute_parts, wording
from marketplace.web.admin import case_talk, dispute_draft, taking_back_parts
from marketplace.web.admin.dispute_forms import DismissForm, EvidenceForm, SharesForm
from marketplace.web.admin.taking_back_parts import TakeBackForm, TakeBackView
from marketplace.web.amounts import typing_text
from marketplace.web.console import Console, admin_console
from marketplace.web.dispute_parts import Clock, FileForm, FileView
from marketplace.web.message_parts import MessageView
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry

_STATES = {
    EvidenceState.DRAFT: "",
    EvidenceState.SENDING: Text("The evidence is on its way to the provider. This page knows when it has arrived."),
    EvidenceState.SUBMITTED: Text("The bank has our evidence."),
    EvidenceState.REFUSED: Text("The provider did not take the evidence."),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    row: DisputeRow
    shares: Sequence[ShareRow]
    movements: Sequence[Movement]
    entries: Sequence[EntryRow]
    texts: Mapping[str, TextRow]
    statements: Sequence[StatementRow]
    files: Sequence[FileRow]
    lines: Sequence[LineRow]
    further_parcels: Sequence[case_queries.ParcelRow]
    refunds: Sequence[RefundRow]
    changes: Sequence[Change]
    messages: Sequence[CaseMessage]
    take_back: TakeBack
    reversals: Sequence[ReversalRow]


@dataclass(frozen=True, slots=True)
class Desk:
    """The forms of the page."""

    evidence: EvidenceForm
    file: FileForm
    shares: SharesForm
    dismiss: DismissForm
    take_back: TakeBackForm

    @classmethod
    def empty(cls) -> Self:
        """Return the forms as nobody has typed anything yet."""
        return cls(EvidenceForm(None), FileForm(None), SharesForm(None), DismissForm(None), TakeBackForm(None))


@dataclass(frozen=True, slots=True)
class ShareView:
    """What one order bears."""

    order: str
    order_url: str
    shop: str
    status: Badge
    amount: str
    typed: str
    name: str
    of: str


@dataclass(frozen=True, slots=True)
class SentText:
    """One text of the evidence as it was handed over."""

    label: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a seller says."""

    shop: str
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in the books."""

    label: str
    url: str
    when: str


@dataclass(frozen=True, slots=True)
class DisputePage:
    """What templates/admin/dispute.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    clock: Clock | None
    reason: str
    reason_text: str
    matters: tuple[str, ...]
    facts: tuple[Fact, ...]
    evidence_note: str
    is_answerable: bool
    is_drafted: bool
    fields: tuple[tuple[str, ...], ...]
    """The names of the evidence's fields, row by row."""
    sent: tuple[SentText, ...]
    statements: tuple[Said, ...]
    files: tuple[FileView, ...]
    money: tuple[MoneyRow, ...]
    effect: str
    take_back: TakeBackView | None
    shares: tuple[ShareView, ...]
    share_note: str
    accept_url: str
    accept_label: str
    can_dismiss: bool
    can_reassign: bool
    refund_links: tuple[Fact, ...]
    refund_url: str
    entries: tuple[TimelineEntry, ...]
    messages: tuple[MessageView, ...]
    booked: tuple[Entry, ...]
    urls: Mapping[str, str]


def build(facts: Facts, desk: Desk, now: datetime) -> DisputePage:
    """Return the page of the dispute in `facts`; empty forms of `desk` are filled with what is known."""
    row, reason = facts.row, dispute_parts.reason(facts.row)
    if row.is_answerable and not desk.evidence.is_submitted():
        known = (facts.shares, facts.lines, facts.further_parcels, facts.refunds, facts.statements, facts.messages)
        desk.evidence.fill(facts.texts, dispute_draft.draft(row, *known))
    amount, opened = money_text(row.amount_minor, row.currency), time_text(row.opened_at)
    return DisputePage(
        title=_("Dispute %(number)s", number=row.number),
        console=admin_console("disputes"),
        badges=(dispute_parts.kind_badge(row), dispute_parts.badge(row)),
        note=_("%(amount)s of payment %(number)s, opened %(at)s", amount=amount, number=row.payment_id, at=opened),
        clock=dispute_parts.due_clock(row, now),
        reason=reason.label,
        reason_text=reason.means,
        matters=reason.matters,
        facts=_facts(row),
        evidence_note=" ".join(filter(None, (as_read(_STATES[row.evidence_state]), as_read(row.evidence_note)))),
        is_answerable=row.is_answerable,
        is_drafted=not facts.texts,
        fields=_fields(reason),
        sent=_sent(facts) if not row.is_answerable else (),
        statements=tuple(Said(each.shop_name, each.text, time_text(each.written_at)) for each in facts.statements),
        files=dispute_parts.file_views(row, facts.files, "admin"),
        money=_money(facts),
        effect=dispute_parts.effect(row),
        take_back=taking_back_parts.of_dispute(row, facts.take_back, facts.reversals, desk.take_back),
        shares=tuple(_share(row, share) for share in facts.shares),
        share_note=f"{row.share_note} ({row.shared_by})" if row.share_note else "",
        accept_url=url_for("admin.accept_dispute", number=row.number) if row.can_be_accepted else "",
        accept_label=_("Accept the loss of %(amount)s", amount=amount),
        can_dismiss=row.status is DisputeStatus.WARNED,
        can_reassign=row.can_be_reassigned and len(facts.shares) > 1 and row.kind is not DisputeKind.WARNING,
        refund_links=tuple(Fact(each.number, each.status.label) for each in facts.refunds),
        refund_url=_refund_url(facts),
        entries=case_talk.timeline(facts.changes, {"dispute": _("Dispute")}, facts.messages),
        messages=case_talk.views(facts.messages),
        booked=tuple(_entry(entry) for entry in facts.entries),
        urls={name: url_for(f"admin.{name}", number=row.number) for name in _ADDRESSES},
    )


_T = EvidenceText
_ROWS = (
    (_T.UNCATEGORIZED_TEXT,),
    (_T.PRODUCT_DESCRIPTION,),
    (_T.CUSTOMER_NAME, _T.CUSTOMER_EMAIL_ADDRESS),
    (_T.BILLING_ADDRESS,),
    (_T.SHIPPING_ADDRESS,),
    (_T.SHIPPING_CARRIER, _T.SHIPPING_DATE),
    (_T.SHIPPING_TRACKING_NUMBER,),
    (_T.REFUND_POLICY_DISCLOSURE,),
    (_T.REFUND_REFUSAL_EXPLANATION,),
)
_DEEDS = ("write_evidence", "add_file", "add_invoices", "submit_evidence", "reassign_dispute", "dismiss_warning")
_ADDRESSES = ("diagnose_dispute", *_DEEDS)


def _fields(reason: Reason) -> tuple[tuple[str, ...], ...]:
    """Return the fields of the desk; why it was not charged twice is asked only where that is the question."""
    doubled = ((_T.DUPLICATE_CHARGE_EXPLANATION,),) if reason is Reason.DUPLICATE else ()
    return tuple(tuple(field.value for field in row) for row in (*doubled, *_ROWS))


def _facts(row: DisputeRow) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Buyer"), f"{row.buyer_name}, {row.buyer_email}"),
        Fact(_("Provider's dispute"), row.provider_dispute_id),
        Fact(_("Charge"), row.charge_id),
    ]
    if row.network_code:
        facts.append(Fact(_("Network's code"), row.network_code))
    if row.due_by:
        facts.append(Fact(_("Evidence until"), time_text(row.due_by)))
    if row.submitted_at:
        facts.append(Fact(_("Handed over"), _by(time_text(row.submitted_at), row.submitted_by)))
    if row.accepted_at:
        facts.append(Fact(_("Loss accepted"), _by(time_text(row.accepted_at), row.accepted_by)))
    return tuple(facts)


def _by(when: str, name: str | None) -> str:
    return _("%(when)s, by %(name)s", when=when, name=name) if name else _("%(when)s, at the provider", when=when)


def _sent(facts: Facts) -> tuple[SentText, ...]:
    return tuple(
        SentText(field.label, row.text, f"{row.contributor}, {date_text(row.updated_at)}")
        for field in dispute_draft.FIELDS
        if (row := facts.texts.get(field.value)) and row.text
    )


def _money(facts: Facts) -> tuple[MoneyRow, ...]:
    """Return what the bank has, what it cost, and who bears a loss; each amount opens to its rows."""
    row = facts.row

    def line(figure: DisputeFigure, minor: int, currency: str) -> MoneyRow:
        url = url_for("admin.explain_dispute", number=row.number, figure=figure.value)
        return MoneyRow(figure.label, money_text(minor, currency), url)

    found = [line(DisputeFigure.TAKEN, row.withdrawn_minor, row.currency)]
    found.append(line(DisputeFigure.FEE, row.fee_minor, row.fee_currency))
    parts = (
        (DisputeFigure.PLATFORM, sum(share.platform_minor for share in facts.shares)),
        (DisputeFigure.COST, row.platform_lost_minor),
        (DisputeFigure.HELD, sum(share.held_minor for share in facts.shares)),
        (DisputeFigure.AVAILABLE, sum(share.available_minor for share in facts.shares)),
        (DisputeFigure.DEBT, sum(share.debt_minor for share in facts.shares)),
        (DisputeFigure.SUBSIDY, -sum(share.subsidy_minor for share in facts.shares)),
    )
    return (*found, *dispute_parts.loss_rows(parts, row.currency, "admin", row.number))


def _entry(entry: EntryRow) -> Entry:
    return Entry(entry.description, url_for("admin.entry", entry_id=entry.id), time_text(entry.booked_at))


def _share(row: DisputeRow, share: ShareRow) -> ShareView:
    return ShareView(
        order=share.order_number,
        order_url=url_for("admin.purchase", number=share.order_number),
        shop=share.shop_name,
        status=wording.badge(share.share_status),
        amount=money_text(share.amount_minor, row.currency),
        typed=typing_text(share.amount_minor, row.currency),
        name=f"part-{share.id}",
        of=money_text(share.gross_minor, row.currency),
    )


def _refund_url(facts: Facts) -> str:
    """Return where an admin opens a refund of the only order concerned: the best answer while no money has moved."""
    concerned = [share for share in facts.shares if share.amount_minor]
    row = facts.row
    if len(concerned) != 1 or not dispute_parts.is_open(row) or dispute_parts.is_taken(row):
        return ""
    return url_for("admin.new_refund", number=concerned[0].order_number)
