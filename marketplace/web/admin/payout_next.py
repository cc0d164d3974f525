"""The next run before it happens: the same rules on the same figures, so that what is shown is what is done."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from flask import url_for

from marketplace.config import MoneyPolicy
from marketplace.language import gettext as _
from marketplace.payouts import admin_queries, rules, standing_queries
from marketplace.payouts.rules import Occasion, SkipCause
from marketplace.payouts.standing_queries import Candidate
from marketplace.web.pages import date_text, money_text
from marketplace.web.wording import Badge

_MOST = 200


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What the next run does about one seller in one currency."""

    shop: str
    shop_url: str
    schedule: str
    ready: str
    waiting: str
    """What is available and can't be paid yet; "" for nothing."""
    verdict: Badge
    why: str
    date: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The next run."""

    rows: tuple[Upcoming, ...]
    note: str
    is_cut: bool
    is_any_ready: bool


def upcoming(policy: MoneyPolicy, now: datetime) -> Preview:
    """Return whom the next run pays and whom not, at most 200 sellers and currencies."""
    found = list(islice(standing_queries.candidates(policy, now), _MOST + 1))
    shown = found[:_MOST]
    names = admin_queries.shop_names([each.seller_id for each in shown])
    causes = [rules.why_not(each.standing, Occasion.SCHEDULE, now) for each in shown]
    payable = sum(1 for cause in causes if cause in {None, SkipCause.SCHEDULED})
    paid_now = sum(1 for cause in causes if cause is None)
    return Preview(
        rows=tuple(
            _row(each, cause, names.get(each.seller_id, ""), now) for each, cause in zip(shown, causes, strict=True)
        ),
        note=_(
            "%(now)s to be paid now, %(later)s on their day, %(never)s left out.",
            now=paid_now,
            later=payable - paid_now,
            never=len(shown) - payable,
        ),
        is_cut=len(found) > _MOST,
        is_any_ready=payable > 0,
    )


def _row(each: Candidate, cause: SkipCause | None, shop: str, now: datetime) -> Upcoming:
    standing, currency = each.standing, each.currency
    run = rules.due_at(standing, now)
    is_waiting = cause in {None, SkipCause.SCHEDULED}
    waiting_minor = standing.blocked_minor + standing.unsettled_minor
    return Upcoming(
        shop=shop,
        shop_url=url_for("admin.payouts_of_seller", seller_id=each.seller_id),
        schedule=standing.schedule.interval.value.capitalize(),
        ready=money_text(standing.payable_minor or standing.ready_minor, currency),
        waiting=money_text(waiting_minor, currency) if waiting_minor else "",
        verdict=_verdict(cause),
        why=_("The seller reads: %(words)s", words=cause.words) if cause is not None and not is_waiting else "",
        date=date_text(max(run, now)) if run is not None and is_waiting else _("No date"),
    )


def _verdict(cause: SkipCause | None) -> Badge:
    if cause is None:
        return Badge(_("Paid now"), "ok")
    quiet = cause in {SkipCause.SCHEDULED, SkipCause.MANUAL, SkipCause.NOT_SETTLED, SkipCause.BELOW_MINIMUM}
    return Badge(cause.label, "wait" if quiet else "bad")
