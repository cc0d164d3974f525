"""Where each cent of a seller's money is, why, when it comes and what helps (S3.5, S3.11)."""

from collections.abc import Iterable, Mapping
from functools import partial

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.disputes import queries as disputes
from marketplace.language import texts
from marketplace.paging import every
from marketplace.payments.states import TransactionStatus
from marketplace.payouts import balance_queries, calendar_queries, money_queries
from marketplace.payouts.balance_queries import Place
from marketplace.payouts.pot_queries import Pots
from marketplace.web import guards, lists
from marketplace.web.lists import Asked, Tab
from marketplace.web.seller import balance_page, calendar, share_words, transactions

_CSV_COLUMNS = texts(
    "Share", "Order", "State", "Currency", "Net", "Taken for refunds and disputes", "Paid what you owed", "Left",
    "Paid out", "Rule", "Waits for", "Until (UTC)", "Payout planned (UTC)", "Payout",
)  # fmt: skip


@guards.seller_only
def balance() -> ResponseReturnValue:
    """Show the seller's money of one currency: the pots, the calendar, and each share with why it is where it is."""
    seller_id, now = guards.viewer().user_id, clock.now()
    policy = current_app.extensions["settings"].money
    known = transactions.in_order(money_queries.currencies(seller_id), policy.main_currency)
    currency = transactions.chosen(known)
    place = lists.choice(Place, "tab") or Place.OPEN
    filters = {"currency": "" if currency == known[0] else currency, "tab": "" if place is Place.OPEN else place.value}
    asked = lists.asked(*lists.BY_TIME, **filters)
    account = balance_queries.account(seller_id, currency, policy=policy, now=now)
    facts = balance_queries.facts_of(account, policy)
    read = partial(balance_queries.shares, seller_id, currency, place, asked.period, seller=facts, now=now)
    if asked.is_csv:
        rows = (share_words.csv_row(row, facts, currency) for row in every(read, asked.cursor))
        return lists.csv_file(f"shares-{currency}", _CSV_COLUMNS, rows)
    listed = read(asked.cursor)
    first, last = calendar.span(request.args.get("month", ""), now)
    standing = money_queries.standing(seller_id, currency, since=now, today=now.date())
    debts = balance_queries.debts(seller_id, currency)
    page = balance_page.build(
        balance_page.Facts(
            now=now,
            currency=currency,
            currencies=transactions.currency_tabs(known, currency, "seller.balance"),
            pots=next((pots for pots in standing.pots if pots.currency == currency), Pots(currency)),
            next_release=standing.held.next_release,
            account=account,
            seller=facts,
            debts=debts,
            events=calendar_queries.coming(seller_id, currency, first, last, found=account, now=now),
            first=first,
            tabs=_tabs(asked, place, balance_queries.counts(seller_id, currency)),
            shares=listed.rows,
            disputes=disputes.of_shares(row.id for row in listed.rows if row.facts.blocks),
            dispute_numbers=_dispute_numbers(debt.subject for debt in debts),
            tools=asked.tools(listed),
            month_url=lambda month: asked.url(month=month) + "#calendar",
        )
    )
    return render_template("seller/balance.html", page=page)


def _dispute_numbers(subjects: Iterable[str]) -> dict[int, str]:
    """Return the numbers of the disputes among what made a seller's debts."""
    causes = [subject.split(":") for subject in subjects]
    return disputes.numbers_of(int(row_id) for kind, row_id, *_ in causes if kind == "dispute")


def _tabs(asked: Asked, place: Place, counts: Mapping[TransactionStatus, int]) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            each.label,
            asked.url(tab="" if each is Place.OPEN else each.value),
            each is place,
            sum(counts.get(status, 0) for status in each.statuses),
        )
        for each in Place
    )
