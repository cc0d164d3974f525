"""Every page there is, for everybody who may open it: axe finds nothing, nothing scrolls sideways or complains."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Page

from marketplace import db
from marketplace.cancellations.flows import cancel_and_refund
from marketplace.cancellations.operations import Wanted
from marketplace.cancellations.rules import CancelReason, Side
from marketplace.catalog import import_flows
from marketplace.catalog import operations as catalog
from marketplace.catalog import variant_operations as variants
from marketplace.catalog.operations import CarFacts, Offer
from marketplace.disputes.evidence_rules import EvidenceFile
from marketplace.disputes.flows import keep_file
from marketplace.media import storing
from marketplace.messages import moderating
from marketplace.messages.flows import Upload
from marketplace.money import Money
from marketplace.orders import operations as orders
from marketplace.orders import rules
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.refunds import operations as refund_operations
from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from marketplace.reports.rules import Reason
from tests import builders_addresses as addresses
from tests import builders_auctions as auctions
from tests import builders_credits as credits_of
from tests import builders_delivery as delivery
from tests import builders_discounts as codes
from tests import builders_factors as factors
from tests import builders_mails as mails
from tests import builders_methods as methods
from tests import builders_paypal as paypal
from tests import builders_transfers as transfers
from tests import builders_wallets as wallets
from tests import evidence
from tests.builders import Bought, World
from tests.builders_foreign import paid_elsewhere
from tests.builders_reconciliation import book_at_the_provider, break_of, reconcile
from tests.e2e.soundness import unsound
from tests.e2e.visitor import CARD_3DS, DECLINED_CARD, GOOD_ACCOUNT, GOOD_CARD
from tests.e2e.windows import Windows
from tests.fixtures_browser import browsing, fresh_shop

pytestmark = pytest.mark.e2e

# GET addresses that are no page: files, redirects without a face, and what machines ask.
NO_PAGES = {
    "seller.statement_pdf", "buyer.invoice_pdf", "seller.invoice_pdf", "admin.invoice_pdf",
    "static", "stylesheet", "shop.media", "checkout.state", "probes.healthz", "probes.readyz", "probes.metrics",
    "seller.payout_setup_done", "seller.payout_setup_again",
    "admin.dispute_file", "seller.dispute_file", "messages.file", "admin.conversation_file",
    "messages.about_order", "seller.packing_slips", "inbox.html", "inbox.file", "seller.export", "saved.add",
    "api.basket", "api.orders", "api.order", "api.payments", "api.payment", "api.payment_status", "api.payment_stats",
    "api.refunds", "api.refund", "api.refund_plan", "api.invoices", "api.invoice", "api.discounts", "api.openapi",
    "api.my_wallet", "api.wallet", "api.payment_methods", "api.payment_method", "buyer.method_added",
    "api.credit_packages", "credits.state", "admin.transfer_file",
    "live.stream", "auth.follow_reset", "auth.follow_verify", "auth.follow_change", "shop.sitemap", "shop.robots",
    "auth.code", "auth.passkey", "auth.create_passkey", "auth.two_step_app",  # in test_second_step.py, halfway
    "buyer.refund_picture", "seller.refund_picture", "admin.refund_picture",
}  # fmt: skip
# Who sees what. A value in braces comes from a row of the seeded shop.
NOBODY = ("/", "/l", "/l?q=lamp", "/l?q=nothing-like-this", "/l?kind=car#find-filters", "/l/{car}", "/l/{part}",
          "/s/{shop}", "/login", "/language", "/register", "/basket", "/orders/{order}", "/patterns", "/no-such-page",
          "/api/docs", "/api/docs/create_order", "/api/docs/orders",
          "/reset", "/reset/sent", "/reset/new", "/verify/confirm", "/email/confirm",
          "/l/{closed}", "/s/{closed_shop}", "/s/{shop}/reviews",
          "/auctions", "/auctions/{auction}", "/unsubscribe/{stop}", "/dev/mail", "/dev/mail/{kept_mail}")  # fmt: skip
BUYER = (
    "/basket", "/checkout/USD", "/account", "/account/statistics", "/account/explain/spent/USD",
    "/account/explain/held/USD", "/account/payments?q=nothing", "/orders?q=nothing", "/account/payments/{waiting}",
    "/account/security", "/account/email", "/account/tokens", "/account/security/two-step",
    "/account/security/two-step/begin",
    "/account/security/passkeys/new", "/api/docs/order?ask=1&number={order}", "/verify",
    "/account/time-zone", "/account/addresses", "/account/addresses/new",
    "/account/methods", "/account/methods/{saved_method}/remove",
    "/account/bids", "/auctions/{auction}", "/checkout/auction/{won}",
    "/wallet", "/wallet?type=taken_back", "/wallet/explain/balance/USD",
    "/credits", "/credits?type=spent", "/credits/explain", "/credits/movements/{movement}", "/credits/return/{package}",
    "/credits/cancelled/{package}",
    "/account/addresses/{address}", "/checkout/transfer/{awaited_payment_id}", "/refunds/{account_refund}/account",
    "/account/notifications", "/account/payments", "/account/payments?status=failed",
    "/account/payments/{paid}", "/account/payments/{failed}", "/account/payments/{open}", "/account/payments/{expired}",
    "/account/payments/{paid}/explain/amount", "/orders", "/orders?tab=open", "/orders/{order}", "/orders/{unpaid}",
    "/orders/{order}/cancel", "/orders/{unpaid}/cancel", "/orders/{sent}/received",
    "/orders/{sent}", "/orders/{order}/explain/total", "/orders/{order}/explain/goods", "/notifications",
    "/orders/{order}/refund/new", "/refunds", "/refunds/{asked_back}", "/refunds/{refunded}", "/refunds/{refused}",
    "/refunds/{refunded}/explain/amount", "/checkout/return/{paid}", "/checkout/return/{failed}",
    "/checkout/return/{expired}", "/checkout/return/{waiting}",
    "/saved", "/saved/searches", "/saved/searches/new?search=/l?q=lamp",
    "/orders/lines/{line}/review", "/reviews/{review}", "/reviews/{review}/report",
    "/messages", "/messages?tab=questions", "/messages/{talk}", "/messages/{talk}/report", "/messages/listing/{part}",
    "/messages/{talk}/block", "/account/blocked",
    "/invoices", "/invoices?status=overdue", "/invoices/{invoice}", "/invoices/{credit_note}",
    "/checkout/cancelled/{cancelled}", "/transactions/", "/payouts/", "/sell", "/seller/orders", "/l/{sold_out}",
    "/l/{varied}",
)  # fmt: skip
SELLER = (
    "/seller/orders/{order}/cancel", "/seller/orders/{called_off}",
    "/messages", "/messages/{talk}", "/reviews/{review}",
    "/seller/payouts/withdraw",
    "/seller", "/seller?days=90", "/seller/transactions", "/seller/transactions?type=refund&from=2001-01-01",
    "/seller/balance", "/seller/balance?tab=paid-out", "/seller/payouts",
    "/seller/explain/waiting/order/{order}", "/seller/statements", "/seller/statements/USD/{month}",
    "/seller/explain/entry/{entry}", "/seller/invoices", "/seller/invoices?kind=commission",
    "/seller/invoices/{invoice}",
    "/seller/explain/blocked/USD", "/seller/explain/release/USD/{release_day}",
    "/seller/orders", "/seller/orders?tab=all&q=lamp", "/seller/orders/{order}", "/seller/orders/{unpaid}",
    "/seller/orders/send?order={order}",
    "/seller/orders/{order}/explain/net", "/seller/orders/{order}/explain/card-fee", "/seller/explain/held/USD",
    "/seller/listings", "/seller/listings?tab=paused", "/seller/listings/new", "/seller/listings/new/car",
    "/seller/listings/new/part", "/seller/listings/{listing}/edit", "/seller/listings/{listing}/pictures",
    "/seller/listings/{draft}/preview", "/seller/listings/{listing}/variants",
    "/seller/listings/{varied_id}/variants", "/seller/listings/{listing}/promote",
    "/seller/listings/import", "/seller/listings/import/{import}",
    "/seller/refunds", "/seller/refunds/{refunded}",
    "/seller/refunds/{refunded}/explain/held",
    "/seller/delivery", "/seller/delivery/new", "/seller/delivery/{profile}", "/seller/delivery/{profile}/zones/{zone}",
    "/seller/delivery/{profile}/zones/new", "/seller/taxes",
    "/seller/auctions", "/seller/auctions?tab=ended", "/seller/auctions/{won}", "/seller/auctions/{unbid}",
    "/seller/auctions/{unbid}/edit", "/seller/listings/{listing}/auction",
    "/seller/discounts", "/seller/discounts/new", "/seller/discounts/{code}", "/seller/discounts/{code}/edit",
    "/seller/disputes", "/seller/disputes?tab=won", "/seller/disputes/{dispute}",
    "/seller/disputes/{dispute}/explain/held",
    "/account/notifications",
    "/notifications", "/account", "/l/{part}", "/seller/payouts/setup", "/seller/payouts/schedule", "/seller/shop",
    "/seller/shop/legal",
)  # fmt: skip
ADMIN = (
    "/admin/mail", "/admin/mail?status=failed", "/admin/mail?q=nothing", "/account/notifications",
    "/admin", "/admin?days=90&currency=EUR", "/admin/explain/volume/USD", "/admin/purchases",
    "/admin/purchases?q=nothing", "/admin/purchases/{order}", "/admin/users", "/admin/users?q=nothing",
    "/admin/reports", "/admin/reports?tab=done", "/admin/reports/{report}", "/admin/conversations/{talk}",
    "/admin/risk", "/admin/risk?tab=all", "/admin/risk/figures", "/admin/risk/{paid}",
    "/admin/users/{buyer_id}", "/admin/users/{seller_id}", "/admin/users/{buyer_id}/wallet",
    "/admin/jobs", "/admin/jobs?tab=queued",
    "/admin/bank-transfers", "/admin/bank-transfers?tab=waiting", "/admin/bank-transfers?q=nothing",
    "/admin/bank-transfers/record", "/admin/bank-transfers/{transfer_id}", "/admin/bank-transfers/outgoing",
    "/admin/bank-transfers/outgoing?q=nothing", "/admin/bank-transfers/outgoing/{outgoing_id}",
    "/admin/ledger?to=2020-01-01", "/admin/ledger/entries", "/admin/ledger/entries?q=nothing",
    "/admin/payments", "/admin/payments?q=nothing", "/admin/payments/{paid}", "/admin/payments/{failed}",
    "/admin/payments/{open}", "/admin/payments/{paid}/log", "/admin/payments/{paid}/diagnose",
    "/admin/payments/{package}",
    "/admin/payments/{failed}/diagnose", "/admin/refunds/{asked_back}/diagnose",
    "/admin/refunds/{refunded}/diagnose", "/admin/disputes/{dispute}/diagnose", "/admin/payouts/{payout}/diagnose",
    "/admin/payments/{paid}/shares/{share}/hold", "/admin/payments/{expired}",
    "/admin/payments/{paid}/explain/amount", "/admin/events",
    "/admin/calls", "/admin/calls?tab=done", "/admin/calls/{call}", "/admin/settings", "/admin/delivery-tax",
    "/admin/payouts", "/admin/payouts/next", "/admin/payouts?q=nothing", "/admin/payouts/{payout}",
    "/admin/payouts/sellers/{seller_id}",
    "/admin/refunds", "/admin/refunds/rules", "/admin/refunds?amount=1.00", "/admin/refunds?late=1",
    "/admin/refunds?tab=done", "/admin/refunds?tab=rejected&refund={refused}",
    "/admin/invoices", "/admin/invoices?q=nothing", "/admin/invoices/check", "/admin/invoices/{invoice}",
    "/admin/auctions", "/admin/auctions?tab=sold", "/admin/auctions/{won}",
    "/admin/discounts", "/admin/discounts?of=sellers", "/admin/discounts/new", "/admin/discounts/{code}",
    "/admin/discounts/{our_code}", "/admin/discounts/{our_code}/edit",
    "/admin/disputes", "/admin/disputes?q=nothing", "/admin/disputes/{dispute}", "/admin/disputes/{dispute}/submit",
    "/admin/disputes/{dispute}/accept", "/admin/disputes/{dispute}/explain/taken",
    "/admin/refunds/{refunded}/explain/platform", "/admin/orders/{order}/refund", "/admin/events/{event}",
    "/admin/events/{event}/replay", "/admin/unmatched", "/admin/unmatched?tab=put_aside", "/admin/unmatched/{parked}",
    "/admin/health", "/admin/health/stuck-payments", "/admin/health/check-books", "/admin/health/negative-balances",
    "/admin/debts", "/admin/debts?settled=1", "/admin/debts/{debtor}/USD", "/admin/debts/{debt}/write-off",
    "/admin/ledger", "/admin/ledger/entries/{entry}", "/admin/ledger/seller_held/USD", "/admin/states",
    "/admin/reconciliation", "/admin/reconciliation?status=mended&kind=doubled", "/admin/reconciliation/lines?open=1",
    "/admin/reconciliation/runs", "/admin/reconciliation/{break}", "/admin/proof", "/admin/performance",
)  # fmt: skip
SANDBOX = (
    "/c/pay/{open_session}", "/c/pay/{declined_session}", "/c/pay/{asked_session}/authenticate",
    "/c/pay/{paid_session}", "/c/pay/{expired_session}", "/c/pay/nothing", "/dashboard", "/dashboard/payments",
    "/dashboard/sessions", "/dashboard/charges", "/dashboard/refunds", "/dashboard/balance", "/dashboard/customers",
    "/dashboard/events", "/dashboard/webhooks", "/dashboard/clock", "/dashboard/objects/{intent}",
    "/c/setup/{saving}", "/c/setup/{saving_asked}/authenticate", "/paypal/checkoutnow?token={paypal_order}",
    "/dashboard/methods", "/dashboard/setups",
    "/dashboard/faults", "/dashboard/recovery", "/dashboard/objects/{endpoint}", "/dashboard/events/{sandbox_event}",
)  # fmt: skip
# They sign in in two steps and have a passkey.
PAYEE = (
    "/seller/balance", "/seller/payouts", "/seller/payouts/{payout}", "/seller/explain/on-its-way/USD",
    "/account/security", "/account/security/two-step", "/account/security/two-step/codes",
    "/account/security/two-step/off", "/account/security/passkeys/{passkey}/remove",
)  # fmt: skip
PATHS = {"payee": PAYEE, "nobody": NOBODY, "buyer": BUYER, "seller": SELLER, "admin": ADMIN, "sandbox": SANDBOX}


@dataclass(frozen=True)
class Seeded:
    """A shop where everything has happened, who is in it, and the values for the addresses."""

    world: World
    people: dict[str, int | None]
    values: dict[str, str]


@pytest.fixture(scope="module")
def seeded(served: World) -> Iterator[Seeded]:
    with fresh_shop(served) as world:
        yield seed(world)


_OWED = {"debt": "SELECT min(id) FROM seller_debt", "debtor": "SELECT min(seller_id) FROM seller_debt"}


def seed(world: World) -> Seeded:
    """Walk every ending: expired, cancelled, declined, asked, paid, waiting for the bank, and open."""
    payee = world.paid_seller(6_000)
    world.later(days=30, hours=1)
    buyer, seller = world.person(), world.seller(tax_basis_points=825)
    parts = (
        world.listing(seller, 10_000, title="Head lamp", delivery_minor=700, units=50),
        world.listing(world.seller("Ann Archer"), 3_333, title="Wing mirror", units=50),
    )

    def buy(buyer_id: int = buyer) -> Bought:
        for part in parts:
            world.put_in_cart(buyer_id, part)
        return world.check_out(buyer_id)

    world.sandbox.faults.add("doubled", times=1)
    world.sandbox.faults.add("lost", event="customer.*", probability=0.5)
    bought = {"expired": buy()}
    world.advance(minutes=40)
    world.settle_down()
    bought["failed"] = buy()
    world.pay(bought["failed"], DECLINED_CARD)
    bought["cancelled"], bought["paid"] = buy(), buy()
    for card in (DECLINED_CARD, DECLINED_CARD, GOOD_CARD):
        world.pay(bought["paid"], card)
    bought["waiting"] = buy()
    world.pay(bought["waiting"], account=GOOD_ACCOUNT)
    bought["open"] = buy()
    # A new checkout closes the buyer's earlier payment pages, so these two belong to others.
    bought |= {"declined": buy(world.person()), "asked": buy(world.person())}
    world.pay(bought["declined"], DECLINED_CARD)
    world.pay(bought["asked"], CARD_3DS, authenticate=None)
    bought["called_off"] = buy(world.person())
    world.pay(bought["called_off"])
    bought["disputed"] = buy(world.person())
    world.pay(bought["disputed"], "4000000000000259")
    world.settle_down()
    admin = world.person("Ada Admin", is_admin=True)
    transferred = {name: str(value) for name, value in transfers.walk(world, buyer, admin).items()}
    world.put_in_cart(buyer, parts[0])
    codes.code(world.now, "EVERY", seller_id=seller, actor_id=seller)
    codes.enter(buyer, "EVERY")
    codes.code(world.now, "OURS", seller_id=None, actor_id=admin)
    wallets.fill(world, buyer, 2_500, admin_id=admin)
    saved = saved_cards(world, buyer, payee) | {"paypal_order": paypal.agree(world, 700).session_id}
    people = {"payee": payee, "nobody": None, "buyer": buyer, "seller": seller, "sandbox": None, "admin": admin}
    found = values(world, bought) | listings(world, seller) | refunds(world, bought["paid"], admin)
    found |= accounts(world, seller) | saved | bought_credits(world, buyer, seller, parts[0]) | transferred
    found |= {"called_off": called_off(world, bought["called_off"])} | words(world, buyer, found["order"])
    book_at_the_provider(world, "stripe_fee", -100)
    reconcile(world, in_minutes=10)
    found |= {"break": break_of(world, "line_without_entry")}
    paid_elsewhere(world, 4_200)
    world.settle_down()
    found |= auctioned(world, buyer, seller) | {"passkey": str(factors.with_passkey(payee))}
    factors.with_phone(payee)
    found |= {"address": str(addresses.kept(world, buyer, is_delivery=True))}
    found |= {"parked": one(world, "SELECT min(id) FROM provider_event WHERE status = 'parked'")}
    mails.failed(world)
    found |= {"stop": mails.stop_token(world, buyer), "kept_mail": mails.kept(world)}
    return Seeded(world, people, found | {name: one(world, statement) for name, statement in _OWED.items()})


def saved_cards(world: World, buyer_id: int, other_id: int) -> dict[str, str]:
    """Save a card, and open two pages on which one could be saved; on the second the bank has asked."""
    pages = {"saving": methods.page_of(world, buyer_id), "saving_asked": methods.asked(world, other_id, CARD_3DS)}
    return {"saved_method": str(methods.save(world, buyer_id)), **pages}


def bought_credits(world: World, buyer_id: int, seller_id: int, listing_id: int) -> dict[str, str]:
    """Let both buy a package, and the seller promote a listing; return the buyer's payment and movement."""
    package = credits_of.paid_package(world, buyer_id)
    credits_of.paid_package(world, seller_id)
    credits_of.promote(world, seller_id, listing_id)
    movement = one(world, f"SELECT id FROM credit_movement WHERE user_id = {buyer_id}")
    return {"package": str(package.payment_id), "movement": movement}


