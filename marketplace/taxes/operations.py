"""What is written of taxes: sellers keep rates from a day on and end them, admins say whether deliveries are taxed.

What has not begun is taken back.
"""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.taxes import rules
from marketplace.taxes.models import DeliveryTaxRule, TaxRate
from marketplace.taxes.rules import DeliveryRule, Rate


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
    row.basis_points, row.valid_before = rate.basis_points, None
    session.flush()
    return row.id


def end_rate(session: Session, *, seller_id: int, rate_id: int, valid_before: date, today: date) -> None:
    """Let a rate hold no longer from a day on: what holds everywhere counts again there.

    Raises Invalid naming the field, NotFound for a foreign one, Conflict for one that has ended or was replaced.
    """
    row = _own(session, seller_id, rate_id)
    if row.valid_before is not None and row.valid_before <= today:
        raise Conflict(_("This rate has ended already."))
    same = (TaxRate.seller_id == seller_id, TaxRate.country == row.country, TaxRate.category == row.category)
    later = select(TaxRate.id).where(*same, TaxRate.valid_from > row.valid_from, TaxRate.valid_from <= valid_before)
    if session.execute(later).first() is not None:
        raise Conflict(_("Another rate takes its place before that day. End that one, or remove it first."))
    row.valid_before = rules.check_end(valid_before, row.valid_from, today)


def keep_on(session: Session, *, seller_id: int, rate_id: int, today: date) -> None:
    """Take back the end of a rate that has not ended. Raises NotFound for a foreign one, Conflict for one that has."""
    row = _own(session, seller_id, rate_id)
    if row.valid_before is not None and row.valid_before <= today:
        raise Conflict(_("This rate has ended: orders were agreed without it. Set another one from today on."))
    row.valid_before = None


def take_back(session: Session, *, seller_id: int, rate_id: int, today: date) -> None:
    """Take back a rate that has not begun. Raises NotFound for a foreign one, Conflict for one that holds."""
    row = _own(session, seller_id, rate_id)
    if row.valid_from <= today:
        raise Conflict(_("This rate has begun: orders were agreed by it. Set another one from today on."))
    session.delete(row)


def keep_delivery_rule(session: Session, *, rule: DeliveryRule, admin_id: int | None, now: datetime) -> int:
    """Say whether deliveries to a country are taxed, and return the row's id; one of the same day is written over.

    Raises Invalid naming the field, Conflict for too many.
    """
    rules.check_begin(rule.valid_from, now.date())
    same = (DeliveryTaxRule.country == rule.country, DeliveryTaxRule.valid_from == rule.valid_from)
    row = session.execute(select(DeliveryTaxRule).where(*same)).scalar_one_or_none()
    if row is None:
        kept = select(func.count()).select_from(DeliveryTaxRule)
        if session.execute(kept).scalar_one() >= rules.MOST_DELIVERY_RULES:
            raise Conflict(_("At most %(number)s rules.", number=rules.MOST_DELIVERY_RULES))
        row = DeliveryTaxRule(country=rule.country, valid_from=rule.valid_from)
        session.add(row)
    row.taxing, row.set_by_id, row.created_at = rule.taxing, admin_id, now
    session.flush()
    return row.id


def take_back_delivery_rule(session: Session, *, rule_id: int, today: date) -> None:
    """Take back a rule that has not begun. Raises NotFound, Conflict for one that holds."""
    row = session.get(DeliveryTaxRule, rule_id)
    if row is None:
        raise NotFound(_("There is no such rule."))
    if row.valid_from <= today:
        raise Conflict(_("This rule has begun: orders were agreed by it. Set another one from today on."))
    session.delete(row)


def _own(session: Session, seller_id: int, rate_id: int) -> TaxRate:
    row = session.get(TaxRate, rate_id)
    if row is None or row.seller_id != seller_id:
        raise NotFound(_("There is no such rate."))
    return row
