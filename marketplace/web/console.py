"""The console layout's side bar: who sees which links."""

from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for

from marketplace.language import Text
from marketplace.language import gettext as _


@dataclass(frozen=True, slots=True)
class NavLink:
    """One link of a side bar."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Some links under a heading, which may be empty."""

    label: str
    links: tuple[NavLink, ...]


@dataclass(frozen=True, slots=True)
class Console:
    """What the console layout needs of a page."""

    label: str
    role: str
    groups: tuple[NavGroup, ...]
    bar: tuple[NavLink, ...]
    """At most four links, for the phone."""
    elsewhere: tuple[NavLink, ...] = ()
    """The other desks of the same person."""


_Links = tuple[tuple[str, str, str, str], ...]
"""The key by which a page marks its link, its label, endpoint and icon."""

_BUYER: dict[str, _Links] = {
    "": (
        ("overview", Text("Overview"), "buyer.account", "house"),
        ("orders", Text("Orders"), "buyer.orders", "package"),
        ("messages", Text("Messages"), "messages.inbox", "message-square"),
        ("bids", Text("My bids"), "buyer.bids", "gavel"),
        ("refunds", Text("Refunds"), "buyer.refunds", "undo-2"),
        ("saved", Text("Saved"), "saved.saved", "heart"),
    ),
    Text("Money"): (
        ("payments", Text("Payments"), "buyer.payments", "receipt"),
        ("methods", Text("Saved cards"), "buyer.methods", "credit-card"),
        ("wallet", Text("Wallet"), "buyer.wallet", "wallet"),
        ("credits", Text("Credits"), "credits.overview", "badge-check"),
        ("invoices", Text("Invoices"), "buyer.invoices", "receipt-text"),
        ("transactions", Text("Transactions"), "buyer.my_transactions", "list"),
        ("statistics", Text("Statistics"), "buyer.statistics", "gauge"),
    ),
    Text("Account"): (
        ("addresses", Text("Address book"), "auth.addresses", "map-pin"),
        ("mail", Text("Mail"), "mails.preferences", "mail"),
        ("blocked", Text("Blocked people"), "messages.blocked", "ban"),
        ("time", Text("Time zone"), "auth.time_zone", "clock"),
        ("language", Text("Language"), "auth.choose_language", "languages"),
        ("security", Text("Security"), "auth.security", "lock"),
        ("tokens", Text("Tokens"), "auth.tokens", "key-round"),
    ),
}
_SELLER: dict[str, _Links] = {
    "": (
        ("overview", Text("Overview"), "seller.overview", "layout-dashboard"),
        ("orders", Text("Orders"), "seller.orders", "package"),
        ("messages", Text("Messages"), "messages.inbox", "message-square"),
        ("listings", Text("Listings"), "seller.listings", "tag"),
        ("auctions", Text("Auctions"), "seller.auctions", "gavel"),
        ("discounts", Text("Discounts"), "seller.discounts", "percent"),
        ("refunds", Text("Refunds"), "seller.refunds", "undo-2"),
        ("disputes", Text("Disputes"), "seller.disputes", "shield-alert"),
    ),
    Text("Money"): (
        ("balance", Text("Balance"), "seller.balance", "wallet"),
        ("payouts", Text("Payouts"), "seller.payouts", "banknote"),
        ("credits", Text("Credits"), "credits.overview", "badge-check"),
        ("transactions", Text("Transactions"), "seller.transactions", "list"),
        ("statements", Text("Statements"), "seller.statements", "receipt-text"),
        ("invoices", Text("Invoices"), "seller.invoices", "receipt"),
    ),
    Text("Shop"): (
        ("shop", Text("Shop details"), "seller.own_shop", "store"),
        ("delivery", Text("Delivery"), "seller.profiles", "truck"),
        ("taxes", Text("Tax"), "seller.taxes", "scale"),
        ("payout_setup", Text("Payout setup"), "seller.payout_setup", "landmark"),
        ("addresses", Text("Your addresses"), "auth.addresses", "map-pin"),
        ("mail", Text("Your mail"), "mails.preferences", "mail"),
        ("blocked", Text("Blocked people"), "messages.blocked", "ban"),
        ("time", Text("Your time zone"), "auth.time_zone", "clock"),
        ("language", Text("Your language"), "auth.choose_language", "languages"),
        ("security", Text("Security"), "auth.security", "lock"),
        ("tokens", Text("Tokens"), "auth.tokens", "key-round"),
    ),
}
_ADMIN: dict[str, _Links] = {
    "": (
        ("overview", Text("Overview"), "admin.overview", "gauge"),
        ("refunds", Text("Refunds"), "admin.refunds", "undo-2"),
        ("disputes", Text("Disputes"), "admin.disputes", "shield-alert"),
        ("risk", Text("Fraud checks"), "admin.risks", "eye"),
        ("payouts", Text("Payouts"), "admin.payouts", "banknote"),
        ("debts", Text("Debts"), "admin.debts", "wallet"),
        ("transfers", Text("Bank transfers"), "admin.transfers", "banknote"),
    ),
    Text("Records"): (
        ("purchases", Text("Purchases"), "admin.purchases", "shopping-bag"),
        ("payments", Text("Payments"), "admin.payments", "receipt"),
        ("invoices", Text("Invoices"), "admin.invoices", "receipt-text"),
        ("users", Text("Users"), "admin.users", "users"),
        ("auctions", Text("Auctions"), "admin.auctions", "gavel"),
        ("discounts", Text("Discounts"), "admin.discounts", "percent"),
        ("reports", Text("Reports"), "admin.reports", "flag"),
    ),
    Text("Books and system"): (
        ("ledger", Text("Ledger"), "admin.ledger", "scale"),
        ("reconciliation", Text("Reconciliation"), "admin.reconciliation", "shield-check"),
        ("events", Text("Events"), "admin.events", "webhook"),
        ("calls", Text("Calls"), "admin.calls", "send"),
        ("mails", Text("Mail"), "admin.mails", "mail"),
        ("jobs", Text("Jobs"), "admin.jobs_page", "clock"),
        ("health", Text("Health"), "admin.health", "eye"),
        ("states", Text("States"), "admin.states", "list"),
        ("proof", Text("Proof"), "admin.proof", "shield-check"),
        ("performance", Text("Performance"), "admin.performance", "gauge"),
        ("delivery_tax", Text("Tax on deliveries"), "admin.delivery_tax", "truck"),
        ("settings", Text("Settings"), "admin.settings", "settings"),
        ("time", Text("Your time zone"), "auth.time_zone", "clock"),
        ("language", Text("Your language"), "auth.choose_language", "languages"),
        ("security", Text("Security"), "auth.security", "lock"),
        ("tokens", Text("Tokens"), "auth.tokens", "key-round"),
    ),
}
_SELLERS_BAR = ("overview", "orders", "listings", "balance")
_ADMINS_BAR = ("overview", "refunds", "disputes", "payouts")


