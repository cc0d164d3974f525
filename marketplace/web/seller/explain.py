"""The rows behind a seller's figures."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.paging import PAGE_SIZE
from marketplace.payments import explain_queries
from marketplace.payments.explain_queries import SellerFigure
from marketplace.web import explaining, guards, lists
from marketplace.web.console import seller_console
from marketplace.web.explaining import Crumb, ExplainPage
from marketplace.web.pages import money_text

_CREDIT = -1


@guards.seller_only
def explain_order(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of the seller's own order."""
    asked = lists.member(SellerFigure, figure)
    if asked is None:
        raise NotFound("There is no such figure.")
    found = explain_queries.explain_seller_order(lists.number(number), guards.viewer().user_id, asked)
    crumbs = [Crumb("Orders", url_for("seller.orders")), Crumb(number, url_for("seller.order", number=number))]
    return explaining.show(found, seller_console("orders"), crumbs, f"order {number}")


@guards.seller_only
def explain_held(currency: str) -> ResponseReturnValue:
    """Show every posting of what is held for the seller in one currency: what came, and what was released."""
    if not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise NotFound("There is no such currency.")
    found = explain_queries.held_statement(guards.viewer().user_id, currency, lists.row_id("before"), PAGE_SIZE)
    rows, total = explaining.stretch(found.statement, currency, _CREDIT)
    older = found.statement.rows[0].id if found.statement.earlier.postings and found.statement.rows else None
    page = ExplainPage(
        title=f"Held for you in {currency}",
        console=seller_console("orders"),
        crumbs=(Crumb("Orders", url_for("seller.orders")),),
        figure=money_text(found.shares_minor, currency),
        sum=money_text(found.ledger_minor, currency),
        agrees=found.shares_minor == found.ledger_minor,
        intro="The figure is the sum of your orders on hold. These are the ledger rows that make it.",
        rows=rows,
        total=total,
        parts=(),
        older_url=url_for("seller.explain_held", currency=currency, before=older) if older else "",
        newest_url=url_for("seller.explain_held", currency=currency) if found.statement.later.postings else "",
    )
    return render_template("explain/figure.html", page=page)
