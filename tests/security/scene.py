"""Two buyers, two sellers and an admin, each with things of their own: who tries to reach what of whom."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import token_operations
from marketplace.accounts.operations import Device
from marketplace.catalog import import_flows
from marketplace.catalog.filtering import Filter
from marketplace.disputes.evidence_rules import EvidenceFile
from marketplace.disputes.flows import keep_file
from marketplace.media import storing
from marketplace.messages import moderating
from marketplace.messages.flows import Upload
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.refunds.flows import approve_and_send
from marketplace.refunds.wishes import Wish
from marketplace.reports.rules import Reason
from marketplace.sandbox import disputes as bank
from marketplace.saved import filter_operations, search_operations
from tests import builders_addresses as addresses
from tests import builders_auctions as auctions
from tests import builders_credits as credits_of
from tests import builders_delivery as delivery
from tests import builders_discounts as codes
from tests import builders_factors as factors
from tests import builders_mails as mails
from tests import builders_methods as methods
from tests import builders_taxes as taxes
from tests import builders_transfers as transfers
from tests import evidence
from tests.builders import Bought, World, form_token
from tests.builders_reconciliation import book_at_the_provider, reconcile
from tests.snapshots import walked_once

ELSEWHERE = "203.0.113.9"  # no request of these tests comes from the machine itself
SIDES = ("A", "B")
ROLES = ("visitor", "buyer A", "buyer B", "seller A", "seller B", "admin")
_PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
PICTURE_NAME = hashlib.sha256(_PICTURE).hexdigest() + ".svg"
_SHEET = b"sku,kind,title,description,currency,price,delivery,in_stock\nA-1,boat,Boat,Afloat,USD,1,0,1\n"
# Looking at the front page after a listing takes over what this browser looked at: nobody else sees it.
_ONES_OWN = {"seen_listing"}
# That a message was refused is counted, by the hour; nothing it carries is kept.
_COUNTED = {"webhook_refusal"}
_LINE_OF = "SELECT {}(l.id) FROM cart_line l JOIN cart c ON c.id = l.cart_id WHERE c.user_id = %s"
NOTHING = 10**15  # the id of no row


@dataclass
class Side:
    """A buyer who has bought from a seller, and the ids that stand in addresses about them."""

    buyer_id: int
    seller_id: int
    bought: Bought
    values: dict[str, object]


@dataclass
class Scene:
    """Everybody signed in, with the browsers they use."""

    world: World
    sides: dict[str, Side]
    admin_id: int
    browsers: dict[str, FlaskClient]
    tokens: dict[str, str]

    def send(self, role: str, method: str, path: str, form: Mapping[str, str] | None = None) -> TestResponse:
        """Send a request as `role`; anything but GET carries that role's form token."""
        browser = self.browsers[role]
        if method in {"GET", "HEAD", "OPTIONS"}:
            return browser.open(path, method=method, buffered=True)
        return browser.open(path, method=method, buffered=True, data={"csrf_token": self.tokens[role], **(form or {})})


def scene(world: World, *, amounts: tuple[int, int] = (12_347, 7_859)) -> Scene:
    """Return a shop with one paid purchase on each side, and something more in each buyer's basket."""
    media = world.settings.var_dir / "media"
    media.mkdir(exist_ok=True)
    (media / PICTURE_NAME).write_bytes(_PICTURE)
    admin_id, sides = _walk(world, amounts)
    people: dict[str, int | None] = {"visitor": None, "admin": admin_id}
    for name, side in sides.items():
        people |= {f"buyer {name}": side.buyer_id, f"seller {name}": side.seller_id}
    browsers = {role: browser(world, people[role]) for role in ROLES}
    _look(browsers["admin"], sides.values())
    for name, side in sides.items():
        browsers[f"buyer {name}"].get(f"/invoices/{side.values['invoice_number']}")
    tokens = {role: form_token(browsers[role].get("/register").text) for role in ROLES}
    return Scene(world, sides, admin_id, browsers, tokens)


