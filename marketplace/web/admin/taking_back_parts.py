"""What pages show of taking back what was paid out: what was asked for and became of it, and the form that asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from wtforms import IntegerField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.taking_back_queries import TakeBack
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts.taking_back_queries import ReversalRow
from marketplace.refunds.queries import RefundRow
from marketplace.web import wording
from marketplace.web.forms import Form
from marketplace.web.pages import money_text, time_text
from marketplace.web.wording import Badge


class TakeBackForm(Form):
    """Why it is taken back, and the amount that the button said, in minor units."""

    amount_minor = IntegerField(Text("Amount"), widget=HiddenInput())
    take_back_reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


@dataclass(frozen=True, slots=True)
class ReversalView:
    """One reversal that was asked for."""

    payout: str
    url: str
    amount: str
    badge: Badge
    note: str


@dataclass(frozen=True, slots=True)
class TakeBackView:
    """What components/take_back.html shows."""

    text: str
    rows: tuple[ReversalView, ...]
    chosen: str
    action: str
    """Where the form goes; "" when nothing can be asked for."""
    label: str
    leave_url: str


def of_dispute(
    row: DisputeRow, found: TakeBack, reversals: Sequence[ReversalRow], form: TakeBackForm
) -> TakeBackView | None:
    """Return what is shown for a dispute; None when nothing was paid out for it."""
    paid_out, possible = (money_text(minor, row.currency) for minor in (found.paid_out_minor, found.possible_minor))
    chosen = action = label = leave_url = text = ""
    if found.is_for_coming_loss:
        when = time_text(found.chosen_at) if found.chosen_at else ""
        chosen = _(
            "%(admin)s has asked for it, %(when)s: %(reason)s",
            admin=found.chosen_by,
            when=when,
            reason=found.reason,
        )
    if found.can_be_chosen and found.paid_out_minor > 0:
        text = _(
            "If this is lost, up to %(amount)s that was paid out for it can be taken back from the seller's account at "
            "Stripe. Otherwise the seller owes it, and coming sales pay it.",
            amount=paid_out,
        )
        action, label = url_for("admin.choose_take_back", number=row.number), _("Take it back if it is lost")
    elif found.possible_minor:
        text = _(
            "%(amount)s was paid out for it and is owed. It can be taken back from the seller's account at Stripe. "
            "If the account does not have it, the seller goes on owing it.",
            amount=possible,
        )
        action, label = url_for("admin.take_back_lost", number=row.number), _("Take %(amount)s back", amount=possible)
    if chosen and found.can_be_chosen:
        action, leave_url = "", url_for("admin.leave_take_back", number=row.number)
    form.amount_minor.data = found.possible_minor
    view = TakeBackView(text, _rows(reversals, row.currency), chosen, action, label, leave_url)
    return view if view.text or view.rows or view.chosen else None


def of_refund(row: RefundRow, possible_minor: int, form: TakeBackForm, viewer_id: int) -> TakeBackView | None:
    """Return what is shown for a refund that was decided; what was taken back stands among its facts."""
    if not possible_minor or row.can_be_approved or viewer_id in {row.buyer_id, row.seller_id}:
        return None
    possible = money_text(possible_minor, row.currency)
    form.amount_minor.data = possible_minor
    return TakeBackView(
        text=_(
            "The seller was paid for this order and owes what the refund took. %(amount)s of "
            "it can be taken back from the seller's account at Stripe. If the account does not have it, the seller "
            "goes on owing it.",
            amount=possible,
        ),
        rows=(),
        chosen="",
        action=url_for("admin.take_back_refunded", number=row.number),
        label=_("Take %(amount)s back", amount=possible),
        leave_url="",
    )


def _rows(reversals: Sequence[ReversalRow], currency: str) -> tuple[ReversalView, ...]:
    return tuple(
        ReversalView(
            payout=_("Payout %(number)s", number=each.payout_number),
            url=url_for("admin.payout", number=each.payout_number),
            amount=money_text(each.amount_minor, currency),
            badge=wording.badge(each.status),
            note=" ".join(dict.fromkeys(filter(None, (each.asked, each.because)))),
        )
        for each in reversals
    )
