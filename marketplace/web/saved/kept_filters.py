"""Keep the filters of a list of the seller's or the admin's console, and let them go."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.errors import Conflict, Invalid
from marketplace.language import gettext as _
from marketplace.saved import filter_operations
from marketplace.web import guards, kept_filters

_LONGEST_ADDRESS = 4_000


@guards.signed_in
def save_filter() -> ResponseReturnValue:
    """Keep filters under the name that was typed, and show the list again. Raises NotFound for no list of theirs."""
    path, query = kept_filters.split(request.form.get("address", "")[:_LONGEST_ADDRESS])
    viewer_id, name = guards.viewer().user_id, request.form.get("name", "")
    lock = f"filters:{viewer_id}"
    try:
        is_new = db.atomic(
            filter_operations.save_filter,
            (lock,),
            user_id=viewer_id,
            path=path,
            query=query,
            name=name,
            now=clock.now(),
        )
    except Invalid as error:
        flash(_("Give these filters a name.") if error.field == "name" and not name.strip() else error.message, "bad")
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("Saved. It stands above the list.") if is_new else _("It has these filters now."), "ok")
    return redirect(f"{path}?{query}", code=303)


@guards.signed_in
def remove_filter(filter_id: int) -> ResponseReturnValue:
    """Let filters of the viewer's go. Raises NotFound for another person's."""
    user_id = guards.viewer().user_id
    name, path = db.atomic(filter_operations.remove_filter, (), user_id=user_id, filter_id=filter_id)
    flash(_("%(name)s is removed.", name=name), "ok")
    return redirect(path, code=303)
