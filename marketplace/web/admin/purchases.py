"""Purchases: the list, and one with its orders, payments, refunds and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.counting import count_text
from marketplace.language import gettext as _
from marketplace.language import texts
from marketplace.orders import purchase_queries as queries
from marketplace.orders.purchase_queries import PurchaseSummary, Sought
from marketplace.orders.states import PurchaseStatus
from marketplace.paging import every
from marketplace.payments import queries as payment_queries
from marketplace.payments import timeline_queries
from marketplace.refunds import queries as refund_queries
from marketplace.risk import queries as risk
from marketplace.web import guards, lists, wording
from marketplace.web.admin import purchase_page
from marketplace.web.console import Console, admin_console
from marketplace.web.lists import Tab, Tools
from marketplace.web.pages import decimal, money_text, time_text
from marketplace.web.wording import Badge

_CSV_COLUMNS = texts("Purchase", "Placed (UTC)", "Buyer", "E-mail", "Orders", "Status", "Currency", "Total")


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One purchase in the list."""

    number: str
    note: str
    url: str
    buyer: str
    email: str
    buyer_url: str
    orders: int
    badge: Badge
    placed: str
    total: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class PurchasesPage:
    """What templates/admin/purchases.html shows."""

    title: str
    console: Console
    tabs: tuple[Tab, ...]
    text: str
    rows: tuple[PurchaseRow, ...]
    tools: Tools
    list_url: str
    is_narrowed: bool


@guards.admin_only
def purchases() -> ResponseReturnValue:
    """List purchases, newest first, found by number or by who bought."""
    status, text = lists.choice(PurchaseStatus, "status"), lists.search_text()
    asked = lists.asked(*lists.BY_TIME_AND_AMOUNT, status=status.value if status else "", q=text)
    sought = Sought(text, status, asked.period)
    read = partial(queries.purchases, sought)
    if asked.is_csv:
        return lists.csv_file("purchases", _CSV_COLUMNS, map(_csv_row, every(read, asked.cursor)))
    listed, counts = read(asked.cursor), queries.counts(sought)
    page = PurchasesPage(
        title=_("Purchases"),
        console=admin_console("purchases"),
        tabs=(
            Tab(_("All"), asked.url(status=""), status is None, count_text(sum(counts.values()))),
            *(
                Tab(each.label, asked.url(status=each.value), each is status, count_text(counts[each]))
                for each in PurchaseStatus
            ),
        ),
        text=text,
        rows=tuple(_row(row) for row in listed.rows),
        tools=asked.tools(listed, {"q": _("Search: %(text)s", text=text)}),
        list_url=url_for("admin.purchases"),
        is_narrowed=bool(asked.url() != url_for("admin.purchases")),
    )
    return render_template("admin/purchases.html", page=page)


@guards.admin_only
def purchase(number: str) -> ResponseReturnValue:
    """Show one purchase, named by its own number or by that of one of its orders."""
    found = queries.purchase(lists.number(number))
    orders = queries.orders_of(found.id)
    order_ids = [order.id for order in orders]
    shares = payment_queries.shares_of_orders(order_ids)
    payments = payment_queries.attempts_of_purchase(found.id)
    refunds = refund_queries.refunds_of_orders(order_ids)
    subjects: dict[str, Sequence[int]] = {
        "purchase": [found.id],
        "order": order_ids,
        "payment": [payment.id for payment in payments],
        "payment_transaction": [share.id for share in shares.values()],
        "refund": [refund.id for refund in refunds],
    }
    facts = purchase_page.Facts(
        purchase=found,
        orders=orders,
        lines=queries.lines_of(found.id),
        shares=shares,
        payments=payments,
        refunds=refunds,
        changes=timeline_queries.changes_of(subjects),
        risks=risk.of_payments([payment.id for payment in payments]),
    )
    return render_template("admin/purchase.html", page=purchase_page.build(facts))


def _row(row: PurchaseSummary) -> PurchaseRow:
    return PurchaseRow(
        number=row.number,
        note=row.title,
        url=url_for("admin.purchase", number=row.number),
        buyer=row.buyer_name,
        email=row.buyer_email,
        buyer_url=url_for("admin.user", user_id=row.buyer_id),
        orders=row.orders,
        badge=wording.badge(row.status),
        placed=time_text(row.created_at),
        total=money_text(row.total_minor, row.currency),
        explain_url=purchase_page.explain_url(row.payment_id),
    )


def _csv_row(row: PurchaseSummary) -> tuple[object, ...]:
    total = decimal(row.total_minor, row.currency)
    who = (row.buyer_name, row.buyer_email)
    return (row.number, row.created_at, *who, row.orders, row.status.label, row.currency, total)
