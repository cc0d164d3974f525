"""A person's wallet for admins: what it holds and why, and money put in or taken back with a reason (S2.21)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Regexp

from marketplace import clock, db
from marketplace.catalog.rules import CURRENCIES
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.money import Money
from marketplace.orders import people_queries
from marketplace.orders.people_queries import Person
from marketplace.wallets import operations, queries
from marketplace.wallets.operations import Wish
from marketplace.wallets.queries import Held, MovementRow, WalletFigure
from marketplace.wallets.rules import Overdraft
from marketplace.web import guards, wallet_parts
from marketplace.web.amounts import typed_minor, typing_text
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.pages import money, money_text
from marketplace.web.wallet_parts import Figure, WalletList

ADD, TAKE_BACK = "add", "take_back"
_RELOAD = Text("Reload the page and try again.")
log = structlog.get_logger()


class WalletForm(Form):
    """An amount in one currency, which way, and why."""

    way = SelectField(Text("What to do"), choices=[])
    amount = StringField(Text("Amount"))
    currency = SelectField(Text("Currency"), choices=[])
    order_number = StringField(Text("Order"), [Length(max=64)], filters=[lambda text: (text or "").strip()])
    reason = TextAreaField(Text("Why?"))
    token = HiddenField(Text("Form"), [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=_RELOAD)])

    def wish(self) -> Wish:
        """Return what was asked for; raises Invalid naming the field for what is no amount."""
        minor = typed_minor(self.amount.data or "", self.currency.data)
        if minor is None:
            example = typing_text(12_50, "USD")
            raise Invalid(_("Write the amount like this: %(example)s", example=example), field="amount")
        amount = Money(minor, self.currency.data)
        return Wish(amount, self.reason.data or "", str(self.token.data), self.order_number.data or "")


@dataclass(frozen=True, slots=True)
class WalletPage:
    """What templates/admin/wallet.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    note: str
    figures: tuple[tuple[Figure, ...], ...]
    movements: WalletList
    action: str
    """Where the form goes; "" for one's own wallet."""
    limit: str


@guards.admin_only
def wallet(user_id: int) -> ResponseReturnValue:
    """Show a person's wallet with its movements, and the form that changes it."""
    person = people_queries.person(user_id)
    known = queries.held(user_id)
    wanted = wallet_parts.wanted(user_id, known)
    if wanted.asked.is_csv:
        return wallet_parts.csv(wanted)
    form = _offer(WalletForm(None), known)
    form.token.data = secrets.token_urlsafe(24)
    return _show(person, known, form)


@guards.admin_only
def change_wallet(user_id: int) -> ResponseReturnValue:
    """Put money of the marketplace into a person's wallet, or take some back."""
    person = people_queries.person(user_id)
    known = queries.held(user_id)
    form = _offer(WalletForm(), known)
    if not form.validate():
        return _show(person, known, form, 422)
    operation = operations.add if form.way.data == ADD else operations.deduct
    try:
        wish = form.wish()
        db.atomic(
            operation,
            (f"wallet:{user_id}",),
            admin_id=guards.viewer().user_id,
            user_id=user_id,
            wish=wish,
            limit_minor=current_app.extensions["settings"].money.second_approver_above_minor,
            now=clock.now(),
        )
    except (Invalid, NotFound, Conflict, NotAllowed) as error:
        _blame(form, error)
        return _show(person, known, form, 409 if isinstance(error, Conflict) else 422)
    log.info("wallet changed", admin=guards.viewer().user_id, user=user_id, way=form.way.data, minor=wish.amount.minor)
    said = Text("%(amount)s is in the wallet, and %(name)s was told.")
    if form.way.data == TAKE_BACK:
        said = Text("%(amount)s was taken out of the wallet, and %(name)s was told.")
    flash(_(said, amount=money(wish.amount), name=person.name), "ok")
    return redirect(url_for("admin.wallet", user_id=user_id), code=303)


def figures(user_id: int, known: Sequence[Held]) -> tuple[tuple[Figure, ...], ...]:
    """Return a person's wallet in figures, each opened in the ledger."""

    def explain_url(figure: WalletFigure, currency: str) -> str:
        if figure is not WalletFigure.BALANCE:
            return ""
        return url_for("admin.account", account=Account.WALLET.value, currency=currency, owner=user_id, side="credit")

    return tuple(wallet_parts.figures(held, explain_url) for held in known)


def _offer(form: WalletForm, known: Sequence[Held]) -> WalletForm:
    form.way.choices = [(ADD, _("Put money in")), (TAKE_BACK, _("Take money back"))]
    main = current_app.extensions["settings"].money.main_currency
    offered = dict.fromkeys([main, *(held.currency for held in known), *CURRENCIES])
    form.currency.choices = [(each, each) for each in offered]
    return form


def _blame(form: WalletForm, error: DomainError) -> None:
    """Say at its field why nothing was done."""
    if isinstance(error, Overdraft):
        words = _("The wallet holds %(held)s. Take back at most that.", held=money(error.held))
        form.amount.errors = [words]
    elif isinstance(error, NotFound):
        form.order_number.errors = [error.message]
    elif isinstance(error, Invalid) and error.field in {"amount", "reason"}:
        form[error.field].errors = [error.message]
    else:
        form.form_errors.append(error.message)


def _show(person: Person, known: Sequence[Held], form: WalletForm, code: int = 200) -> ResponseReturnValue:
    if form.token.errors or form.form_errors:
        form.token.data = secrets.token_urlsafe(24)
    wanted = wallet_parts.wanted(person.id, known, endpoint="admin.wallet")
    policy = current_app.extensions["settings"].money
    is_own = person.id == guards.viewer().user_id
    page = WalletPage(
        title=_("Wallet of %(name)s", name=person.name),
        console=admin_console("users"),
        crumbs=(
            Crumb(_("Users"), url_for("admin.users")),
            Crumb(person.name, url_for("admin.user", user_id=person.id)),
        ),
        note=person.email,
        figures=figures(person.id, known),
        movements=wallet_parts.movement_list(wanted, known, _about_url, "admin.wallet", user_id=person.id),
        action="" if is_own else url_for("admin.change_wallet", user_id=person.id),
        limit=money_text(policy.second_approver_above_minor, policy.main_currency),
    )
    return render_template("admin/wallet.html", page=page, form=form), code


def _about_url(row: MovementRow) -> str:
    if row.payment_id is not None:
        return url_for("admin.payment", payment_id=row.payment_id)
    return url_for("admin.entry", entry_id=row.entry_id)