@walked_once
def _walk(world: World, amounts: tuple[int, int]) -> tuple[int, dict[str, Side]]:
    """Let everybody do what the tests are about; return the admin's id and the sides."""
    admin_id = world.person("Ada Admin", is_admin=True)
    return admin_id, {side: _side(world, side, amount, admin_id) for side, amount in zip(SIDES, amounts, strict=True)}


def _look(admin: FlaskClient, sides: Iterable[Side]) -> None:
    """Let the admin look at what keeps that somebody has looked, so that looking again changes nothing."""
    admin.get("/admin/refunds")
    for side in sides:
        admin.get(f"/admin/refunds?refund={side.values['refund_number']}")
        admin.get(f"/admin/disputes/{side.values['dispute_number']}")
        admin.get(f"/admin/conversations/{side.values['conversation_id']}")
        admin.get(f"/admin/reports/{side.values['report_id']}")


def browser(world: World, user_id: int | None) -> FlaskClient:
    """Return a browser on another machine, signed in as `user_id`."""
    found = world.client(user_id)
    found.environ_base["REMOTE_ADDR"] = ELSEWHERE
    return found


def column_of(role: str, side: str) -> str:
    """Return the column of the table that says what `role` may do with the things of `side`."""
    if role in {"visitor", "admin"}:
        return role
    kind, own = role.split()
    return {"buyer": ("foreign", "own"), "seller": ("other", "seller")}[kind][own == side]


def route_of(rule: Rule) -> str:
    """Return a rule as the table writes it: the converters say what an address may hold, not who may open it."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"<\1>", rule.rule)


def path_of(rule: Rule, values: Mapping[str, object]) -> str:
    """Return the address of `rule` with those of `values` that it asks for, quoted."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: quote(str(values[found[1]])), rule.rule)


_OUTGOING = {"transfer_id": "outgoing_id"}
_TRANSFERS: Mapping[str, Mapping[str, str]] = {
    "checkout.transfer": {"payment_id": "awaited_payment_id"},
    "buyer.refund_account": {"number": "account_refund"},
    "buyer.name_account": {"number": "account_refund"},
    "admin.transfer_file": {"file_id": "transfer_file_id"},
    "admin.outgoing_transfer": _OUTGOING,
    "admin.transfer_sent": _OUTGOING,
    "admin.transfer_failed": _OUTGOING,
    "admin.name_transfer_account": _OUTGOING,
}
"""What stands in the addresses of bank transfers, where it is not what its name says elsewhere."""


def values_for(rule: Rule, side: Side) -> dict[str, object]:
    """Return what stands in the address of `rule` for the things of `side`."""
    package = {"payment_id": side.values["package_payment_id"]}
    by_blueprint: dict[str, dict[str, object]] = {
        "buyer": {"figure": "total"}, "seller": {"figure": "net"}, "admin": {"figure": "net"}, "credits": package,
    }  # fmt: skip
    by_endpoint: dict[str, dict[str, object]] = {
        "buyer.explain_payment": {"figure": "amount"},
        "buyer.explain_wallet": {"figure": "balance"},
        "admin.refund_package": package,
    }
    figures = by_endpoint.get(rule.endpoint) or by_blueprint.get(rule.endpoint.split(".")[0], {})
    if rule.endpoint.endswith(".explain_flow"):
        figures = {"figure": "paid" if rule.endpoint.startswith("buyer.") else "volume"}
    if "/refunds/<" in rule.rule:
        figures = {"number": side.values["refund_number"], "figure": "amount"}
    if "/invoices/<" in rule.rule:
        figures = {"number": side.values["invoice_number"]}
    if "/disputes/<" in rule.rule:
        figures = {"number": side.values["dispute_number"], "figure": "held"}
    if "/reconciliation/<" in rule.rule:
        figures = {"number": side.values["break_number"]}
    if rule.endpoint in {"messages.file", "admin.conversation_file"}:
        figures = {"file_id": side.values["message_file_id"]}
    if rule.endpoint in {"api.change_line", "api.remove_line"}:
        figures = {"line_id": side.values["line_of_programs"]}  # the other is taken out on the page
    if rule.endpoint == "seller.explain_share":
        figures = {"pot": "blocked"}  # a refund of each order is asked for
    slugs = {"slug": side.values["shop_slug" if rule.endpoint in {"shop.shop", "reviews.of_shop"} else "listing_slug"]}
    return {**side.values, **figures, **slugs, **_of_transfers(rule, side)}


