"""Admins sign in in two steps where the house wants it (`accounts.second_factor_for_admins`).

A page of the admin's is asked for one read more while the setting is on, and for none while it is off.
"""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import factor_queries
from marketplace.config import Settings
from marketplace.errors import NotAllowed
from marketplace.language import gettext as _
from marketplace.web import guards


def is_missing(who: guards.Viewer | None) -> bool:
    """Return whether somebody is an admin who must set two-step sign-in up before anything else."""
    settings: Settings = current_app.extensions["settings"]
    if who is None or not who.is_admin or not settings.accounts.second_factor_for_admins:
        return False
    return not factor_queries.has_second_step(who.user_id)


def lead(blueprint: Blueprint) -> None:
    """Lead such an admin from every page of `blueprint` to the one that sets it up."""
    blueprint.before_request(_led)


def refuse(blueprint: Blueprint) -> None:
    """Refuse such an admin what programs ask of `blueprint`."""
    blueprint.before_request(_refused)


def _led() -> ResponseReturnValue | None:
    return redirect(url_for("auth.two_step"), code=303) if is_missing(guards.current_viewer()) else None


def _refused() -> None:
    if is_missing(guards.current_viewer()):
        raise NotAllowed(_("Set two-step sign-in up first."))
