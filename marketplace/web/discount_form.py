"""The form of a code: shape only; what it may promise is said by the rules of discounts."""

from collections.abc import Sequence

from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty

from marketplace.catalog.rules import CARS, CATEGORIES, CURRENCIES, typed_amount
from marketplace.discounts import code_rules
from marketplace.discounts.operations import Wish
from marketplace.discounts.queries import Offered
from marketplace.discounts.rules import DiscountKind
from marketplace.errors import Invalid
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.auth.forms import typed
from marketplace.web.forms import Form

_DAY = Text("Write the day like this: 2026-12-31")


class DiscountForm(Form):
    """What a code promises; amounts in whole units of the currency."""

    code = StringField(
        Text("Code"),
        [Length(max=60)],
        description=Text("3 to 30 letters and digits. Empty: we make one nobody guesses."),
    )
    description = StringField(Text("Note for yourself"), [Length(max=200, message=Text("Use at most 200 characters."))])
    kind = RadioField(
        Text("It takes off"),
        [InputRequired(Text("Choose how it reckons."))],
        choices=[SelectChoice(kind.value, kind.label) for kind in DiscountKind],
        default=DiscountKind.PERCENTAGE.value,
    )
    value = StringField(
        Text("How much"), [InputRequired(Text("Enter how much it takes off."))], description=Text("12.5 or 20.00")
    )
    currency = SelectField(
        Text("Currency"),
        default="",
        choices=[SelectChoice("", Text("Any")), *(SelectChoice(code, code) for code in CURRENCIES)],
        description=Text("Any only without amounts."),
    )
    cap = StringField(Text("At most"), description=Text("The most a percentage takes off one purchase."))
    minimum = StringField(Text("From goods of"), description=Text("What the goods must cost at least."))
    max_uses = StringField(Text("Uses in all"), description=Text("Empty: any number."))
    max_uses_per_buyer = StringField(Text("Uses per buyer"), description=Text("Empty: any number."))
    first_order_only = BooleanField(Text("Only for a buyer's first order"))
    categories = SelectMultipleField(
        Text("Only these categories"),
        choices=[SelectChoice(CARS, Text("Cars")), *(SelectChoice(key, text) for key, text in CATEGORIES.items())],
        description=Text("None chosen: all."),
    )
    listings = SelectMultipleField(
        Text("Only these listings"),
        choices=[],
        validate_choice=False,
        coerce=str,
        description=Text("None chosen: all."),
    )
    valid_from = DateField(Text("First day"), [InputRequired(_DAY)])
    valid_until = DateField(Text("Last day"), [MayBeEmpty()], description=Text("Empty: until you end it."))

    def offer(self, listings: Sequence[Offered]) -> None:
        """Offer these listings to narrow the code to."""
        self.listings.choices = [SelectChoice(str(one.id), one.title) for one in listings]

    def wish(self) -> Wish:
        """Return what was typed; raises Invalid naming the field."""
        currency = self.currency.data or None
        is_fixed = self.kind.data == DiscountKind.FIXED.value
        if is_fixed and currency is None:
            raise Invalid(_("Choose the currency of the amount."), field="currency")
        value = typed(self.value)
        return Wish(
            description=" ".join(typed(self.description).split()),
            kind=DiscountKind(self.kind.data),
            currency=currency,
            basis_points=0 if is_fixed else code_rules.typed_percentage(value),
            amount_minor=typed_amount(value, currency or "", field="value").minor if is_fixed else 0,
            cap_minor=self._amount("cap", currency),
            minimum_minor=self._amount("minimum", currency),
            max_uses=code_rules.typed_count(typed(self.max_uses), field="max_uses"),
            max_uses_per_buyer=code_rules.typed_count(typed(self.max_uses_per_buyer), field="max_uses_per_buyer"),
            first_order_only=bool(self.first_order_only.data),
            categories=tuple(self.categories.data or ()),
            listing_ids=_ids(self.listings.data or ()),
            valid_from=code_rules.first_moment(self.valid_from.data),
            valid_until=code_rules.end_of(self.valid_until.data) if self.valid_until.data else None,
        )

    def _amount(self, name: str, currency: str | None) -> int | None:
        text = typed(self[name]).strip()
        if not text:
            return None
        if currency is None:
            raise Invalid(_("Choose the currency of the amounts."), field="currency")
        return typed_amount(text, currency, field=name).minor


def _ids(texts: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
