"""What owners do with codes: make, change, pause, end. A seller owns the own ones, admins the marketplace's."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.catalog.models import Listing
from marketplace.catalog.variants import IS_LISTING
from marketplace.discounts import code_rules
from marketplace.discounts.models import Discount, DiscountUse
from marketplace.discounts.rules import DiscountKind
from marketplace.discounts.states import LIVE, DiscountStatus
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _


@dataclass(frozen=True)
class Wish:
    """What an owner wants of a code. Amounts are minor units of `currency`; None means without that rule."""

    description: str
    kind: DiscountKind
    currency: str | None
    basis_points: int
    amount_minor: int
    cap_minor: int | None
    minimum_minor: int | None
    max_uses: int | None
    max_uses_per_buyer: int | None
    first_order_only: bool
    categories: Sequence[str]
    listing_ids: Sequence[int]
    valid_from: datetime
    valid_until: datetime | None


def create(session: Session, *, actor_id: int, seller_id: int | None, code: str, wish: Wish, now: datetime) -> int:
    """Make a code and return its id; an empty `code` gets letters that nobody guesses.

    `seller_id` None makes a code of the marketplace. Raises Invalid naming the field, Conflict when the code is taken.
    """
    letters = code_rules.normal(code) or secrets.token_hex(8).upper()
    code_rules.check_code(letters)
    if session.execute(select(Discount.id).where(Discount.code == letters)).first() is not None:
        raise Invalid(_("This code is taken. Choose another."), field="code")
    _check(session, wish, seller_id)
    discount = Discount(code=letters, seller_id=seller_id, created_at=now, **_columns(wish))
    session.add(discount)
    session.flush()
    because = Text("Its owner made it.")
    history.begin(session, Discount, [discount.id], actor=Actor.user(actor_id), at=now, because=because)
    return discount.id


def change(session: Session, *, seller_id: int | None, discount_id: int, wish: Wish) -> None:
    """Change what a code promises, for purchases from now on; its letters stay, and what was agreed to before.

    Raises NotFound for another owner's code, Invalid naming the field, NotAllowed once it has ended.
    """
    discount = _own(session, seller_id, discount_id)
    if discount.status is DiscountStatus.ENDED:
        raise NotAllowed(_("This code has ended. Make a new one."))
    _check(session, wish, seller_id)
    code_rules.check_max_uses(wish.max_uses, discount.used)
    code_rules.check_max_uses_per_buyer(wish.max_uses_per_buyer, _most_of_one_buyer(session, discount_id))
    for name, value in _columns(wish).items():
        setattr(discount, name, value)
    session.flush()


def move(session: Session, *, actor_id: int, seller_id: int | None, discount_id: int, verb: str, now: datetime) -> None:
    """Pause, resume or end a code by the machine's verb. What was reserved or paid with it stays.

    Raises NotFound for another owner's code, AlreadyThere for a second click, Conflict for an ended one.
    """
    discount = _own(session, seller_id, discount_id)
    if discount.status is DiscountStatus.ENDED and verb != "end":
        raise Conflict(_("This code has ended. Make a new one."))
    history.move(session, discount, verb, actor=Actor.user(actor_id), at=now)


def _own(session: Session, seller_id: int | None, discount_id: int) -> Discount:
    """Return a code of this owner; None owns those of the marketplace only."""
    owner = Discount.seller_id.is_(None) if seller_id is None else Discount.seller_id == seller_id
    found = session.execute(select(Discount).where(Discount.id == discount_id, owner)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such code among yours."))
    return found


def _check(session: Session, wish: Wish, seller_id: int | None) -> None:
    code_rules.check_wish(
        kind=wish.kind,
        currency=wish.currency,
        basis_points=wish.basis_points,
        amount_minor=wish.amount_minor,
        cap_minor=wish.cap_minor,
        minimum_minor=wish.minimum_minor,
        max_uses=wish.max_uses,
        max_uses_per_buyer=wish.max_uses_per_buyer,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
    )
    code_rules.check_categories(wish.categories)
    if wish.listing_ids:
        known = select(func.count()).select_from(Listing).where(Listing.id.in_(wish.listing_ids), IS_LISTING)
        if seller_id is not None:
            known = known.where(Listing.seller_id == seller_id)
        if session.execute(known).scalar_one() != len(set(wish.listing_ids)):
            raise Invalid(_("One of these listings does not exist."), field="listings")


def _most_of_one_buyer(session: Session, discount_id: int) -> int:
    uses = (
        select(func.count())
        .where(DiscountUse.discount_id == discount_id, DiscountUse.status.in_(LIVE), DiscountUse.is_late.is_(False))
        .group_by(DiscountUse.buyer_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    return session.execute(uses).scalar_one_or_none() or 0


def _columns(wish: Wish) -> dict[str, object]:
    return {**vars(wish), "categories": list(wish.categories), "listing_ids": sorted(set(wish.listing_ids))}
