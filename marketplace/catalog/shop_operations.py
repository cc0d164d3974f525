"""What changes a shop once it is open: what it tells, and whether it takes orders."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.catalog import rules
from marketplace.catalog.models import Shop
from marketplace.errors import Invalid, NotFound


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
        raise NotFound("You have no shop yet.")
    if not 0 <= dispatch_days <= rules.LONGEST_DISPATCH_DAYS:
        raise Invalid(f"Enter a number from 0 to {rules.LONGEST_DISPATCH_DAYS}.", field="dispatch_days")
    shop.dispatch_days = dispatch_days
    shop.about = rules.clean_text(about, field="about")
    shop.city = rules.clean_line(city, field="city", longest=64)
    shop.country = rules.clean_country(country)
    shop.delivery_policy = rules.clean_text(delivery_policy, field="delivery_policy")
    shop.returns_policy = rules.clean_text(returns_policy, field="returns_policy")


def pause_selling(session: Session, *, seller_id: int, is_paused: bool) -> None:
    """Let a seller's shop take no orders for now, or take them again; its listings stay as they are."""
    changed = update(Shop).where(Shop.seller_id == seller_id, Shop.is_paused != is_paused)
    session.execute(changed.values(is_paused=is_paused))
