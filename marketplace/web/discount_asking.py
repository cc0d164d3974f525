"""What sellers and admins do alike with their codes: the form that makes or changes one, its moves, its uses as CSV."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.discounts import operations, queries
from marketplace.discounts.queries import CodeRow
from marketplace.discounts.states import DISCOUNT
from marketplace.errors import DomainError, Invalid, NotFound
from marketplace.language import Text, texts
from marketplace.language import gettext as _
from marketplace.paging import Cursor, every
from marketplace.web import lists
from marketplace.web.auth.forms import blame, typed
from marketplace.web.discount_form import DiscountForm
from marketplace.web.discount_parts import EditPage
from marketplace.web.pages import decimal

_COLUMNS = texts("Purchase", "Order", "Buyer", "Status", "Amount", "Currency", "At")
MADE = Text("The code can be used from its first day on.")
CHANGED = Text("Saved. Purchases from now on follow it.")


def ask(form: DiscountForm, page: EditPage, keep: Callable[[], str], said: str) -> ResponseReturnValue:
    """Show the form of a code, or `keep` what was sent and say so; `keep` returns where to go, or raises Invalid."""
    if form.validate_on_submit():
        try:
            url = keep()
        except Invalid as error:
            blame(form, error)
        else:
            flash(str(said), "ok")
            return redirect(url, code=303)
    return render_template("discounts/edit.html", page=page, form=form), 422 if form.errors else 200


def make(form: DiscountForm, *, actor_id: int, seller_id: int | None) -> int:
    """Make the code of a form and return its id; raises Invalid."""
    return db.atomic(
        operations.create,
        (),
        actor_id=actor_id,
        seller_id=seller_id,
        code=typed(form.code),
        wish=form.wish(),
        now=clock.now(),
    )


def change(form: DiscountForm, discount_id: int, *, seller_id: int | None) -> None:
    """Change a code to what a form says; raises Invalid."""
    db.atomic(operations.change, (), seller_id=seller_id, discount_id=discount_id, wish=form.wish())


def move(discount_id: int, *, actor_id: int, seller_id: int | None) -> None:
    """Move a code by the verb that was sent, and say what came of it; raises NotFound for a foreign code."""
    verb = request.form.get("verb", "")
    if verb not in DISCOUNT.moves:
        flash(_("Choose what to do with the code."), "bad")
        return
    try:
        db.atomic(
            operations.move,
            (),
            actor_id=actor_id,
            seller_id=seller_id,
            discount_id=discount_id,
            verb=verb,
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        flash(error.message, "info")
    else:
        flash(_("Done. Purchases that were agreed to before keep their discount."), "ok")


def uses_csv(row: CodeRow, cursor: Cursor) -> ResponseReturnValue:
    """Return every purchase that used a code as CSV."""
    found = every(partial(queries.uses_of, row.id), cursor)
    lines = (
        (
            use.purchase_number,
            use.order_number,
            use.buyer_name,
            use.status.label,
            decimal(use.amount_minor, use.currency),
            use.currency,
            use.created_at,
        )
        for use in found
    )
    return lists.csv_file(f"code-{row.terms.code.lower()}", _COLUMNS, lines)
