"""What a seller's page of a dispute shows: where it stands, what money stands still, what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from wtforms import TextAreaField
from wtforms.validators import Length

from marketplace.disputes.case_queries import FileRow, ShareRow, StatementRow
from marketplace.disputes.evidence_rules import LONGEST_STATEMENT
from marketplace.disputes.explain_queries import DisputeFigure
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import EvidenceState
from marketplace.disputes.states import DisputeStatus
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments.timeline_queries import Change
from marketplace.payouts.states import ReversalStatus
from marketplace.payouts.taking_back_queries import ReversalRow
from marketplace.web import dispute_parts, wording
from marketplace.web.console import Console, seller_console
from marketplace.web.dispute_parts import FileView
from marketplace.web.forms import Form
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.wording import Badge, TimelineEntry

_S = DisputeStatus
TITLES = {
    ("dispute", "inquire"): Text("The buyer's bank asks about the payment"),
    ("dispute", "consider"): Text("We have answered the bank"),
    ("dispute", "close"): Text("The bank asks no more"),
    ("dispute", "charge_back"): Text("The buyer's bank took the money back"),
    ("dispute", "review"): Text("We have answered, and the bank reads it"),
    ("dispute", "win"): Text("The bank decided for you"),
    ("dispute", "lose"): Text("The bank decided for the buyer"),
    ("dispute", "prevent"): Text("It was settled before it counted"),
    ("dispute", "warn"): Text("The bank fears that the card was misused"),
    ("dispute", "dismiss"): Text("The warning is closed"),
}
_NOW: dict[DisputeStatus, tuple[str, str, str]] = {
    _S.OPENED: (Text("Just reported"), Text("We are looking at it."), "hold"),
    _S.INQUIRY: (
        Text("The bank asks"),
        Text("No money has moved. Your share stands still until this is settled."),
        "hold",
    ),
    _S.INQUIRY_REVIEW: (Text("We have answered"), Text("No money has moved. The bank reads our answer."), "hold"),
    _S.INQUIRY_CLOSED: (Text("Settled"), Text("The bank asks no more. Your share moves as before."), "ok"),
    _S.NEEDS_RESPONSE: (
        Text("The bank has taken the money back"),
        Text("Your share stands still until the bank decides. Tell us what you know, so that our answer is good."),
        "hold",
    ),
    _S.UNDER_REVIEW: (
        Text("The bank decides"),
        Text("It has our answer. This takes some weeks, and nobody can hurry it."),
        "hold",
    ),
    _S.WON: (Text("Won"), Text("The bank gave the money back. Your share moves as before."), "ok"),
    _S.LOST: (Text("Lost"), Text("The buyer keeps the money. It was taken from this order like a refund."), "bad"),
    _S.PREVENTED: (Text("Settled"), Text("It was settled before it counted. Your share moves as before."), "ok"),
    _S.WARNED: (
        Text("The bank warns of fraud"),
        Text("If you have not sent it yet, wait. Your share stands still until we have looked."),
        "hold",
    ),
    _S.DISMISSED: (Text("Closed"), Text("We have looked at the warning. Your share moves as before."), "ok"),
}


class StatementForm(Form):
    """What a seller says."""

    text = TextAreaField(
        Text("What happened"),
        [Length(max=LONGEST_STATEMENT, message=Text("At most 5,000 characters."))],
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page: only what is the seller's own."""

    row: DisputeRow
    shares: Sequence[ShareRow]
    statement: StatementRow | None
    files: Sequence[FileRow]
    changes: Sequence[Change]
    reversals: Sequence[ReversalRow]


@dataclass(frozen=True, slots=True)
class Now:
    """Where it stands, in plain words."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class DisputePage:
    """What templates/seller/dispute.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    now: Now
    reason: str
    reason_text: str
    matters: tuple[str, ...]
    can_say: bool
    said: str
    said_note: str
    say_url: str
    files: tuple[FileView, ...]
    files_url: str
    money: tuple[MoneyRow, ...]
    effect: str
    order: str
    order_url: str
    entries: tuple[TimelineEntry, ...]


