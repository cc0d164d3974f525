"""Which packages are sold at a moment, read for a page or inside the purchase's own transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.credits.models import CreditPackage, CreditSale
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.money import Money


@dataclass(frozen=True, slots=True)
class Package:
    """A package that can be bought now."""

    id: int
    code: str
    name: str
    credits: int
    price: Money


_OFFERED = (
    select(
        CreditPackage.id,
        CreditPackage.code,
        CreditPackage.name,
        CreditPackage.credits,
        CreditPackage.price_minor,
        CreditPackage.currency,
        CreditPackage.valid_until,
    )
    .ext(distinct_on(CreditPackage.code))
    .where(CreditPackage.valid_from <= bindparam("now"))
    .order_by(CreditPackage.code, CreditPackage.valid_from.desc())
)


def offered(now: datetime) -> list[Package]:
    """Return the packages that are sold at `now`, the smallest first."""
    found = [_package(row) for row in db.read(_OFFERED, {"now": now}) if _is_sold(row, now)]
    return sorted(found, key=lambda package: (package.credits, package.code))


def find(session: Session, code: str, now: datetime) -> Package:
    """Return the package of this code as it is sold at `now`; raises NotFound."""
    for row in session.execute(_OFFERED.where(CreditPackage.code == code), {"now": now}):
        if _is_sold(row, now):
            return _package(row)
    raise NotFound(_("There is no such package of credits."))


def sale_of(session: Session, purchase_id: int) -> CreditSale | None:
    """Return the package that a purchase is of; None for a purchase of goods."""
    return session.execute(select(CreditSale).where(CreditSale.purchase_id == purchase_id)).scalar_one_or_none()


def _is_sold(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    return row.valid_until is None or now < row.valid_until


def _package(row: Row[*tuple[Any, ...]]) -> Package:
    return Package(row.id, row.code, row.name, row.credits, Money(row.price_minor, row.currency))
