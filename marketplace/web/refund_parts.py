"""What the refund pages of buyers, sellers and admins share: addresses, words, steps and the plan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from flask import url_for

from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.payments.timeline_queries import Change
from marketplace.refunds import rules
from marketplace.refunds.explain_queries import RefundFigure
from marketplace.refunds.queries import RefundRow, RefundUnits
from marketplace.refunds.rules import Plan, RefundOrigin
from marketplace.refunds.states import TAKEN, RefundStatus
from marketplace.web import wording
from marketplace.web.order_parts import MoneyRow
from marketplace.web.pages import date_text, money_text
from marketplace.web.wording import Badge

_S = RefundStatus
ARRIVAL = Text("5 to 10 days")
_ARRIVED = timedelta(days=10)
_ORIGINS = {
    RefundOrigin.BUYER: Text("The buyer asked for it"),
    RefundOrigin.ADMIN: Text("Support opened it"),
    RefundOrigin.SELLER: Text("The seller opened it"),
    RefundOrigin.PROVIDER: Text("It was made at the payment provider"),
    RefundOrigin.BUYER_CANCELLED: Text("By itself: the buyer cancelled the order"),
    RefundOrigin.SELLER_CANCELLED: Text("By itself: the seller cancelled the order"),
    RefundOrigin.PAYMENT_REFUSED: Text("The payment was not accepted"),
}

Side = Literal["buyer", "seller", "admin"]
"""Whose pages; each side has a blueprint of this name."""
ExplainUrl = Callable[[RefundFigure], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a refund's way; state is done, now, next or bad."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefundLink:
    """A refund in the box of an order's page."""

    label: str
    url: str
    amount: str
    explain_url: str
    badge: Badge
    note: str


def told(changes: Sequence[Change], refunds: Sequence[RefundRow]) -> list[Change]:
    """Return what is worth telling: refunds that nobody asked for begin with their approval."""
    own = {row.id for row in refunds if row.origin not in {RefundOrigin.BUYER, RefundOrigin.ADMIN}}
    return [c for c in changes if not (c.subject == "refund" and c.verb == "begin" and c.subject_id in own)]


def origin_text(row: RefundRow) -> str:
    """Return where a refund came from, in words."""
    return _ORIGINS[row.origin]


def refund_url(row: RefundRow, side: Side) -> str:
    """Return where one side sees a refund."""
    if side == "admin":
        return url_for("admin.refunds", refund=row.number)
    return url_for(f"{side}.refund", number=row.number)


def explain_url(row: RefundRow, side: Side, figure: RefundFigure = RefundFigure.AMOUNT) -> str:
    """Return the page behind one figure of a refund."""
    return url_for(f"{side}.explain_refund", number=row.number, figure=figure.value)


def box(rows: Sequence[RefundRow], side: Side) -> tuple[RefundLink, ...]:
    """Return refunds for the box on the page of their order, or of the payment, which has several."""
    return tuple(
        RefundLink(
            label=row.number,
            url=refund_url(row, side),
            amount=amount(row),
            explain_url=explain_url(row, side),
            badge=badge(row),
            note=_box_note(row, side),
        )
        for row in rows
    )


def _box_note(row: RefundRow, side: Side) -> str:
    order = (_("order %(number)s", number=row.order_number),) if side == "admin" else ()
    return ", ".join((str(row.reason.label), *order, date_text(row.asked_at)))


def badge(row: RefundRow) -> Badge:
    """Return where a refund stands."""
    if row.replaced_by is not None:
        return Badge(pgettext("a refund", "Closed"), "mute")
    return wording.badge(row.status)


def amount(row: RefundRow) -> str:
    """Return what goes back."""
    return money_text(row.amount_minor, row.currency)


def answer_by(row: RefundRow) -> str:
    """Return the day by which a request is to be answered."""
    return date_text(rules.answer_due(row.asked_at))


def age_text(since: datetime, now: datetime) -> str:
    """Return how long something waits: 3 d 4 h."""
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    return _("%(hours)s h", hours=hours) if hours else _("%(minutes)s min", minutes=minutes)


