"""When a seller is paid: chosen in one form, saved at once, with the next day shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.catalog.rules import typed_amount
from marketplace.config import MoneyPolicy, Settings
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.payouts import day_queries, money_queries, schedules
from marketplace.payouts.rules import Schedule
from marketplace.payouts.states import Interval
from marketplace.web import guards
from marketplace.web.amounts import amount_text
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, seller_console
from marketplace.web.pages import money_text
from marketplace.web.seller import schedule_words
from marketplace.web.seller.forms import ScheduleForm


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """What templates/seller/payout_schedule.html shows."""

    title: str
    console: Console
    now_text: str
    next_text: str
    least: str
    currencies: tuple[str, ...]


@guards.seller_only
def payout_schedule() -> ResponseReturnValue:
    """Show the seller's schedule, or save what they chose."""
    seller_id = guards.viewer().user_id
    schedule = schedules.schedule_of(seller_id, _policy()).schedule
    currencies = _currencies(seller_id, schedule)
    form = ScheduleForm(data=_stored(schedule))
    if form.validate_on_submit():
        try:
            _save(seller_id, form, schedule, currencies)
        except Invalid as error:
            blame(form, error)
        else:
            flash(_("Saved. Your next payout day: %(day)s.", day=_next_text(seller_id, currencies)), "ok")
            return redirect(url_for("seller.payout_schedule"), code=303)
    page = SchedulePage(
        title=_("Payout schedule"),
        console=seller_console("payout_setup"),
        now_text=schedule_words.interval_text(schedule),
        next_text=_next_text(seller_id, currencies),
        least=money_text(schedule.least_minor, currencies[0]),
        currencies=tuple(currencies),
    )
    return render_template("seller/payout_schedule.html", page=page, form=form), 422 if form.errors else 200


def _next_text(seller_id: int, currencies: Sequence[str]) -> str:
    schedule = schedules.schedule_of(seller_id, _policy()).schedule
    return schedule_words.next_text(day_queries.next_payout(seller_id, currencies, schedule, clock.now()))


def _save(seller_id: int, form: ScheduleForm, schedule: Schedule, currencies: Sequence[str]) -> None:
    minimums = {currency: _minimum(form, currency) for currency in currencies}
    db.atomic(
        schedules.choose,
        (),
        seller_id=seller_id,
        interval=Interval(typed(form.interval)),
        weekday=int(typed(form.weekday)),
        month_day=int(typed(form.month_day)),
        minimums={**schedule.minimums, **minimums},
        now=clock.now(),
    )


def _minimum(form: ScheduleForm, currency: str) -> int:
    field = f"minimum_{currency}"
    return typed_amount(typed(form[field]).strip() or "0", currency, field=field).minor


def _stored(schedule: Schedule) -> Mapping[str, object]:
    minimums = {f"minimum_{currency}": amount_text(minor, currency) for currency, minor in schedule.minimums.items()}
    return {
        "interval": schedule.interval.value,
        "weekday": str(schedule.weekday),
        "month_day": str(schedule.month_day),
        **minimums,
    }


def _currencies(seller_id: int, schedule: Schedule) -> list[str]:
    """Return the currencies whose minimum may be chosen: those the seller has money in or has named, ours first."""
    main = _policy().main_currency
    return [main, *sorted({*money_queries.currencies(seller_id), *schedule.minimums} - {main})]


def _policy() -> MoneyPolicy:
    settings: Settings = current_app.extensions["settings"]
    return settings.money