def build(facts: Facts, form: StatementForm, viewer_id: int, now: datetime) -> DisputePage:
    """Return the page of the dispute in `facts`; an empty form shows what was said."""
    row, reason, statement = facts.row, dispute_parts.reason(facts.row), facts.statement
    if statement and not form.is_submitted():
        form.text.data = statement.text
    return DisputePage(
        title=_("Dispute %(number)s", number=row.number),
        console=seller_console("disputes"),
        badges=(dispute_parts.kind_badge(row), dispute_parts.badge(row)),
        note=_(
            "%(amount)s of order %(orders)s, opened %(day)s",
            amount=dispute_parts.amount(row),
            orders=row.orders,
            day=date_text(row.opened_at),
        ),
        now=_now(row, now),
        reason=reason.label,
        reason_text=reason.means,
        matters=reason.matters,
        can_say=row.is_answerable,
        said=statement.text if statement else "",
        said_note=_("Kept %(when)s", when=time_text(statement.written_at)) if statement else _("Nothing yet"),
        say_url=url_for("seller.say", number=row.number),
        files=dispute_parts.file_views(row, facts.files, "seller"),
        files_url=url_for("seller.add_file", number=row.number),
        money=_money(facts),
        effect=_effect(facts),
        order=_("Order %(orders)s", orders=row.orders),
        order_url=url_for("seller.order", number=facts.shares[0].order_number),
        entries=wording.timeline(facts.changes, (), TITLES, viewer_id, _("The marketplace")),
    )


def _now(row: DisputeRow, now: datetime) -> Now:
    title, text, tone = _NOW[row.status]
    if row.evidence_state is EvidenceState.SENDING:
        text = _("Our answer is on its way to the bank.")
    due = dispute_parts.due_text(row, now)
    return Now(_("%(title)s. Answer by %(due)s", title=title, due=due) if due else title, text, tone)


def _money(facts: Facts) -> tuple[MoneyRow, ...]:
    row = facts.row
    parts = (
        (DisputeFigure.PLATFORM, sum(share.platform_minor for share in facts.shares)),
        (DisputeFigure.HELD, sum(share.held_minor for share in facts.shares)),
        (DisputeFigure.AVAILABLE, sum(share.available_minor for share in facts.shares)),
        (DisputeFigure.DEBT, sum(share.debt_minor for share in facts.shares)),
        (DisputeFigure.SUBSIDY, -sum(share.subsidy_minor for share in facts.shares)),
    )
    gross = url_for("seller.explain_order", number=facts.shares[0].order_number, figure="gross")
    whole = sum(share.gross_minor for share in facts.shares) == row.own_minor
    asked = MoneyRow(_("The bank asks about"), money_text(row.own_minor, row.currency), gross if whole else "")
    return (asked, *dispute_parts.loss_rows(parts, row.currency, "seller", row.number))


def _effect(facts: Facts) -> str:
    row = facts.row
    if row.is_loss_booked:
        said = _("This is what the loss took. The platform fee went back to you with it.")
        return f"{said} {_taken_back(facts)}".rstrip()
    if dispute_parts.is_open(row):
        return _("Nothing is taken from you yet. Your share of the order stands still until this is settled.")
    return _("Nothing was taken from you.")


def _taken_back(facts: Facts) -> str:
    """Return what of the debt was taken back from the seller's own account at the provider, if anything was."""
    own = {share.order_id for share in facts.shares}
    done = [each for each in facts.reversals if each.order_id in own and each.status is ReversalStatus.DONE]
    if not done:
        return ""
    amount = money_text(sum(each.amount_minor for each in done), facts.row.currency)
    return _(
        "%(amount)s of payout %(number)s was taken back from your account at Stripe and paid what you owed.",
        amount=amount,
        number=done[0].payout_number,
    )
