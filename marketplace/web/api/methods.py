"""Saved cards for programs: the list, one of them, saving another, the default, and removing one (S4.2, S4.3)."""

from marketplace import clock, db
from marketplace.language import Text
from marketplace.payment_methods import flows, operations, queries
from marketplace.payment_methods.queries import MethodRow
from marketplace.payment_methods.rules import Lasting
from marketplace.web import guards
from marketplace.web.api.answers import row_id
from marketplace.web.api.method_shapes import Adding, Method, MethodChange, Methods, NewMethod
from marketplace.web.api.payments import short
from marketplace.web.api.shapes import Empty
from marketplace.web.buyer import methods as pages

_NO_CARD = Text("There is no such card among yours.")


def methods() -> Methods:
    """Return what the viewer has saved, and what once was."""
    found = queries.methods_of(guards.viewer().user_id, with_removed=True)
    return Methods(methods=[_method(row) for row in found])


def add(body: NewMethod) -> Adding:
    """Return a fresh page on which the viewer saves a card; it opens in a browser that they have signed in with."""
    operations.check_kind(body.type)
    return Adding(url=pages.saving_page())


def method(method_id: str) -> Method:
    """Return one thing the viewer has or had saved."""
    return _method(queries.method_of(guards.viewer().user_id, row_id(method_id, _NO_CARD)))


def change(method_id: str, body: MethodChange) -> Method:
    """Keep what the viewer's programs want to know with something saved."""
    user_id = guards.viewer().user_id
    known_id = row_id(method_id, _NO_CARD)
    db.atomic(operations.keep_details, (), user_id=user_id, method_id=known_id, details=body.metadata)
    return method(method_id)


def remove(method_id: str) -> Method:
    """Take something out of use and have the provider drop it; a second time changes nothing."""
    user_id, known_id = guards.viewer().user_id, row_id(method_id, _NO_CARD)
    flows.remove(user_id=user_id, method_id=known_id, provider=pages.provider(), now=clock.now())
    return method(method_id)


def set_default(method_id: str, body: Empty) -> Method:
    """Let payment pages begin with something saved."""
    del body
    user_id, known_id = guards.viewer().user_id, row_id(method_id, _NO_CARD)
    flows.set_default(user_id=user_id, method_id=known_id, provider=pages.provider(), now=clock.now())
    return method(method_id)


def _method(row: MethodRow) -> Method:
    return Method(
        id=row.id,
        type=row.kind,
        name=row.name,
        brand=row.brand,
        last4=row.last4,
        expires_on=row.valid_until,
        is_expired=row.lasting(clock.now().date()) is Lasting.OVER,
        is_default=row.is_default,
        is_active=row.is_active,
        status=row.status,
        provider=row.provider,
        provider_payment_method_id=short(row.provider_method_id),
        payments=row.payments,
        metadata=row.details,
        created_at=row.created_at,
    )
