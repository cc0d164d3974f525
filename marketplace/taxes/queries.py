"""What pages and baskets read of rates of tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace import db
from marketplace.taxes.models import TaxRate
from marketplace.taxes.rules import Rate


@dataclass(frozen=True, slots=True)
class KeptRate:
    """A rate with its row's id."""

    rate_id: int
    rate: Rate


_COLON, _DAY = literal(":"), literal("YYYY-MM-DD")
_WRITTEN = func.concat(
    TaxRate.country,
    _COLON,
    TaxRate.category,
    _COLON,
    TaxRate.basis_points,
    _COLON,
    func.to_char(TaxRate.valid_from, _DAY),
    _COLON,
    func.to_char(TaxRate.valid_before, _DAY),
)
_OF_SELLER: Select[*tuple[Any, ...]] = (
    select(
        TaxRate.id,
        TaxRate.country,
        TaxRate.category,
        TaxRate.basis_points,
        TaxRate.valid_from,
        TaxRate.valid_before,
    )
    .where(TaxRate.seller_id == bindparam("seller_id"))
    .order_by(TaxRate.country, TaxRate.category, TaxRate.valid_from.desc())
)


def rates_of(seller_id: ColumnElement[int]) -> ScalarSelect[Any]:
    """Return the rates of a shop as one column of a statement that has its seller: text for rules.read_rates."""
    every = func.string_agg(cast(_WRITTEN, String), aggregate_order_by(literal(" "), TaxRate.id))
    return select(func.coalesce(every, literal(""))).where(TaxRate.seller_id == seller_id).scalar_subquery()


def kept_rates(seller_id: int) -> Sequence[KeptRate]:
    """Return a seller's rates, by country and category, the latest first."""
    rows = db.read(_OF_SELLER, {"seller_id": seller_id})
    return [KeptRate(rate_id, Rate(*rest)) for rate_id, *rest in map(tuple, rows)]
