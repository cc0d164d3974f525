"""What a seller's balance page shows: ready texts and addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from marketplace.disputes.queries import OpenDispute
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payouts.balance_queries import Account, Debt, ShareRow
from marketplace.payouts.balance_rules import SellerFacts
from marketplace.payouts.calendar_queries import DayEvent
from marketplace.payouts.pot_queries import Pot, Pots
from marketplace.payouts.rules import SkipCause
from marketplace.web.console import Console, seller_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, money_text
from marketplace.web.seller import calendar, money_parts, schedule_words, share_words
from marketplace.web.seller.calendar import MonthGrid
from marketplace.web.seller.money_parts import FlowBar, FlowRow, Total
from marketplace.web.seller.share_words import ShareLine

_NOT_NOW = frozenset({SkipCause.SCHEDULED, SkipCause.MANUAL, SkipCause.BLOCKED, SkipCause.NOT_SETTLED})
_KEPT_BACK = frozenset(
    {
        SkipCause.STOPPED,
        SkipCause.IN_DOUBT,
        SkipCause.NO_ACCOUNT,
        SkipCause.UNDER_REVIEW,
        SkipCause.RESTRICTED,
        SkipCause.DISCONNECTED,
        SkipCause.REJECTED,
    }
)
"""While one of these stands in the way, no day pays the seller."""
_CAUSES = {
    "refund": Text("A refund took more than was there"),
    "dispute": Text("A lost dispute"),
    "reversal": Text("A payout taken back"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for the page."""

    now: datetime
    currency: str
    currencies: tuple[Tab, ...]
    pots: Pots
    next_release: datetime | None
    account: Account
    seller: SellerFacts
    debts: Sequence[Debt]
    events: Sequence[DayEvent]
    first: date
    tabs: tuple[Tab, ...]
    shares: Sequence[ShareRow]
    disputes: Mapping[int, OpenDispute]
    """The open disputes of the shares."""
    dispute_numbers: Mapping[int, str]
    """Of the disputes that made debts."""
    tools: Tools
    month_url: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class NextPayout:
    """When the next payout is, how much of it is there already, and what stands in its way."""

    when: str
    amount: str
    explain_url: str
    schedule: str
    bank: str
    problem: str
    step: str
    """What helps against the problem, and where; "" where there is none or only time helps."""
    step_url: str
    is_ready: bool
    """Whether there is anything to pay now."""


@dataclass(frozen=True, slots=True)
class DebtRow:
    """What is owed for one order."""

    number: str
    url: str
    cause: str
    cause_url: str
    since: str
    amount: str
    open: str


@dataclass(frozen=True, slots=True)
class BalancePage:
    """What templates/seller/balance.html shows."""

    title: str
    console: Console
    currencies: tuple[Tab, ...]
    flow_bars: tuple[FlowBar, ...]
    flow_rows: tuple[FlowRow, ...]
    gone_rows: tuple[FlowRow, ...]
    balance: tuple[Total, ...]
    next_payout: NextPayout
    month: MonthGrid
    debts: tuple[DebtRow, ...]
    debt_total: str
    tabs: tuple[Tab, ...]
    rows: tuple[ShareLine, ...]
    tools: Tools


def build(facts: Facts) -> BalancePage:
    """Return the balance page of `facts`."""
    currency = facts.currency
    return BalancePage(
        title=_("Balance"),
        console=seller_console("balance"),
        currencies=facts.currencies,
        flow_bars=money_parts.bars(facts.pots),
        flow_rows=money_parts.rows(facts.pots, facts.next_release, facts.now),
        gone_rows=money_parts.gone(facts.pots, is_full=True),
        balance=money_parts.balance(facts.pots),
        next_payout=next_payout(facts.account, currency, facts.now),
        month=calendar.build(facts.events, facts.first, currency, facts.now, facts.month_url),
        debts=tuple(_debt(debt, facts.dispute_numbers, currency) for debt in facts.debts),
        debt_total=money_text(sum(debt.open_minor for debt in facts.debts), currency),
        tabs=facts.tabs,
        rows=tuple(
            share_words.line(row, facts.seller, currency, facts.now, facts.disputes.get(row.id)) for row in facts.shares
        ),
        tools=facts.tools,
    )


def next_payout(account: Account, currency: str, now: datetime) -> NextPayout:
    """Return when a seller is paid next, and what stands in the way."""
    run = account.next_run
    when = (
        _("When you ask for it")
        if run is None
        else (_("Today") if run.date() <= now.date() else calendar.day_text(run))
    )
    if run is not None and not account.ready_minor:
        when = _("Nothing to pay yet")
    if account.skip in _KEPT_BACK:
        when = _("Not yet")
    problem = str(account.skip.words) if account.skip is not None and account.skip not in _NOT_NOW else ""
    bank = " ".join(filter(None, (account.bank_name, f"•• {account.bank_last4}" if account.bank_last4 else "")))
    none = ("", "")
    step, endpoint = share_words.STEPS_OF_SKIP.get(account.skip, none) if problem and account.skip else none
    return NextPayout(
        when=when,
        amount=money_text(account.ready_minor, currency),
        explain_url=url_for("seller.explain_pot", pot=Pot.AVAILABLE.value, currency=currency),
        schedule=schedule_text(account, currency),
        bank=bank or _("No bank account yet"),
        problem=problem,
        step=step,
        step_url=url_for(endpoint) if endpoint else "",
        is_ready=bool(account.ready_minor),
    )


def schedule_text(account: Account, currency: str) -> str:
    """Return how often a seller is paid, and from which amount on."""
    least = money_text(account.schedule.minimum_minor(currency), currency)
    return _(
        "%(often)s, from %(least)s\N{NO-BREAK SPACE}on",
        often=schedule_words.interval_text(account.schedule),
        least=least,
    )


def _debt(debt: Debt, disputes: Mapping[int, str], currency: str) -> DebtRow:
    kind, row_id, *_rest = debt.subject.split(":")
    number = disputes.get(int(row_id), "") if kind == "dispute" else ""
    return DebtRow(
        number=debt.order_number,
        url=url_for("seller.order", number=debt.order_number),
        cause=_CAUSES.get(kind, _("It had to go back after the money had left")),
        cause_url=url_for("seller.dispute", number=number) if number else "",
        since=date_text(debt.created_at),
        amount=money_text(debt.amount_minor, currency),
        open=money_text(debt.open_minor, currency),
    )
