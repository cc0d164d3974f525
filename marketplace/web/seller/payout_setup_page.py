"""What the page of the payout setup shows: ready texts and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace.catalog.queries import ShopView
from marketplace.language import Text, pgettext
from marketplace.language import gettext as _
from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.pot_queries import Pot, Pots
from marketplace.payouts.schedules import Chosen
from marketplace.payouts.states import AccountStatus
from marketplace.web import account_words, countries
from marketplace.web.account_words import Asked
from marketplace.web.console import Console, seller_console
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.seller import schedule_words
from marketplace.web.wording import Badge

_A = AccountStatus
_WAITING = (Pot.WAITING, Pot.BLOCKED, Pot.AVAILABLE)
_KEEPS = Text("Orders you have already go on as before, and your money waits here.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    account: AccountRow | None
    chosen: Chosen
    next_payout: datetime | None
    shop: ShopView
    pots: Sequence[Pots]

    @property
    def status(self) -> AccountStatus | None:
        """Return what the account is; None for a seller who has never begun."""
        return self.account.status if self.account else None


@dataclass(frozen=True, slots=True)
class State:
    """Where the seller stands and what to do next."""

    title: str
    text: str
    tone: str
    action: str = ""
    """What the button to the provider's page says; "" for none."""
    asks_country: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """Some sentences under a small heading."""

    label: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """Return them as they were typed."""
        return [line for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps."""

    label: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class SetupPage:
    """What templates/seller/payout_setup.html shows."""

    title: str
    console: Console
    state: State
    steps: tuple[Step, ...]
    waiting: tuple[MoneyRow, ...]
    asked: tuple[Asked, ...]
    account_badge: Badge
    account: tuple[Fact, ...]
    can_open: bool
    schedule: tuple[Fact, ...]
    shop: tuple[Fact, ...]
    about: tuple[Prose, ...]
    policies: tuple[Prose, ...]


def build(facts: Facts) -> SetupPage:
    """Return the page of the payout setup."""
    account = facts.account
    return SetupPage(
        title=_("Payout setup"),
        console=seller_console("payout_setup"),
        state=state_of(account),
        steps=_steps(facts),
        waiting=tuple(row for pots in facts.pots for row in _waiting(pots)),
        asked=account_words.asked_of(account) if account else (),
        account_badge=account_words.account_badge(facts.status),
        account=_account(account) if account else (),
        can_open=account is not None and account.details_submitted and facts.status is not _A.DISCONNECTED,
        schedule=(
            Fact(_("You are paid"), schedule_words.interval_text(facts.chosen.schedule)),
            Fact(_("Next payout day"), schedule_words.next_text(facts.next_payout)),
            *schedule_words.minimum_facts(facts.chosen.schedule),
        ),
        shop=(
            Fact(_("Name"), facts.shop.name),
            Fact(_("Sends from"), f"{facts.shop.city}, {countries.name(facts.shop.country)}"),
        ),
        about=(Prose(pgettext("a shop", "About"), facts.shop.about),),
        policies=(Prose(_("Delivery"), facts.shop.delivery_policy), Prose(_("Returns"), facts.shop.returns_policy)),
    )


def state_of(account: AccountRow | None) -> State:
    """Return where a seller stands, in words."""
    if account is None or (account.account_id is None and account.status is _A.STARTED):
        return _not_begun(account)
    if account.status is _A.ENABLED and account_words.is_asked_now(account.requirements):
        due_at = account.requirements_due_at
        text = (
            _(
                "The provider needs something from you by %(day)s. After that it stops paying you until it is there.",
                day=date_text(due_at),
            )
            if due_at
            else _("The provider needs something from you soon. After that it stops paying you until it is there.")
        )
        return State(_("You are paid for now"), text, "wait", _("Give what is missing"))
    if account.status is _A.RESTRICTED:
        return _restricted(account)
    return _STATES[account.status]


def waiting_of(pots: Sequence[Pots]) -> tuple[str, ...]:
    """Return what waits for a seller, held or available, one amount per currency."""
    return tuple(money_text(minor, each.currency) for each in pots if (minor := sum(map(each.minor_of, _WAITING))) > 0)


def _waiting(pots: Pots) -> list[MoneyRow]:
    """Return the parts of what waits in one currency, each with the address of its rows."""
    return [
        MoneyRow(
            label=pot.label,
            amount=money_text(pots.minor_of(pot), pots.currency),
            explain_url=url_for("seller.explain_pot", pot=pot.value, currency=pots.currency),
        )
        for pot in _WAITING
        if pots.minor_of(pot)
    ]


def _not_begun(account: AccountRow | None) -> State:
    text = _(
        "Our payment provider pays you. It asks who you are and for your bank account, on its own pages. "
        "That takes about five minutes. You may sell before; what you earn waits here until you are done."
    )
    if account is not None and account.disabled_reason:
        failed = _(
            "The provider did not open an account last time (%(reason)s). Check the country.",
            reason=account.disabled_reason,
        )
        text = f"{failed} {text}"
    return State(_("Tell us where to pay you"), text, "wait", _("Set up payouts"), asks_country=True)


def _restricted(account: AccountRow) -> State:
    why = account_words.reason_text(account.disabled_reason) or _("The provider asks for something first.")
    can_give = account_words.is_asked_now(account.requirements)
    return State(
        _("Your account is restricted"),
        " ".join((why, _("Until that is settled you are not paid and your shop takes no orders."), str(_KEEPS))),
        "bad",
        _("Give what is missing") if can_give else "",
    )


_STATES = {
    _A.STARTED: State(
        Text("Finish the setup"),
        Text(
            "The provider still needs some details. You can go on where you stopped. "
            "You may sell before; what you earn waits here until you are done."
        ),
        "wait",
        Text("Continue the setup"),
    ),
    _A.REVIEW: State(
        Text("Your details are being checked"),
        Text(
            "Most often that takes a few minutes, at times two working days. You need not do anything; we tell you. "
            "You may sell meanwhile."
        ),
        "info",
    ),
    _A.ENABLED: State(
        Text("You are set up"), Text("Your money goes to your bank on your payout days, by itself."), "ok"
    ),
    _A.DISCONNECTED: State(
        Text("Your account is disconnected"),
        Text(
            "You have taken our access to your payout account away. You are not paid and your shop takes no orders "
            "until you connect again. Orders you have already go on as before, and your money waits here."
        ),
        "bad",
        Text("Connect again"),
        asks_country=True,
    ),
    _A.REJECTED: State(
        Text("The provider does not pay your shop"),
        Text(
            "It has refused the account, and your shop takes no orders. Orders you have already go on as before, and "
            "your money waits here. We have been told and look at it; an answer comes by e-mail or as a notification."
        ),
        "bad",
    ),
}


def _steps(facts: Facts) -> tuple[Step, ...]:
    first = {_A.ENABLED: "done", _A.RESTRICTED: "bad", _A.DISCONNECTED: "bad", _A.REJECTED: "bad"}
    account = Step(_("Identity and bank"), "now", account_words.account_badge(facts.status).label)
    account = Step(account.label, first.get(facts.status or _A.STARTED, "now"), account.note)
    is_own = facts.chosen.is_own
    often = schedule_words.interval_text(facts.chosen.schedule)
    note = often if is_own else _("%(often)s, unless you change it", often=often)
    return (
        account,
        Step(_("Payout schedule"), "done", note),
        Step(_("Shop details"), "done", facts.shop.name),
        Step(_("Policies"), "done", _("Delivery and returns")),
    )


def _account(account: AccountRow) -> tuple[Fact, ...]:
    name = account.bank_name or _("Bank")
    bank = f"{name} •• {account.bank_last4}" if account.bank_last4 else pgettext("a bank account", "None yet")
    currency = f", {account.bank_currency}" if account.bank_last4 and account.bank_currency else ""
    return (
        Fact(_("Bank account"), bank + currency),
        Fact(_("Country"), countries.name(account.country)),
        Fact(_("Can receive money"), _("Yes") if account.transfers_enabled else _("Not yet")),
        Fact(_("Can be paid to the bank"), _("Yes") if account.payouts_enabled else _("Not yet")),
        Fact(_("Last checked"), time_text(account.read_at) if account.read_at else _("Never")),
    )
