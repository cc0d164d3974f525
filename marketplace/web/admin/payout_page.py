"""What an admin's payout page shows: ready texts and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Row

from marketplace.language import Text, ngettext, pgettext
from marketplace.language import gettext as _
from marketplace.outbound.states import CallStatus
from marketplace.payments.timeline_queries import Change
from marketplace.payouts import kept_queries
from marketplace.payouts.admin_queries import CallRow, LineRow, PayoutRow, ReversalRow
from marketplace.payouts.states import PAYOUT, PayoutStatus
from marketplace.web import wording
from marketplace.web.admin.call_words import answer_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.wording import Badge, TimelineEntry

_CALLS = {"transfer": Text("Transfer to the seller's account"), "bank_payout": Text("Payment to the bank")}
_CAUSES = {
    "provider": Text("Made at the provider"),
    "refund": Text("Refund %(number)s"),
    "dispute": Text("Dispute %(number)s"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about a payout."""

    payout: PayoutRow
    lines: Sequence[LineRow]
    calls: Sequence[CallRow]
    reversals: Sequence[ReversalRow]
    entries: Sequence[Row[Any]]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class LineView:
    """What it pays of one order."""

    order: str
    url: str
    share: str
    badge: Badge
    taken_back: str
    amount: str


@dataclass(frozen=True, slots=True)
class CallView:
    """One call to the provider."""

    title: str
    url: str
    note: str
    badge: Badge
    object_id: str
    error: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One ledger entry of it."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class ReversalView:
    """Money of it that was taken back, or asked for."""

    title: str
    note: str
    badge: Badge
    amount: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing an admin may do now."""

    label: str
    action: str
    tone: str


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """What templates/admin/payout.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badge: Badge
    note: str
    problem: str
    next_step: str
    deeds: tuple[Deed, ...]
    amount: str
    shop: str
    shop_url: str
    diagnose_url: str
    facts: tuple[Fact, ...]
    lines: tuple[LineView, ...]
    total: str
    calls: tuple[CallView, ...]
    reversals: tuple[ReversalView, ...]
    entries: tuple[EntryView, ...]
    timeline: tuple[TimelineEntry, ...]


def build(facts: Facts) -> PayoutPage:
    """Return the page of a payout."""
    row = facts.payout
    return PayoutPage(
        title=_("Payout %(number)s", number=row.number),
        console=admin_console("payouts"),
        crumbs=(Crumb(_("Payouts"), url_for("admin.payouts")),),
        badge=wording.badge(row.status),
        note=_begun(row),
        problem=_problem(row),
        next_step=_next_step(facts),
        deeds=() if _undecided(facts) else tuple(_deeds(row)),
        amount=money_text(row.amount_minor, row.currency),
        shop=row.shop_name,
        shop_url=url_for("admin.payouts_of_seller", seller_id=row.seller_id),
        diagnose_url=url_for("admin.diagnose_payout", number=row.number),
        facts=tuple(_facts(row)),
        lines=tuple(_line(line, row.currency) for line in facts.lines),
        total=money_text(sum(line.amount_minor for line in facts.lines), row.currency),
        calls=tuple(_call(call) for call in facts.calls),
        reversals=tuple(_reversal(each, row.currency) for each in facts.reversals),
        entries=tuple(
            EntryView(entry.description, time_text(entry.booked_at), url_for("admin.entry", entry_id=entry.id))
            for entry in facts.entries
        ),
        timeline=wording.audit(facts.changes, {"payout": _("Payout")}),
    )


def note(row: PayoutRow) -> str:
    """Return the line under a payout's number in a list."""
    return _problem(row) or bank(row) or _("No bank account yet")


def _problem(row: PayoutRow) -> str:
    """Return why a payout stands still; what failed and was taken back since is no problem any more."""
    stands_still = row.status in {PayoutStatus.REFUSED, PayoutStatus.FAILED}
    return _(row.failure_reason) if stands_still and row.failure_reason else ""


