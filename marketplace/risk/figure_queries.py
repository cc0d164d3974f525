"""How many payments look how risky, and what became of them: by level and by rule, of some time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from marketplace import db
from marketplace.paging import Period
from marketplace.risk.models import RiskAssessment, RiskReview
from marketplace.risk.queries import IS_DISPUTED, has_fired
from marketplace.risk.rules import Rule
from marketplace.risk.states import ReviewStatus, RiskLevel


@dataclass(frozen=True, slots=True)
class Figures:
    """How many payments, and how many of them ended how."""

    payments: int
    waiting: int
    cleared: int
    refused: int
    disputed: int
    """Taken back by the buyer's bank, however that ended."""


def by_level(period: Period) -> Sequence[tuple[RiskLevel, Figures]]:
    """Return the figures of each level, of payments settled within `period`."""
    found = _figures([RiskAssessment.level == level for level in RiskLevel], period)
    return list(zip(RiskLevel, found, strict=True))


def by_rule(period: Period) -> Sequence[tuple[Rule, Figures]]:
    """Return the figures of the payments to which each rule applied; one may stand under several."""
    return list(zip(Rule, _figures([has_fired(rule) for rule in Rule], period), strict=True))


def _figures(groups: Sequence[ColumnElement[bool]], period: Period) -> list[Figures]:
    columns: list[Any] = []
    for group in groups:
        columns.append(func.count().filter(group))
        columns += [func.count().filter(group, RiskReview.status == status) for status in ReviewStatus]
        columns.append(func.count().filter(group, IS_DISPUTED))
    statement = (
        select(*columns)
        .select_from(RiskAssessment)
        .join(RiskReview, RiskReview.assessment_id == RiskAssessment.id, isouter=True)
        .where(period.of(RiskAssessment.__table__.c.settled_at))
    )
    row = [int(each) for each in db.read(statement)[0]]
    each = len(ReviewStatus) + 2
    return [Figures(*row[start : start + each]) for start in range(0, len(row), each)]
