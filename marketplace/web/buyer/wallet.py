"""The viewer's wallet: what it holds, what came in and was spent, and every movement (S2.19, S2.20)."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.paging import PAGE_SIZE
from marketplace.payments.flow_queries import FlowStatement
from marketplace.wallets import queries
from marketplace.wallets.queries import MovementRow, WalletFigure
from marketplace.wallets.rules import WalletKind
from marketplace.web import explaining, guards, lists, wallet_parts
from marketplace.web.console import Console, buyer_console
from marketplace.web.explaining import Crumb
from marketplace.web.wallet_parts import Figure, WalletList


@dataclass(frozen=True, slots=True)
class WalletPage:
    """What templates/buyer/wallet.html shows."""

    title: str
    console: Console
    figures: tuple[tuple[Figure, ...], ...]
    """Those of each currency."""
    movements: WalletList


@guards.signed_in
def wallet() -> ResponseReturnValue:
    """Show what the viewer's wallet holds per currency, and its movements, on the page or as CSV."""
    user_id = guards.viewer().user_id
    known = queries.held(user_id)
    wanted = wallet_parts.wanted(user_id, known)
    if wanted.asked.is_csv:
        return wallet_parts.csv(wanted)
    page = WalletPage(
        title=_("Wallet"),
        console=buyer_console("wallet"),
        figures=tuple(wallet_parts.figures(held, _explain_url) for held in known),
        movements=wallet_parts.movement_list(wanted, known, _about_url, "buyer.wallet"),
    )
    return render_template("buyer/wallet.html", page=page)


@guards.signed_in
def explain_wallet(figure: str, currency: str) -> ResponseReturnValue:
    """Show the ledger rows that make a figure of the viewer's wallet."""
    asked = lists.member(WalletFigure, figure)
    if asked is None or not lists.is_currency(currency):
        raise NotFound(_("There is no such figure."))
    found = queries.explain(guards.viewer().user_id, asked, currency, lists.row_id("before"), PAGE_SIZE)
    crumbs = [Crumb(_("Wallet"), url_for("buyer.wallet"))]
    statement = FlowStatement(found.figure_minor, found.statement)
    return explaining.show_flow(statement, asked, currency, buyer_console("wallet"), crumbs)


def _explain_url(figure: WalletFigure, currency: str) -> str:
    return url_for("buyer.explain_wallet", figure=figure.value, currency=currency)


def _about_url(row: MovementRow) -> str:
    if row.order_number is not None and row.kind is not WalletKind.SPENT:
        return url_for("buyer.order", number=row.order_number)
    return url_for("buyer.payment", payment_id=row.payment_id) if row.payment_id is not None else ""
