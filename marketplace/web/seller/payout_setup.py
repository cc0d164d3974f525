"""Setting payouts up: opening the account at the provider, the way there and back, and what is left to do."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.catalog import queries as catalog
from marketplace.errors import Conflict, Invalid
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.payouts import account_flows, account_queries, day_queries, pot_queries, schedules
from marketplace.payouts.account_queries import AccountRow
from marketplace.payouts.states import AccountStatus
from marketplace.providers.base import Provider
from marketplace.web import countries, guards
from marketplace.web.providers import providers
from marketplace.web.seller import payout_setup_page
from marketplace.web.seller.forms import CountryForm
from marketplace.web.seller.payout_setup_page import Facts

_PROVIDER = "stripe"


@guards.seller_only
def payout_setup() -> ResponseReturnValue:
    """Show the steps to being paid, what the provider asks for, and the seller's account there."""
    seller_id = guards.viewer().user_id
    shop = catalog.shop_of(seller_id)
    chosen = schedules.schedule_of(seller_id, current_app.extensions["settings"].money)
    pots = pot_queries.pots_of(seller_id)
    currencies = [each.currency for each in pots]
    facts = Facts(
        account=account_queries.account_of(seller_id),
        chosen=chosen,
        next_payout=day_queries.next_payout(seller_id, currencies, chosen.schedule, clock.now()),
        shop=shop,
        pots=pots,
    )
    form = CountryForm(formdata=None, country=shop.country)
    return render_template("seller/payout_setup.html", page=payout_setup_page.build(facts), form=form)


@guards.seller_only
def start_payout_setup() -> ResponseReturnValue:
    """Open the seller's account if there is none and go to the provider's page by a fresh link."""
    seller_id = guards.viewer().user_id
    country = request.form.get("country") or catalog.shop_of(seller_id).country
    if not countries.is_known(country):
        return _back(_("Choose a country."))
    try:
        account_id = account_flows.start(seller_id=seller_id, country=country, provider=_provider(), now=clock.now())
        return _onward(account_id)
    except (Conflict, Invalid) as error:
        return _back(error.message)


@guards.seller_only
def payout_setup_done() -> ResponseReturnValue:
    """Take the seller back from the provider's page: ask it how the account stands now."""
    account = _own()
    if account is not None and account.account_id is not None:
        actor = Actor.user(guards.viewer().user_id, "payout setup")
        account_flows.read_again(account.account_id, actor=actor, provider=_provider(), now=clock.now())
    return redirect(url_for("seller.payout_setup"), code=303)


@guards.seller_only
def payout_setup_again() -> ResponseReturnValue:
    """Go on with a fresh link, because the last one had been used or was too old."""
    account = _own()
    if account is None or account.account_id is None or account.status is AccountStatus.DISCONNECTED:
        return redirect(url_for("seller.payout_setup"), code=303)
    try:
        return _onward(account.account_id)
    except Conflict as error:
        return _back(error.message)


@guards.seller_only
def open_payout_account() -> ResponseReturnValue:
    """Sign the seller in at the provider, by a link that opens once."""
    account = _own()
    if account is None or account.account_id is None:
        return _back(_("Set up your payouts first."))
    try:
        return redirect(account_flows.login_link(account.account_id, provider=_provider()), code=303)
    except Conflict as error:
        return _back(error.message)


def _onward(account_id: str) -> ResponseReturnValue:
    base_url = current_app.extensions["settings"].base_url
    link = account_flows.setup_link(
        account_id,
        provider=_provider(),
        return_url=base_url + url_for("seller.payout_setup_done"),
        refresh_url=base_url + url_for("seller.payout_setup_again"),
    )
    return redirect(link, code=303)


def _back(words: str) -> ResponseReturnValue:
    flash(words, "bad")
    return redirect(url_for("seller.payout_setup"), code=303)


def _own() -> AccountRow | None:
    return account_queries.account_of(guards.viewer().user_id)


def _provider() -> Provider:
    return providers()[_PROVIDER]
