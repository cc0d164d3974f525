"""What the payment lists of buyers and admins share: the tabs and the names of filters in use."""

from collections.abc import Mapping

from marketplace.counting import count_text
from marketplace.language import gettext as _
from marketplace.payment_records.states import PaymentStatus
from marketplace.payments.tabs import PaymentTab
from marketplace.web.lists import Asked, Tab


def payment_tabs(asked: Asked, tab: PaymentTab, counts: Mapping[PaymentStatus, int]) -> tuple[Tab, ...]:
    """Return a tab per status, each with how many payments the other filters leave it."""
    return tuple(
        Tab(
            each.label,
            asked.url(status="" if each is PaymentTab.ALL else each.value),
            each is tab,
            count_text(each.count_of(counts)),
        )
        for each in PaymentTab
        if each.is_shown
    )


def payment_chips(tab: PaymentTab, currency: str, text: str) -> dict[str, str]:
    """Return the filters in use that have no tab."""
    chips = {"q": _("Search: %(text)s", text=text), "currency": currency}
    return chips if tab.is_shown else {"status": tab.label, **chips}
