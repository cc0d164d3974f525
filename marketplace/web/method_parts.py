"""How saved cards look, wherever they are shown: until when they are good, and the badges beside their names."""

from datetime import date

from marketplace.language import gettext as _
from marketplace.language import pgettext
from marketplace.payment_methods.queries import MethodRow
from marketplace.payment_methods.rules import Lasting
from marketplace.web import wording
from marketplace.web.month_words import month_name
from marketplace.web.wording import Badge


def badges(row: MethodRow, today: date) -> tuple[Badge, ...]:
    """Return what there is to say about a card in a word or two."""
    if not row.is_active:
        return (wording.badge(row.status),)
    found = [Badge(_("Default"), "ok")] if row.is_default else []
    lasting = row.lasting(today)
    if lasting is Lasting.GOOD:
        return tuple(found)
    return (
        *found,
        Badge(pgettext("a card", "Expired"), "bad") if lasting is Lasting.OVER else Badge(_("Expires soon"), "wait"),
    )


def until(row: MethodRow, today: date) -> str:
    """Return until when a card is good; "" for what does not expire."""
    if row.valid_until is None:
        return ""
    month = month_name(row.valid_until)
    if row.lasting(today) is Lasting.OVER:
        return _("It expired at the end of %(month)s.", month=month)
    return _("Good until the end of %(month)s.", month=month)
