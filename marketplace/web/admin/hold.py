"""The hold of one share: why the money waits, and what an admin may do about it by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import Length, Optional

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.payments import hold_decisions, hold_queries, queries
from marketplace.payments.hold_queries import Decision, HeldShare
from marketplace.payments.queries import Block
from marketplace.payments.states import BlockReason, HoldStep, TransactionStatus
from marketplace.payouts import queries as payouts
from marketplace.payouts import stops
from marketplace.payouts.queries import TakenUpBy
from marketplace.web import guards, wording
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry

_LABELS = {
    HoldStep.STOP: Text("Stop it until somebody lets it go"),
    HoldStep.LET_GO: Text("Let it go on"),
    HoldStep.EXTEND: Text("Hold it longer"),
    HoldStep.RELEASE: Text("Release it now, whatever its date says"),
}
_DONE = {
    HoldStep.STOP: Text("The share is stopped."),
    HoldStep.LET_GO: Text("The share may move again."),
    HoldStep.EXTEND: Text("The share is held longer."),
    HoldStep.RELEASE: Text("The share is released. The seller was told."),
}


_NOT_SENT = {False: Text("The seller has not sent the order."), True: Text("The seller has not handed it over.")}
_NOT_THERE = {False: Text("The order has not arrived."), True: Text("The buyer has not said that they have it.")}


class HoldForm(Form):
    """What to do, by how many days, and why."""

    step = RadioField(Text("What to do"))
    days = IntegerField(Text("Days more"), [Optional()])
    reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


@dataclass(frozen=True, slots=True)
class HoldPage:
    """What templates/admin/hold.html shows."""

    title: str
    console: Console
    badges: tuple[Badge, ...]
    note: str
    action: str
    payment_label: str
    payment_url: str
    facts: tuple[Fact, ...]
    waits_for: tuple[str, ...]
    entries: tuple[TimelineEntry, ...]
    can_decide: bool
    can_extend: bool
    why_not: str
    payout_label: str
    payout_url: str


@guards.admin_only
def hold(payment_id: int, share_id: int) -> ResponseReturnValue:
    """Show why a share waits, and the form that decides about it."""
    share = hold_queries.held_share(payment_id, share_id)
    blocks = queries.open_blocks(share_id)
    return _show(share, blocks, _form(share, blocks), 200)


@guards.admin_only
def decide_hold(payment_id: int, share_id: int) -> ResponseReturnValue:
    """Do what the form says."""
    share = hold_queries.held_share(payment_id, share_id)
    blocks = queries.open_blocks(share_id)
    form = _form(share, blocks)
    if not form.validate():
        return _show(share, blocks, form, 422)
    step = HoldStep(form.step.data)
    work: dict[HoldStep, Callable[..., None]] = {
        HoldStep.STOP: stops.stop_share,
        HoldStep.LET_GO: hold_decisions.let_go,
        HoldStep.EXTEND: partial(hold_decisions.extend, days=form.days.data or 0),
        HoldStep.RELEASE: hold_decisions.release,
    }
    admin_id, reason = guards.viewer().user_id, form.reason.data or ""
    try:
        db.atomic(work[step], (), admin_id=admin_id, share_id=share_id, reason=reason, now=clock.now())
    except Invalid as error:
        form[error.field or "reason"].errors = [error.message]
        return _show(share, blocks, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(str(_DONE[step]), "ok")
    return redirect(url_for("admin.hold", payment_id=payment_id, share_id=share_id), code=303)


def _form(share: HeldShare, blocks: Sequence[Block]) -> HoldForm:
    form = HoldForm()
    form.step.choices = [(step.value, _LABELS[step]) for step in _steps(share, blocks)]
    if form.step.data is None and form.step.choices:
        form.step.data = form.step.choices[0][0]
    return form


def _steps(share: HeldShare, blocks: Sequence[Block]) -> list[HoldStep]:
    is_held = share.status is TransactionStatus.HELD
    if any(block.reason is BlockReason.MANUAL for block in blocks):
        return [HoldStep.LET_GO, *([HoldStep.EXTEND] if is_held else [])]
    if is_held:
        return [HoldStep.STOP, HoldStep.EXTEND, *([] if blocks else [HoldStep.RELEASE])]
    is_here = share.status is TransactionStatus.AVAILABLE or _can_be_called_off(_payout(share))
    return [HoldStep.STOP] if is_here else []


def _payout(share: HeldShare) -> TakenUpBy | None:
    return payouts.taken_up_by(share.id) if share.status is TransactionStatus.TRANSFERRING else None


def _can_be_called_off(payout: TakenUpBy | None) -> bool:
    return payout is not None and payout.can_be_called_off


def _why_not(payout: TakenUpBy | None) -> str:
    """Return why nothing can be decided about a share."""
    if payout is None:
        return _("The hold of this share is over.")
    return _(
        "Payout %(number)s has taken this share up, and the provider has been asked for the transfer already. A stop"
        " would come too late. What was sent can be taken back with a refund or a lost dispute.",
        number=payout.number,
    )


def _show(share: HeldShare, blocks: Sequence[Block], form: HoldForm, code: int) -> ResponseReturnValue:
    amount = money_text(share.left_minor, share.currency)
    payout = _payout(share)
    page = HoldPage(
        title=_("Hold of order %(number)s", number=share.order_number),
        console=admin_console("payments"),
        badges=wording.once(
            wording.badge(share.status), wording.fulfilment_badge(share.order_status, is_collected=share.is_collected)
        ),
        note=_("%(amount)s for %(shop)s", amount=amount, shop=share.shop_name),
        action=url_for("admin.decide_hold", payment_id=share.payment_id, share_id=share.id),
        payment_label=_("Payment %(number)s", number=share.payment_id),
        payment_url=url_for("admin.payment", payment_id=share.payment_id),
        facts=_facts(share),
        waits_for=_waits_for(share, blocks, payout, clock.now()),
        entries=tuple(_entry(decision) for decision in hold_queries.decisions(share.id)),
        can_decide=bool(form.step.choices),
        can_extend=HoldStep.EXTEND.value in dict(form.step.choices),
        why_not=_why_not(payout),
        payout_label=_("Payout %(number)s", number=payout.number) if payout else "",
        payout_url=url_for("admin.payout", number=payout.number) if payout else "",
    )
    return render_template("admin/hold.html", page=page, form=form), code


def _facts(share: HeldShare) -> tuple[Fact, ...]:
    moments = (
        (_("Held since"), share.hold_start_date),
        (_("Planned release"), share.planned_release_date),
        (_("Handed over") if share.is_collected else _("Sent"), share.shipped_at),
        (_("Collected") if share.is_collected else _("Delivered"), share.delivered_at),
    )
    facts = [Fact(_("Share"), str(share.id)), Fact(_("Status"), share.status.label)]
    if share.hold_reason is not None:
        reason = ngettext(
            "%(reason)s, %(count)s days",
            "%(reason)s, %(count)s days",
            share.days_to_hold or 0,
            reason=wording.hold_text(share.hold_reason),
            count=share.days_to_hold,
        )
        facts.append(Fact(_("Reason"), reason))
    return (*facts, *(Fact(label, time_text(moment)) for label, moment in moments if moment is not None))


def _waits_for(share: HeldShare, blocks: Sequence[Block], payout: TakenUpBy | None, now: datetime) -> tuple[str, ...]:
    """Return what must still happen before the share is released by itself, in words."""
    if _can_be_called_off(payout):
        return (
            _("A payout has taken it up and the provider was not asked yet, or has refused. A stop calls that off."),
        )
    if share.status is not TransactionStatus.HELD:
        return ()
    found = []
    if share.planned_release_date is not None and share.planned_release_date > now:
        found.append(_("The day of its release, %(day)s.", day=date_text(share.planned_release_date)))
    if share.shipped_at is None:
        found.append(_(_NOT_SENT[share.is_collected]))
    elif share.delivered_at is None:
        found.append(_(_NOT_THERE[share.is_collected]))
    found += [_("%(why)s, since %(day)s.", why=as_read(block.note), day=date_text(block.set_at)) for block in blocks]
    return tuple(found or (_("Nothing. The next tick releases it, once the order counts as delivered."),))


def _entry(decision: Decision) -> TimelineEntry:
    title = decision.step.label
    if decision.planned_before and decision.planned_after:
        title = _(
            "Release moved from %(before)s to %(after)s",
            before=date_text(decision.planned_before),
            after=date_text(decision.planned_after),
        )
    return TimelineEntry(
        title=title,
        when=time_text(decision.decided_at),
        when_iso=decision.decided_at.isoformat(),
        detail=decision.reason,
        actor=decision.admin_name,
        source=_("admin"),
        state="done",
    )
