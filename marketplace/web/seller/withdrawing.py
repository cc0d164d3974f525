"""Being paid on request: what can be withdrawn now, and who it is once more before money leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from marketplace import clock
from marketplace.accounts import factor_queries
from marketplace.accounts import flows as accounts
from marketplace.config import Settings
from marketplace.errors import Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts import account_queries, flows, queries, rules, standing_queries
from marketplace.payouts.rules import Occasion
from marketplace.payouts.standing_queries import Candidate
from marketplace.payouts.states import PayoutStatus
from marketplace.web import guards
from marketplace.web.auth.forms import blame, typed
from marketplace.web.auth.views import too_many_tries
from marketplace.web.console import Console, seller_console
from marketplace.web.forms import Form
from marketplace.web.pages import money_text
from marketplace.web.providers import providers


class WithdrawForm(Form):
    """Which balance, and the password once more, with a code where the seller signs in in two steps."""

    currency = RadioField(Text("What to withdraw"))
    password = PasswordField(Text("Your password"), [InputRequired(Text("Enter your password.")), Length(max=1000)])
    code = StringField(Text("Code"), [Length(max=1000)])


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What is available and can't be withdrawn, and why."""

    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """What templates/seller/withdraw.html shows."""

    title: str
    console: Console
    email: str
    bank: str
    can_withdraw: bool
    asks_for_code: bool
    label: str
    """What the button says: the amount, where there is only one."""
    hindrances: tuple[Hindrance, ...]


@guards.seller_only
def withdraw() -> ResponseReturnValue:
    """Show what can be withdrawn, or send it to the seller's bank once they have said that it is them."""
    viewer, now = guards.viewer(), clock.now()
    found = standing_queries.candidates_of(viewer.user_id, _settings().money, now)
    ready = [each for each in found if rules.why_not(each.standing, Occasion.REQUEST, now) is None]
    form = _form(ready)
    if ready and form.validate_on_submit():
        try:
            _check_again(viewer, form)
            return _send(viewer.user_id, form.currency.data)
        except Invalid as error:
            blame(form, error)
        except accounts.TooManyTries as error:
            return too_many_tries(error)
        except NotAllowed as error:
            form.form_errors.append(error.message)
    return render_template("seller/withdraw.html", page=_page(viewer, found, ready), form=form), _code(form)


def _check_again(viewer: guards.Viewer, form: WithdrawForm) -> None:
    accounts.check_again(
        user_id=viewer.user_id,
        email=viewer.email,
        password=typed(form.password),
        code=typed(form.code),
        device=guards.device(),
        now=clock.system_now(),
    )


def _send(seller_id: int, currency: str) -> ResponseReturnValue:
    taken = flows.withdraw(
        seller_id=seller_id, currency=currency, providers=providers(), policy=_settings().money, now=clock.now()
    )
    flash(*_outcome(money_text(taken.amount_minor, currency), *queries.standing_of(taken.payout_id)))
    return redirect(url_for("seller.withdraw"), code=303)


def _outcome(amount: str, status: PayoutStatus, reason: str | None) -> tuple[str, str]:
    """Return what became of a withdrawal, in words, and their tone. What the provider has not said is not claimed."""
    if status is PayoutStatus.PENDING:
        return _(
            "%(amount)s is being sent. The provider has not answered yet; we ask again, you need not.", amount=amount
        ), "wait"
    if status in {PayoutStatus.REFUSED, PayoutStatus.FAILED}:
        return " ".join((_("%(amount)s was not sent.", amount=amount), *([_(reason)] if reason else []))), "bad"
    return _("%(amount)s is on its way to your bank.", amount=amount), "ok"


def _form(ready: Sequence[Candidate]) -> WithdrawForm:
    form = WithdrawForm()
    form.currency.choices = [(each.currency, _offer(each)) for each in ready]
    if form.currency.data is None and ready:
        form.currency.data = ready[0].currency
    return form


def _offer(each: Candidate) -> str:
    amount = money_text(each.standing.payable_minor, each.currency)
    if each.standing.payable_minor == each.standing.ready_minor:
        return _("All that is available: %(amount)s", amount=amount)
    rest = money_text(each.standing.ready_minor - each.standing.payable_minor, each.currency)
    return _(
        "%(amount)s; banks take whole %(currency)s only, and %(rest)s waits for your next payout",
        amount=amount,
        currency=each.currency,
        rest=rest,
    )


def _page(viewer: guards.Viewer, found: Sequence[Candidate], ready: Sequence[Candidate]) -> WithdrawPage:
    account = account_queries.account_of(viewer.user_id)
    return WithdrawPage(
        title=_("Withdraw"),
        console=seller_console("payouts"),
        email=viewer.email,
        bank=" •• ".join(part for part in (account.bank_name, account.bank_last4) if part) if account else "",
        can_withdraw=bool(ready),
        asks_for_code=factor_queries.has_second_step(viewer.user_id),
        label=_("Withdraw %(amount)s", amount=money_text(ready[0].standing.payable_minor, ready[0].currency))
        if len(ready) == 1
        else _("Withdraw"),
        hindrances=tuple(_hindrance(each) for each in found if each not in ready),
    )


def _hindrance(each: Candidate) -> Hindrance:
    cause = rules.why_not(each.standing, Occasion.REQUEST, clock.now())
    return Hindrance(money_text(each.amount_minor, each.currency), cause.words if cause else "")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _code(form: WithdrawForm) -> int:
    return 422 if form.errors else 200