def _of_transfers(rule: Rule, side: Side) -> dict[str, object]:
    return {name: side.values[value] for name, value in _TRANSFERS.get(rule.endpoint, {}).items()}


def fingerprint(world: World) -> dict[str, str]:
    """Return a hash of every table's rows."""
    tables = [str(name) for (name,) in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    tables = [name for name in tables if name not in _ONES_OWN | _COUNTED]
    statement = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{name}\" t"
        for name in sorted(tables)
    )
    return {str(name): str(found) for name, found in world.rows(statement)}


@contextmanager
def nothing_changes(world: World, what: str) -> Iterator[None]:
    """Fail, naming the tables, when the block changes any row."""
    before = fingerprint(world)
    yield
    after = fingerprint(world)
    assert before == after, f"{what} changed {[name for name in after if after[name] != before.get(name)]}"


def _side(world: World, side: str, amount: int, admin_id: int) -> Side:
    seller_id = world.seller(f"Sam Seller {side}")
    buyer_id = world.person(f"Bo Buyer {side}")
    listing_id = world.listing(seller_id, amount, title=f"Brake disc {side}")
    world.put_in_cart(buyer_id, listing_id)
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    debt_id = _owe(world, seller_id, admin_id)
    transferred = transfers.walk(world, buyer_id, admin_id)
    world.put_in_cart(buyer_id, listing_id)
    world.put_in_cart(buyer_id, world.listing(seller_id, 700, title=f"Brake hose {side}"))
    world.show_pictures(buyer_id, world.ask_refund(bought, Wish(percent=10)), evidence.photo())
    inquire(world, bought)
    _add_file(world, bought, seller_id)
    _talk(world, bought, seller_id)
    import_flows.begin(_SHEET, "shelf.csv", seller_id=seller_id, now=world.now)
    # Of no seller's money, so that nobody's payouts wait for it.
    book_at_the_provider(world, "stripe_fee", -100)
    reconcile(world, in_minutes=10)
    passkey_id = factors.with_passkey(buyer_id)
    device = db.atomic(
        accounts.open_session,
        (),
        user_id=buyer_id,
        token=secrets.token_urlsafe(),
        device=Device(ELSEWHERE, "Firefox/140.0"),
        now=clock.system_now(),
    )
    code = codes.code(world.now, f"SIDE-{side}", seller_id=seller_id, actor_id=seller_id)
    profile_id, [zone_id, *_] = delivery.profile(world, seller_id)
    values = _values(world, bought, seller_id, device) | {"profile_id": profile_id, "zone_id": zone_id}
    values |= {"debt_id": debt_id, "discount_id": code, "rate_id": taxes.keep(world, seller_id, "US", 700, days=30)}
    values |= {"rule_id": taxes.tax_deliveries(world, "US", days=30 + ord(side))}
    values |= {"mail_id": mails.failed(world), "token": mails.stop_token(world, buyer_id)}
    values |= {"name": mails.kept(world), "place": 0, "operation": "validate_code", "token_id": _token(buyer_id)}
    package = credits_of.paid_package(world, buyer_id)
    [(movement_id,)] = world.rows("SELECT id FROM credit_movement WHERE user_id = %s", buyer_id)
    values |= {"passkey_id": passkey_id, "package_payment_id": package.payment_id, "movement_id": movement_id}
    values |= transferred | {"auction_id": _win(world, seller_id, buyer_id)}
    return Side(buyer_id, seller_id, bought, values)


