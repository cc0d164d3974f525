"""The checkout page: review, address, pay; and starting a new attempt to pay."""

import secrets
from dataclasses import asdict

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import queries as people
from marketplace.accounts.operations import PostalAddress
from marketplace.auctions import paying_queries
from marketplace.checkout import flows, queries, transfer_flows, wallet_flows
from marketplace.checkout.operations import Agreed
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.language import gettext as _
from marketplace.payment_methods import flows as saved_cards
from marketplace.payment_methods import queries as cards
from marketplace.payment_methods.rules import Lasting
from marketplace.wallets import queries as wallets
from marketplace.wallets.rules import Overdraft
from marketplace.web import address_form, countries, deliver_to, guards
from marketplace.web.checkout import page, ways
from marketplace.web.checkout.bought import Bought, back_url
from marketplace.web.checkout.forms import NEW, PAGE, CheckoutForm, collected_from
from marketplace.web.pages import money
from marketplace.web.providers import providers

_PROVIDER = "stripe"


@guards.signed_in
def review(currency: str) -> ResponseReturnValue:
    """Show what is bought in `currency`, from whom and for how much, and ask where to send it."""
    return _first(Bought(_currency(currency)))


@guards.signed_in
def won(auction_id: int) -> ResponseReturnValue:
    """Show what the viewer has won and ask where to send it, or agree to it and go to the payment page (S3.6)."""
    return _pay(_won(auction_id)) if request.method == "POST" else _first(_won(auction_id))


def _first(of: Bought) -> ResponseReturnValue:
    here = guards.viewer()
    saved = people.addresses(here.user_id)
    country = saved[0].country if saved else deliver_to.chosen()
    found = _found(of, country)
    if not found.groups and not found.notices:
        in_basket = _("There is nothing in your basket to pay in %(currency)s.", currency=of.currency)
        flash(in_basket if of.auction_id is None else _("There is nothing to pay for this auction."), "info")
        return redirect(of.back_url, code=303)
    form = CheckoutForm(
        expected_total_minor=found.total.minor,
        shown_country=found.country,
        shown_names=found.names,
        delivery_country=country,
        token=_new_token(),
    )
    form.offer(page.address_choices(saved), page.billing_choice(saved))
    return _review(of, found, saved, form)


@guards.signed_in
def total_there(currency: str) -> ResponseReturnValue:
    """Show the review again with what it costs, and what is delivered, where the chosen address is."""
    return _there(Bought(_currency(currency)))


@guards.signed_in
def total_won(auction_id: int) -> ResponseReturnValue:
    """Show what was won again with what it costs where the chosen address is."""
    return _there(_won(auction_id))


def _there(of: Bought) -> ResponseReturnValue:
    saved = people.addresses(guards.viewer().user_id)
    form = CheckoutForm()
    form.offer(page.address_choices(saved), page.billing_choice(saved))
    return _again(of, form, saved, 200)


@guards.signed_in
def pay(currency: str) -> ResponseReturnValue:
    """Agree to the purchase and go to the payment page; a free purchase goes straight to the last page."""
    return _pay(Bought(_currency(currency)))


def _pay(of: Bought) -> ResponseReturnValue:
    here = guards.viewer()
    saved = people.addresses(here.user_id)
    form = CheckoutForm()
    form.offer(page.address_choices(saved), page.billing_choice(saved))
    if not form.validate():
        return _again(of, form, saved, 422)
    delivery = _chosen(form, "delivery", saved)
    billing = delivery if form.billing_same.data else _chosen(form, "billing", saved)
    begin = wallet_flows.buy if form.is_from_wallet else flows.begin
    if form.is_by_transfer:
        begin = transfer_flows.buy
    if form.keeps_method.data and not form.is_from_wallet:
        saved_cards.is_known(user_id=here.user_id, provider=providers()[_PROVIDER], now=clock.now())
    try:
        outcome = begin(
            agreed=_agreed(of, form, delivery, billing),
            now=clock.now(),
            provider=providers()[_PROVIDER],
            settings=current_app.extensions["settings"],
        )
    except Invalid:
        return _again(of, form, saved, 422)
    except Conflict as error:
        form.form_errors.append(_too_little(error) if isinstance(error, Overdraft) else error.message)
        return _again(of, form, saved, 409)
    except NotAllowed as error:
        form.form_errors.append(error.message)
        return _again(of, form, saved, 403)
    db.atomic(accounts.remember_address, (), user_id=here.user_id, address=delivery, now=clock.now())
    return _onward(outcome)


