"""What a diagnosis shows: each look with its words, rows and the one thing that helps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import request, url_for

from marketplace.diagnosis.rules import Deed, Finding, Row, RowKind, Verdict
from marketplace.diagnosis.words import Piece
from marketplace.disputes.page_queries import DisputeRow
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.numerals import number_text
from marketplace.payments.admin_queries import PaymentRecord
from marketplace.payouts.admin_queries import PayoutRow
from marketplace.refunds.queries import RefundRow
from marketplace.web import refund_parts, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.pages import money, money_text, time_text
from marketplace.web.wording import Badge

_BADGES = {
    Verdict.GOOD: Badge(Text("Good"), "ok"),
    Verdict.COURSE: Badge(Text("Goes on by itself"), "wait"),
    Verdict.ACT: Badge(Text("Look here"), "bad"),
    Verdict.UNKNOWN: Badge(Text("Not known"), "mute"),
}
_OPEN = {
    RowKind.EVENT: Text("Open the event"),
    RowKind.CALL: Text("Open the call"),
    RowKind.SHARE: Text("Open the hold"),
    RowKind.DISPUTE: Text("Open the dispute"),
    RowKind.REFUND: Text("Open the refund"),
    RowKind.SELLER: Text("Open the seller"),
    RowKind.PAYOUT: Text("Open the payout"),
    RowKind.ENTRY: Text("Open the entry"),
}
_LINKS = {
    Deed.SEE_JOBS: (Text("Open the jobs"), "admin.jobs_page"),
    Deed.SEE_SETTINGS: (Text("Open the settings"), "admin.settings"),
    Deed.RECONCILE: (Text("Open the reconciliation"), "admin.reconciliation"),
}
_OWN_TEST = Text(
    "A test delivery is signed here as the provider signs, and sent to our public address. To have the provider send"
    " one itself, open its dashboard: Webhooks, this address, “Send test event”."
)


@dataclass(frozen=True, slots=True)
class Link:
    """A row that was looked at."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Help:
    """The one thing that helps: a link, or a button that posts."""

    label: str
    url: str
    is_post: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One look."""

    question: str
    badge: Badge
    found: str
    rule: str
    hint: str
    rows: tuple[Link, ...]
    help: Help | None


@dataclass(frozen=True, slots=True)
class DiagnosePage:
    """What templates/admin/diagnose.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badges: tuple[Badge, ...]
    note: str
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class _About:
    """What is diagnosed, as far as addresses need it."""

    take_up_url: str
    payment_id: int = 0
    decide_url: str = ""
    payments: Mapping[str, int] = field(default_factory=dict)
    """The payment of each share, by the share's key, where they are of several."""


def of_payment(record: PaymentRecord, found: Sequence[Finding]) -> DiagnosePage:
    """Return the page of a payment's diagnosis."""
    here = url_for("admin.payment", payment_id=record.id)
    amount = money_text(record.amount_minor, record.currency)
    return DiagnosePage(
        title=_("Diagnose payment %(number)s", number=record.id),
        console=admin_console("payments"),
        crumbs=(
            Crumb(_("Payments"), url_for("admin.payments")),
            Crumb(_("Payment %(number)s", number=record.id), here),
        ),
        badges=(wording.payment_badge(record.status),),
        note=f"{amount}. {_summary(found)}",
        looks=_looks(found, _About(url_for("admin.take_up_payment", payment_id=record.id), record.id)),
    )


def of_refund(row: RefundRow, found: Sequence[Finding]) -> DiagnosePage:
    """Return the page of a refund's diagnosis."""
    here = url_for("admin.refunds", refund=row.number)
    amount = money_text(row.amount_minor, row.currency)
    return DiagnosePage(
        title=_("Diagnose refund %(number)s", number=row.number),
        console=admin_console("refunds"),
        crumbs=(Crumb(_("Refunds"), url_for("admin.refunds")), Crumb(row.number, here)),
        badges=(refund_parts.badge(row),),
        note=f"{_('%(amount)s of order %(number)s.', amount=amount, number=row.order_number)} {_summary(found)}",
        looks=_looks(found, _About(url_for("admin.take_up_refund", number=row.number), row.payment_id, here)),
    )