def _win(world: World, seller_id: int, buyer_id: int) -> int:
    """Let a buyer win an auction of a seller's; return its id."""
    auction_id = auctions.put_up(world, 2_000, seller_id=seller_id)
    auctions.bid(world, auction_id, buyer_id, 3_000)
    auctions.end_now(world, auction_id)
    return auction_id


def _token(user_id: int) -> int:
    """Let a buyer make a token for a program; return its id."""
    values = {"user_id": user_id, "name": "Bookkeeping", "may_write": False, "days": 30}
    now = clock.system_now()
    return db.atomic(token_operations.make_token, (), **values, token_hash=secrets.token_bytes(32), now=now)


def _owe(world: World, seller_id: int, admin_id: int) -> object:
    """Refund all of another order of a seller, who owes the card fee then; return the debt's id."""
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(seller_id, 1_000, title="Brake pad"))
    bought = world.check_out(buyer_id)
    world.pay(bought)
    world.settle_down()
    world.arrive(bought)
    world.review(bought, 4, 5)
    approve_and_send(
        admin_id=admin_id,
        refund_id=world.ask_refund(bought, Wish(percent=100)),
        amount_minor=1_000,
        notes="",
        policy=world.settings.money,
        providers=world.app.extensions["providers"],
        now=world.now,
    )
    world.settle_down()
    return world.rows("SELECT max(id) FROM seller_debt")[0][0]


def inquire(world: World, bought: Bought) -> None:
    """Let the buyer's bank ask about a payment."""
    [(intent,)] = world.rows("SELECT provider_payment_id FROM payment WHERE id = %s", bought.payment_id)
    with world.sandbox.sandbox.work() as work:
        [charge] = work.find("charge", payment_intent=str(intent))
        charge = work.need("charge", charge.id, lock=True)
        bank.open_dispute(work, charge, "general", charge.data["amount"], inquiry=True)
    world.settle_down()


def _add_file(world: World, bought: Bought, seller_id: int) -> None:
    [(dispute_id,)] = world.rows("SELECT id FROM dispute WHERE payment_id = %s", bought.payment_id)
    keep_file(
        evidence.pdf(),
        user_id=seller_id,
        is_admin=False,
        dispute_id=int(str(dispute_id)),
        kind=EvidenceFile.RECEIPT,
        file_name="receipt.pdf",
        store=storing.store(world.settings.media, world.settings.var_dir, EVIDENCE_FOLDER),
        now=world.now,
    )