def auctioned(world: World, buyer_id: int, seller_id: int) -> dict[str, str]:
    """Put three things up for auction: one runs with bids, one is won, in one nobody has bid; return their ids."""
    found = {name: auctions.put_up(world, 4_000, seller_id=seller_id) for name in ("auction", "won", "unbid")}
    for name in ("auction", "won"):
        auctions.bid(world, found[name], buyer_id, 9_000)
        auctions.bid(world, found[name], world.person("Bea Bidder"), 5_000)
    auctions.end_now(world, found["won"])
    return {name: str(auction_id) for name, auction_id in found.items()}


def accounts(world: World, seller_id: int) -> dict[str, str]:
    """Let the provider ask the seller for something, and stop another; return where that one's shop is."""
    world.press(world.onboard(seller_id), "require", days="5")
    stopped = world.seller("Cal Closed")
    listing_id = world.listing(stopped, 4_000, title="Bonnet")
    world.press(world.onboard(stopped), "restrict")
    return {
        "closed": one(world, "SELECT slug FROM listing WHERE id = %s", listing_id),
        "closed_shop": one(world, "SELECT slug FROM shop WHERE seller_id = %s", stopped),
    }


def words(world: World, buyer_id: int, number: str) -> dict[str, str]:
    """Let both sides of an order write, and the buyer report the answer; return where that is."""
    [(seller_id,)] = world.rows('SELECT seller_id FROM "order" WHERE number = %s', number)
    files = (Upload("lamp.png", evidence.png()), Upload("bill.pdf", evidence.pdf()))
    world.write(buyer_id, number, "Is it sent?\nSee https://example.com/parcel/1\n\nThank you", files=files)
    sent = world.write(int(str(seller_id)), number, "Tomorrow.")
    values = {"conversation_id": sent.conversation_id, "message_id": sent.message_id, "text": "It was not."}
    db.atomic(moderating.report, (), reporter_id=buyer_id, reason=Reason.UNTRUE, now=world.now, **values)
    [(line_id, *_)] = world.rows(
        'SELECT l.id FROM order_line l JOIN "order" o ON o.id = order_id WHERE number = %s', number
    )
    return {
        "talk": str(sent.conversation_id),
        "report": one(world, "SELECT id FROM report"),
        "line": line_id,
        "review": reviewed(world),
    }