def bank(row: PayoutRow) -> str:
    """Return which bank account it goes to, as far as it may be shown."""
    return " •• ".join(part for part in (row.bank_name, row.bank_last4) if part)


def _begun(row: PayoutRow) -> str:
    when = time_text(row.started_at)
    if row.is_requested:
        return _("Begun %(when)s, because the seller asked for it", when=when)
    return _("Begun %(when)s", when=when)


def _undecided(facts: Facts) -> bool:
    """Return whether a person has to decide about a call first: nobody knows whether the money has moved."""
    return any(call.status is CallStatus.BLOCKED for call in facts.calls)


def _next_step(facts: Facts) -> str:
    row = facts.payout
    if _undecided(facts):
        return _("Nobody knows whether its last attempt has sent the money. Decide about that call first.")
    if row.status not in {PayoutStatus.REFUSED, PayoutStatus.FAILED}:
        return ""
    if row.next_attempt_at is None:
        return _("A person has to decide.")
    return _("Looked at again by itself from %(when)s on.", when=time_text(row.next_attempt_at))


def _deeds(row: PayoutRow) -> list[Deed]:
    found = []
    if PAYOUT.can(row.status, "retry"):
        found.append(Deed(_("Try again now"), url_for("admin.retry_payout", number=row.number), "primary"))
    if PAYOUT.can(row.status, "resend"):
        found.append(Deed(_("Send to the bank again"), url_for("admin.resend_payout", number=row.number), "primary"))
    if PAYOUT.can(row.status, "cancel"):
        found.append(Deed(_("Call it off"), url_for("admin.cancel_payout", number=row.number), "danger"))
    return found


def _facts(row: PayoutRow) -> list[Fact]:
    kept_minor = kept_queries.kept_minor(row.id) if row.reversed_minor else 0
    found = (
        (_("Bank"), bank(row)),
        (_("At the bank"), date_text(row.arrives_at) if row.arrives_at else _("Not known yet")),
        (_("Seller's account"), row.account_id),
        (_("Transfer"), row.transfer_id),
        (_("Payment to the bank"), row.provider_payout_id),
        (_("Taken back"), money_text(row.reversed_minor, row.currency) if row.reversed_minor else ""),
        (_("Provider's code"), row.failure_code),
        (_("Left in the seller's account"), money_text(kept_minor, row.currency) if kept_minor else ""),
        (_("Left for the next payout"), money_text(row.rest_minor, row.currency) if row.rest_minor else ""),
    )
    return [Fact(label, value) for label, value in found if value]


def _line(line: LineRow, currency: str) -> LineView:
    return LineView(
        order=line.order_number,
        url=url_for("admin.payment", payment_id=line.payment_id),
        share=_("Share %(share)s of payment %(payment)s", share=line.share_id, payment=line.payment_id),
        badge=wording.badge(line.share_status),
        taken_back=money_text(line.reversed_minor, currency) if line.reversed_minor else "",
        amount=money_text(line.amount_minor, currency),
    )


def _call(call: CallRow) -> CallView:
    return CallView(
        title=_("%(call)s, attempt %(attempt)s", call=_CALLS[call.kind.value], attempt=call.attempt),
        url=url_for("admin.call", call_id=call.id),
        note=_sent(call) if call.sends else pgettext("a call", "Not sent"),
        badge=wording.badge(call.status),
        object_id=call.object_id or "",
        error=": ".join(part for part in (call.error_code, answer_text(call.error_message or "")) if part),
    )


def _sent(call: CallRow) -> str:
    return ngettext(
        "Planned %(when)s, sent once",
        "Planned %(when)s, sent %(times)s times",
        call.sends,
        when=time_text(call.created_at),
        times=call.sends,
    )


def _reversal(each: ReversalRow, currency: str) -> ReversalView:
    kind, _colon, number = each.subject.partition(":")
    return ReversalView(
        title=_(_CAUSES[kind], number=number.replace(":", " ")),
        note=" · ".join(part for part in (time_text(each.created_at), each.provider_id) if part),
        badge=wording.badge(each.status),
        amount=money_text(each.amount_minor, currency),
    )