def buyer_console(current: str) -> Console:
    """Return the buyer's side bar with `current` (overview, orders, payments, statistics, …) marked."""
    console = _console(_("Account"), _("Buyer"), _BUYER, current, ("orders", "overview"))
    return replace(console, bar=_shop_bar(*console.bar))


def seller_console(current: str, to_ship: int = 0) -> Console:
    """Return the seller's side bar with `current` (a key of _SELLER) marked; `to_ship` orders wait to be sent."""
    return _console(_("Seller"), _("Seller"), _SELLER, current, _SELLERS_BAR, {"orders": to_ship})


def admin_console(current: str, refunds_waiting: int = 0) -> Console:
    """Return the admin's side bar with `current` (overview, refunds, payments, purchases, …) marked."""
    return _console(_("Admin"), _("Admin"), _ADMIN, current, _ADMINS_BAR, {"refunds": refunds_waiting})


def own_console(current: str, *, is_seller: bool, is_admin: bool) -> Console:
    """Return the side bar a person works with, for a page that everybody has."""
    console = admin_console if is_admin else seller_console if is_seller else buyer_console
    return console(current)


def _console(
    label: str,
    role: str,
    groups: dict[str, _Links],
    current: str,
    on_phone: tuple[str, ...],
    counts: dict[str, int] | None = None,
) -> Console:
    viewer: Any = current_app.jinja_env.globals["viewer"]
    counts = {"messages": viewer.message_count, **(counts or {})}
    shown = {
        key: NavLink(text, url_for(endpoint), icon, key == current, counts.get(key, 0))
        for links in groups.values()
        for key, text, endpoint, icon in links
    }
    named = tuple(NavGroup(name, tuple(shown[link[0]] for link in links)) for name, links in groups.items())
    return Console(label, role, named, tuple(shown[key] for key in on_phone), _elsewhere(groups, viewer))


def _elsewhere(here: dict[str, _Links], viewer: Any) -> tuple[NavLink, ...]:
    """Return the viewer's other desks: who sells also buys, and comes back."""
    desks = (
        (_ADMIN, viewer.is_admin, _("Admin"), "admin.overview", "gauge"),
        (_SELLER, viewer.is_seller, _("Your shop"), "seller.overview", "store"),
        (_BUYER, viewer.is_seller, _("What you bought"), "buyer.account", "package"),
    )
    return tuple(
        NavLink(text, url_for(endpoint), icon, is_current=False)
        for links, is_theirs, text, endpoint, icon in desks
        if is_theirs and links is not here
    )


def _shop_bar(orders: NavLink, account: NavLink) -> tuple[NavLink, ...]:
    """Return the bar of the shop's own pages, so that it stays the same under a buyer's thumb."""
    viewer: Any = current_app.jinja_env.globals["viewer"]
    return (
        NavLink(_("Shop"), url_for("shop.listings"), "store", is_current=False),
        NavLink(_("Basket"), url_for("cart.basket"), "shopping-bag", is_current=False, count=viewer.basket_count),
        orders,
        replace(account, label=_("Me"), icon="user"),
    )