def _talk(world: World, bought: Bought, seller_id: int) -> None:
    """Let both sides of a purchase write, read and report; nothing waits afterwards."""
    [(number,)] = world.rows('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id)
    sent = world.write(bought.buyer_id, str(number), "Is it sent?", files=(Upload("lamp.png", evidence.png()),))
    world.read(seller_id, sent)
    answer = world.write(seller_id, str(number), "Tomorrow.")
    world.read(bought.buyer_id, answer)
    db.atomic(
        moderating.report,
        (),
        reporter_id=bought.buyer_id,
        conversation_id=answer.conversation_id,
        message_id=answer.message_id,
        reason=Reason.OTHER,
        text="",
        now=world.now,
    )


def _kept_filter(world: World, seller_id: int) -> object:
    """Let a seller keep filters of the list of orders; return their id."""
    values = {"user_id": seller_id, "path": "/seller/orders", "query": "tab=all", "name": "Alla", "now": world.now}
    db.atomic(filter_operations.save_filter, (), **values)
    return world.rows("SELECT id FROM saved_filter WHERE user_id = %s", seller_id)[0][0]


def _values(world: World, bought: Bought, seller_id: int, device: int) -> dict[str, object]:
    def only(statement: str, value: object) -> object:
        return world.rows(statement, value)[0][0]

    return {
        "filename": "favicon.svg",
        "file_name": PICTURE_NAME,
        "listing_slug": only("SELECT min(slug) FROM listing WHERE seller_id = %s", seller_id),
        "listing_id": only("SELECT min(id) FROM listing WHERE seller_id = %s", seller_id),
        "import_id": only("SELECT id FROM listing_import WHERE seller_id = %s", seller_id),
        "kind": "part",
        "shop_slug": only("SELECT slug FROM shop WHERE seller_id = %s", seller_id),
        "refund_number": only("SELECT number FROM refund WHERE payment_id = %s", bought.payment_id),
        "picture_id": only(
            "SELECT p.id FROM refund_picture p JOIN refund r ON r.id = p.refund_id WHERE r.payment_id = %s",
            bought.payment_id,
        ),
        "invoice_number": only(
            'SELECT i.number FROM invoice i JOIN "order" o ON o.id = i.order_id'
            " WHERE i.kind = 'invoice' AND o.purchase_id = %s",
            bought.purchase_id,
        ),
        "dispute_number": only("SELECT number FROM dispute WHERE payment_id = %s", bought.payment_id),
        "file_id": only(
            "SELECT f.id FROM dispute_file f JOIN dispute d ON d.id = f.dispute_id WHERE d.payment_id = %s",
            bought.payment_id,
        ),
        "conversation_id": only(
            'SELECT c.id FROM conversation c JOIN "order" o ON o.id = c.order_id WHERE o.purchase_id = %s',
            bought.purchase_id,
        ),
        "message_file_id": only(
            "SELECT f.id FROM message_file f JOIN message m ON m.id = f.message_id WHERE m.author_id = %s",
            bought.buyer_id,
        ),
        "review_id": only("SELECT id FROM review WHERE seller_id = %s", seller_id),
        "order_line_id": only(
            'SELECT l.id FROM order_line l JOIN "order" o ON o.id = l.order_id WHERE o.purchase_id = %s',
            bought.purchase_id,
        ),
        "report_id": only("SELECT id FROM report WHERE reporter_id = %s", bought.buyer_id),
        "break_number": only("SELECT max(number) FROM reconciliation_break WHERE currency = %s", "USD"),
        "number": only('SELECT number FROM "order" WHERE purchase_id = %s', bought.purchase_id),
        "payment_id": bought.payment_id,
        "share_id": only("SELECT id FROM payment_transaction WHERE payment_id = %s", bought.payment_id),
        "purchase_id": bought.purchase_id,
        "session_id": device,
        "user_id": bought.buyer_id,
        "wallet_id": bought.buyer_id,
        "method_id": methods.save(world, bought.buyer_id),
        "seller_id": seller_id,
        "job_id": world.failed_job(),
        "search_id": db.atomic(
            search_operations.save_search,
            (),
            user_id=bought.buyer_id,
            name="Lamps",
            address="/l?q=lamp",
            wanted=Filter("lamp"),
            now=world.now,
        )[0],
        "filter_id": _kept_filter(world, seller_id),
        "address_id": addresses.kept(world, bought.buyer_id),
        "line_id": only(_LINE_OF.format("min"), bought.buyer_id),
        "line_of_programs": only(_LINE_OF.format("max"), bought.buyer_id),
        "notification_id": only("SELECT id FROM notification WHERE user_id = %s", bought.buyer_id),
        "call_id": only("SELECT min(id) FROM outbound_call WHERE subject_id = %s", bought.payment_id),
        "event_row_id": only("SELECT id FROM provider_event WHERE payment_id = %s", bought.payment_id),
        "entry_id": only("SELECT id FROM ledger_entry WHERE payment_id = %s", bought.payment_id),
        "account": "seller_held",
        "currency": "USD",
        "pot": "balance",
        "side": "buyer",
        "tile": "stuck-payments",
        "month": f"{world.now:%Y-%m}",
        "day": only(
            "SELECT (planned_release_date AT TIME ZONE 'UTC')::date FROM payment_transaction WHERE payment_id = %s",
            bought.payment_id,
        ),
    }
