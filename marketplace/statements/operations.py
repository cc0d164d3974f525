"""Months are closed seller by seller, once, and the sellers are told."""

from datetime import date, datetime

from sqlalchemy import bindparam, case, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.catalog.models import Shop
from marketplace.ledger.accounts import OF_SELLERS
from marketplace.ledger.models import LedgerEntry, Posting
from marketplace.notifications import operations as notifications
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.operations import NewFact
from marketplace.statements import rules
from marketplace.statements.models import SellerStatement, StatementMonth

_BATCH = 100
_last = select(func.max(StatementMonth.month)).scalar_subquery()
_first_booked = select(LedgerEntry.booked_at).order_by(LedgerEntry.id).limit(1).scalar_subquery()
_coming = case(
    (exists().where(StatementMonth.finished_at.is_(None)), _last),
    else_=func.coalesce(_last + text("interval '1 month'"), _first_booked),
)
TO_CLOSE = select(_coming).where(_coming < bindparam("months_before", type_=LedgerEntry.booked_at.type))
"""The next month, if it is over: the one under way, the one after the last, or that of the first entry."""
_THEIRS = -Posting.amount_minor
_MINOR = Posting.amount_minor.type


def close_months(session: Session, *, now: datetime) -> int:
    """Close the statements of the next month that is over and not closed; return how many (of 100 sellers a call).

    Months come one after the other, so a worker that was away closes all it has missed. Sellers are told once.
    """
    month = _next_month(session)
    if month is None or not rules.is_over(month, now):
        return 0
    reached = session.execute(
        select(StatementMonth.reached_seller_id).where(StatementMonth.month == month)
    ).scalar_one_or_none()
    if reached is None:
        session.execute(insert(StatementMonth).values(month=month, reached_seller_id=0))
    sellers = select(Shop.seller_id, User.language).join(User, User.id == Shop.seller_id)
    batch = sellers.where(Shop.seller_id > (reached or 0)).order_by(Shop.seller_id).limit(_BATCH)
    languages = {row.seller_id: row.language for row in session.execute(batch)}
    statements = [
        statement
        for seller_id, language in languages.items()
        for statement in _statements(session, seller_id, language, month, now)
    ]
    if statements:
        session.add_all(statements)
        session.flush()
        _tell(session, statements, now=now)
    progress = update(StatementMonth).where(StatementMonth.month == month)
    last = max(languages, default=reached or 0)
    session.execute(progress.values(reached_seller_id=last, finished_at=None if len(languages) == _BATCH else now))
    return len(statements)


def to_close_at(now: datetime) -> dict[str, datetime]:
    """Return the parameters of TO_CLOSE."""
    return {"months_before": rules.start_of(rules.month_of(now - rules.SETTLING))}


def _next_month(session: Session) -> date | None:
    """Return the oldest month that is not closed; None while nothing was ever booked."""
    last = session.execute(select(StatementMonth).order_by(StatementMonth.month.desc()).limit(1)).scalar_one_or_none()
    if last is not None:
        return rules.following(last.month) if last.finished_at else last.month
    first = session.execute(select(LedgerEntry.booked_at).order_by(LedgerEntry.id).limit(1)).scalar_one_or_none()
    return rules.month_of(first) if first else None


def _statements(session: Session, seller_id: int, language: str, month: date, now: datetime) -> list[SellerStatement]:
    """Return a seller's statements of a month: of each currency in which something was or is."""
    start, end = rules.start_of(month), rules.end_of(month)
    entries = (
        select(
            Posting.currency,
            func.min(LedgerEntry.booked_at).label("booked_at"),
            func.sum(_THEIRS).label("amount"),
        )
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(Posting.account.in_(OF_SELLERS), Posting.owner_id == seller_id, LedgerEntry.booked_at < end)
        .group_by(Posting.currency, Posting.entry_id)
        .subquery()
    )
    is_before, amount = entries.c.booked_at < start, entries.c.amount
    sums = [
        func.coalesce(func.sum(amount).filter(*conditions), 0).cast(_MINOR)
        for conditions in ((is_before,), (~is_before, amount > 0), (~is_before, amount < 0))
    ]
    rows = session.execute(
        select(entries.c.currency, *sums, func.count().filter(~is_before))
        .group_by(entries.c.currency)
        .order_by(entries.c.currency)
    )
    return [
        SellerStatement(
            seller_id=seller_id,
            currency=currency,
            month=month,
            opening_minor=opening,
            incoming_minor=incoming,
            outgoing_minor=outgoing,
            closing_minor=opening + incoming + outgoing,
            lines=lines,
            closed_at=now,
            language=language,
        )
        for currency, opening, incoming, outgoing, lines in map(tuple, rows)
        if opening or lines
    ]


def _tell(session: Session, statements: list[SellerStatement], *, now: datetime) -> None:
    by_seller: dict[int, list[SellerStatement]] = {}
    for statement in statements:
        by_seller.setdefault(statement.seller_id, []).append(statement)
    facts = [
        NewFact(
            seller_id,
            NotificationKind.STATEMENT_READY,
            "seller_statement",
            of_seller[0].id,
            {
                "month": of_seller[0].month.isoformat(),
                "closings": [
                    {"currency": statement.currency, "closing_minor": statement.closing_minor}
                    for statement in of_seller
                ],
            },
        )
        for seller_id, of_seller in by_seller.items()
    ]
    notifications.tell_new(session, facts, now=now)
