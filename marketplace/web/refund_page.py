"""One refund as its buyer and its seller see it: where it stands, what was said, the money, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.language import gettext as _
from marketplace.payments.timeline_queries import Change
from marketplace.refunds import picture_queries
from marketplace.refunds.queries import RefundRow, RefundUnits
from marketplace.web import refund_parts, refund_pictures, wording
from marketplace.web.console import Console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import time_text
from marketplace.web.refund_parts import Side, Step
from marketplace.web.refund_pictures import PicturesForm, PicturesPanel
from marketplace.web.stored_words import as_read
from marketplace.web.wording import Badge, TimelineEntry


@dataclass(frozen=True, slots=True)
class Now:
    """Where a refund stands, in plain words."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class MoneyPanel:
    """What goes back and who gives it, with a sentence about whether it has happened."""

    title: str
    text: str
    rows: tuple[MoneyRow, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What one side is told in its own words."""

    side: Side
    console: Console
    viewer_id: int
    titles: Mapping[tuple[str, str], str]
    others: str
    """How the timeline names the other party."""
    arrived: str
    """The last step."""
    said: str
    """The heading above the buyer's words."""
    party: Fact
    now: Now
    money: MoneyPanel
    withdraw_url: str = ""
    account_url: str = ""
    """Where the buyer says to which account it goes; "" where nobody has to."""


@dataclass(frozen=True, slots=True)
class RefundPage:
    """What templates/refunds/refund.html shows."""

    title: str
    console: Console
    list_url: str
    badge: Badge
    note: str
    steps: tuple[Step, ...]
    now: Now
    said: str
    facts: tuple[Fact, ...]
    description: str
    shown: PicturesPanel
    answer: str
    money: MoneyPanel
    order: str
    order_url: str
    entries: tuple[TimelineEntry, ...]
    withdraw_url: str
    account_url: str


def show(
    row: RefundRow,
    units: Sequence[RefundUnits],
    changes: Sequence[Change],
    told: Told,
    now: datetime,
    *,
    form: PicturesForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    """Return the page of refund `row` for the side that is `told`; its buyer has a form for pictures."""
    pictures = picture_queries.pictures_of(row.id)
    happened = wording.timeline(refund_parts.told(changes, [row]), (), told.titles, told.viewer_id, told.others)
    page = RefundPage(
        title=_("Refund %(number)s", number=row.number),
        console=told.console,
        list_url=url_for(f"{told.side}.refunds"),
        badge=refund_parts.badge(row),
        note=_note(row),
        steps=refund_parts.steps(row, told.arrived, now),
        now=told.now,
        said=told.said,
        facts=(
            Fact(_("Reason"), row.reason.label),
            Fact(_("About"), refund_parts.about(row, units)),
            told.party,
        ),
        description=as_read(row.description),
        shown=refund_pictures.panel(row, told.side, pictures),
        # Before the second admin has confirmed, nobody has answered anything.
        answer=row.admin_notes if row.decided_at else "",
        money=told.money,
        order=_("Order %(number)s", number=row.order_number),
        order_url=url_for(f"{told.side}.order", number=row.order_number),
        entries=tuple(reversed(refund_pictures.in_time(reversed(happened), row, told.side, pictures))),
        withdraw_url=told.withdraw_url,
        account_url=told.account_url,
    )
    return render_template("refunds/refund.html", page=page, form=form), code


def _note(row: RefundRow) -> str:
    when = time_text(row.asked_at)
    return _("Began %(when)s", when=when) if row.origin.is_automatic else _("Asked for %(when)s", when=when)
