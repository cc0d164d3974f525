"""The checkout form: shape only. Prices, stock and totals are said by the rules of the checkout."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Regexp

from marketplace.accounts.company_rules import LONGEST_COMPANY, vat_number
from marketplace.accounts.operations import PostalAddress
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.web import address_form
from marketplace.web.address_form import country_field as _country
from marketplace.web.address_form import line as _line
from marketplace.web.address_form import text_field as _text
from marketplace.web.cart.forms import whole_number
from marketplace.web.forms import Form

NEW = "new"
PAGE, FROM_WALLET, BY_TRANSFER = "page", "wallet", "bank_transfer"
SENT, COLLECTED = "sent", "collected"
_WAY = re.compile(r"from([0-9]{1,18})-way")
_ANOTHER = SelectChoice(NEW, Text("Another address"))
_LARGEST_AMOUNT = 2**63 - 1


def _lines(text: str | None) -> str:
    return "\n".join(_line(line) for line in (text or "").splitlines()).strip()


class WayForm(Form):
    """Whether one seller's goods are sent or collected, where the buyer has the choice."""

    way = RadioField(Text("How do you get it?"), choices=[])


def way_form(seller_id: int, sent: str, collected: str, *, is_collected: bool) -> WayForm:
    """Return the choice for one seller's goods with what is said of each way."""
    values = {"way": COLLECTED if is_collected else SENT}
    form = WayForm(formdata=None, prefix=f"from{seller_id}-", data=values, meta={"csrf": False})
    form.way.choices = [SelectChoice(SENT, sent), SelectChoice(COLLECTED, collected)]
    return form


def collected_from(fields: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    """Return the sellers whose goods the buyer wants to collect, of what was sent with the form."""
    found = (_WAY.fullmatch(name) for name, value in fields if value == COLLECTED)
    return tuple(sorted({int(match[1]) for match in found if match}))


class CheckoutForm(Form):
    """Where to send, whom to bill, a note, and the two hidden marks that make the form safe to send twice.

    Fields of an address count only where that address is asked for: a new one, or another one for the bill.
    """

    delivery_choice = RadioField(Text("Deliver to"), choices=[_ANOTHER], default=NEW)
    delivery_full_name = _text(Text("Full name"), 64)
    delivery_line1 = _text(Text("Street and number"), 200)
    delivery_line2 = _text(Text("Flat, floor or company"), 200)
    delivery_city = _text(Text("Town or city"), 64)
    delivery_region = _text(Text("State or region"), 64)
    delivery_postcode = _text(Text("Postcode"), 64)
    delivery_country = _country()
    billing_same = BooleanField(Text("The bill goes to the same address"), default=True)
    billing_choice = RadioField(Text("Bill to"), choices=[_ANOTHER], default=NEW)
    billing_full_name = _text(Text("Full name on the bill"), 64)
    billing_line1 = _text(Text("Street and number on the bill"), 200)
    billing_line2 = _text(Text("Flat, floor or company on the bill"), 200)
    billing_city = _text(Text("Town or city on the bill"), 64)
    billing_region = _text(Text("State or region on the bill"), 64)
    billing_postcode = _text(Text("Postcode on the bill"), 64)
    billing_country = _country()
    billing_company = _text(Text("Company"), LONGEST_COMPANY)
    billing_vat_id = _text(Text("VAT number"), 32)
    buyer_note = TextAreaField(
        Text("Note to the sellers"), [Length(max=1000, message=Text("Use at most 1000 characters."))], filters=[_lines]
    )
    token = HiddenField(
        Text("Form"), [Regexp(r"[A-Za-z0-9_-]{20,64}\Z", message=Text("Reload the page and try again."))]
    )
    shown_country = HiddenField()
    """Where the total that is shown sends it."""
    shown_names = HiddenField()
    """What is shown, as it is called: CurrencyPart.names."""
    pay_from = RadioField(Text("How do you pay?"), choices=[], validate_choice=False, default=PAGE)
    """Asked where there is another way than the page of the payment provider: the wallet, or a bank transfer."""
    keeps_method = BooleanField(Text("Let me save my card on the payment page for next time"))
    """Asked of buyers whom the payment provider does not know by name; it makes them known to it."""
    expected_total_minor = IntegerField(
        Text("Total"), [whole_number(0, _LARGEST_AMOUNT, Text("Look at the total again."))]
    )

    def offer(self, saved: Sequence[tuple[str, str]], bill: str = "") -> None:
        """Offer saved addresses (value and label) before a new one; the first is chosen unless the buyer chose.

        `bill` is the value of the address to which bills go unless the buyer says otherwise; "" for none.
        """
        choices = [*(SelectChoice(value, label) for value, label in saved), _ANOTHER]
        self.delivery_choice.choices, self.billing_choice.choices = choices, choices
        if not self.is_submitted() and saved:
            self.delivery_choice.data = saved[0][0]
            if bill:
                self.billing_choice.data = bill
                self.billing_same.data = bill == saved[0][0]

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether the shape is right; the errors stand at the fields."""
        super().validate(extra_validators)
        bills_elsewhere = not self.billing_same.data and self.billing_choice.data == NEW
        for kind, is_wanted in (("delivery", self.wants_new_address), ("billing", bills_elsewhere)):
            if is_wanted:
                address_form.require(self, kind)
            else:
                self._forget_errors(kind)
        return not any(field.errors for field in self)

    @property
    def is_from_wallet(self) -> bool:
        """Return whether the buyer's wallet is to pay."""
        return bool(self.pay_from.data == FROM_WALLET)

    @property
    def is_by_transfer(self) -> bool:
        """Return whether the buyer is to transfer the money."""
        return bool(self.pay_from.data == BY_TRANSFER)

    @property
    def wants_new_address(self) -> bool:
        """Return whether the buyer has typed a delivery address."""
        return bool(self.delivery_choice.data == NEW)

    def address(self, kind: str) -> PostalAddress:
        """Return the typed address of `kind`: delivery or billing."""
        return address_form.typed_address(self, kind)

    def company(self, country: str) -> dict[str, str]:
        """Return the bill's company and VAT number, those that were typed; `country` is the bill's.

        Raises Invalid, and says so at the field, for what no VAT number looks like.
        """
        try:
            number = vat_number(self.billing_vat_id.data or "", country)
        except Invalid as error:
            self.billing_vat_id.errors = [*self.billing_vat_id.errors, error.message]
            raise
        typed = {"company": self.billing_company.data or "", "vat_id": number}
        return {name: text for name, text in typed.items() if text}

    def _forget_errors(self, kind: str) -> None:
        for name in address_form.NAMES:
            self[f"{kind}_{name}"].errors = []
