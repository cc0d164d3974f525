"""What a page costs the database: few statements, and as many for thirty rows as for three."""

import pytest
from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import Offer, PartFacts
from marketplace.messages import moderating
from marketplace.money import Money
from marketplace.refunds.wishes import Wish
from marketplace.reports.rules import Reason
from marketplace.saved import filter_operations
from tests import builders_auctions as auctions
from tests import builders_credits as credits_of
from tests import builders_discounts as codes
from tests import builders_mails as mails
from tests import builders_transfers as transfers
from tests import builders_wallets as wallets
from tests.builders import Bought, World
from tests.fixtures_queries import CountQueries
from tests.security.authorisation import lines
from tests.security.scene import column_of, inquire, path_of, route_of, scene, values_for

_MOST = 20
# Who looks at the lists, and under which addresses they stand.
_LISTS = {
    "visitor": ("/l/{listing}", "/", "/l", "/auctions", "/l?sort=cheapest", "/l?q=brake&kind=part", "/s/{shop}"),
    "buyer": (
        "/",
        "/basket",
        "/checkout/USD",
        "/orders",
        "/orders?tab=open",
        "/account/payments",
        "/refunds",
        "/invoices",
        "/notifications",
        "/saved",
        "/saved/searches",
        "/messages",
        "/account/blocked",
        "/account/addresses",
        "/account",
        "/account/statistics",
        "/transactions/",
        "/account/explain/paid/USD",
        "/account/tokens",
        "/api/v1/basket/",
        "/api/v1/orders/",
        "/api/v1/payments/",
        "/api/v1/refunds/",
        "/account/methods",
        "/api/v1/payments/methods/",
        "/api/v1/wallets/my_wallet/",
        "/account/bids",
        "/wallet",
        "/wallet/explain/balance/USD",
    ),
    "seller": (
        "/seller",
        "/seller/orders",
        "/seller/orders?tab=all",
        "/seller/refunds",
        "/seller/disputes?tab=inquiries",
        "/seller/listings",
        "/seller/listings/import",
        "/seller/delivery",
        "/seller/taxes",
        "/seller/auctions",
        "/seller/discounts",
        "/seller/transactions",
        "/seller/balance",
        "/seller/payouts",
        "/seller/statements",
        "/seller/invoices",
        "/seller/statements/USD/{month}",
        "/seller/payouts/setup",
        "/seller/explain/held/USD",
        "/notifications",
        "/credits",
        "/credits/explain",
        "/l",
    ),
    "admin": (
        "/admin/reports",
        "/admin/risk?tab=all",
        "/admin/refunds",
        "/admin/refunds?late=1",
        "/admin/debts",
        "/admin/debts?settled=1",
        "/admin/disputes?tab=inquiries",
        "/admin/auctions",
        "/admin/discounts?of=sellers",
        "/admin/delivery-tax",
        "/admin/invoices",
        "/admin/payments",
        "/admin/events",
        "/admin/unmatched",
        "/admin/health",
        "/admin/health/stuck-payments",
        "/admin/calls?tab=done",
        "/admin/ledger",
        "/admin/reconciliation",
        "/admin/reconciliation/lines",
        "/admin/reconciliation/runs",
        "/admin/ledger/seller_held/USD",
        "/admin/refunds/rules",
        "/admin/states",
        "/admin",
        "/admin/purchases",
        "/admin/payouts",
        "/admin/payouts/next",
        "/admin/users",
        "/admin/jobs",
        "/admin/mail",
        "/admin/ledger/entries",
        "/admin/explain/volume/USD",
        "/admin/bank-transfers",
        "/admin/bank-transfers/outgoing",
    ),
}


# Once in a while, whatever the page: on a slow machine some page of this test is the one.
_VISIT = "UPDATE user_session SET last_seen_at"


def cost(client: FlaskClient, path: str, count_queries: CountQueries) -> int:
    """Return how many statements a page sends, once nothing is new to the process any more."""
    with count_queries() as statements:
        answer = client.get(path, buffered=True)
    assert answer.status_code == 200, (path, answer.status_code)
    of_page = [statement for statement in statements if not statement.startswith(_VISIT)]
    assert len(of_page) <= _MOST, f"{path} sends {len(of_page)}:\n" + "\n\n".join(of_page)
    return len(of_page)


@pytest.mark.covers("S3.16")
def test_every_page_takes_at_most_twenty_statements(world: World, count_queries: CountQueries) -> None:
    stage, asked = scene(world), 0
    answers = {line.route: line.answers for line in lines() if line.method == "GET"}
    roles = ("visitor", "buyer A", "seller A", "admin")
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        path = path_of(rule, values_for(rule, stage.sides["A"]))
        for role in roles:
            if answers[route_of(rule)][column_of(role, "A")] == "200":
                cost(stage.browsers[role], path, count_queries)
                asked += 1
    assert asked > 60


