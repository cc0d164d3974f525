"""The dashboard's pages about faults: switch them on and off, and watch the shop heal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request

from marketplace.sandbox import faults, recovery
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.dashboard_frame import Answer, missing
from marketplace.sandbox.dashboard_rows import when
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.fault_words import GROUPS, PRESSES, WORDS, how_often, narrowed
from marketplace.sandbox.faults import Kind, Rule
from marketplace.sandbox.security import check_form_token
from marketplace.sandbox.switchboard import Switchboard

LONGEST_MINUTES = 60 * 24 * 60


@dataclass(frozen=True)
class Switch:
    """One fault that is on."""

    id: int
    words: str
    narrowed: str
    struck: str
    since: str
    until: str


def register(app: Flask) -> None:
    """Add the pages to the application."""
    get, post = ["GET"], ["POST"]
    app.add_url_rule("/dashboard/faults", "faults", show_faults, methods=get)
    app.add_url_rule("/dashboard/faults", "add_fault", add_fault, methods=post)
    app.add_url_rule("/dashboard/faults/press/<name>", "press_fault", press_fault, methods=post)
    app.add_url_rule("/dashboard/faults/off", "faults_off", switch_all_off, methods=post)
    app.add_url_rule("/dashboard/faults/<int:fault_id>/off", "fault_off", switch_off, methods=post)
    app.add_url_rule("/dashboard/recovery", "recovery", show_recovery, methods=get)


def show_faults() -> Answer:
    """Show what is switched on, the buttons, and the form for everything else."""
    sandbox = current_sandbox()
    with sandbox.work() as work:
        rules = faults.active(work, Kind)
        over = work.row("SELECT count(*) AS n FROM strikes")
    return render_template(
        "sandbox/faults.html", on=[_switch(rule) for rule in rules], groups=GROUPS, kinds=WORDS,
        strikes=over["n"] if over else 0,
    )  # fmt: skip


def _switch(rule: Rule) -> Switch:
    until = when(rule.until) if rule.until else "switched off"
    return Switch(
        rule.id, rule.words or WORDS[rule.kind], narrowed(rule.where), how_often(rule), when(rule.made),
        f"after {rule.times - rule.struck} more" if rule.times else until,
    )  # fmt: skip


def press_fault(name: str) -> Answer:
    """Switch on what one button stands for."""
    check_form_token()
    press = PRESSES.get(name)
    if press is None:
        return missing()
    Switchboard(current_sandbox()).add(press.kind, **press.how, words=press.label)
    flash(f"On: {press.label}.", "ok")
    return redirect("/dashboard/faults", 303)


def add_fault() -> Answer:
    """Switch on what was put together in the form."""
    check_form_token()
    form = request.form
    try:
        kind = Kind(form.get("kind", ""))
        minutes = _number(form, "minutes", LONGEST_MINUTES)
        rule = Switchboard(current_sandbox()).add(
            kind,
            path=form.get("path", "").strip(),
            event=form.get("event", "").strip(),
            object=form.get("object", "").strip(),
            probability=(_number(form, "chance", 100) or 100) / 100,
            times=_number(form, "times", 10_000),
            for_seconds=minutes * 60 if minutes else None,
            seconds=_number(form, "seconds", 90 * 86_400),
            code=_code(form),
        )
    except ApiError as error:
        flash(error.message, "bad")
    except ValueError:
        flash("Choose what goes wrong.", "bad")
    else:
        flash(f"On: {WORDS[rule.kind]}.", "ok")
    return redirect("/dashboard/faults", 303)


def _code(form: Mapping[str, str]) -> str:
    """Return the code of a refusal or the status of an HTML answer. Raises ApiError for anything else."""
    typed = form.get("code", "").strip()
    if not re.fullmatch(r"[a-z_]{0,60}|[2-5][0-9]{2}", typed):
        raise ApiError(400, "Type a code such as balance_insufficient, or a status from 200 to 599.")
    return typed


def _number(form: Mapping[str, str], name: str, most: int) -> int | None:
    """Return a whole number from 1 to `most`, None when nothing was typed. Raises ApiError."""
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and 1 <= int(typed) <= most):
        raise ApiError(400, f"Type a whole number from 1 to {most}, or nothing.")
    return int(typed)


def switch_off(fault_id: int) -> Answer:
    """Switch one fault off."""
    check_form_token()
    Switchboard(current_sandbox()).remove(fault_id)
    flash("Off.", "ok")
    return redirect("/dashboard/faults", 303)


def switch_all_off() -> Answer:
    """Switch all faults off."""
    check_form_token()
    Switchboard(current_sandbox()).clear()
    flash("All faults are off.", "ok")
    return redirect("/dashboard/faults", 303)


def show_recovery() -> Answer:
    """Show what each fault has struck and what has happened since."""
    with current_sandbox().work() as work:
        found = recovery.recent(work, request.args.get("before", 0, int))
    shown = found[: recovery.ON_A_PAGE]
    more = f"?before={shown[-1].id}" if len(found) > recovery.ON_A_PAGE else ""
    return render_template("sandbox/recovery.html", healings=shown, older=more)