def of_dispute(row: DisputeRow, found: Sequence[Finding]) -> DiagnosePage:
    """Return the page of a dispute's diagnosis."""
    here = url_for("admin.dispute", number=row.number)
    amount = money_text(row.amount_minor, row.currency)
    return DiagnosePage(
        title=_("Diagnose dispute %(number)s", number=row.number),
        console=admin_console("disputes"),
        crumbs=(Crumb(_("Disputes"), url_for("admin.disputes")), Crumb(row.number, here)),
        badges=(wording.badge(row.status),),
        note=f"{amount}. {_summary(found)}",
        looks=_looks(found, _About(url_for("admin.take_up_dispute", number=row.number), row.payment_id, here)),
    )


def of_payout(row: PayoutRow, payments: Mapping[str, int], found: Sequence[Finding]) -> DiagnosePage:
    """Return the page of a payout's diagnosis; `payments` has the payment of each share, by the share's key."""
    here = url_for("admin.payout", number=row.number)
    amount = money_text(row.amount_minor, row.currency)
    about = _About(url_for("admin.take_up_payout", number=row.number), decide_url=here, payments=payments)
    return DiagnosePage(
        title=_("Diagnose payout %(number)s", number=row.number),
        console=admin_console("payouts"),
        crumbs=(Crumb(_("Payouts"), url_for("admin.payouts")), Crumb(row.number, here)),
        badges=(wording.badge(row.status),),
        note=f"{_('%(amount)s for %(shop)s.', amount=amount, shop=row.shop_name)} {_summary(found)}",
        looks=_looks(found, about),
    )


def _summary(found: Sequence[Finding]) -> str:
    """Return what to look at, in a sentence."""
    count = sum(each.verdict is Verdict.ACT for each in found)
    if count:
        return ngettext(
            "%(count)s of %(all)s looks found something for you.",
            "%(count)s of %(all)s looks found something for you.",
            count,
            count=count,
            all=len(found),
        )
    if any(each.verdict is Verdict.UNKNOWN for each in found):
        return _("Nothing wrong was found, and not everything is known.")
    return _("Nothing wrong was found.")


def _looks(found: Sequence[Finding], about: _About) -> tuple[Look, ...]:
    return tuple(_look(each, about) for each in found)


def _look(each: Finding, about: _About) -> Look:
    return Look(
        question=each.question,
        badge=_BADGES[each.verdict],
        found="".join(map(_piece, each.found)),
        rule=each.rule,
        hint=_OWN_TEST if each.deed is Deed.SEND_TEST else "",
        rows=tuple(Link(row.text, _row_url(row, about)) for row in each.rows),
        help=_help(each, about) if each.deed else None,
    )


def _piece(piece: Piece) -> str:
    if isinstance(piece, Money):
        return money(piece)
    if isinstance(piece, int):
        return number_text(piece)
    return time_text(piece) if isinstance(piece, datetime) else str(piece)


def _row_url(row: Row, about: _About) -> str:
    if row.kind is RowKind.EVENT:
        return url_for("admin.event", event_row_id=int(row.key))
    if row.kind is RowKind.CALL:
        return url_for("admin.call", call_id=int(row.key))
    if row.kind is RowKind.SHARE:
        payment_id = about.payments.get(row.key, about.payment_id)
        return url_for("admin.hold", payment_id=payment_id, share_id=int(row.key))
    if row.kind is RowKind.DISPUTE:
        return url_for("admin.dispute", number=row.key)
    if row.kind is RowKind.SELLER:
        return url_for("admin.user", user_id=int(row.key))
    if row.kind is RowKind.PAYOUT:
        return url_for("admin.payout", number=row.key)
    if row.kind is RowKind.ENTRY:
        return url_for("admin.entry", entry_id=int(row.key))
    return url_for("admin.refunds", refund=row.key)


def _help(each: Finding, about: _About) -> Help:
    if each.deed is Deed.OPEN:
        return Help(_OPEN[each.rows[0].kind], _row_url(each.rows[0], about), is_post=False)
    if each.deed is Deed.SEND_TEST:
        return Help(_("Send a test delivery"), url_for("admin.send_test"), is_post=True)
    if each.deed is Deed.RETURN_AGAIN:
        return Help(_("Send it back again"), url_for("admin.return_again", payment_id=about.payment_id), is_post=True)
    if each.deed is Deed.DECIDE:
        return Help(_("Decide about it"), about.decide_url, is_post=False)
    if each.deed is Deed.ASK_NOW:
        return Help(_("Take up what the provider says"), about.take_up_url, is_post=True)
    if each.deed in _LINKS:
        label, endpoint = _LINKS[each.deed]
        return Help(label, url_for(endpoint), is_post=False)
    return Help(_("Look again"), request.path, is_post=False)