class Shelf:
    """One buyer, one seller and an admin; rows are added in steps, and every list is looked at in between."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seller_id, self.buyer_id = world.seller(), world.person()
        self.listing_ids: list[int] = []
        people = {"visitor": None, "buyer": self.buyer_id, "seller": self.seller_id}
        people["admin"] = world.person("Ada Admin", is_admin=True)
        self.admin_id = people["admin"]
        self.clients = {role: world.client(user_id) for role, user_id in people.items()}

    def add(self, count: int) -> None:
        """Add `count` listings, lines in the basket, and purchases, every third one paid: the others cost nothing."""
        item = PartFacts(category="brakes", brand="Bosch", part_number="BD-1", condition="New", fits="Most cars")
        prices = [Money(0 if number % 3 else 1_000, "USD") for number in range(count)]
        offers = [Offer("Brake disc", "Fits well.", price, Money(0, "USD"), 90, item) for price in prices]
        ids = db.atomic(catalog.create_listings, (), seller_id=self.seller_id, offers=offers, now=self.world.now)
        db.atomic(catalog.publish_all, (), seller_id=self.seller_id, listing_ids=ids, now=self.world.now)
        for listing_id, price in zip(ids, prices, strict=True):
            self.world.put_in_cart(self.buyer_id, listing_id)  # the first purchase takes what lay there before, too
            bought = self.world.check_out(self.buyer_id)
            if price:
                self.world.pay(bought)
                self.world.sandbox.deliver_pending()
                self.world.ask_refund(bought, Wish(percent=10))
                inquire(self.world, bought)
                self._talk(bought)
        self.world.settle_down()
        for listing_id in ids:
            auction_id = auctions.put_up(self.world, listing_id=listing_id, seller_id=self.seller_id)
            auctions.bid(self.world, auction_id, self.buyer_id, 20_000)
        for number in range(count):
            letters = f"SHELF-{len(self.listing_ids)}-{number}"
            codes.code(self.world.now, letters, seller_id=self.seller_id, actor_id=self.seller_id)
            kept = {"path": "/seller/orders", "query": f"q={letters}", "name": letters, "now": self.world.now}
            if number < 3:
                db.atomic(filter_operations.save_filter, (), user_id=self.seller_id, **kept)
            wallets.fill(self.world, self.buyer_id, 100, admin_id=self.admin_id)
            transfers.listed(self.world, self.admin_id)
        if not self.listing_ids:
            credits_of.paid_package(self.world, self.seller_id, "fleet")
        for listing_id in ids:
            credits_of.promote(self.world, self.seller_id, listing_id)
        mails.failed(self.world)
        self.listing_ids += ids
        for listing_id in self.listing_ids:
            self.world.put_in_cart(self.buyer_id, listing_id)

    def _talk(self, bought: Bought) -> None:
        """Let the seller write about a purchase, and the buyer report it."""
        [(number,)] = self.world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
        sent = self.world.write(self.seller_id, str(number), "It is on its way.")
        values = {"conversation_id": sent.conversation_id, "message_id": sent.message_id, "text": ""}
        who = {"reporter_id": self.buyer_id, "reason": Reason.OTHER, "now": self.world.now}
        db.atomic(moderating.report, (), **values, **who)

    def costs(self, count_queries: CountQueries) -> dict[tuple[str, str], int]:
        """Return what every list costs now, by who looks and where."""
        [(shop, listing)] = self.world.rows(
            "SELECT s.slug, min(l.slug) FROM shop s JOIN listing l USING (seller_id) GROUP BY 1"
        )
        return {
            (role, path): cost(
                self.clients[role],
                path.format(shop=shop, listing=listing, month=f"{self.world.now:%Y-%m}"),
                count_queries,
            )
            for role, paths in _LISTS.items()
            for path in paths
        }


def test_a_list_costs_the_same_with_three_rows_and_with_thirty(world: World, count_queries: CountQueries) -> None:
    shelf = Shelf(world)
    shelf.add(3)
    with_three = shelf.costs(count_queries)
    shelf.add(27)
    assert shelf.costs(count_queries) == with_three
    rows = {table: world.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in ("order", "payment", "listing")}
    assert rows == {"order": 30, "payment": 31, "listing": 30}
    assert world.rows("SELECT count(*) FROM cart_line") == [(30,)]
    assert world.rows("SELECT count(*) FROM refund") == [(10,)]
    assert world.rows("SELECT count(*) > 30 FROM provider_event") == [(True,)]
