"""The demo's time: every page shows it, and who is signed in may move it forward, for everybody."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, jobs
from marketplace.demo import forward
from marketplace.demo.forward import Moved
from marketplace.errors import Invalid
from marketplace.web import guards
from marketplace.web.pages import date_text

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
        raise Invalid("Time moves by 1, 7 or 30 days. Use the buttons at the top of the page.")
    moved = forward.move(days, tick=lambda: jobs.tick(current_app))
    flash(_words(moved), "wait" if moved.days_left or moved.is_more_due else "ok")
    return redirect(guards.safe_next(request.form.get("next")) or url_for("shop.home"), code=303)


def _words(moved: Moved) -> str:
    happened = ", ".join(moved.happened) or "nothing was due"
    said = f"{_days(moved.days)} later: {happened}."
    if moved.days_left:
        return f"{said} The other {_days(moved.days_left)} pass in the background. Reload the page in a moment."
    if moved.is_more_due:
        return f"{said} More is being done in the background. Reload the page in a moment."
    return said


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
