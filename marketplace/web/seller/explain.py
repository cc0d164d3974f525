"""The rows behind a seller's figures."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.debts import order_queries
from marketplace.debts.order_queries import DebtFigure
from marketplace.errors import NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.paging import PAGE_SIZE
from marketplace.payments import explain_queries
from marketplace.payments.explain_queries import SellerFigure
from marketplace.payouts import money_queries, pot_queries
from marketplace.payouts.pot_queries import Pot
from marketplace.web import explaining, guards, lists
from marketplace.web.console import seller_console
from marketplace.web.explaining import Crumb, ExplainPage
from marketplace.web.pages import date_text, money_text

_CREDIT = -1
DUE = "due"
"""What stands in an address for all days before today."""
_NOT_A_CURRENCY = Text("There is no such currency.")
_ABOUT = {
    Pot.WAITING: Text("Held for you, of orders without an open refund or dispute."),
    Pot.BLOCKED: Text("Of orders with an open refund or dispute. It stays where it is until that is settled."),
    Pot.AVAILABLE: Text("Released to you."),
    Pot.SENDING: Text("Taken up by a payout that is being sent to your account at the provider."),
    Pot.ON_ITS_WAY: Text("Transferred to your account at the provider, on its way to your bank."),
    Pot.PAID_OUT: Text("Transferred to you and with your bank, less what was taken back of it."),
    Pot.DEBT: Text("What refunds took beyond what was yours at the time. Your next sales pay it."),
    Pot.BALANCE: Text("All that we have of yours: held, available, being sent and owed. What comes in is positive."),
}


@guards.seller_only
def explain_order(number: str, figure: str) -> ResponseReturnValue:
    """Show the rows that make one figure of the seller's own order."""
    asked, owed = lists.member(SellerFigure, figure), lists.member(DebtFigure, figure)
    seller_id = guards.viewer().user_id
    if asked is not None:
        found = explain_queries.explain_seller_order(lists.number(number), seller_id, asked)
    elif owed is not None:
        found = order_queries.explain(lists.number(number), seller_id, owed)
    else:
        raise NotFound(_("There is no such figure."))
    crumbs = [Crumb(_("Orders"), url_for("seller.orders")), Crumb(number, url_for("seller.order", number=number))]
    return explaining.show(found, seller_console("orders"), crumbs, _("order %(number)s", number=number))


@guards.seller_only
def explain_held(currency: str) -> ResponseReturnValue:
    """Show every posting of what is held for the seller in one currency: what came, and what was released."""
    _check(currency)
    found = explain_queries.held_statement(guards.viewer().user_id, currency, lists.row_id("before"), PAGE_SIZE)
    rows, total = explaining.stretch(found.statement, currency, _CREDIT)
    older = found.statement.rows[0].id if found.statement.earlier.postings and found.statement.rows else None
    page = ExplainPage(
        title=_("Held for you in %(currency)s", currency=currency),
        console=seller_console("orders"),
        crumbs=(Crumb(_("Orders"), url_for("seller.orders")),),
        figure=money_text(found.shares_minor, currency),
        sum=money_text(found.ledger_minor, currency),
        agrees=found.shares_minor == found.ledger_minor,
        intro=_("The figure is the sum of your orders on hold. These are the ledger rows that make it."),
        rows=rows,
        total=total,
        parts=(),
        older_url=url_for("seller.explain_held", currency=currency, before=older) if older else "",
        newest_url=url_for("seller.explain_held", currency=currency) if found.statement.later.postings else "",
    )
    return render_template("explain/figure.html", page=page)


@guards.seller_only
def explain_pot(pot: str, currency: str) -> ResponseReturnValue:
    """Show every posting of one part of the seller's money in one currency."""
    _check(currency)
    asked = lists.member(Pot, pot)
    if asked is None:
        raise NotFound(_("There is no such figure."))
    found = pot_queries.pot_statement(guards.viewer().user_id, currency, asked, lists.row_id("before"), PAGE_SIZE)
    rows, total = explaining.stretch(found.statement, currency, asked.sign)
    older = found.statement.rows[0].id if found.statement.earlier.postings and found.statement.rows else None
    here: dict[str, Any] = {"pot": asked.value, "currency": currency}
    page = ExplainPage(
        title=_("%(figure)s in %(currency)s", figure=asked.label, currency=currency),
        console=seller_console("balance"),
        crumbs=(Crumb(_("Balance"), url_for("seller.balance", currency=currency)),),
        figure=money_text(found.figure_minor, currency),
        sum=money_text(found.ledger_minor, currency),
        agrees=found.figure_minor == found.ledger_minor,
        intro=_ABOUT[asked],
        rows=rows,
        total=total,
        parts=(),
        older_url=url_for("seller.explain_pot", **here, before=older) if older else "",
        newest_url=url_for("seller.explain_pot", **here) if found.statement.later.postings else "",
    )
    return render_template("explain/figure.html", page=page)


@guards.seller_only
def explain_share(pot: str, number: str) -> ResponseReturnValue:
    """Show the rows that make what of the seller's own order is in one part of the money."""
    asked = lists.member(Pot, pot)
    if asked is None or asked is Pot.BALANCE:
        raise NotFound(_("There is no such figure."))
    found = pot_queries.explain_share(guards.viewer().user_id, lists.number(number), asked)
    crumbs = [Crumb(_("Balance"), url_for("seller.balance", currency=found.currency))]
    return explaining.show(found, seller_console("balance"), crumbs, _("order %(number)s", number=number))


@guards.seller_only
def explain_release(currency: str, day: str) -> ResponseReturnValue:
    """Show the rows that make what is planned to be released to the seller on one day, or what is due before today."""
    _check(currency)
    if day == DUE:
        first, last, when = date.min, clock.now().date() - timedelta(days=1), _("due before today")
    else:
        # One day, or the days whose releases one payout pays: 2026-12-01..2026-12-07.
        since, _dots, until = day.partition("..")
        first, last = _day(since), _day(until or since)
        when = (
            date_text(first)
            if first == last
            else _("%(first)s to %(last)s", first=date_text(first), last=date_text(last))
        )
    found = money_queries.explain_release(guards.viewer().user_id, currency, first, last)
    crumbs = [Crumb(_("Overview"), url_for("seller.overview", currency=currency))]
    return explaining.show(found, seller_console("overview"), crumbs, when)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("There is no such day.")) from None


def _check(currency: str) -> None:
    if not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise NotFound(_(_NOT_A_CURRENCY))
