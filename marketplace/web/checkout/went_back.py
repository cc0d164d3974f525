"""The page for a buyer who came back from the payment page without paying."""

from dataclasses import dataclass

from marketplace.checkout.queries import ReturnState
from marketplace.language import gettext as _
from marketplace.web.checkout import ways
from marketplace.web.checkout.bought import back_label, back_url
from marketplace.web.checkout.page import retry_url
from marketplace.web.checkout.ways import Other


@dataclass(frozen=True, slots=True)
class CancelledPage:
    """What templates/checkout/cancelled.html shows."""

    title: str
    text: str
    retry_url: str
    others: tuple[Other, ...]
    back_url: str
    back_label: str


def cancelled_page(found: ReturnState) -> CancelledPage:
    """Return the page for a buyer who went back from the payment page."""
    of_basket = _("Nothing was paid. Your basket is as you left it.")
    return CancelledPage(
        title=_("You went back"),
        text=of_basket if found.auction_id is None else _("Nothing was paid. You can pay until your time is over."),
        retry_url=retry_url(found),
        others=ways.others(found),
        back_url=back_url(found.auction_id),
        back_label=back_label(found.auction_id),
    )
