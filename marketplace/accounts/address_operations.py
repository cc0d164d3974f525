"""A person's address book: add an address, change it, take it out, and say which one a checkout starts with."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Address
from marketplace.accounts.operations import PostalAddress
from marketplace.errors import Conflict, NotFound
from marketplace.language import gettext as _

MOST_ADDRESSES = 30


@dataclass(frozen=True, slots=True)
class Uses:
    """For what an address is the default."""

    delivery: bool
    billing: bool


def add_address(session: Session, *, user_id: int, address: PostalAddress, uses: Uses, now: datetime) -> int:
    """Put an address into somebody's book; return its id.

    Raises Conflict for one that is in it already, and for more than MOST_ADDRESSES.
    """
    _check_new(session, user_id, address)
    count = select(func.count()).select_from(Address).where(Address.user_id == user_id)
    if session.execute(count).scalar_one() >= MOST_ADDRESSES:
        raise Conflict(_("Your address book holds %(most)s addresses. Remove one first.", most=MOST_ADDRESSES))
    _free(session, user_id, uses)
    row = Address(
        user_id=user_id,
        **asdict(address),
        used_at=now,
        is_delivery_default=uses.delivery,
        is_billing_default=uses.billing,
    )
    session.add(row)
    session.flush()
    return row.id


def change_address(session: Session, *, user_id: int, address_id: int, address: PostalAddress, uses: Uses) -> None:
    """Change an address of somebody's book; orders that went there keep what they were told.

    Raises NotFound for another person's, Conflict where the book holds the same one a second time.
    """
    row = _own(session, user_id, address_id)
    _check_new(session, user_id, address, but=address_id)
    _free(session, user_id, uses)
    for name, text in asdict(address).items():
        setattr(row, name, text)
    row.is_delivery_default, row.is_billing_default = uses.delivery, uses.billing


def remove_address(session: Session, *, user_id: int, address_id: int) -> None:
    """Take an address out of somebody's book; orders that went there keep it. Raises NotFound for another person's."""
    session.delete(_own(session, user_id, address_id))


def _own(session: Session, user_id: int, address_id: int) -> Address:
    row = session.get(Address, address_id)
    if row is None or row.user_id != user_id:
        raise NotFound(_("There is no such address in your address book."))
    return row


def _check_new(session: Session, user_id: int, address: PostalAddress, but: int = 0) -> None:
    same = select(Address.id).filter_by(user_id=user_id, **asdict(address)).where(Address.id != but)
    if session.execute(same).first() is not None:
        raise Conflict(_("This address is in your address book already."))


def _free(session: Session, user_id: int, uses: Uses) -> None:
    """Take the default from whichever address has it: there is one of each kind."""
    own = update(Address).where(Address.user_id == user_id)
    if uses.delivery:
        session.execute(own.where(Address.is_delivery_default).values(is_delivery_default=False))
    if uses.billing:
        session.execute(own.where(Address.is_billing_default).values(is_billing_default=False))
