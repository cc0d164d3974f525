"""The console layout's side bar: who sees which links."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for


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


_Links = tuple[tuple[str, str, str, str], ...]
"""The key by which a page marks its link, its label, endpoint and icon."""

_BUYER: dict[str, _Links] = {
    "": (
        ("overview", "Overview", "buyer.account", "house"),
        ("orders", "Orders", "buyer.orders", "package"),
        ("messages", "Messages", "messages.inbox", "message-square"),
        ("refunds", "Refunds", "buyer.refunds", "undo-2"),
        ("saved", "Saved", "saved.saved", "heart"),
    ),
    "Money": (
        ("payments", "Payments", "buyer.payments", "credit-card"),
        ("invoices", "Invoices", "buyer.invoices", "receipt-text"),
        ("transactions", "Transactions", "buyer.my_transactions", "list"),
        ("statistics", "Statistics", "buyer.statistics", "gauge"),
    ),
    "Account": (
        ("addresses", "Address book", "auth.addresses", "map-pin"),
        ("mail", "Mail", "mails.preferences", "send"),
        ("blocked", "Blocked people", "messages.blocked", "ban"),
        ("time", "Time zone", "auth.time_zone", "clock"),
        ("language", "Language", "auth.choose_language", "languages"),
        ("security", "Security", "auth.security", "lock"),
    ),
}
_SELLER: dict[str, _Links] = {
    "": (
        ("overview", "Overview", "seller.overview", "layout-dashboard"),
        ("orders", "Orders", "seller.orders", "package"),
        ("messages", "Messages", "messages.inbox", "message-square"),
        ("listings", "Listings", "seller.listings", "tag"),
        ("discounts", "Discounts", "seller.discounts", "tag"),
        ("refunds", "Refunds", "seller.refunds", "undo-2"),
        ("disputes", "Disputes", "seller.disputes", "shield-alert"),
    ),
    "Money": (
        ("balance", "Balance", "seller.balance", "wallet"),
        ("payouts", "Payouts", "seller.payouts", "banknote"),
        ("transactions", "Transactions", "seller.transactions", "list"),
        ("statements", "Statements", "seller.statements", "receipt-text"),
        ("invoices", "Invoices", "seller.invoices", "receipt"),
    ),
    "Shop": (
        ("shop", "Shop details", "seller.own_shop", "store"),
        ("delivery", "Delivery", "seller.profiles", "truck"),
        ("taxes", "Tax", "seller.taxes", "scale"),
        ("payout_setup", "Payout setup", "seller.payout_setup", "landmark"),
        ("addresses", "Your addresses", "auth.addresses", "map-pin"),
        ("mail", "Your mail", "mails.preferences", "send"),
        ("blocked", "Blocked people", "messages.blocked", "ban"),
        ("time", "Your time zone", "auth.time_zone", "clock"),
        ("language", "Your language", "auth.choose_language", "languages"),
    ),
}
_ADMIN: dict[str, _Links] = {
    "": (
        ("overview", "Overview", "admin.overview", "gauge"),
        ("refunds", "Refunds", "admin.refunds", "undo-2"),
        ("disputes", "Disputes", "admin.disputes", "shield-alert"),
        ("payouts", "Payouts", "admin.payouts", "banknote"),
        ("debts", "Debts", "admin.debts", "wallet"),
    ),
    "Records": (
        ("purchases", "Purchases", "admin.purchases", "shopping-bag"),
        ("payments", "Payments", "admin.payments", "receipt"),
        ("invoices", "Invoices", "admin.invoices", "receipt-text"),
        ("users", "Users", "admin.users", "users"),
        ("discounts", "Discounts", "admin.discounts", "tag"),
        ("reports", "Reports", "admin.reports", "flag"),
    ),
    "Books and system": (
        ("ledger", "Ledger", "admin.ledger", "scale"),
        ("reconciliation", "Reconciliation", "admin.reconciliation", "shield-check"),
        ("events", "Events", "admin.events", "webhook"),
        ("calls", "Calls", "admin.calls", "send"),
        ("mails", "Mail", "admin.mails", "send"),
        ("jobs", "Jobs", "admin.jobs_page", "clock"),
        ("health", "Health", "admin.health", "eye"),
        ("states", "States", "admin.states", "list"),
        ("proof", "Proof", "admin.proof", "shield-check"),
        ("performance", "Performance", "admin.performance", "gauge"),
        ("settings", "Settings", "admin.settings", "settings"),
        ("time", "Your time zone", "auth.time_zone", "clock"),
        ("language", "Your language", "auth.choose_language", "languages"),
    ),
}


def buyer_console(current: str) -> Console:
    """Return the buyer's side bar with `current` (overview, orders, payments, statistics, …) marked."""
    return _console("Account", "Buyer", _BUYER, current, ("overview", "orders", "payments"))


def seller_console(current: str, to_ship: int = 0) -> Console:
    """Return the seller's side bar with `current` (a key of _SELLER) marked; `to_ship` orders wait to be sent."""
    return _console("Seller", "Seller", _SELLER, current, ("overview", "orders", "balance"), {"orders": to_ship})


def admin_console(current: str, refunds_waiting: int = 0) -> Console:
    """Return the admin's side bar with `current` (overview, refunds, payments, purchases, …) marked."""
    return _console("Admin", "Admin", _ADMIN, current, ("overview", "refunds", "payouts"), {"refunds": refunds_waiting})


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
    # The layout itself leads to the notifications, with their count; the phone's bar has room for them.
    told = NavLink("Notifications", url_for("buyer.notifications"), "bell", current == "notifications")
    named = tuple(NavGroup(name, tuple(shown[link[0]] for link in links)) for name, links in groups.items())
    return Console(label, role, named, (*(shown[key] for key in on_phone), told))
