"""The demo's time: every page shows it, and who is signed in may move it forward, for everybody."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, jobs
from marketplace.demo import forward
from marketplace.demo.forward import Moved
from marketplace.errors import Invalid
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.web import guards
from marketplace.web.pages import date_text
from marketplace.web.sentences import together

_STEPS = {"1": 1, "7": 7, "30": 30}


@dataclass(frozen=True, slots=True)
class DemoTime:
    """What templates/components/demo_bar.html shows; a step is its value and its label."""

    today: str
    today_iso: str
    action: str
    next: str
    steps: tuple[tuple[str, str], ...]


def demo_time() -> DemoTime:
    """Return what the demo's bar shows on this page."""
    today = clock.now()
    steps = tuple((value, f"+{_days(days)}") for value, days in _STEPS.items())
    back = guards.place() or url_for("shop.home")
    return DemoTime(date_text(today), today.date().isoformat(), url_for("demo.move_time"), back, steps)


@guards.signed_in
def move_time() -> ResponseReturnValue:
    """Move the one clock of shop and provider forward, do what is due on the way, and say what happened."""
    days = _STEPS.get(request.form.get("days", ""))
    if days is None:
        raise Invalid(_("Time moves by 1, 7 or 30 days. Use the buttons at the top of the page."))
    moved = forward.move(days, tick=lambda: jobs.tick(current_app))
    flash(_words(moved), "wait" if moved.days_left or moved.is_more_due else "ok")
    return redirect(guards.safe_next(request.form.get("next")) or url_for("shop.home"), code=303)


def _words(moved: Moved) -> str:
    happened = ", ".join(moved.happened) or _("nothing was due")
    said = _("%(days)s later: %(happened)s.", days=_days(moved.days), happened=happened)
    if moved.days_left:
        left = _("The other %(days)s pass in the background.", days=_days(moved.days_left))
        return together(said, left, _("Reload the page in a moment."))
    if moved.is_more_due:
        return together(said, _("More is being done in the background."), _("Reload the page in a moment."))
    return said


def _days(number: int) -> str:
    return ngettext("%(number)s day", "%(number)s days", number, number=number)
