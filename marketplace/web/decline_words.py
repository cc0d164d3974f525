"""Why payments were refused, in words for the person who pays."""

from marketplace.language import Text
from marketplace.providers.paypal_objects import DECLINES

_DECLINES = {
    "insufficient_funds": Text("The card does not have enough money for this payment."),
    "expired_card": Text("The card has expired."),
    "incorrect_cvc": Text("The security code of the card was not right."),
    "invalid_cvc": Text("The security code of the card was not right."),
    "incorrect_number": Text("The card number was not right."),
    "invalid_number": Text("The card number was not right."),
    "processing_error": Text("The bank could not process the payment just then. Trying again often helps."),
    "card_velocity_exceeded": Text("The card was used too often in a short time."),
    "card_not_supported": Text("The card cannot be used for this kind of payment."),
    "currency_not_supported": Text("The card cannot pay in this currency."),
    "authentication_required": Text("The bank wanted a confirmation that was not given."),
    "payment_intent_authentication_failure": Text("The bank's confirmation step was not completed."),
    **DECLINES,
    "payment_method_not_available": Text("This way to pay was not available just then."),
}
# Banks ask not to tell more than that for stolen, lost and suspicious cards.
_DECLINED = Text("The bank refused the payment. Use another card, or ask the bank why.")


def decline_text(code: str | None, decline_code: str | None = None) -> str:
    """Return why a payment was refused, in words for the person who pays."""
    return _DECLINES.get(decline_code or "") or _DECLINES.get(code or "") or _DECLINED
