"""What changes a shop once it is open: what it tells, and whether it takes orders."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from marketplace import db
from marketplace.accounts import suspending
from marketplace.accounts.company_rules import vat_number
from marketplace.accounts.suspension_models import Side
from marketplace.catalog import rules
from marketplace.catalog.models import Shop
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _


def change_shop(
    session: Session,
    *,
    seller_id: int,
    about: str,
    city: str,
    country: str,
    delivery_policy: str,
    returns_policy: str,
    dispatch_days: int,
) -> None:
    """Write what a shop tells about itself anew; its name and address stay. Raises Invalid naming the field."""
    shop = session.execute(select(Shop).where(Shop.seller_id == seller_id)).scalar_one_or_none()
    if shop is None:
        raise NotFound(_("You have no shop yet."))
    if not 0 <= dispatch_days <= rules.LONGEST_DISPATCH_DAYS:
        raise Invalid(_("Enter a number from 0 to %(most)s.", most=rules.LONGEST_DISPATCH_DAYS), field="dispatch_days")
    shop.dispatch_days = dispatch_days
    shop.about = rules.clean_text(about, field="about")
    shop.city = rules.clean_line(city, field="city", longest=64)
    shop.country = rules.clean_country(country)
    shop.delivery_policy = rules.clean_text(delivery_policy, field="delivery_policy")
    shop.returns_policy = rules.clean_text(returns_policy, field="returns_policy")


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """Who a seller is on invoices; "" where nothing is said."""

    legal_name: str
    legal_street: str
    legal_postcode: str
    vat_id: str


def legal_facts(seller_id: int) -> LegalFacts:
    """Return who a seller is on invoices, for a page; raises NotFound for somebody without a shop."""
    row = db.read_one(_LEGAL, {"seller_id": seller_id})
    if row is None:
        raise NotFound(_("You have no shop yet."))
    return LegalFacts(*tuple(row))


_LEGAL = select(Shop.legal_name, Shop.legal_street, Shop.legal_postcode, Shop.vat_id).where(
    Shop.seller_id == bindparam("seller_id")
)


def change_legal_facts(session: Session, *, seller_id: int, facts: LegalFacts) -> None:
    """Write who a seller is on invoices from now on; those that are issued stay. Raises Invalid naming the field.

    Of the VAT number the form is checked for the shop's country, not whether it is in use.
    """
    shop = session.execute(select(Shop).where(Shop.seller_id == seller_id)).scalar_one_or_none()
    if shop is None:
        raise NotFound(_("You have no shop yet."))
    shop.legal_name = _optional(facts.legal_name, "legal_name", 200)
    shop.legal_street = _optional(facts.legal_street, "legal_street", 200)
    shop.legal_postcode = _optional(facts.legal_postcode, "legal_postcode", 64)
    shop.vat_id = vat_number(facts.vat_id, shop.country)
    if not shop.legal_name and (shop.legal_street or shop.legal_postcode or shop.vat_id):
        raise Invalid(_("Enter the name too."), field="legal_name")


def say_prices_include_tax(session: Session, *, seller_id: int, includes: bool) -> None:
    """Say whether a shop's prices include the tax from now on; agreed orders stay. Raises NotFound without a shop."""
    shop = session.execute(select(Shop).where(Shop.seller_id == seller_id)).scalar_one_or_none()
    if shop is None:
        raise NotFound(_("You have no shop yet."))
    shop.prices_include_tax = includes


def pause_selling(session: Session, *, seller_id: int, is_paused: bool) -> None:
    """Let a seller's shop take no orders for now, or take them again; its listings stay as they are.

    While the seller is suspended it takes none, whatever else would let it.
    """
    is_paused = is_paused or suspending.standing(session, seller_id, Side.SELLER) is not None
    changed = update(Shop).where(Shop.seller_id == seller_id, Shop.is_paused != is_paused)
    session.execute(changed.values(is_paused=is_paused))


def _optional(text: str, field: str, longest: int) -> str:
    return rules.clean_line(text, field=field, longest=longest) if text.strip() else ""
