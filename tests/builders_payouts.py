"""Builders of money that is due to sellers, by the real operations and by letting time pass."""

from datetime import datetime, time, timedelta

from marketplace import db
from marketplace.orders import operations as orders
from marketplace.orders import rules
from tests.snapshots import walked_once_from_nothing


class SellersPayouts:
    """What a world does to have sellers paid."""

    def noon(self) -> None:
        """Move time to the next noon (UTC), a time of the day at which sellers are paid."""
        now = self.now
        noon = datetime.combine(now.date(), time(12), now.tzinfo)
        self.advance(seconds=((noon - now) % timedelta(days=1)).total_seconds())

    def later(self, **span: float) -> None:
        """Let time pass, and everything that is due then happen."""
        self.advance(**span)
        self.settle_down()

    def sold(self, seller_id: int, *grosses: int, currency: str = "USD", buyer_id: int | None = None) -> list[int]:
        """Let a buyer pay one listing of `grosses` minor units each, and the seller send it; return the shares."""
        buyer = buyer_id or self.person()
        parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
        found = []
        for gross in grosses:
            self.put_in_cart(buyer, self.listing(seller_id, gross, currency=currency))
            bought = self.check_out(buyer, currency)
            self.pay(bought)
            self.settle_down()
            [(number, share)] = self.rows(
                'SELECT o.number, t.id FROM "order" o JOIN payment_transaction t ON t.order_id = o.id'
                " WHERE o.purchase_id = %s",
                bought.purchase_id,
            )
            db.atomic(orders.ship, (), seller_id=seller_id, number=str(number), parcel=parcel, now=self.now)
            found.append(int(str(share)))
        return found

    @walked_once_from_nothing
    def paid_seller(self, *grosses: int, country: str = "US", currency: str = "USD", bank: str = "000123456789") -> int:
        """Return a seller whose account is ready and who has sold; their holds end thirty days from now, at noon."""
        self.noon()
        seller_id = self.seller()
        self.onboard(seller_id, country, bank=bank)
        self.sold(seller_id, *grosses, currency=currency)
        return seller_id

    def payouts(self) -> list[tuple[object, ...]]:
        """Return status and amount of every payout, oldest first."""
        return self.rows("SELECT status, amount_minor FROM payout ORDER BY id")

    def transfers(self) -> list[int]:
        """Return the amounts of the transfers at the provider, oldest first."""
        with self.sandbox.sandbox.work() as work:
            rows = work.rows("SELECT data FROM objects WHERE kind = 'transfer' ORDER BY seq")
        return [int(row["data"]["amount"]) for row in rows]
