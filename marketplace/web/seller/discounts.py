"""A seller's own codes: list, make, change, pause, and who used them."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.discounts import queries
from marketplace.discounts.queries import CodeRow
from marketplace.discounts.states import DiscountStatus
from marketplace.language import gettext as _
from marketplace.web import discount_asking, discount_parts, guards, lists
from marketplace.web.console import seller_console
from marketplace.web.discount_asking import CHANGED, MADE
from marketplace.web.discount_form import DiscountForm
from marketplace.web.discount_parts import CodePage, EditPage, ListPage


@guards.seller_only
def discounts() -> ResponseReturnValue:
    """List the seller's codes."""
    status = lists.choice(DiscountStatus, "status")
    asked = lists.asked(status=status.value if status else "")
    found = queries.codes_of_seller(guards.viewer().user_id, status, asked.cursor)
    page = ListPage(
        title=_("Discounts"),
        note=_("Codes that take something off your goods. You bear what they take off; our fee is of what is paid."),
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
        return discount_asking.uses_csv(row, asked.cursor)
    uses = queries.uses_of(discount_id, asked.cursor)
    page = CodePage(
        title=_("Code %(code)s", code=row.terms.code),
        console=seller_console("discounts"),
        list_url=url_for("seller.discounts"),
        badge=discount_parts.status_badge(row, clock.now()),
        facts=discount_parts.facts(row),
        figures=discount_parts.figures(row, queries.costs(discount_id)),
        uses=tuple(
            discount_parts.use_view(
                use, url_for("seller.order", number=use.order_number), _("Order %(number)s", number=use.order_number)
            )
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
    page = _edit_page(_("New code"), url_for("seller.new_discount"), is_new=True)

    def keep() -> str:
        made = discount_asking.make(form, actor_id=seller_id, seller_id=seller_id)
        return url_for("seller.discount", discount_id=made)

    return discount_asking.ask(form, page, keep, MADE)


@guards.seller_only
def edit_discount(discount_id: int) -> ResponseReturnValue:
    """Ask what a code promises from now on, or change it."""
    seller_id = guards.viewer().user_id
    row = queries.code_of_seller(discount_id, seller_id)
    form = DiscountForm(data=discount_parts.stored(row))
    form.offer(queries.offered(seller_id))
    page = _edit_page(
        _("Change %(code)s", code=row.terms.code),
        url_for("seller.edit_discount", discount_id=discount_id),
        is_new=False,
    )

    def keep() -> str:
        discount_asking.change(form, discount_id, seller_id=seller_id)
        return _url(row)

    return discount_asking.ask(form, page, keep, CHANGED)


@guards.seller_only
def move_discount(discount_id: int) -> ResponseReturnValue:
    """Pause a code, let it be used again, or end it."""
    seller_id = guards.viewer().user_id
    queries.code_of_seller(discount_id, seller_id)
    discount_asking.move(discount_id, actor_id=seller_id, seller_id=seller_id)
    return redirect(url_for("seller.discount", discount_id=discount_id), code=303)


def _url(row: CodeRow) -> str:
    return url_for("seller.discount", discount_id=row.id)


def _edit_page(title: str, action: str, *, is_new: bool) -> EditPage:
    console, list_url = seller_console("discounts"), url_for("seller.discounts")
    return EditPage(title, console, list_url, action, is_new=is_new, has_listings=True)
