"""A seller's payouts: every payment to their bank, what it is made of, and what is wrong with it if anything is."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.paging import every
from marketplace.payments import pot_queries, timeline_queries
from marketplace.payments import seller_queries as money
from marketplace.payments.pot_queries import Pot, Pots
from marketplace.payouts import balance_queries, rules, seller_queries
from marketplace.payouts.rules import Again
from marketplace.payouts.seller_queries import Line, Netted, PayoutDetail, PayoutRow, PayoutTab, Sought
from marketplace.payouts.states import PayoutStatus
from marketplace.web import guards, lists
from marketplace.web.console import Console, seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.lists import Asked, Choice, Tab, Tools
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, decimal, money_text, time_text
from marketplace.web.seller import balance_page, transactions
from marketplace.web.seller.balance_page import NextPayout

_TONES = {
    PayoutStatus.PENDING: "wait",
    PayoutStatus.REFUSED: "bad",
    PayoutStatus.IN_TRANSIT: "wait",
    PayoutStatus.PAID: "ok",
    PayoutStatus.FAILED: "bad",
    PayoutStatus.CANCELED: "mute",
    PayoutStatus.REVERSED: "mute",
}
_FIXES = {
    Again.NEXT_DAY: "You need not do anything.",
    Again.WHEN_ENABLED: "Open your payout setup and see what is asked for.",
    Again.WHEN_BANK_CHANGED: "Open your payout setup and name another bank account.",
    Again.BY_PERSON: "We look after it. You need not do anything.",
}
_STEPS = {
    "begin": "Taken up", "refuse": "Not sent", "retry": "Tried again", "cancel": "Called off", "arrive": "Transferred",
    "pay": "Your bank has it", "fail": "Did not arrive", "resend": "Sent again", "reverse": "Taken back",
}  # fmt: skip
_CSV_COLUMNS = (
    "Payout", "Taken up (UTC)", "Status", "Currency", "Amount", "Taken back", "Orders", "Bank", "Arrives (UTC)",
    "Problem",
)  # fmt: skip
_LINE_COLUMNS = ("Line", "Payout", "Order", "Currency", "Net of the sale", "Gone before", "Paid here", "Taken back")


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One payout in the list."""

    number: str
    url: str
    started: str
    note: str
    amount: str
    status: str
    tone: str
    arrives: str
    bank: str


@dataclass(frozen=True, slots=True)
class PayoutsPage:
    """What templates/seller/payouts.html shows."""

    title: str
    console: Console
    next_payout: NextPayout
    pending: str
    currencies: tuple[Choice, ...]
    tabs: tuple[Tab, ...]
    tab_label: str
    rows: tuple[PayoutLine, ...]
    tools: Tools


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What a payout pays of one order."""

    number: str
    url: str
    net: str
    before: str
    amount: str
    explain_url: str
    back: str


@dataclass(frozen=True, slots=True)
class NettedLine:
    """A debt that was paid before the payout."""

    number: str
    note: str
    amount: str
    when: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline."""

    title: str
    when: str
    when_iso: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """What templates/seller/payout.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    status: str
    tone: str
    amount: str
    facts: tuple[Fact, ...]
    problem: str
    fix: str
    lines: tuple[OrderLine, ...]
    total: str
    adds_up: bool
    netted: tuple[NettedLine, ...]
    steps: tuple[Step, ...]
    csv_url: str


@guards.seller_only
def payouts() -> ResponseReturnValue:
    """List the seller's payouts, newest first, and say when the next one is."""
    seller_id, now = guards.viewer().user_id, clock.now()
    policy = current_app.extensions["settings"].money
    known = transactions.in_order(money.currencies(seller_id), policy.main_currency)
    currency = transactions.chosen(["", *known])
    tab = lists.choice(PayoutTab, "tab") or PayoutTab.ALL
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, tab="" if tab is PayoutTab.ALL else tab.value, currency=currency)
    sought = Sought(seller_id, tab, currency, asked.period)
    if asked.is_csv:
        rows = every(partial(seller_queries.payouts, sought), asked.cursor)
        return lists.csv_file("payouts", _CSV_COLUMNS, map(_csv_row, rows))
    listed = seller_queries.payouts(sought, asked.cursor)
    shown = currency or known[0]
    account = balance_queries.account(seller_id, shown, policy=policy, now=now)
    pots = next((pots for pots in pot_queries.pots_of(seller_id) if pots.currency == shown), Pots(shown))
    page = PayoutsPage(
        title="Payouts",
        console=seller_console("payouts"),
        next_payout=balance_page.next_payout(account, shown, now),
        pending=money_text(pots.pending_minor, shown),
        currencies=(
            Choice("All", "", not currency),
            *(Choice(each, each, each == currency) for each in (known if len(known) > 1 else ())),
        ),
        tabs=_tabs(asked, tab, sought),
        tab_label=tab.label,
        rows=tuple(map(_row, listed.rows)),
        tools=asked.tools(listed, {"currency": currency}),
    )
    return render_template("seller/payouts.html", page=page)


@guards.seller_only
def payout(number: str) -> ResponseReturnValue:
    """Show one payout: its lines, which make its amount, the debts paid before it, and what happened to it."""
    found = seller_queries.payout(guards.viewer().user_id, lists.number(number))
    row = found.payout
    if lists.asked().is_csv:
        return lists.csv_file(f"payout-{row.number}", _LINE_COLUMNS, map(partial(_csv_line, row), found.lines))
    return render_template("seller/payout.html", page=_page(found))


