"""Codes of the past: who makes which, and what becomes of them. Each deed done twice is done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.demo.past.stage import Stage, person_id
from marketplace.demo.people import ADMIN, HARBOUR, LUMEN, NOVAK, RIVERA, Person
from marketplace.discounts import operations as discounts
from marketplace.discounts.models import Discount
from marketplace.discounts.operations import Wish
from marketplace.discounts.rules import DiscountKind
from marketplace.discounts.states import DISCOUNT

_CODE = select(Discount.id, Discount.status).where(Discount.code == bindparam("letters"))


@dataclass(frozen=True)
class DemoCode:
    """One code: `owner` None is the marketplace; `ends_as` is what its owner does to it on `day`, "" for nothing."""

    letters: str
    owner: Person | None
    description: str
    basis_points: int = 0
    amount_minor: int = 0
    limits: Mapping[str, int] | None = None
    ends_as: str = ""
    day: int = 0


CODES = (
    DemoCode("HARBOUR10", HARBOUR, "For people who come again", basis_points=1_000, limits={"cap_minor": 40_00}),
    DemoCode("LUMEN5", LUMEN, "From the newsletter", amount_minor=5_00, limits={"minimum_minor": 20_00}),
    DemoCode("WELCOME5", None, "Once for each buyer", amount_minor=5_00, limits={"max_uses_per_buyer": 1}),
    DemoCode("NOVAK15", NOVAK, "Tyre season", basis_points=1_500, limits={"max_uses": 40}, ends_as="pause", day=88),
    DemoCode("RIVERA20", RIVERA, "Yard sale", basis_points=2_000, limits={"max_uses": 10}, ends_as="end", day=40),
)


def make_code(stage: Stage, *, code: DemoCode) -> None:
    """Make a code, in US dollars, valid from now on."""
    if db.read_one(_CODE, {"letters": code.letters}) is not None:
        return
    owner_id = person_id(code.owner.email) if code.owner else None
    db.atomic(
        discounts.create,
        (),
        actor_id=owner_id or person_id(ADMIN.email),
        seller_id=owner_id,
        code=code.letters,
        wish=_wish(stage, code),
        now=stage.now,
    )


def change_code(stage: Stage, *, code: DemoCode) -> None:
    """Let the owner pause or end a code."""
    found = db.read_one(_CODE, {"letters": code.letters})
    if found is not None and DISCOUNT.can(found.status, code.ends_as):
        owner_id = person_id(code.owner.email) if code.owner else None
        actor_id = owner_id or person_id(ADMIN.email)
        ids = {"actor_id": actor_id, "seller_id": owner_id, "discount_id": found.id}
        db.atomic(discounts.move, (), **ids, verb=code.ends_as, now=stage.now)


def _wish(stage: Stage, code: DemoCode) -> Wish:
    limits: dict[str, Any] = dict.fromkeys(("cap_minor", "minimum_minor", "max_uses", "max_uses_per_buyer"))
    return Wish(
        description=code.description,
        kind=DiscountKind.PERCENTAGE if code.basis_points else DiscountKind.FIXED,
        currency="USD",
        basis_points=code.basis_points,
        amount_minor=code.amount_minor,
        first_order_only=False,
        categories=(),
        listing_ids=(),
        valid_from=stage.now,
        valid_until=None,
        **{**limits, **(code.limits or {})},
    )