def steps(row: RefundRow, arrived: str, now: datetime) -> tuple[Step, ...]:
    """Return a refund's way: asked, decided, sent, and `arrived`, which each side says in its own words."""
    asked = Step(pgettext("a refund", "Asked"), "done", date_text(row.asked_at))
    if row.origin.is_automatic:
        asked = Step(_("Order cancelled"), "done", date_text(row.asked_at))
    decided = Step(
        _("Granted by a rule") if row.origin.is_automatic else _("Decided"),
        "done",
        date_text(row.decided_at) if row.decided_at else "",
    )
    if row.is_to_wallet:
        return _steps_to_wallet(row, asked, decided)
    arrival = Step(arrived, "next", _("%(days)s after it was sent", days=ARRIVAL))
    if row.status is _S.PENDING:
        return (
            asked,
            Step(_("Decided"), "now", _("By %(day)s", day=answer_by(row))),
            Step(pgettext("a refund", "Sent"), "next"),
            arrival,
        )
    if row.status in {_S.REJECTED, _S.CANCELLED}:
        return (asked, Step(badge(row).label, "bad", decided.note))
    if row.status is _S.FAILED:
        return (asked, decided, Step(not_there(row), "bad", _("We are looking after it")))
    if row.completed_at is None:
        return (asked, decided, Step(pgettext("a refund", "Sent"), "now", row.status.label), arrival)
    until = row.completed_at + _ARRIVED
    note = _("By %(day)s", day=date_text(until))
    return (
        asked,
        decided,
        Step(pgettext("a refund", "Sent"), "done", date_text(row.completed_at)),
        Step(arrived, "done" if now >= until else "now", note),
    )


def _steps_to_wallet(row: RefundRow, asked: Step, decided: Step) -> tuple[Step, ...]:
    """Return the way of a refund that is in the buyer's wallet the moment it is decided."""
    if row.status is _S.PENDING:
        now = Step(_("Decided"), "now", _("By %(day)s", day=answer_by(row)))
        return (asked, now, Step(_("In the wallet"), "next", _("At once")))
    if row.completed_at is None:
        return (asked, Step(badge(row).label, "bad", decided.note))
    return (asked, decided, Step(_("In the wallet"), "done", date_text(row.completed_at)))


def not_there(row: RefundRow) -> str:
    """Return what became of a failed refund: it came back, or the provider never took it."""
    return _("Did not arrive") if row.provider_refund_id else pgettext("a refund", "Not sent")


def plan_of(row: RefundRow) -> tuple[tuple[RefundFigure, int], ...]:
    """Return the frozen plan's parts, minor units; nothing before approval and after a failure."""
    if row.status not in TAKEN:
        return ()
    return (
        (RefundFigure.PLATFORM, row.platform_minor),
        (RefundFigure.COST, row.cost_minor),
        (RefundFigure.HELD, row.held_minor),
        (RefundFigure.AVAILABLE, row.available_minor),
        (RefundFigure.DEBT, row.debt_minor),
        (RefundFigure.SUBSIDY, -row.subsidy_minor),
    )


def parts_of(plan: Plan) -> tuple[tuple[RefundFigure, int], ...]:
    """Return a previewed plan's parts, minor units."""
    return (
        (RefundFigure.PLATFORM, plan.from_platform.minor),
        (RefundFigure.COST, plan.from_cost.minor),
        (RefundFigure.HELD, plan.from_held.minor),
        (RefundFigure.AVAILABLE, plan.from_available.minor),
        (RefundFigure.DEBT, plan.from_debt.minor),
        (RefundFigure.SUBSIDY, -plan.subsidy_back.minor),
    )


def plan_rows(
    parts: Sequence[tuple[RefundFigure, int]],
    total_minor: int,
    currency: str,
    total_label: str,
    explain_url: ExplainUrl | None = None,
    words: Mapping[RefundFigure, str] = MappingProxyType({}),
) -> tuple[MoneyRow, ...]:
    """Return a plan as a money box; each amount opens to its rows once it is booked.

    `words` say a figure in the reader's own terms, where its label is an admin's.
    """

    def row(label: str, figure: RefundFigure, minor: int, *, is_total: bool = False) -> MoneyRow:
        url = explain_url(figure) if explain_url else ""
        return MoneyRow(label, money_text(minor, currency), url, is_total=is_total)

    shown = [row(words.get(figure, figure.label), figure, minor) for figure, minor in parts if minor]
    return (*shown, row(total_label, RefundFigure.AMOUNT, total_minor, is_total=True))


def units_text(units: Sequence[RefundUnits]) -> str:
    """Return what a refund is about: units of lines; "" for an amount."""
    return ", ".join(f"{unit.quantity} × {unit.title}" for unit in units)  # noqa: RUF001  a times sign is meant


def about(row: RefundRow, units: Sequence[RefundUnits]) -> str:
    """Return what a refund is about: units of lines, an amount, or all that was left."""
    amount_text = _("All that was left of the order") if row.origin.is_automatic else _("The order, not single items")
    return units_text(units) or amount_text
