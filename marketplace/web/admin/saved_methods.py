"""What a person has saved to pay with, on the admin's page about them."""

from dataclasses import dataclass

from marketplace import clock
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.payment_methods import queries
from marketplace.payment_methods.queries import MethodRow
from marketplace.web import method_parts
from marketplace.web.pages import time_text
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class MethodLine:
    """One card that is or was saved; `token` is the provider's name for it."""

    id: str
    name: str
    badges: tuple[Badge, ...]
    note: str
    token: str


def lines(user_id: int) -> tuple[MethodLine, ...]:
    """Return what somebody has saved, and what once was."""
    return tuple(map(_line, queries.methods_of(user_id, with_removed=True)))


def _line(row: MethodRow) -> MethodLine:
    since = _("Saved %(when)s.", when=time_text(row.created_at))
    paid = ngettext("One payment.", "%(payments)s payments.", row.payments, payments=row.payments)
    return MethodLine(
        id=f"method-{row.id}",
        name=row.name,
        badges=method_parts.badges(row, clock.now().date()),
        note=f"{since} {paid}" if row.payments else since,
        token=row.provider_method_id,
    )