@guards.signed_in
def retry(purchase_id: int) -> ResponseReturnValue:
    """Start another attempt to pay the same purchase (S0.2)."""
    try:
        outcome = flows.try_again(
            purchase_id=purchase_id,
            buyer_id=guards.viewer().user_id,
            now=clock.now(),
            provider=providers()[_PROVIDER],
            settings=current_app.extensions["settings"],
        )
    except Conflict as error:
        flash(error.message, "bad")
        return redirect(back_url(paying_queries.auction_of(purchase_id)), code=303)
    return _onward(outcome)


def _again(of: Bought, form: CheckoutForm, saved: list[people.AddressRow], code: int) -> ResponseReturnValue:
    """Show the form again with what was typed and with the basket, or what was won, as it is now."""
    found = _found(of, _country(form, saved), _collected())
    if not found.groups and not found.notices:
        flash(" ".join(map(str, form.form_errors)) or _("There is nothing in your basket to pay."), "bad")
        return redirect(of.back_url, code=303)
    if form.token.errors:
        form.token.data = _new_token()
    form.expected_total_minor.data = found.total.minor
    form.expected_total_minor.raw_data = None
    form.shown_country.data, form.shown_names.data = found.country, found.names
    return _review(of, found, saved, form), code


def _found(of: Bought, country: str, collected: tuple[int, ...] = ()) -> queries.Review:
    who, now = guards.viewer().user_id, clock.now()
    return queries.review(who, of.currency, now, country, countries.name, collected, of.auction_id)


def _won(auction_id: int) -> Bought:
    """Return what the viewer has won; raises NotFound for what they have not."""
    return Bought(paying_queries.currency_of(auction_id, guards.viewer().user_id), auction_id)


def _review(of: Bought, found: queries.Review, saved: list[people.AddressRow], form: CheckoutForm) -> str:
    held_minor = wallets.balance_minor(guards.viewer().user_id, found.currency)
    form.pay_from.choices = ways.to_pay(found, held_minor)
    if not form.pay_from.choices:
        form.pay_from.data = PAGE
    shown = page.review_page(of, found, saved, clock.now().date(), held_minor, _cards())
    return render_template("checkout/review.html", page=shown, form=form)


def _cards() -> ways.Cards:
    """Return what the payment page will know of the viewer's cards."""
    user_id, today = guards.viewer().user_id, clock.now().date()
    usable = [row for row in cards.methods_of(user_id) if row.lasting(today) is not Lasting.OVER]
    if usable:
        return ways.Cards(usable[0].name, can_begin=False)
    known = cards.customer_of(user_id, _PROVIDER)
    return ways.Cards("", can_begin=known is None or known.customer_id is None)


def _too_little(error: Overdraft) -> str:
    held, total = money(error.held), money(error.wanted)
    return _("Your wallet holds %(held)s, and this costs %(total)s. Nothing was bought.", held=held, total=total)


def _agreed(of: Bought, form: CheckoutForm, delivery: PostalAddress, billing: PostalAddress) -> Agreed:
    return Agreed(
        buyer_id=guards.viewer().user_id,
        currency=of.currency,
        auction_id=of.auction_id,
        token=str(form.token.data),
        expected_total_minor=form.expected_total_minor.data or 0,
        delivery_address=asdict(delivery),
        billing_address={**asdict(billing), **form.company(billing.country)},
        buyer_note=form.buyer_note.data or "",
        shown_country=(form.shown_country.data or "")[:2],
        shown_names=form.shown_names.data or "",
        collected=_collected(),
    )


def _collected() -> tuple[int, ...]:
    return collected_from(request.form.items())


def _onward(outcome: flows.Outcome) -> ResponseReturnValue:
    if outcome.redirect_url:
        return redirect(outcome.redirect_url, code=303)
    return redirect(url_for("checkout.came_back", payment_id=outcome.payment_id), code=303)


def _chosen(form: CheckoutForm, kind: str, saved: list[people.AddressRow]) -> PostalAddress:
    """Return the address of `kind`; the form has made sure that a chosen one is among `saved`."""
    choice = form[f"{kind}_choice"].data
    if choice == NEW:
        return form.address(kind)
    row = next(row for row in saved if str(row.address_id) == choice)
    return PostalAddress(**{name: getattr(row, name) for name in address_form.NAMES})


def _country(form: CheckoutForm, saved: list[people.AddressRow]) -> str:
    """Return the country of the address that is chosen or typed; "" while there is none."""
    typed = str(form.delivery_country.data or "") if form.wants_new_address else ""
    chosen = (row.country for row in saved if str(row.address_id) == form.delivery_choice.data)
    return typed if countries.is_known(typed) else next(chosen, "")


def _new_token() -> str:
    """Return the mark of one rendered form: sent twice, it is the same purchase."""
    return secrets.token_urlsafe(24)


def _currency(code: str) -> str:
    if not (code.isascii() and code.isalpha() and code.isupper()):
        raise NotFound(_("There is no such currency."))
    return code