def reviewed(world: World) -> str:
    """Let the buyer of what has arrived review it; return the review's id."""
    [(line_id, buyer_id), *_] = world.rows(
        'SELECT l.id, o.buyer_id FROM order_line l JOIN "order" o ON o.id = l.order_id WHERE o.status = %s', "delivered"
    )
    return str(world.review(Bought(int(str(buyer_id)), 0, 0, "", "", ""), 4, 5, line=int(str(line_id))))


def called_off(world: World, bought: Bought) -> str:
    """Let the seller cancel the first order of a purchase; return its number."""
    [(number, seller_id, total), *_] = world.rows(
        'SELECT number, seller_id, total_minor FROM "order" WHERE purchase_id = %s ORDER BY id', bought.purchase_id
    )
    cancel_and_refund(
        user_id=int(str(seller_id)),
        side=Side.SELLER,
        number=str(number),
        wanted=Wanted(CancelReason.DAMAGED, "It fell.", int(str(total))),
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()
    return str(number)


def refunds(world: World, bought: Bought, admin_id: int) -> dict[str, str]:
    """Let the buyer ask three times: one is refused, one paid back, one waits; return their numbers."""
    refused, refunded, asked = (world.ask_refund(bought, Wish(percent=10)) for _ in range(3))
    world.show_pictures(bought.buyer_id, asked, evidence.photo(700, 500), evidence.photo(300, 400))
    db.atomic(
        refund_operations.reject, (), admin_id=admin_id, refund_id=refused, notes="It was as described.", now=world.now
    )
    approve_and_send(
        admin_id=admin_id,
        refund_id=refunded,
        amount_minor=int(one(world, "SELECT amount_minor FROM refund WHERE id = %s", refunded)),
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()
    ids = {"refused": refused, "refunded": refunded, "asked_back": asked}
    return {name: one(world, "SELECT number FROM refund WHERE id = %s", found) for name, found in ids.items()}


def listings(world: World, seller_id: int) -> dict[str, str]:
    """Add a car and a part that is sold out; return what stands for what there is to see."""
    facts = CarFacts("Saab", "900", 1987, 214_000, "Hatchback", "Petrol", "Manual", "Red", "1M8GDM9AXKP042788")
    offer = Offer("Saab 900", "One owner.\n\nDry garage.", Money(890_000, "EUR"), Money(0, "EUR"), 1, facts)
    car = db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=offer, now=world.now)
    db.atomic(catalog.publish, (), seller_id=seller_id, listing_id=car, now=world.now)
    sold_out = world.listing(seller_id, 4_200, title="Gear knob", units=1)
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=sold_out, units=0)
    db.atomic(catalog.create_listing, (), seller_id=seller_id, offer=replace(offer, title="A draft"), now=world.now)
    varied = world.listing(seller_id, 5_100, title="Mirror housing")
    sides = {"names": ["Side", "Colour"], "values": [["left", "right"], ["black", "red"]]}
    db.atomic(variants.offer_in_variants, (), seller_id=seller_id, listing_id=varied, **sides, now=world.now)
    first = int(one(world, "SELECT min(id) FROM listing WHERE parent_id = %s", varied))
    db.atomic(catalog.change_stock, (), seller_id=seller_id, listing_id=first, units=3)
    sheet = b"sku,kind,title,description,currency,price,delivery,in_stock\nA-1,boat,Boat,Afloat,USD,1,0,1\n"
    imported = import_flows.begin(sheet, "shelf.csv", seller_id=seller_id, now=world.now)
    import_flows.run(imported, now=world.now)
    profile_id, _ = delivery.profile(world, seller_id)
    delivery.send_by(seller_id, sold_out, profile_id, 1_200)
    statements = {
        "profile": "SELECT id FROM delivery_profile",
        "zone": "SELECT min(id) FROM delivery_zone",
        "import": "SELECT id FROM listing_import",
        "car": "SELECT slug FROM listing WHERE title = 'Saab 900'",
        "part": "SELECT slug FROM listing WHERE title = 'Head lamp'",
        "sold_out": "SELECT slug FROM listing WHERE title = 'Gear knob'",
        "listing": "SELECT id FROM listing WHERE title = 'Head lamp'",
        "varied": "SELECT slug FROM listing WHERE title = 'Mirror housing'",
        "varied_id": "SELECT id FROM listing WHERE title = 'Mirror housing'",
        "draft": "SELECT id FROM listing WHERE title = 'A draft'",
        "code": "SELECT id FROM discount WHERE code = 'EVERY'",
        "our_code": "SELECT id FROM discount WHERE code = 'OURS'",
        "shop": "SELECT slug FROM shop ORDER BY id LIMIT 1",
    }
    return {name: one(world, statement) for name, statement in statements.items()}


