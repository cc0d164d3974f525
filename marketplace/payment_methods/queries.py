"""What people have saved, for the pages that show it and for what was paid with it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select

from marketplace import db
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.payment_methods import rules
from marketplace.payment_methods.models import MethodUse, ProviderCustomer, SavedMethod
from marketplace.payment_methods.rules import Lasting
from marketplace.payment_methods.states import MethodStatus


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One saved method, with how often it has paid."""

    id: int
    user_id: int
    provider: str
    provider_method_id: str
    kind: str
    brand: str
    last4: str
    valid_until: date | None
    is_default: bool
    status: MethodStatus
    details: dict[str, Any]
    created_at: datetime
    payments: int
    last_used_at: datetime | None

    @property
    def name(self) -> str:
        """Return what it is called, such as Visa •••• 4242."""
        return rules.name(self.kind, self.brand, self.last4)

    @property
    def is_active(self) -> bool:
        """Return whether it is there to pay with."""
        return self.status is MethodStatus.ACTIVE

    def lasting(self, today: date) -> Lasting:
        """Return whether it has expired or will soon."""
        return rules.lasting(self.valid_until, today)


@dataclass(frozen=True, slots=True)
class UseRow:
    """What a payment was made with; `method_id` is the saved one, where it is one."""

    kind: str
    brand: str
    last4: str
    method_id: int | None
    is_kept: bool
    """Whether it is saved still."""

    @property
    def name(self) -> str:
        """Return what it is called, such as Visa •••• 4242."""
        return rules.name(self.kind, self.brand, self.last4)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A person as a provider knows them."""

    id: int
    provider: str
    customer_id: str | None


_USES = (
    select(MethodUse.saved_method_id, func.count().label("payments"), func.max(MethodUse.at).label("last_used_at"))
    .group_by(MethodUse.saved_method_id)
    .where(MethodUse.saved_method_id == SavedMethod.__table__.c.id)
    .lateral()
)
_METHODS = select(
    SavedMethod.__table__.c.id,
    SavedMethod.user_id,
    SavedMethod.provider,
    SavedMethod.provider_method_id,
    SavedMethod.kind,
    SavedMethod.brand,
    SavedMethod.last4,
    SavedMethod.valid_until,
    SavedMethod.is_default,
    SavedMethod.status,
    SavedMethod.details,
    SavedMethod.created_at,
    func.coalesce(_USES.c.payments, 0),
    _USES.c.last_used_at,
).join(_USES, _USES.c.saved_method_id == SavedMethod.__table__.c.id, isouter=True)
_OF_USER = _METHODS.where(SavedMethod.user_id == bindparam("user_id")).order_by(
    case((SavedMethod.status == MethodStatus.ACTIVE, 0), else_=1),
    SavedMethod.is_default.desc(),
    SavedMethod.__table__.c.id.desc(),
)
_KEPT_BY_USER = _OF_USER.where(SavedMethod.status == MethodStatus.ACTIVE)
_USE = (
    select(
        MethodUse.kind,
        MethodUse.brand,
        MethodUse.last4,
        MethodUse.saved_method_id,
        func.coalesce(SavedMethod.status == MethodStatus.ACTIVE, False),
    )
    .join(SavedMethod, SavedMethod.__table__.c.id == MethodUse.saved_method_id, isouter=True)
    .where(MethodUse.payment_id == bindparam("payment_id"))
)
_CUSTOMERS = select(ProviderCustomer.__table__.c.id, ProviderCustomer.provider, ProviderCustomer.customer_id)
_CUSTOMER_OF_USER = _CUSTOMERS.where(
    ProviderCustomer.user_id == bindparam("user_id"), ProviderCustomer.provider == bindparam("provider")
)
_CUSTOMER = _CUSTOMERS.where(ProviderCustomer.__table__.c.id == bindparam("row_id"))


def methods_of(user_id: int, *, with_removed: bool = False) -> list[MethodRow]:
    """Return what somebody has saved: the default first, then the newest; `with_removed` also what once was."""
    statement = _OF_USER if with_removed else _KEPT_BY_USER
    return [MethodRow(*tuple(row)) for row in db.read(statement, {"user_id": user_id})]


def method_of(user_id: int, method_id: int) -> MethodRow:
    """Return one that somebody has or had saved; raises NotFound for somebody else's."""
    found = next((row for row in methods_of(user_id, with_removed=True) if row.id == method_id), None)
    if found is None:
        raise NotFound(_("There is no such card among yours."))
    return found


def use_of(payment_id: int) -> UseRow | None:
    """Return what a payment was made with; None while the provider has not told it."""
    row = db.read_one(_USE, {"payment_id": payment_id})
    return UseRow(*tuple(row)) if row else None


def customer_of(user_id: int, provider: str) -> CustomerRow | None:
    """Return what a user is to a provider; None before they first wanted something saved."""
    row = db.read_one(_CUSTOMER_OF_USER, {"user_id": user_id, "provider": provider})
    return CustomerRow(*tuple(row)) if row else None


def customer(row_id: int) -> CustomerRow:
    """Return a customer by our row; raises NotFound."""
    row = db.read_one(_CUSTOMER, {"row_id": row_id})
    if row is None:
        raise NotFound(_("There is no such row."))
    return CustomerRow(*tuple(row))
