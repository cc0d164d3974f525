"""What pages and baskets read of rates of tax, and of the tax on deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace import db
from marketplace.accounts.models import User
from marketplace.taxes.models import DeliveryTaxRule, TaxRate
from marketplace.taxes.rules import DeliveryRule, Rate


@dataclass(frozen=True, slots=True)
class KeptRate:
    """A rate with its row's id."""

    rate_id: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class KeptDeliveryRule:
    """A rule of the tax on deliveries with its row's id, and who said so."""

    rule_id: int
    rule: DeliveryRule
    set_by: str
    """"" for nobody in particular."""


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
_RULE_WRITTEN = func.concat(
    DeliveryTaxRule.country,
    _COLON,
    DeliveryTaxRule.taxing,
    _COLON,
    func.to_char(DeliveryTaxRule.valid_from, _DAY),
)
DELIVERY_RULES: ScalarSelect[Any] = select(
    func.coalesce(func.string_agg(_RULE_WRITTEN, aggregate_order_by(literal(" "), DeliveryTaxRule.id)), literal(""))
).scalar_subquery()
"""Every rule of the tax on deliveries as one column of a statement: text for rules.read_delivery_rules."""
_DELIVERY_RULES = (
    select(
        DeliveryTaxRule.id,
        DeliveryTaxRule.country,
        DeliveryTaxRule.taxing,
        DeliveryTaxRule.valid_from,
        func.coalesce(User.name, literal("")),
    )
    .outerjoin(User, User.id == DeliveryTaxRule.set_by_id)
    .order_by(DeliveryTaxRule.country, DeliveryTaxRule.valid_from.desc())
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


def kept_delivery_rules() -> Sequence[KeptDeliveryRule]:
    """Return every rule of the tax on deliveries, by country, the latest first."""
    rows = db.read(_DELIVERY_RULES)
    return [KeptDeliveryRule(rule_id, DeliveryRule(*rest), name) for rule_id, *rest, name in map(tuple, rows)]
