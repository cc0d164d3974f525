"""One seller's payouts as an admin sees them: why they were not paid, and the stop that an admin may set or lift."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog import queries as catalog
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _
from marketplace.language import pgettext
from marketplace.paging import Cursor
from marketplace.payouts import account_queries, admin_queries, stops
from marketplace.payouts.admin_queries import SkipRow, Sought, StopRow
from marketplace.payouts.rules import SkipCause
from marketplace.payouts.stops import Stopped
from marketplace.reconciliation import break_queries
from marketplace.web import guards, wording
from marketplace.web.admin import payout_page
from marketplace.web.admin.payout_forms import DecisionForm
from marketplace.web.console import Console, admin_console
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.wording import Badge, TimelineEntry

_NEWEST = 10


@dataclass(frozen=True, slots=True)
class SkipView:
    """Why they were not paid for some time."""

    title: str
    note: str
    amount: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class PayoutView:
    """One of the newest payouts."""

    number: str
    note: str
    url: str
    badge: Badge
    amount: str


@dataclass(frozen=True, slots=True)
class BreakLink:
    """An open break that keeps the seller from being paid."""

    number: str
    url: str


@dataclass(frozen=True, slots=True)
class SellerPage:
    """What templates/admin/payout_seller.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    user_url: str
    all_url: str
    doubts: tuple[BreakLink, ...]
    """The open breaks that keep them from being paid."""
    is_stopped: bool
    stop_url: str
    lift_url: str
    skips: tuple[SkipView, ...]
    payouts: tuple[PayoutView, ...]
    stops: tuple[TimelineEntry, ...]


@guards.admin_only
def payouts_of_seller(seller_id: int) -> ResponseReturnValue:
    """Show why a seller is or is not paid, and the form that stops them."""
    return _show(seller_id, DecisionForm(), 200)


@guards.admin_only
def stop_payouts(seller_id: int) -> ResponseReturnValue:
    """Stop a seller's payouts; what was not sent yet is called off."""
    form = DecisionForm()
    catalog.shop_of(seller_id)
    if not form.validate():
        return _show(seller_id, form, 422)
    admin_id, reason = guards.viewer().user_id, form.reason.data or ""
    try:
        stopped = db.atomic(
            stops.stop, (db.TURN,), admin_id=admin_id, seller_id=seller_id, reason=reason, now=clock.now()
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(seller_id, form, 422)
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_stopped_text(stopped), "ok")
    return redirect(url_for("admin.payouts_of_seller", seller_id=seller_id), code=303)


@guards.admin_only
def lift_payout_stop(seller_id: int) -> ResponseReturnValue:
    """Let a seller be paid again."""
    form = DecisionForm()
    catalog.shop_of(seller_id)
    if not form.validate():
        return _show(seller_id, form, 422)
    admin_id, reason = guards.viewer().user_id, form.reason.data or ""
    try:
        db.atomic(stops.lift, (db.TURN,), admin_id=admin_id, seller_id=seller_id, reason=reason, now=clock.now())
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(seller_id, form, 422)
    except Conflict as error:
        flash(error.message, "wait")
    else:
        flash(_("The stop is lifted. The next run pays them."), "ok")
    return redirect(url_for("admin.payouts_of_seller", seller_id=seller_id), code=303)


def _show(seller_id: int, form: DecisionForm, code: int) -> ResponseReturnValue:
    shop, account = catalog.shop_of(seller_id), account_queries.account_of(seller_id)
    stopped = admin_queries.stops_of(seller_id)
    is_stopped = bool(stopped) and stopped[0].lifted_at is None
    newest = admin_queries.payouts(Sought(seller_id=seller_id), Cursor(size=_NEWEST))
    doubts = break_queries.open_of_seller(seller_id)
    stop = (Badge(_("Payouts stopped"), "bad"),) if is_stopped else ()
    doubt = (Badge(_("Being checked"), "bad"),) if doubts else ()
    page = SellerPage(
        title=_("Payouts of %(shop)s", shop=shop.name),
        console=admin_console("payouts"),
        badges=(wording.badge(account.status if account else None, _("No account yet")), *stop, *doubt),
        user_url=url_for("admin.user", user_id=seller_id),
        all_url=url_for("admin.payouts", q=shop.name),
        doubts=tuple(BreakLink(number, url_for("admin.reconciliation_break", number=number)) for number in doubts),
        is_stopped=is_stopped,
        stop_url=url_for("admin.stop_payouts", seller_id=seller_id),
        lift_url=url_for("admin.lift_payout_stop", seller_id=seller_id),
        skips=tuple(_skip(skip) for skip in admin_queries.skips_of(seller_id)),
        payouts=tuple(
            PayoutView(
                number=row.number,
                note=payout_page.note(row),
                url=url_for("admin.payout", number=row.number),
                badge=wording.badge(row.status),
                amount=money_text(row.amount_minor, row.currency),
            )
            for row in newest.rows
        ),
        stops=tuple(_stop(each) for each in stopped),
    )
    return render_template("admin/payout_seller.html", page=page, form=form), code


def _stopped_text(stopped: Stopped) -> str:
    parts = [_("Their payouts are stopped.")]
    if stopped.called_off:
        parts.append(_("Called off: %(payouts)s.", payouts=", ".join(stopped.called_off)))
    if stopped.under_way:
        late = ", ".join(stopped.under_way)
        parts.append(_("Too late for %(payouts)s: the provider has been asked already.", payouts=late))
    return " ".join(parts)


def _skip(skip: SkipRow) -> SkipView:
    cause, since = SkipCause(skip.cause), date_text(skip.since)
    if skip.ended_at:
        told = _("The seller reads: %(words)s Since %(since)s, until %(until)s")
        note = told % {"words": cause.words, "since": since, "until": date_text(skip.ended_at)}
    elif skip.planned_run:
        told = _("The seller reads: %(words)s Since %(since)s, still so, planned for %(planned)s")
        note = told % {"words": cause.words, "since": since, "planned": date_text(skip.planned_run)}
    else:
        note = _("The seller reads: %(words)s Since %(since)s, still so", words=cause.words, since=since)
    return SkipView(
        title=cause.label,
        note=note,
        amount=money_text(skip.amount_minor, skip.currency),
        badge=Badge(pgettext("no longer so", "Over"), "mute") if skip.ended_at else Badge(cause.label, "wait"),
    )


def _stop(stop: StopRow) -> TimelineEntry:
    detail = stop.reason
    if stop.lifted_at:
        told = (
            _("%(reason)s Lifted %(when)s by %(admin)s: %(why)s")
            if stop.lift_reason
            else _("%(reason)s Lifted %(when)s by %(admin)s.")
        )
        when = time_text(stop.lifted_at)
        detail = told % {"reason": stop.reason, "when": when, "admin": stop.lifted_by, "why": stop.lift_reason}
    return TimelineEntry(
        title=_("Lifted stop") if stop.lifted_at else _("Stopped"),
        when=time_text(stop.set_at),
        when_iso=stop.set_at.isoformat(),
        detail=detail,
        actor=stop.set_by,
        source="admin",
        state="done" if stop.lifted_at else "bad",
    )
