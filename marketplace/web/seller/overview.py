"""A seller's day on one page: what was sold, where the money is, what is to be done."""

from datetime import UTC, datetime, time, timedelta

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.catalog import shelf_queries
from marketplace.disputes import page_queries as dispute_queries
from marketplace.orders import queries as order_queries
from marketplace.orders import shipping_queries
from marketplace.orders.tabs import SellerTab
from marketplace.paging import Cursor, Period
from marketplace.payouts import account_queries, money_queries
from marketplace.refunds import waiting_queries
from marketplace.web import guards
from marketplace.web.seller import orders, overview_page, transactions
from marketplace.web.seller.overview_page import PERIODS, Facts

_LATEST = 8


@guards.seller_only
def overview() -> ResponseReturnValue:
    """Show the seller's day, in the currency and over the days that the address names."""
    viewer, now = guards.viewer(), clock.now()
    seller_id = viewer.user_id
    main = current_app.extensions["settings"].money.main_currency
    currencies = transactions.in_order(money_queries.currencies(seller_id), main)
    currency = transactions.chosen(currencies)
    days = next((days for days in PERIODS if str(days) == request.args.get("days")), PERIODS[1])
    # Twice the time: the change is told against the days before.
    since = datetime.combine(now.date() - timedelta(days=2 * days - 1), time(), UTC)
    latest = order_queries.seller_orders(seller_id, SellerTab.ALL, "", Period(), Cursor(size=_LATEST))
    facts = Facts(
        name=viewer.name,
        now=now,
        days=days,
        currencies=currencies,
        currency=currency,
        standing=money_queries.standing(seller_id, currency, since=since, today=now.date()),
        orders=order_queries.seller_order_counts(seller_id),
        to_send=shipping_queries.waiting_by_last_day(seller_id),
        refunds=waiting_queries.waiting_of_seller(seller_id),
        disputes=dispute_queries.waiting(seller_id),
        shelf=shelf_queries.shelf_counts(seller_id, ""),
        low_stock=shelf_queries.low_count(seller_id),
        account=account_queries.account_of(seller_id),
        latest=orders.rows_of(latest.rows),
    )
    return render_template("seller/overview.html", page=overview_page.build(facts))
