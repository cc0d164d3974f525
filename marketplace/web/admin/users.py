"""People: the list, one of them with all that is theirs, and signing one of their devices out."""

from dataclasses import dataclass
from functools import partial

import structlog
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import queries as account_queries
from marketplace.accounts.rules import ADMIN_IDLE_LIMIT, IDLE_LIMIT
from marketplace.counting import count_text
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.messages import block_queries
from marketplace.orders import people_queries as queries
from marketplace.orders import purchase_queries
from marketplace.orders import queries as order_queries
from marketplace.orders.people_queries import Person, Role, Sought
from marketplace.orders.tabs import SellerTab
from marketplace.paging import ALWAYS, Cursor, every
from marketplace.payments import flow_queries, search_queries
from marketplace.payments import queries as payment_queries
from marketplace.payouts import account_queries as payout_accounts
from marketplace.refunds import queries as refund_queries
from marketplace.reports import queries as report_queries
from marketplace.wallets import queries as wallet_queries
from marketplace.web import guards, lists
from marketplace.web.admin import auction_strikes, packages, saved_methods, suspensions, user_page
from marketplace.web.admin.reports import StopForm
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import date_text, time_text
from marketplace.web.wording import Badge

log = structlog.get_logger()

_LATEST = Cursor(size=5)
_CSV_COLUMNS = texts(
    "User", "Name", "E-mail", "Seller", "Admin", "Shop", "Since (UTC)", "Bought", "Sold", "Last sign-in (UTC)",
    "Suspended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person in the list."""

    name: str
    email: str
    url: str
    badges: tuple[Badge, ...]
    shop: str
    since: str
    bought: int
    sold: int
    signed_in: str


@dataclass(frozen=True, slots=True)
class UsersPage:
    """What templates/admin/users.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[UserRow, ...]
    tools: Tools
    list_url: str


@guards.admin_only
def users() -> ResponseReturnValue:
    """List people, the newest first, found by name, e-mail address or shop."""
    role, text = lists.choice(Role, "role") or Role.ALL, lists.search_text()
    asked = lists.asked(role="" if role is Role.ALL else role.value, q=text)
    sought = Sought(text, role, asked.period)
    read = partial(queries.people, sought)
    if asked.is_csv:
        return lists.csv_file("users", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.counts(sought)
    page = UsersPage(
        title=_("Users"),
        console=admin_console("users"),
        tabs=tuple(
            Tab(
                each.label,
                asked.url(role="" if each is Role.ALL else each.value),
                each is role,
                count_text(counts[each]),
            )
            for each in Role
        ),
        text=text,
        rows=tuple(_row(row) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        list_url=url_for("admin.users"),
    )
    return render_template("admin/users.html", page=page)


@guards.admin_only
def user(user_id: int) -> ResponseReturnValue:
    """Show one person: profile, shop, latest purchases, sales, payments and refunds, and signed-in devices."""
    person = queries.person(user_id)
    limit = ADMIN_IDLE_LIMIT if person.is_admin else IDLE_LIMIT
    sales = order_queries.seller_orders(user_id, SellerTab.ALL, "", ALWAYS, _LATEST).rows if person.is_seller else ()
    facts = user_page.Facts(
        person=person,
        paid=flow_queries.buyer_totals(user_id),
        held=payment_queries.held_totals(user_id) if person.is_seller else [],
        purchases=purchase_queries.purchases(purchase_queries.Sought(buyer_id=user_id), _LATEST).rows,
        sales=sales,
        shares=payment_queries.shares_of_orders(order.id for order in sales),
        payments=search_queries.attempts_of_buyer(user_id, search_queries.Sought(), _LATEST).rows,
        refunds=refund_queries.refunds_of_buyer(user_id, ALWAYS, _LATEST).rows,
        devices=account_queries.devices(user_id, seen_after=clock.system_now() - limit),
        account=payout_accounts.account_of(user_id) if person.is_seller else None,
        stop=report_queries.stop_of(user_id),
        blocks=block_queries.about(user_id),
        wallet=wallet_queries.held(user_id),
    )
    page, halted = user_page.build(facts), suspensions.panel(person)
    shown = {
        "stop_form": StopForm(None),
        "suspensions": halted,
        "credits": packages.held(user_id),
        "saved_methods": saved_methods.lines(user_id),
        "strikes": auction_strikes.of(user_id),
    }
    return render_template("admin/user.html", page=page, **shown)


@guards.admin_only
def sign_out_user(user_id: int, session_id: int) -> ResponseReturnValue:
    """Sign one of a person's devices out."""
    now = clock.system_now()
    db.atomic(accounts.close_session, (), user_id=user_id, session_id=session_id, now=now)
    log.info("device signed out by an admin", admin=guards.viewer().user_id, user=user_id, session=session_id)
    flash(_("That device is signed out."), "ok")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def _row(row: Person) -> UserRow:
    return UserRow(
        name=row.name,
        email=row.email,
        url=url_for("admin.user", user_id=row.id),
        badges=user_page.roles(row),
        shop=row.shop_name or "",
        since=date_text(row.created_at),
        bought=row.bought,
        sold=row.sold,
        signed_in=time_text(row.signed_in_at) if row.signed_in_at else _("Never"),
    )


def _csv_row(row: Person) -> tuple[object, ...]:
    roles = (_("yes") if row.is_seller else _("no"), _("yes") if row.is_admin else _("no"))
    counts = (row.bought, row.sold, row.signed_in_at, _("yes") if row.is_suspended else _("no"))
    return (row.id, row.name, row.email, *roles, row.shop_name, row.created_at, *counts)
