"""Cards that buyers of the past have saved, on the provider's page, and one that was removed again.

Each deed done twice is done once.
"""

from dataclasses import dataclass

from marketplace.demo.customers import ALEX, AMERICANS, EUROPEANS, Customer
from marketplace.demo.past.stage import Stage, person_id
from marketplace.payment_methods import flows, queries

VISA, MASTERCARD, AMEX = "4242424242424242", "5555555555554444", "378282246310005"


@dataclass(frozen=True)
class Saving:
    """A card that somebody saves on a day; `day` 0 is before anybody buys."""

    day: float
    customer: Customer
    number: str
    expiry: str = "12/39"


SAVINGS = (
    Saving(0.1, ALEX, AMEX),
    Saving(12, AMERICANS[0], VISA),
    Saving(31, ALEX, MASTERCARD, expiry="08/31"),
    Saving(32, ALEX, VISA),
    Saving(55, EUROPEANS[0], MASTERCARD),
)
REMOVED_ON = 70
"""The day on which the first of them is removed again."""


def save(stage: Stage, *, saving: Saving) -> None:
    """Save a card on the provider's page, and hear of it."""
    user_id = person_id(saving.customer.person.email)
    if any(row.last4 == saving.number[-4:] for row in queries.methods_of(user_id, with_removed=True)):
        return
    back = f"{stage.settings.base_url}/account/methods"
    url = flows.open_page(
        user_id=user_id,
        provider=stage.provider,
        success_url=f"{back}/added?page={{CHECKOUT_SESSION_ID}}",
        cancel_url=back,
        now=stage.now,
    )
    email = saving.customer.person.email
    stage.outside.save_card(url.rpartition("/")[2], saving.number, expiry=saving.expiry, email=email)
    stage.settle()


def remove(stage: Stage, *, saving: Saving) -> None:
    """Remove a card again."""
    user_id = person_id(saving.customer.person.email)
    for row in queries.methods_of(user_id):
        if row.last4 == saving.number[-4:]:
            flows.remove(user_id=user_id, method_id=row.id, provider=stage.provider, now=stage.now)
    stage.settle()
