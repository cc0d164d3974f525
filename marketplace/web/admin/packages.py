"""Credits for admins: what somebody holds, what a payment's package came to, and sending an unused one back."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from marketplace import clock, db
from marketplace.checkout import package_refunds
from marketplace.credits import queries
from marketplace.credits.queries import LotRow, ReturnRow
from marketplace.credits.rules import ReturnCause
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.ledger.accounts import Account
from marketplace.money import CREDIT
from marketplace.numerals import number_text
from marketplace.web import guards
from marketplace.web.credits.parts import credits_text
from marketplace.web.forms import Form
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money_text, time_text
from marketplace.web.stored_words import as_read

_CAUSES = {
    ReturnCause.REFUND: Text("Sent back unused"),
    ReturnCause.PROVIDER: Text("Refunded in the provider's dashboard"),
    ReturnCause.DISPUTE: Text("Lost in a dispute"),
}
log = structlog.get_logger()


class PackageForm(Form):
    """Why a package goes back."""

    reason = TextAreaField(Text("Why?"))


@dataclass(frozen=True, slots=True)
class PackageBox:
    """What templates/admin/payment.html shows of a package."""

    facts: tuple[Fact, ...]
    returns: tuple[Fact, ...]
    warning: str
    """How many credits are missing, for a person to look at; "" for none."""
    action: str
    """Where the whole package is sent back; "" where it can't be."""
    why_not: str
    form: PackageForm


def held(user_id: int) -> tuple[MoneyRow, ...]:
    """Return what somebody holds, and what is missing of what they used; nothing for who never bought credits."""
    found = queries.held(user_id)
    if not found.bought:
        return ()
    url = url_for("admin.account", account=Account.CREDITS_HELD.value, currency=CREDIT, owner=user_id, side="credit")
    note = _("%(bought)s bought, %(spent)s used", bought=number_text(found.bought), spent=number_text(found.spent))
    rows = [MoneyRow(_("Credits"), credits_text(found.balance), url, note)]
    if missing := queries.missing_of(user_id):
        rows.append(MoneyRow(_("Used, and their money went back"), credits_text(missing), "", _("We bear it")))
    return tuple(rows)


def box(payment_id: int) -> PackageBox | None:
    """Return what a payment's package came to; None for a payment of goods, and for one that added nothing."""
    lot = queries.lot(payment_id)
    if lot is None:
        return None
    returns = queries.returns_of_payment(payment_id)
    is_whole = lot.left == lot.credits and not returns and lot.paid_minor > 0
    missing = sum(each.missing for each in returns if each.undone_at is None)
    return PackageBox(
        facts=_facts(lot),
        returns=tuple(_return(each, lot.currency) for each in returns),
        warning=_missing(missing) if missing else "",
        action=url_for("admin.refund_package", payment_id=payment_id) if is_whole else "",
        why_not="" if is_whole else _why_not(lot, returns),
        form=PackageForm(None),
    )


@guards.admin_only
def refund_package(payment_id: int) -> ResponseReturnValue:
    """Take an unused package back and send all of its money to its buyer, because an admin says why."""
    form = PackageForm()
    form.validate()
    admin_id = guards.viewer().user_id
    lot = queries.lot(payment_id)
    try:
        db.atomic(
            package_refunds.refund,
            (f"credits:{lot.user_id if lot else 0}",),
            payment_id=payment_id,
            admin_id=admin_id,
            reason=form.reason.data or "",
            now=clock.now(),
        )
    except (Conflict, Invalid, NotAllowed) as error:
        flash(error.message, "bad")
    else:
        log.info("package refunded", admin=admin_id, payment=payment_id)
        flash(_("The credits are taken back. The money is sent within seconds, and the buyer is told."), "ok")
    return redirect(url_for("admin.payment", payment_id=payment_id), code=303)


def _facts(lot: LotRow) -> tuple[Fact, ...]:
    def amount(minor: int) -> str:
        return money_text(minor, lot.currency)

    return (
        Fact(_("Credits"), number_text(lot.credits)),
        Fact(_("Used"), number_text(lot.used)),
        Fact(_("Taken back"), number_text(lot.taken)),
        Fact(_("Left"), number_text(lot.left)),
        Fact(_("Earned"), amount(lot.earned_minor)),
        Fact(_("Owed until used"), amount(lot.deferred_minor)),
    )


def _return(row: ReturnRow, currency: str) -> Fact:
    said = _(
        "%(amount)s, %(credits)s taken back, %(missing)s missing",
        amount=money_text(row.amount_minor, currency),
        credits=credits_text(row.credits),
        missing=number_text(row.missing),
    )
    stands = _("undone %(when)s", when=time_text(row.undone_at)) if row.undone_at else as_read(row.reason)
    return Fact(f"{_(_CAUSES[row.cause])}, {time_text(row.at)}", f"{said}: {stands}")


def _missing(count: int) -> str:
    return _(
        "%(credits)s were used before their money went back. The marketplace bears that; look at whether it was fair.",
        credits=credits_text(count),
    )


def _why_not(lot: LotRow, returns: Sequence[ReturnRow]) -> str:
    if returns:
        return _("Money of this package went back before.")
    if lot.used:
        count, whole = number_text(lot.used), number_text(lot.credits)
        return _("%(used)s of its %(whole)s credits are used. Only a whole package goes back.", used=count, whole=whole)
    return _("Nothing was paid for this package.")