def _page(found: PayoutDetail) -> PayoutPage:
    row = found.payout
    refusal = rules.refusal(row.failure_code, row.failure_reason or "", clock.now()) if row.failure_code else None
    has_problem = row.status in {PayoutStatus.REFUSED, PayoutStatus.FAILED} and refusal is not None
    fix = _FIXES[refusal.again] if refusal is not None else ""
    if row.next_attempt_at and has_problem:
        fix += f" It is tried again on {date_text(row.next_attempt_at)}."
    return PayoutPage(
        title=f"Payout {row.number}",
        console=seller_console("payouts"),
        crumbs=(Crumb("Payouts", url_for("seller.payouts")),),
        status=row.status.label,
        tone=_TONES[row.status],
        amount=money_text(row.amount_minor, row.currency),
        facts=_facts(row),
        problem=(row.failure_reason or (refusal.words if refusal else "")) if has_problem else "",
        fix=fix if has_problem else "",
        lines=tuple(_line(line, row) for line in found.lines),
        total=money_text(found.lines_minor, row.currency),
        adds_up=found.lines_minor == row.amount_minor,
        netted=tuple(_netted(each, row.currency) for each in found.netted),
        steps=_steps(row),
        csv_url=url_for("seller.payout", number=row.number, format="csv"),
    )


def _facts(row: PayoutRow) -> tuple[Fact, ...]:
    arrives = date_text(row.arrives_at) if row.arrives_at else "Not known yet"
    facts = [
        Fact("Bank", _bank(row)),
        Fact("Arrived" if row.status is PayoutStatus.PAID else "Arrives", arrives),
        Fact("Taken up", date_text(row.started_at)),
        Fact("Because", "You asked for it" if row.is_requested else "Its day had come"),
    ]
    if row.reversed_minor:
        facts.append(Fact("Taken back", money_text(row.reversed_minor, row.currency)))
    if row.transfer_id:
        facts.append(Fact("Transfer", row.transfer_id))
    return tuple(facts)


def _steps(row: PayoutRow) -> tuple[Step, ...]:
    changes = timeline_queries.changes_of({"payout": [row.id]})
    return tuple(
        Step(
            title=_STEPS.get(change.verb, change.verb),
            when=time_text(change.at),
            when_iso=change.at.isoformat(),
            detail=change.because,
            state="bad" if change.verb in {"refuse", "fail"} else "done",
        )
        for change in changes
    )


def _line(line: Line, row: PayoutRow) -> OrderLine:
    pot = Pot.PAID_OUT if row.status is PayoutStatus.PAID else Pot.ON_ITS_WAY
    return OrderLine(
        number=line.order_number,
        url=url_for("seller.order", number=line.order_number),
        net=money_text(line.net_minor, row.currency),
        before=money_text(line.before_minor, row.currency) if line.before_minor else "",
        amount=money_text(line.amount_minor, row.currency),
        explain_url=url_for("seller.explain_share", pot=pot.value, number=line.order_number),
        back=money_text(line.reversed_minor, row.currency) if line.reversed_minor else "",
    )


def _netted(each: Netted, currency: str) -> NettedLine:
    return NettedLine(
        number=each.debt_order,
        note=f"Paid by order {each.paid_by_order}",
        amount=money_text(each.amount_minor, currency),
        when=date_text(each.netted_at),
    )


def _bank(row: PayoutRow) -> str:
    last4 = f"•• {row.bank_last4}" if row.bank_last4 else ""
    return " ".join(filter(None, (row.bank_name, last4))) or "Your bank"


def _row(row: PayoutRow) -> PayoutLine:
    return PayoutLine(
        number=row.number,
        url=url_for("seller.payout", number=row.number),
        started=date_text(row.started_at),
        note="1 order" if row.shares == 1 else f"{row.shares} orders",
        amount=money_text(row.amount_minor, row.currency),
        status=row.status.label,
        tone=_TONES[row.status],
        arrives=date_text(row.arrives_at) if row.arrives_at else "",
        bank=_bank(row),
    )


def _tabs(asked: Asked, tab: PayoutTab, sought: Sought) -> tuple[Tab, ...]:
    counts = seller_queries.counts(sought)
    return tuple(
        Tab(
            each.label,
            asked.url(tab="" if each is PayoutTab.ALL else each.value),
            each is tab,
            sum(counts.get(status, 0) for status in each.statuses),
        )
        for each in PayoutTab
    )


def _csv_row(row: PayoutRow) -> tuple[object, ...]:
    amounts: tuple[Any, ...] = (decimal(row.amount_minor, row.currency), decimal(row.reversed_minor, row.currency))
    return (
        row.number, row.started_at, row.status.label, row.currency, *amounts, row.shares, _bank(row), row.arrives_at,
        row.failure_reason,
    )  # fmt: skip


def _csv_line(row: PayoutRow, line: Line) -> tuple[object, ...]:
    amounts = (line.net_minor, line.before_minor, line.amount_minor, line.reversed_minor)
    return (line.id, row.number, line.order_number, row.currency, *(decimal(minor, row.currency) for minor in amounts))
