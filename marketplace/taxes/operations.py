"""What sellers write of their rates of tax: keep one from a day on, take back one that has not begun."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.taxes import rules
from marketplace.taxes.models import TaxRate
from marketplace.taxes.rules import Rate


def keep_rate(session: Session, *, seller_id: int, rate: Rate, now: datetime) -> int:
    """Keep a rate and return its row's id; one of the same country, category and day is written over.

    Raises Invalid naming the field, Conflict for too many.
    """
    if rate.category not in rules.RATED:
        raise Invalid(_("Choose a category that has a rate."), field="category")
    rules.check_begin(rate.valid_from, now.date())
    same = (TaxRate.seller_id == seller_id, TaxRate.country == rate.country, TaxRate.category == rate.category)
    wanted = select(TaxRate).where(*same, TaxRate.valid_from == rate.valid_from)
    row = session.execute(wanted).scalar_one_or_none()
    if row is None:
        kept = select(func.count()).where(TaxRate.seller_id == seller_id)
        if session.execute(kept).scalar_one() >= rules.MOST_RATES:
            raise Conflict(_("At most %(number)s rates.", number=rules.MOST_RATES))
        row = TaxRate(seller_id=seller_id, country=rate.country, category=rate.category, valid_from=rate.valid_from)
        row.created_at = now
        session.add(row)
    row.basis_points = rate.basis_points
    session.flush()
    return row.id


def take_back(session: Session, *, seller_id: int, rate_id: int, today: date) -> None:
    """Take back a rate that has not begun. Raises NotFound for a foreign one, Conflict for one that holds."""
    row = session.get(TaxRate, rate_id)
    if row is None or row.seller_id != seller_id:
        raise NotFound(_("There is no such rate."))
    if row.valid_from <= today:
        raise Conflict(_("This rate has begun: orders were agreed by it. Set another one from today on."))
    session.delete(row)
