"""Agreeing to a basket as a program: the same purchase as the checkout form makes (S2.6, S1.16)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import current_app, request

from marketplace import clock, db
from marketplace.accounts import operations as accounts
from marketplace.accounts import queries as people
from marketplace.accounts.operations import PostalAddress
from marketplace.accounts.postcode_rules import postcode
from marketplace.checkout import flows, queries
from marketplace.checkout.operations import Agreed
from marketplace.checkout.queries import Review
from marketplace.errors import Invalid, NotFound
from marketplace.language import gettext as _
from marketplace.web import address_form, countries, discount_words, guards
from marketplace.web.amounts import typed_minor
from marketplace.web.api import discounts, shapes
from marketplace.web.api.answers import amount
from marketplace.web.api.order_shapes import Bought, NewOrder
from marketplace.web.cart import codes
from marketplace.web.providers import providers

_KEY = re.compile(r"[\x21-\x7e]{8,200}")


def buy(body: NewOrder) -> Bought:
    """Agree to the basket's part in one currency and open its payment page.

    The same Idempotency-Key again is the same purchase, whatever else is sent with it.
    """
    viewer, token = guards.viewer(), once()
    delivery = _delivery(body, viewer.user_id)
    billing = _typed(body.billing_address, "billing_address") if body.billing_address else delivery
    if code := body.coupon_code or body.discount_code:
        _enter(code)
    review = queries.review(
        viewer.user_id, body.currency, clock.now(), delivery.country, countries.name, body.collect_from
    )
    outcome = flows.begin(
        agreed=Agreed(
            buyer_id=viewer.user_id,
            currency=body.currency,
            token=token,
            expected_total_minor=_expected(body, review),
            delivery_address=asdict(delivery),
            billing_address=asdict(billing),
            buyer_note=body.buyer_notes.strip(),
            shown_country=review.country,
            shown_names=review.names,
            collected=tuple(sorted(set(body.collect_from))),
        ),
        now=clock.now(),
        providers=providers(),
        settings=current_app.extensions["settings"],
    )
    db.atomic(accounts.remember_address, (), user_id=viewer.user_id, address=delivery, now=clock.now())
    return bought(outcome)


def bought(outcome: flows.Outcome) -> Bought:
    """Return where the viewer pays, and what."""
    viewer = guards.viewer()
    found = queries.return_state(outcome.payment_id, viewer.user_id)
    return Bought(
        checkout_url=outcome.redirect_url,
        session_id=queries.session_of(outcome.payment_id, viewer.user_id),
        payment_id=outcome.payment_id,
        purchase_number=found.purchase_number,
        orders=[number for number, _shop, _total in found.orders],
        currency=found.total.currency,
        total_amount=amount(found.total.minor, found.total.currency),
    )


def once() -> str:
    """Return the token that makes the same request sent twice the same deed: of the viewer and their Idempotency-Key.

    Raises Invalid for a key that is too short or holds blanks; without one each request is a new deed.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return secrets.token_urlsafe(24)
    if not _KEY.fullmatch(key):
        raise Invalid(_("A key has 8 to 200 letters, digits and signs, and no blanks."), field="Idempotency-Key")
    # Of the viewer too, so that nobody's key is taken by somebody else's.
    digest = hashlib.sha256(f"{guards.viewer().user_id}:{key}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _delivery(body: NewOrder, user_id: int) -> PostalAddress:
    if body.shipping_address is not None:
        return _typed(body.shipping_address, "shipping_address")
    saved = people.addresses(user_id)
    if body.address_id is not None:
        saved = [row for row in saved if row.address_id == body.address_id]
        if not saved:
            raise NotFound(_("There is no such address in your address book."))
    if not saved:
        raise Invalid(_("Say where to send it: your address book is empty."), field="shipping_address")
    return PostalAddress(**{name: getattr(saved[0], name) for name in address_form.NAMES})


def _typed(found: shapes.Address, field: str) -> PostalAddress:
    """Return an address as it is written on a parcel; raises Invalid naming the field as the checkout form does."""
    values: Mapping[str, Any] = {name: address_form.line(text) for name, text in found.model_dump().items()}
    for name, text in values.items():
        if not text and name not in {"line2", "region", "postcode"}:
            raise Invalid(_("Fill this in."), field=f"{field}.{name}")
    if not countries.is_known(values["country"]):
        raise Invalid(_("Choose a country of the list."), field=f"{field}.country")
    longest = max((name for name in values), key=lambda name: len(values[name]) - _longest(name))
    if len(values[longest]) > _longest(longest):
        raise Invalid(_("Use at most %(most)s characters.", most=_longest(longest)), field=f"{field}.{longest}")
    try:
        written = postcode(values["postcode"], values["country"])
    except Invalid as error:
        raise Invalid(error.message, field=f"{field}.postcode") from error
    return PostalAddress(**{**values, "postcode": written})


def _longest(name: str) -> int:
    return 200 if name in {"line1", "line2"} else 64


def _enter(code: str) -> None:
    """Put a discount code into the basket; raises Invalid in words when it takes nothing off."""
    letters = discounts.letters_of(code)
    tried = codes.tried(letters)
    if not codes.counts(tried):
        raise Invalid(discount_words.in_basket(tried[0]), field="coupon_code")
    codes.keep(letters)


def _expected(body: NewOrder, review: Review) -> int:
    """Return the total that is agreed to, minor units: what was said, else what it comes to now."""
    if body.expected_total is None:
        return review.total.minor
    minor = typed_minor(body.expected_total, body.currency)
    if minor is None:
        raise Invalid(_("This amount has more decimals than its currency."), field="expected_total")
    return minor
