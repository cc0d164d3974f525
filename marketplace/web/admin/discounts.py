"""Every code of the shop for admins: those of the marketplace are theirs to make and change, sellers' ones to see."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.discounts import queries
from marketplace.discounts.queries import CodeRow
from marketplace.discounts.states import DiscountStatus
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.language import pgettext
from marketplace.web import discount_asking, discount_parts, guards, lists
from marketplace.web.console import admin_console
from marketplace.web.discount_asking import CHANGED, MADE
from marketplace.web.discount_form import DiscountForm
from marketplace.web.discount_parts import CodePage, EditPage, ListPage
from marketplace.web.lists import Tab

_SELLERS = "sellers"


@guards.admin_only
def discounts() -> ResponseReturnValue:
    """List the codes of the marketplace, or of everybody."""
    status = lists.choice(DiscountStatus, "status")
    everybodys = request.args.get("of") == _SELLERS
    asked = lists.asked(status=status.value if status else "", of=_SELLERS if everybodys else "")
    found = queries.codes_of_all(only_ours=not everybodys, status=status, cursor=asked.cursor)
    of = _SELLERS if everybodys else None
    whose = (
        Tab(pgettext("codes", "Ours"), url_for("admin.discounts"), not everybodys),
        Tab(_("With sellers' own"), url_for("admin.discounts", of=_SELLERS), everybodys),
    )
    page = ListPage(
        title=_("Discounts"),
        note=_("The marketplace pays what its own codes take off; sellers get what they ask for."),
        console=admin_console("discounts"),
        tabs=(*whose, *discount_parts.tabs("admin.discounts", status, of)[1:]),
        rows=tuple(discount_parts.list_row(row, _url(row), clock.now()) for row in found.rows),
        tools=asked.tools(found),
        new_url=url_for("admin.new_discount"),
        shows_owner=True,
    )
    return render_template("discounts/list.html", page=page)


@guards.admin_only
def discount(discount_id: int) -> ResponseReturnValue:
    """Show any code with the purchases that used it, on the page or as CSV."""
    row = queries.any_code(discount_id)
    asked = lists.asked()
    if asked.is_csv:
        return discount_asking.uses_csv(row, asked.cursor)
    uses = queries.uses_of(discount_id, asked.cursor)
    verbs = discount_parts.verbs(row) if row.terms.is_subsidy else ()
    page = CodePage(
        title=_("Code %(code)s", code=row.terms.code),
        console=admin_console("discounts"),
        list_url=url_for("admin.discounts"),
        badge=discount_parts.status_badge(row, clock.now()),
        facts=discount_parts.facts(row),
        figures=discount_parts.figures(row, queries.costs(discount_id)),
        uses=tuple(
            discount_parts.use_view(use, url_for("admin.purchase", number=use.purchase_number), use.purchase_number)
            for use in uses.rows
        ),
        tools=asked.tools(uses),
        edit_url=url_for("admin.edit_discount", discount_id=discount_id) if verbs else "",
        move_url=url_for("admin.move_discount", discount_id=discount_id),
        verbs=verbs,
    )
    return render_template("discounts/code.html", page=page)


@guards.admin_only
def new_discount() -> ResponseReturnValue:
    """Ask what a new code of the marketplace promises, or make it."""
    form = DiscountForm(valid_from=clock.now().date())
    page = _edit_page(_("New code"), url_for("admin.new_discount"), is_new=True)

    def keep() -> str:
        made = discount_asking.make(form, actor_id=guards.viewer().user_id, seller_id=None)
        return url_for("admin.discount", discount_id=made)

    return discount_asking.ask(form, page, keep, MADE)


@guards.admin_only
def edit_discount(discount_id: int) -> ResponseReturnValue:
    """Ask what a code of the marketplace promises from now on, or change it."""
    row = _ours(discount_id)
    form = DiscountForm(data=discount_parts.stored(row))
    page = _edit_page(
        _("Change %(code)s", code=row.terms.code), url_for("admin.edit_discount", discount_id=discount_id), is_new=False
    )

    def keep() -> str:
        discount_asking.change(form, discount_id, seller_id=None)
        return _url(row)

    return discount_asking.ask(form, page, keep, CHANGED)


@guards.admin_only
def move_discount(discount_id: int) -> ResponseReturnValue:
    """Pause a code of the marketplace, let it be used again, or end it."""
    _ours(discount_id)
    discount_asking.move(discount_id, actor_id=guards.viewer().user_id, seller_id=None)
    return redirect(url_for("admin.discount", discount_id=discount_id), code=303)


def _ours(discount_id: int) -> CodeRow:
    row = queries.any_code(discount_id)
    if not row.terms.is_subsidy:
        raise NotFound(_("There is no such code among ours."))
    return row


def _url(row: CodeRow) -> str:
    return url_for("admin.discount", discount_id=row.id)


def _edit_page(title: str, action: str, *, is_new: bool) -> EditPage:
    console, list_url = admin_console("discounts"), url_for("admin.discounts")
    return EditPage(title, console, list_url, action, is_new=is_new, has_listings=False)
