"""What a visitor wanted to save waits in the browser's session until somebody has signed in."""

from flask import flash

from marketplace import clock, db
from marketplace.errors import DomainError
from marketplace.language import gettext as _
from marketplace.saved import operations
from marketplace.web import guards


def keep(user_id: int, listing_id: int) -> None:
    """Save a listing for `user_id` and say what came of it."""
    try:
        kept = db.atomic(operations.save, (), user_id=user_id, listing_id=listing_id, now=clock.now())
    except DomainError as error:
        flash(error.message, "bad")
    else:
        flash(_("%(title)s is saved. We tell you when it costs less.", title=kept.title), "ok")


def grant(user_id: int) -> None:
    """Save what this browser's visitor wished for, now that `user_id` has signed in; nothing without a wish."""
    listing_id = guards.take_wish()
    if listing_id is not None:
        keep(user_id, listing_id)
