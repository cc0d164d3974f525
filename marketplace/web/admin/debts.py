"""What sellers owe: who, since when, why and what has paid it; and writing off what can never be collected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from marketplace import clock, db
from marketplace.config import MoneyPolicy
from marketplace.debts import queries, total_queries, writing_off
from marketplace.debts.queries import Age, Debtor, DebtRow, Sought
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import Text, pgettext, texts
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.paging import Cursor, Listed, every
from marketplace.payments.rules import needs_second_approver
from marketplace.web import guards, lists
from marketplace.web.admin import debt_parts
from marketplace.web.admin.debt_parts import BorneView, DebtorRow, DebtView, PaidView
from marketplace.web.cart.forms import whole_number
from marketplace.web.console import Console, admin_console
from marketplace.web.forms import Form
from marketplace.web.lists import Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, decimal, money_text

_LARGEST_MINOR = 10**15
_CSV_COLUMNS = (
    *texts("Seller", "Shop", "Currency", "Debts", "Open"),
    *(age.label for age in Age),
    *texts("Paid by sales", "Not owed any more", "Oldest (UTC)"),
)


class WriteOffForm(Form):
    """What was open when it was looked at, minor units, and why nobody will ever pay it."""

    seen_minor = IntegerField(
        Text("Open"), [whole_number(1, _LARGEST_MINOR, Text("The amount is missing."))], widget=HiddenInput()
    )
    reason = TextAreaField(Text("Reason"), [Length(max=500, message=Text("At most 500 characters."))])


@dataclass(frozen=True, slots=True)
class DebtsPage:
    """What templates/admin/debts.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    figures: tuple[debt_parts.Figure, ...]
    is_open: bool
    rows: tuple[DebtorRow, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class DebtorPage:
    """What templates/admin/debtor.html shows."""

    title: str
    console: Console
    seller_url: str
    rows: tuple[DebtView, ...]
    paid: tuple[PaidView, ...]
    borne: tuple[BorneView, ...]
    tools: Tools
    open: str
    """What is open of the debts that are shown."""


@dataclass(frozen=True, slots=True)
class WriteOffPage:
    """What templates/admin/write_off.html shows."""

    title: str
    console: Console
    note: str
    back_url: str
    action: str
    facts: tuple[Fact, ...]
    notices: tuple[str, ...]
    button: str
    """Empty when there is nothing to decide, or not by this admin."""


@guards.admin_only
def debts() -> ResponseReturnValue:
    """List who owes something and since when, or who has owed and does not any more."""
    is_open = lists.row_id("settled") is None
    asked = lists.asked(*debt_parts.SORTS, settled="" if is_open else "1")
    now = clock.now()

    def read(cursor: Cursor) -> Listed[Debtor]:
        return queries.debtors(asked.period, now, cursor, is_open=is_open)

    if asked.is_csv:
        return lists.csv_file("debts", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed = read(asked.cursor)
    tools = asked.tools(listed)
    page = DebtsPage(
        title=_("Debts"),
        console=admin_console("debts"),
        tabs=(
            Tab(pgettext("not settled", "Open"), asked.url(settled=""), is_open),
            Tab(_("Settled"), asked.url(settled="1"), not is_open),
        ),
        figures=debt_parts.figures(total_queries.totals()),
        is_open=is_open,
        rows=tuple(debt_parts.debtor(row, tools.since, tools.until) for row in listed.rows),
        tools=tools,
    )
    return render_template("admin/debts.html", page=page)


@guards.admin_only
def debtor(seller_id: int, currency: str) -> ResponseReturnValue:
    """Show one seller's debts in one currency: what made each, what has paid it, and what the platform bears."""
    if not lists.is_currency(currency):
        raise NotFound(_("There is no such currency."))
    age = lists.choice(Age, "age")
    asked = lists.asked(*lists.BY_TIME[::-1], age=age.value if age else "")
    sought = Sought(seller_id, currency, asked.period, age, clock.now())
    read = partial(queries.debts_of, sought)
    if asked.is_csv:
        rows = map(debt_parts.csv_row, every(read, asked.cursor))
        return lists.csv_file(f"debts-{seller_id}-{currency}", debt_parts.CSV_COLUMNS, rows)
    listed = read(asked.cursor)
    tools = asked.tools(listed, {"age": _("Owed for %(age)s", age=age.label.lower())} if age else {})
    if not listed.rows and not tools.is_filtered:
        raise NotFound(_("This seller has never owed anything in this currency."))
    ids = [row.id for row in listed.rows]
    page = DebtorPage(
        title=_("Debts of %(shop)s in %(currency)s", shop=_shop(listed.rows, seller_id), currency=currency),
        console=admin_console("debts"),
        seller_url=url_for("admin.user", user_id=seller_id),
        rows=debt_parts.debts(listed.rows, clock.now()),
        paid=debt_parts.paid(queries.paid_by(ids), currency),
        borne=debt_parts.borne(queries.borne_by(ids), currency),
        tools=tools,
        open=money_text(queries.open_minor(sought), currency),
    )
    return render_template("admin/debtor.html", page=page)


@guards.admin_only
def write_off(debt_id: int) -> ResponseReturnValue:
    """Show what is open of one debt, and the form that lets the platform bear it."""
    return _show(queries.debt(debt_id), WriteOffForm(None))


@guards.admin_only
def write_debt_off(debt_id: int) -> ResponseReturnValue:
    """Let the platform bear what is open, or ask a second admin to confirm it."""
    row, form = queries.debt(debt_id), WriteOffForm()
    if not form.validate():
        return _show(row, form, 422)
    seen_minor = form.seen_minor.data or 0
    try:
        is_done = db.atomic(
            writing_off.write_off,
            (),
            admin_id=guards.viewer().user_id,
            debt_id=debt_id,
            seen_minor=seen_minor,
            reason=form.reason.data or "",
            policy=_policy(),
            now=clock.now(),
        )
    except Invalid as error:
        form.reason.errors = [error.message]
        return _show(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
        return redirect(url_for("admin.write_off", debt_id=debt_id), code=303)
    amount = money_text(seen_minor, row.currency)
    done = _("%(amount)s is written off. The marketplace bears it, and the seller was told.", amount=amount)
    waits = _("You have asked to write %(amount)s off. A second admin must confirm it.", amount=amount)
    flash(*((done, "ok") if is_done else (waits, "wait")))
    return redirect(url_for("admin.debtor", seller_id=row.seller_id, currency=row.currency), code=303)


def _show(row: DebtRow, form: WriteOffForm, code: int = 200) -> ResponseReturnValue:
    amount = money_text(row.open_minor, row.currency)
    limit = _policy().second_approver_above_minor
    is_large = needs_second_approver(Money(row.open_minor, row.currency), limit)
    viewer_id, notices, button = guards.viewer().user_id, [], _("Write %(amount)s off", amount=amount)
    if not row.open_minor:
        notices, button = [_("Nothing of this debt is open any more.")], ""
    elif viewer_id == row.seller_id:
        notices, button = [_("This is your own debt. Another admin must decide.")], ""
    elif is_large and row.waiting_approver_id == viewer_id:
        notices, button = [_("You have asked for this. A second admin must confirm it.")], ""
    elif is_large and row.waiting_approver:
        notices = [
            _("%(who)s has asked for this: %(why)s You confirm it.", who=row.waiting_approver, why=row.waiting_reason)
        ]
        form.reason.data = form.reason.data or row.waiting_reason
    elif is_large:
        notices = [
            _(
                "Above %(limit)s a second admin must confirm. Your word is the first.",
                limit=money_text(limit, row.currency),
            )
        ]
    form.seen_minor.data = row.open_minor
    page = WriteOffPage(
        title=_("Write off what is owed for order %(number)s", number=row.order_number),
        console=admin_console("debts"),
        note=_("%(shop)s owes %(amount)s", shop=row.shop_name, amount=amount),
        back_url=url_for("admin.debtor", seller_id=row.seller_id, currency=row.currency),
        action=url_for("admin.write_debt_off", debt_id=row.id),
        facts=_facts(row),
        notices=tuple(notices),
        button=button,
    )
    return render_template("admin/write_off.html", page=page, form=form), code


def _facts(row: DebtRow) -> tuple[Fact, ...]:
    amounts: Mapping[str, int] = {
        _("Owed at first"): row.amount_minor,
        _("Paid by sales"): row.netted_minor,
        _("Not owed any more"): row.forgiven_minor,
        _("Still open"): row.open_minor,
    }
    made = debt_parts.cause(row.subject)
    return (
        Fact(_("Made by"), f"{made.label}, {date_text(row.created_at)}"),
        *(Fact(label, money_text(minor, row.currency)) for label, minor in amounts.items()),
    )


def _shop(rows: Sequence[DebtRow], seller_id: int) -> str:
    return rows[0].shop_name if rows else _("seller %(number)s", number=seller_id)


def _policy() -> MoneyPolicy:
    found: MoneyPolicy = current_app.extensions["settings"].money
    return found


def _csv_row(row: Debtor) -> tuple[object, ...]:
    minors = (row.open_minor, *(row.minor_of(age) for age in Age), row.paid_minor, row.borne_minor)
    amounts = tuple(decimal(minor, row.currency) for minor in minors)
    return (row.seller_id, row.shop_name, row.currency, row.debts, *amounts, row.oldest)
