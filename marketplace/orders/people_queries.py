"""People as admins see them: who they are, what they bought and sold, when they were here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select, true

from marketplace import counting, db
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.suspension_models import Suspension
from marketplace.catalog.models import Shop
from marketplace.errors import NotFound
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.orders.models import Order
from marketplace.paging import ALWAYS, Cursor, Listed, Period, read_page


class Role(Labelled):
    """What somebody may do; everybody may buy."""

    ALL = "all", Text("Everybody")
    SELLERS = "sellers", Text("Sellers")
    ADMINS = "admins", Text("Admins")

    @property
    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a user has this role."""
        if self is Role.SELLERS:
            return _COLUMNS.is_seller
        return _COLUMNS.is_admin if self is Role.ADMINS else true()


@dataclass(frozen=True, slots=True)
class Person:
    """One user, with the shop if there is one."""

    id: int
    name: str
    email: str
    is_seller: bool
    is_admin: bool
    created_at: datetime
    shop_name: str | None
    shop_slug: str | None
    bought: int
    """Orders placed."""
    sold: int
    """Orders received."""
    signed_in_at: datetime | None
    """The last time, system time."""
    is_suspended: bool
    """From buying, selling or both."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which people are wanted: `text` is part of a name or an e-mail address, "" for all."""

    text: str = ""
    role: Role = Role.ALL
    period: Period = ALWAYS
    """When they registered."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a person must meet, the role aside."""
        found = [self.period.of(_COLUMNS.created_at)]
        if not self.text:
            return found
        matches = [column.icontains(self.text, autoescape=True) for column in (User.name, User.email, Shop.name)]
        return [*found, or_(*matches)]


_COLUMNS = User.__table__.c
_BOUGHT = select(func.count()).where(Order.buyer_id == _COLUMNS.id).scalar_subquery()
_SOLD = select(func.count()).where(Order.seller_id == _COLUMNS.id).scalar_subquery()
_SIGNED_IN = select(func.max(UserSession.signed_in_at)).where(UserSession.user_id == _COLUMNS.id).scalar_subquery()
_IS_SUSPENDED = exists().where(Suspension.user_id == _COLUMNS.id, Suspension.lifted_at.is_(None))
_PERSON = select(
    User.id,
    User.name,
    User.email,
    User.is_seller,
    User.is_admin,
    User.created_at,
    Shop.name,
    Shop.slug,
    _BOUGHT,
    _SOLD,
    _SIGNED_IN,
    _IS_SUSPENDED,
).join(Shop, Shop.seller_id == User.id, isouter=True)
_ONE = _PERSON.where(User.id == bindparam("user_id"))


def people(sought: Sought, cursor: Cursor) -> Listed[Person]:
    """Return one page of the people who are sought, the newest first unless the cursor says otherwise."""
    statement = _PERSON.where(*sought.conditions(), sought.role.condition)
    return read_page(statement, _COLUMNS.id, cursor, Person)


def counts(sought: Sought) -> dict[Role, int]:
    """Return how many of the people who are sought have each role, whatever is asked for, up to a thousand each."""
    found = select(User.id).where(*sought.conditions()).order_by(User.id)  # by an index, where there is one
    if sought.text:
        found = found.join(Shop, Shop.seller_id == User.id, isouter=True)
    return dict(zip(Role, counting.counted(*(found.where(role.condition) for role in Role)), strict=True))


def person(user_id: int) -> Person:
    """Return one user; raises NotFound."""
    found = db.read_one(_ONE, {"user_id": user_id})
    if found is None:
        raise NotFound(_("There is no user with this number."))
    return Person(*tuple(found))