def values(world: World, bought: dict[str, Bought]) -> dict[str, str]:
    """Return what stands for each name in the addresses."""
    found = {name: str(each.payment_id) for name, each in bought.items()}
    found |= {f"{name}_session": each.session_id for name, each in bought.items()}
    found["order"] = one(world, 'SELECT min(number) FROM "order" WHERE purchase_id = %s', bought["paid"].purchase_id)
    found["sent"] = sent(world, bought["paid"].purchase_id)
    found["unpaid"] = one(world, 'SELECT min(number) FROM "order" WHERE purchase_id = %s', bought["open"].purchase_id)
    found["intent"] = one(world, "SELECT provider_payment_id FROM payment WHERE id = %s", bought["paid"].payment_id)
    shares = "SELECT min(id) FROM payment_transaction WHERE payment_id = %s"
    found["share"] = one(world, shares, bought["paid"].payment_id)
    found["event"] = one(world, "SELECT min(id) FROM provider_event")
    found["call"] = one(world, "SELECT min(id) FROM outbound_call")
    found["buyer_id"], found["seller_id"] = (
        one(world, f'SELECT {column} FROM "order" WHERE purchase_id = %s LIMIT 1', bought["paid"].purchase_id)
        for column in ("buyer_id", "seller_id")
    )
    found["dispute"] = disputed(world)
    world.failed_job()
    found["entry"] = one(world, "SELECT min(id) FROM ledger_entry")
    found["sandbox_event"] = world.sandbox.events("charge.succeeded")[0]["id"]
    with world.sandbox.sandbox.work() as work:
        [endpoint, *_] = work.rows("SELECT id FROM objects WHERE kind = 'webhook_endpoint' ORDER BY seq")
    day = "SELECT min(planned_release_date AT TIME ZONE 'UTC')::date FROM payment_transaction"
    found["release_day"] = one(world, day)
    found["month"] = f"{world.now:%Y-%m}"
    found["payout"] = one(world, "SELECT number FROM payout")
    found["invoice"] = one(
        world,
        'SELECT i.number FROM invoice i JOIN "order" o ON o.id = i.order_id WHERE o.number = %s'
        " AND i.kind = 'invoice'",
        found["order"],
    )
    found["credit_note"] = one(world, "SELECT min(number) FROM invoice WHERE kind = 'credit_note'")
    return {**found, "endpoint": str(endpoint["id"])}


