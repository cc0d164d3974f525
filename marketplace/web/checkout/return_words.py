"""What the last page of a checkout says of each state a payment can be in."""

from marketplace.checkout.queries import ReturnState
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.pages import money

CONFIRMING, PAID, NOT_PAID, RETURNED = "confirming", "paid", "not_paid", "returned"
_NOT_MADE = Text("The payment was not made.")
_ONE_TOO_MANY = Text("This payment came too late or was one too many.")


def words(found: ReturnState) -> tuple[str, str, str, str]:
    """Return title, text, tone and icon."""
    return _STATES[found.state](found)


def _confirming(_found: ReturnState) -> tuple[str, str, str, str]:
    text = _("Your bank and our payment provider are finishing up. This page looks again by itself.")
    return _("Confirming your payment"), text, "wait", "refresh-cw"


def _paid(found: ReturnState) -> tuple[str, str, str, str]:
    if not found.total:
        return _("Your order is placed"), _("There was nothing to pay."), "ok", "circle-check"
    text = _("We received %(total)s.", total=money(found.total))
    if found.is_from_wallet:
        text = _("%(total)s was paid from your wallet.", total=money(found.total))
    return _("Thank you, it is paid"), text, "ok", "circle-check"


def _not_paid(found: ReturnState) -> tuple[str, str, str, str]:
    reason = _sentence(_(found.reason or _NOT_MADE))
    if found.auction_id is None:
        text = _("%(reason)s Nothing was charged. Your basket is still there.", reason=reason)
    else:
        text = _("%(reason)s Nothing was charged. You can pay until your time is over.", reason=reason)
    return _("This was not paid"), text, "bad", "circle-x"


def _returned(found: ReturnState) -> tuple[str, str, str, str]:
    reason = _sentence(_(found.reason or _ONE_TOO_MANY))
    text = _("%(reason)s You get %(total)s back.", reason=reason, total=money(found.total))
    return _("Your money is on its way back"), text, "hold", "undo-2"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


_STATES = {CONFIRMING: _confirming, PAID: _paid, NOT_PAID: _not_paid, RETURNED: _returned}
