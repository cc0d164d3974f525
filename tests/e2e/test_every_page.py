"""Every page a browser can open, for everybody who may: axe finds nothing, nothing scrolls sideways, nothing complains."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from marketplace.provider_events.states import EventStatus
from tests.builders import World
from tests.e2e.visitor import CARD_3DS, DECLINED_CARD, Visitor
from tests.fixtures_browser import browsing, fresh_shop

pytestmark = pytest.mark.e2e

# GET addresses that are no page: files, redirects without a face, and what machines ask.
NO_PAGES = {
    "static", "stylesheet", "shop.media", "checkout.state", "probes.healthz", "probes.readyz", "probes.metrics",
    "seller.overview", "admin.overview",
}  # fmt: skip
# Who sees what. A value in braces comes from a row of the seeded shop.
NOBODY = ("/", "/l", "/l?q=lamp", "/l?q=nothing-like-this", "/l/{car}", "/l/{part}", "/l/{gone}", "/s/{shop}", "/login",
          "/register", "/basket", "/orders/{order}")  # fmt: skip
BUYER = (
    "/basket", "/checkout/USD", "/account", "/account/security", "/account/payments", "/account/payments?status=failed",
    "/account/payments/{paid}", "/account/payments/{failed}", "/account/payments/{open}", "/account/payments/{expired}",
    "/account/payments/{paid}/explain/amount", "/orders", "/orders?tab=open", "/orders/{order}", "/orders/{unpaid}",
    "/orders/{order}/explain/total", "/orders/{order}/explain/goods", "/notifications", "/checkout/return/{paid}",
    "/checkout/return/{failed}", "/checkout/return/{expired}", "/checkout/return/{waiting}",
    "/checkout/cancelled/{given_back}", "/sell", "/seller/orders", "/no-such-page",
)  # fmt: skip
SELLER = (
    "/seller/orders", "/seller/orders?tab=all", "/seller/orders/{order}", "/seller/orders/{unpaid}",
    "/seller/orders/{order}/explain/net", "/seller/orders/{order}/explain/card-fee", "/seller/explain/held/USD",
    "/notifications", "/account", "/l/{part}",
)  # fmt: skip
ADMIN = (
    "/admin/payments", "/admin/payments?q=nothing", "/admin/payments/{paid}", "/admin/payments/{failed}",
    "/admin/payments/{open}", "/admin/payments/{expired}", "/admin/payments/{paid}/explain/amount", "/admin/events",
    "/admin/events/{event}", "/admin/ledger", "/admin/ledger/entries/{entry}", "/admin/ledger/seller_held/USD",
)  # fmt: skip
SANDBOX = (
    "/c/pay/{open_session}", "/c/pay/{failed_session}", "/c/pay/{asked_session}/authenticate", "/c/pay/{paid_session}",
    "/c/pay/{expired_session}", "/c/pay/nothing", "/dashboard", "/dashboard/payments", "/dashboard/sessions",
    "/dashboard/charges", "/dashboard/refunds", "/dashboard/balance", "/dashboard/customers", "/dashboard/events",
    "/dashboard/webhooks", "/dashboard/clock", "/dashboard/objects/{intent}", "/dashboard/objects/{endpoint}",
    "/dashboard/events/{sandbox_event}",
)  # fmt: skip
PATHS = {"nobody": NOBODY, "buyer": BUYER, "seller": SELLER, "admin": ADMIN, "sandbox": SANDBOX}
VIEWS = {(width, scheme): {"width": width, "height": 900} for width in (1360, 390) for scheme in ("light", "dark")}
# axe takes a second for each page; colours are all it could find in the other two views.
WITH_AXE = {(1360, "light"), (390, "dark")}


@dataclass(frozen=True)
class Seeded:
    """A shop where everything has happened, and the values for the addresses."""

    world: World
    people: dict[str, int]
    values: dict[str, str]

    def addresses(self, who: str) -> list[str]:
        origin = self.world.sandbox.base_url if who == "sandbox" else self.world.settings.base_url
        return [origin + path.format_map(self.values) for path in PATHS[who]]


@pytest.fixture(scope="module")
def seeded(served: World) -> Iterator[Seeded]:
    with fresh_shop(served) as world:
        yield seed(world)


def seed(world: World) -> Seeded:
    """Walk every ending: expired, cancelled, declined, paid, waiting for the bank, and open."""
    buyer, seller, admin = world.person(), world.seller(tax_basis_points=825), world.person("Ada Admin", is_admin=True)
    part = world.listing(seller, 10_000, title="Head lamp", delivery_minor=700, units=50)
    other = world.listing(world.seller("Ann Archer"), 3_333, title="Wing mirror", units=50)

    def bought() -> Bought:
        world.put_in_cart(buyer, part)
        world.put_in_cart(buyer, other)
        return world.check_out(buyer)

    ...