def sent(world: World, purchase_id: int) -> str:
    """Send the second order of a purchase; return its number."""
    [*_, (number, seller_id)] = world.rows(
        'SELECT number, seller_id FROM "order" WHERE purchase_id = %s ORDER BY id', purchase_id
    )
    parcel = rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
    db.atomic(orders.ship, (), seller_id=seller_id, number=number, parcel=parcel, now=world.now)
    return str(number)


def disputed(world: World) -> str:
    """Let a seller add a file to the only dispute; return its number."""
    [(dispute_id, seller_id)] = world.rows("SELECT dispute_id, seller_id FROM dispute_share ORDER BY id LIMIT 1")
    keep_file(
        evidence.pdf(),
        user_id=int(str(seller_id)),
        is_admin=False,
        dispute_id=int(str(dispute_id)),
        kind=EvidenceFile.RECEIPT,
        file_name="receipt.pdf",
        store=storing.store(world.settings.media, world.settings.var_dir, EVIDENCE_FOLDER),
        now=world.now,
    )
    return one(world, "SELECT number FROM dispute")


def one(world: World, statement: str, *given: object) -> str:
    [(value,)] = world.rows(statement, *given)
    return str(value)


def endpoints(app: Flask, paths: list[str]) -> set[str]:
    """Return which views answer `paths`."""
    adapter = app.url_map.bind("localhost")
    return {adapter.match(path.split("?")[0])[0] for path in paths if "no-such-page" not in path}


