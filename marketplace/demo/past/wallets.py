"""Wallets of the past: what was put right with money, what was taken back, and what was bought with it.

Each deed done twice is done once.
"""

from dataclasses import asdict, dataclass

from marketplace import db
from marketplace.checkout import queries as checkout
from marketplace.checkout import wallet_flows
from marketplace.checkout.operations import Agreed
from marketplace.demo.customers import ALEX, AMERICANS, EUROPEANS, Customer
from marketplace.demo.past.buying import Basket, fill_basket
from marketplace.demo.past.stage import Stage, listing_of, payments_of, person_id
from marketplace.demo.people import ADMIN
from marketplace.money import Money
from marketplace.wallets import operations as wallets
from marketplace.wallets.operations import Wish

PURCHASE = "past-wallet:wallet"
"""The token of the purchase that a wallet pays: that of the form, with the mark of the wallet."""


@dataclass(frozen=True)
class Change:
    """Some money that an admin puts into a wallet on a day, or takes back; `day` 0 is before anybody buys."""

    day: float
    customer: Customer
    amount: Money
    reason: str
    is_added: bool = True


CHANGES = (
    Change(0, ALEX, Money(60_00, "USD"), "Your brake pads were lost on their way last month. We are sorry."),
    Change(20, AMERICANS[5], Money(50_00, "USD"), "The seller cancelled twice. We are sorry."),
    Change(21, AMERICANS[5], Money(20_00, "USD"), "It was meant for one order, and counted twice.", is_added=False),
    Change(40, AMERICANS[0], Money(15_00, "USD"), "Thank you for telling us about the wrong picture."),
    Change(50, EUROPEANS[0], Money(200_00, "SEK"), "The payment page was closed for an evening."),
    Change(88.6, ALEX, Money(25_00, "USD"), "The answer to your question took us a week."),
)


def change(stage: Stage, *, made: Change, number: int) -> None:
    """Put money into a wallet, or take some back."""
    db.atomic(
        wallets.add if made.is_added else wallets.deduct,
        (),
        admin_id=person_id(ADMIN.email),
        user_id=person_id(made.customer.person.email),
        wish=Wish(made.amount, made.reason, f"past-wallet-{number}"),
        limit_minor=stage.settings.money.second_approver_above_minor,
        now=stage.now,
    )


def buy(stage: Stage, *, customer: Customer, basket: Basket) -> None:
    """Fill the basket and pay all of it from the wallet."""
    if payments_of(PURCHASE):
        return
    buyer_id, currency = person_id(customer.person.email), "USD"
    wanted = [(listing_of(seller, title).id, units) for seller, title, units in basket]
    db.atomic(fill_basket, (), user_id=buyer_id, wanted=wanted, now=stage.now)
    address = asdict(customer.address)
    agreed = Agreed(
        buyer_id=buyer_id,
        currency=currency,
        token=PURCHASE.partition(":")[0],
        expected_total_minor=checkout.review(buyer_id, currency, stage.now).total.minor,
        delivery_address=address,
        billing_address=address,
        buyer_note="",
        shown_country=customer.address.country,
    )
    wallet_flows.buy(agreed=agreed, now=stage.now, providers=stage.providers, settings=stage.settings)
