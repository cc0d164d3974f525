"""A seller's own codes: list, make, change, pause, and who used them."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.discounts import operations, queries
from marketplace.discounts.queries import CodeRow
from marketplace.discounts.states import DISCOUNT, DiscountStatus
from marketplace.errors import DomainError, Invalid, NotFound
from marketplace.paging import Cursor, every
from marketplace.web import discount_parts, guards, lists
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import seller_console
from marketplace.web.discount_form import DiscountForm
from marketplace.web.discount_parts import CodePage, EditPage, ListPage
from marketplace.web.pages import decimal

_COLUMNS = ("Purchase", "Order", "Buyer", "Status", "Amount", "Currency", "At")


@guards.seller_only
def discounts() -> ResponseReturnValue:
    """List the seller's codes."""
    status = lists.choice(DiscountStatus, "status")
    asked = lists.asked(status=status.value if status else "")
    found = queries.codes_of_seller(guards.viewer().user_id, status, asked.cursor)
    page = ListPage(
        title="Discounts",
        note="Codes that take something off your goods. You bear what they take off; our fee is of what is paid.",
        console=seller_console("discounts"),
        tabs=discount_parts.tabs("seller.discounts", status),
        rows=tuple(discount_parts.list_row(row, _url(row), clock.now()) for row in found.rows),
        tools=asked.tools(found),
        new_url=url_for("seller.new_discount"),
        shows_owner=False,
    )
    return render_template("discounts/list.html", page=page)


@guards.seller_only
def discount(discount_id: int) -> ResponseReturnValue:
    """Show a code with the purchases that used it, on the page or as CSV."""
    row = queries.code_of_seller(discount_id, guards.viewer().user_id)
    asked = lists.asked()
    if asked.is_csv:
        return uses_csv(row, asked.cursor)
    uses = queries.uses_of(discount_id, asked.cursor)
    page = CodePage(
        title=f"Code {row.terms.code}",
        console=seller_console("discounts"),
        list_url=url_for("seller.discounts"),
        badge=discount_parts.status_badge(row, clock.now()),
        facts=discount_parts.facts(row),
        figures=discount_parts.figures(row, queries.costs(discount_id)),
        uses=tuple(
            discount_parts.use_view(use, url_for("seller.order", number=use.order_number), f"Order {use.order_number}")
            for use in uses.rows
        ),
        tools=asked.tools(uses),
        edit_url=url_for("seller.edit_discount", discount_id=discount_id) if discount_parts.verbs(row) else "",
        move_url=url_for("seller.move_discount", discount_id=discount_id),
        verbs=discount_parts.verbs(row),
    )
    return render_template("discounts/code.html", page=page)


@guards.seller_only
def new_discount() -> ResponseReturnValue:
    """Ask what a new code promises, or make it."""
    seller_id = guards.viewer().user_id
    form = DiscountForm(valid_from=clock.now().date())
    form.offer(queries.offered(seller_id))
    if form.validate_on_submit():
        try:
            made = make(form, actor_id=seller_id, seller_id=seller_id)
        except Invalid as error:
            blame(form, error)
        else:
            flash("The code can be used from its first day on.", "ok")
            return redirect(url_for("seller.discount", discount_id=made), code=303)
    page = _edit_page("New code", url_for("seller.new_discount"), is_new=True)
    return render_template("discounts/edit.html", page=page, form=form), 422 if form.errors else 200


@guards.seller_only
def edit_discount(discount_id: int) -> ResponseReturnValue:
    """Ask what a code promises from now on, or change it."""
    seller_id = guards.viewer().user_id
    row = queries.code_of_seller(discount_id, seller_id)
    form = DiscountForm(data=discount_parts.stored(row))
    form.offer(queries.offered(seller_id))
    if form.validate_on_submit():
        try:
            change(form, discount_id, seller_id=seller_id)
        except Invalid as error:
            blame(form, error)
        else:
            flash("Saved. Purchases from now on follow it.", "ok")
            return redirect(_url(row), code=303)
    page = _edit_page(
        f"Change {row.terms.code}", url_for("seller.edit_discount", discount_id=discount_id), is_new=False
    )
    return render_template("discounts/edit.html", page=page, form=form), 422 if form.errors else 200


@guards.seller_only
def move_discount(discount_id: int) -> ResponseReturnValue:
    """Pause a code, let it be used again, or end it."""
    seller_id = guards.viewer().user_id
    queries.code_of_seller(discount_id, seller_id)
    move(discount_id, actor_id=seller_id, seller_id=seller_id)
    return redirect(url_for("seller.discount", discount_id=discount_id), code=303)


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
        flash("Choose what to do with the code.", "bad")
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
        flash("Done. Purchases that were agreed to before keep their discount.", "ok")


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


def _url(row: CodeRow) -> str:
    return url_for("seller.discount", discount_id=row.id)


def _edit_page(title: str, action: str, *, is_new: bool) -> EditPage:
    console, list_url = seller_console("discounts"), url_for("seller.discounts")
    return EditPage(title, console, list_url, action, is_new=is_new, has_listings=True)