def test_the_list_of_pages_is_complete(seeded: Seeded) -> None:
    shop, sandbox = seeded.world.app, seeded.world.sandbox.app
    of_shop = [path.format_map(seeded.values) for who in PATHS if who != "sandbox" for path in PATHS[who]]
    of_sandbox = [path.format_map(seeded.values) for path in SANDBOX]
    assert endpoints(shop, of_shop) == pages_of(shop) - NO_PAGES
    assert endpoints(sandbox, of_sandbox) == {name for name in pages_of(sandbox) if not is_api(sandbox, name)}


def pages_of(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def is_api(sandbox: Flask, endpoint: str) -> bool:
    """Return whether this is the provider's API, a file, or an address that only leads on.

    The pages on which sellers set up their accounts have their own walk: `tests/sandbox/test_sandbox_e2e.py`.
    """
    [*rules] = sandbox.url_map.iter_rules(endpoint)
    elsewhere = {"express", "file", "setup", "setup_open", "setup_step"}
    return rules[0].rule.startswith(("/v1", "/static", "/paypal/v")) or endpoint in {"home", "search"} | elsewhere


_PROVIDERS = ("sandbox, not Stripe", "TEST, not PayPal")


@pytest.mark.parametrize("who", PATHS)
def test_every_page_is_sound(seeded: Seeded, chromium: Windows, who: str) -> None:
    origin = seeded.world.sandbox.base_url if who == "sandbox" else ""
    found = {}
    with browsing(chromium, seeded.world) as enter:
        visitor = enter(seeded.people[who])
        for path in PATHS[who]:
            visitor.open(origin + path.format_map(seeded.values))
            found[path] = defects(visitor.page, _PROVIDERS if who == "sandbox" else "· Tandem")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def defects(page: Page, name: str | tuple[str, ...]) -> list[str]:
    """Return what is wrong with a page: its headings, its title, and what `unsound` finds."""
    heading = page.locator("h1").all_inner_texts()
    wrong = [] if len(heading) == 1 else [f"{len(heading)} headings of level 1"]
    if not page.title().endswith(name) or (name == "· Tandem" and page.title() != f"{heading[0]} {name}"):
        wrong.append(f"the title is {page.title()!r}, the heading {heading!r}")
    return [*wrong, *unsound(page)]
