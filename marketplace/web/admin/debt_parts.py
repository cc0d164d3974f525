"""How debts read on the admin's pages: who owes, what made it, what paid it, who bears it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.debts.queries import Age, BorneBy, Debtor, DebtRow, PaidBy
from marketplace.debts.total_queries import DebtTotal
from marketplace.disputes import queries as dispute_queries
from marketplace.language import Text, ngettext, texts
from marketplace.language import gettext as _
from marketplace.paging import Sort
from marketplace.refunds import queries as refund_queries
from marketplace.web.admin.explain import entry_url
from marketplace.web.pages import date_text, decimal, money_text

_CAUSES = {"refund": Text("Refund %(number)s"), "dispute": Text("Dispute %(number)s")}
SORTS = (Sort.LARGEST, Sort.SMALLEST, Sort.OLDEST, Sort.NEWEST)
CSV_COLUMNS = texts(
    "Debt", "Made by", "Order", "Currency", "Amount", "Paid by sales", "Not owed any more", "Open", "Since",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """What is owed in one currency."""

    label: str
    amount: str
    note: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class DebtorRow:
    """One seller in the list."""

    shop: str
    note: str
    url: str
    ages: tuple[tuple[str, str, str], ...]
    """Label and amount of each age, the youngest first; "" for nothing."""
    open: str
    paid: str
    borne: str
    oldest: str


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a debt."""

    label: str
    url: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class DebtView:
    """One debt of a seller."""

    cause: Cause
    order: str
    since: str
    amount: str
    paid: str
    borne: str
    open: str
    note: str
    write_off_url: str
    write_off_label: str


@dataclass(frozen=True, slots=True)
class PaidView:
    """One time a sale paid a debt."""

    order: str
    when: str
    amount: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class BorneView:
    """One time the platform took over what was open."""

    amount: str
    when: str
    url: str
    reason: str
    who: str


def figures(totals: Sequence[DebtTotal]) -> tuple[Figure, ...]:
    """Return what is owed in each currency, to the ledger's account."""
    return tuple(
        Figure(
            label=_("Owed in %(currency)s", currency=each.currency),
            amount=money_text(each.open_minor, each.currency),
            note=ngettext(
                "%(count)s seller, the oldest since %(day)s",
                "%(count)s sellers, the oldest since %(day)s",
                each.sellers,
                count=each.sellers,
                day=date_text(each.oldest),
            ),
            explain_url=url_for("admin.account", account="seller_debt", currency=each.currency),
        )
        for each in totals
    )


def debtor(row: Debtor, since: str, until: str) -> DebtorRow:
    """Return one seller of the list; each age opens to its debts, of the same days."""
    days: dict[str, Any] = {name: day for name, day in (("from", since), ("to", until)) if day}

    def url(age: Age) -> str:
        return url_for("admin.debtor", seller_id=row.seller_id, currency=row.currency, age=age.value, **days)

    return DebtorRow(
        shop=row.shop_name,
        note=ngettext(
            "%(count)s debt in %(currency)s",
            "%(count)s debts in %(currency)s",
            row.debts,
            count=row.debts,
            currency=row.currency,
        ),
        url=url_for("admin.debtor", seller_id=row.seller_id, currency=row.currency),
        ages=tuple((age.label, _some(row.minor_of(age), row.currency), url(age)) for age in Age),
        open=money_text(row.open_minor, row.currency),
        paid=_some(row.paid_minor, row.currency),
        borne=_some(row.borne_minor, row.currency),
        oldest=date_text(row.oldest) if row.oldest else "",
    )


def debts(rows: Sequence[DebtRow], now: datetime) -> tuple[DebtView, ...]:
    """Return a seller's debts."""
    causes = _causes([row.subject for row in rows])
    return tuple(_debt(row, causes[row.subject], now) for row in rows)


def paid(rows: Sequence[PaidBy], currency: str) -> tuple[PaidView, ...]:
    """Return which sales paid, each with its entry."""
    return tuple(
        PaidView(
            order=_("Order %(number)s", number=row.order_number),
            when=date_text(row.netted_at),
            amount=money_text(row.amount_minor, currency),
            url=entry_url(row.entry_id),
            note=_("Given back since: what made the debt fell away") if row.undone_minor else "",
        )
        for row in rows
    )


def borne(rows: Sequence[BorneBy], currency: str) -> tuple[BorneView, ...]:
    """Return what the platform took over, each with its entry."""
    return tuple(
        BorneView(
            amount=money_text(row.amount_minor, currency),
            when=date_text(row.decided_at),
            url=entry_url(row.entry_id),
            reason=_("%(why)s Undone since: what made the debt fell away.", why=row.reason)
            if row.is_undone
            else row.reason,
            who=row.decided_by
            if row.decided_by == row.asked_by
            else _("%(first)s, confirmed by %(second)s", first=row.asked_by, second=row.decided_by),
        )
        for row in rows
    )


def cause(subject: str) -> Cause:
    """Return what made one debt."""
    return _causes([subject])[subject]


def csv_row(row: DebtRow) -> tuple[object, ...]:
    """Return one debt for a file."""
    minors = (row.amount_minor, row.netted_minor, row.forgiven_minor, row.open_minor)
    amounts = tuple(decimal(minor, row.currency) for minor in minors)
    return (row.id, row.subject, row.order_number, row.currency, *amounts, row.created_at)


def _debt(row: DebtRow, made_by: Cause, now: datetime) -> DebtView:
    days, made_on = (now - row.created_at).days, date_text(row.created_at)
    since = made_on
    if row.open_minor and days:
        since = ngettext("%(since)s, %(count)s day", "%(since)s, %(count)s days", days, since=made_on, count=days)
    waits = (
        _("%(who)s wants to write it off", who=row.waiting_approver) if row.waiting_approver and row.open_minor else ""
    )
    return DebtView(
        cause=made_by,
        order=_("Order %(number)s", number=row.order_number),
        since=since,
        amount=money_text(row.amount_minor, row.currency),
        paid=_some(row.netted_minor, row.currency),
        borne=_some(row.forgiven_minor, row.currency),
        open=money_text(row.open_minor, row.currency),
        note=waits,
        write_off_url=url_for("admin.write_off", debt_id=row.id) if row.open_minor else "",
        write_off_label=_("Confirm…") if waits else _("Write off…"),
    )


def _causes(subjects: Sequence[str]) -> dict[str, Cause]:
    """Return what subjects such as `refund:9:1` and `dispute:3:1` mean."""
    kinds = {subject: subject.split(":") for subject in subjects}
    refunds = refund_queries.numbers_of(int(parts[1]) for parts in kinds.values() if parts[0] == "refund")
    disputes = dispute_queries.numbers_of(int(parts[1]) for parts in kinds.values() if parts[0] == "dispute")
    found = {}
    for subject, (kind, row_id, *_more) in kinds.items():
        number = {"refund": refunds, "dispute": disputes}.get(kind, {}).get(int(row_id), "")
        found[subject] = (
            _cause(kind, number)
            if number
            else Cause(_(_CAUSES.get(kind, f"{kind.capitalize()} %(number)s"), number=row_id), "", "")
        )
    return found


def _cause(kind: str, number: str) -> Cause:
    is_refund = kind == "refund"
    return Cause(
        label=_(_CAUSES[kind], number=number),
        url=url_for("admin.refunds", refund=number) if is_refund else url_for("admin.dispute", number=number),
        explain_url=url_for(
            "admin.explain_refund" if is_refund else "admin.explain_dispute", number=number, figure="debt"
        ),
    )


def _some(minor: int, currency: str) -> str:
    return money_text(minor, currency) if minor else ""
