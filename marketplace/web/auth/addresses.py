"""The address book: the addresses that a checkout offers, and which of them it starts with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from marketplace import clock, db
from marketplace.accounts import address_operations as book
from marketplace.accounts import queries
from marketplace.accounts.address_operations import MOST_ADDRESSES, Uses
from marketplace.accounts.queries import AddressRow
from marketplace.errors import Conflict, NotFound
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web import address_form, guards, order_parts
from marketplace.web.address_form import country_field, text_field
from marketplace.web.console import Console, own_console
from marketplace.web.forms import Form

_KIND = "address"


class AddressForm(Form):
    """One address, and for what it is the default."""

    address_full_name = text_field(Text("Full name"), 64)
    address_line1 = text_field(Text("Street and number"), 200)
    address_line2 = text_field(Text("Flat, floor or company"), 200)
    address_city = text_field(Text("Town or city"), 64)
    address_region = text_field(Text("State or region"), 64)
    address_postcode = text_field(Text("Postcode"), 64)
    address_country = country_field()
    is_delivery_default = BooleanField(Text("Send my orders here by default"))
    is_billing_default = BooleanField(Text("Send my bills here by default"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether the shape is right; the errors stand at the fields."""
        super().validate(extra_validators)
        address_form.require(self, _KIND)
        return not any(field.errors for field in self)

    @property
    def uses(self) -> Uses:
        """Return for what the address becomes the default."""
        return Uses(delivery=bool(self.is_delivery_default.data), billing=bool(self.is_billing_default.data))


@dataclass(frozen=True, slots=True)
class AddressCard:
    """One address of the book."""

    name: str
    lines: tuple[str, ...]
    marks: tuple[str, ...]
    edit_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class AddressesPage:
    """What templates/auth/addresses.html shows."""

    title: str
    console: Console
    note: str
    cards: tuple[AddressCard, ...]
    new_url: str
    """"" while the book is full."""


@dataclass(frozen=True, slots=True)
class AddressPage:
    """What templates/auth/address.html shows beside its form."""

    title: str
    console: Console
    back_url: str
    action: str
    button: str


@guards.signed_in
def addresses() -> ResponseReturnValue:
    """Show the viewer's address book."""
    found = queries.addresses(guards.viewer().user_id)
    page = AddressesPage(
        title=_("Address book"),
        console=_console(),
        note=_note(found),
        cards=tuple(map(_card, found)),
        new_url=url_for("auth.new_address") if len(found) < MOST_ADDRESSES else "",
    )
    return render_template("auth/addresses.html", page=page)


@guards.signed_in
def new_address() -> ResponseReturnValue:
    """Ask for another address."""
    return _show(AddressForm(None), None)


@guards.signed_in
def add_address() -> ResponseReturnValue:
    """Put another address into the viewer's book."""
    form = AddressForm()
    if not form.validate():
        return _show(form, None, 422)
    try:
        db.atomic(
            book.add_address,
            (_lock(),),
            user_id=guards.viewer().user_id,
            address=address_form.typed_address(form, _KIND),
            uses=form.uses,
            now=clock.now(),
        )
    except Conflict as error:
        form.form_errors.append(error.message)
        return _show(form, None, 409)
    flash(_("Saved. The next checkout offers it."), "ok")
    return redirect(url_for("auth.addresses"), code=303)


@guards.signed_in
def address(address_id: int) -> ResponseReturnValue:
    """Show one address of the viewer's book in its form."""
    row = _own(address_id)
    values: dict[str, object] = {f"{_KIND}_{name}": getattr(row, name) for name in address_form.NAMES}
    values |= {"is_delivery_default": row.is_delivery_default, "is_billing_default": row.is_billing_default}
    return _show(AddressForm(None, data=values), row)


@guards.signed_in
def save_address(address_id: int) -> ResponseReturnValue:
    """Change one address of the viewer's book."""
    row, form = _own(address_id), AddressForm()
    if not form.validate():
        return _show(form, row, 422)
    try:
        db.atomic(
            book.change_address,
            (_lock(),),
            user_id=guards.viewer().user_id,
            address_id=row.address_id,
            address=address_form.typed_address(form, _KIND),
            uses=form.uses,
        )
    except Conflict as error:
        form.form_errors.append(error.message)
        return _show(form, row, 409)
    flash(_("Saved. Orders that you placed before keep the address they have."), "ok")
    return redirect(url_for("auth.addresses"), code=303)


@guards.signed_in
def remove_address(address_id: int) -> ResponseReturnValue:
    """Take one address out of the viewer's book."""
    viewer_id = guards.viewer().user_id
    db.atomic(book.remove_address, (_lock(),), user_id=viewer_id, address_id=address_id)
    flash(_("The address is removed. Orders that you placed before keep it."), "ok")
    return redirect(url_for("auth.addresses"), code=303)


def _own(address_id: int) -> AddressRow:
    found = (row for row in queries.addresses(guards.viewer().user_id) if row.address_id == address_id)
    if (row := next(found, None)) is None:
        raise NotFound(_("There is no such address in your address book."))
    return row


def _show(form: AddressForm, row: AddressRow | None, code: int = 200) -> ResponseReturnValue:
    here = url_for("auth.save_address", address_id=row.address_id) if row else url_for("auth.add_address")
    page = AddressPage(
        title=_("Change this address") if row else _("Add an address"),
        console=_console(),
        back_url=url_for("auth.addresses"),
        action=here,
        button=_("Save"),
    )
    return render_template("auth/address.html", page=page, form=form), code


def _card(row: AddressRow) -> AddressCard:
    lines = order_parts.address_lines({**asdict(row), "full_name": ""})
    marks = {_("Default for orders"): row.is_delivery_default, _("Default for bills"): row.is_billing_default}
    return AddressCard(
        name=row.full_name,
        lines=lines,
        marks=tuple(mark for mark, is_set in marks.items() if is_set),
        edit_url=url_for("auth.address", address_id=row.address_id),
        remove_url=url_for("auth.remove_address", address_id=row.address_id),
    )


def _note(found: Sequence[AddressRow]) -> str:
    if len(found) >= MOST_ADDRESSES:
        return _("Your address book is full: it holds %(most)s addresses.", most=MOST_ADDRESSES)
    return _("Checkout starts with the defaults, and offers all of them.")


def _console() -> Console:
    viewer = guards.viewer()
    return own_console("addresses", is_seller=viewer.is_seller, is_admin=viewer.is_admin)


def _lock() -> str:
    return f"addresses:{guards.viewer().user_id}"
