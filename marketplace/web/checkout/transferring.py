"""What a buyer is to transfer, to which account, with which reference and by when (S2.27)."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.bank_transfers import awaited_queries
from marketplace.bank_transfers.awaited_queries import Instructions
from marketplace.bank_transfers.rules import in_groups
from marketplace.language import gettext as _
from marketplace.orders.queries import orders_of_purchase
from marketplace.payment_records.states import PaymentStatus
from marketplace.web import guards
from marketplace.web.auth import qr
from marketplace.web.auth.qr import QrCode
from marketplace.web.pages import date_text, decimal, money


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to write on the transfer; `copied` is what a press on it takes along."""

    label: str
    copied: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What templates/checkout/transfer.html shows."""

    title: str
    eyebrow: str
    text: str
    rows: tuple[Told, ...]
    has_come: str
    code: QrCode | None
    """What a banking app reads; None where there is no such code for the currency."""
    orders_url: str
    cancel_url: str


@guards.signed_in
def transfer(payment_id: int) -> ResponseReturnValue:
    """Show what to transfer while it is awaited; afterwards how the payment stands."""
    found = awaited_queries.instructions(payment_id, guards.viewer().user_id)
    if found.status is not PaymentStatus.PENDING:
        return redirect(url_for("checkout.came_back", payment_id=payment_id), code=303)
    return render_template("checkout/transfer.html", page=_page(found))


def _page(found: Instructions) -> TransferPage:
    due = date_text(found.due_at)
    first = orders_of_purchase(found.purchase_id)[0]
    come = ""
    if found.has_come:
        rest = found.amount - found.has_come
        come = _("%(come)s has come. %(rest)s is missing.", come=money(found.has_come), rest=money(rest))
    return TransferPage(
        title=_("Transfer %(amount)s by %(day)s", amount=money(found.amount), day=due),
        eyebrow=_("Purchase %(number)s", number=found.purchase_number),
        text=_(
            "Your order is placed and set aside for you. It is sent once the money is here, which takes one to three "
            "working days. If it does not come in time, the order is given up."
        ),
        rows=told(found),
        has_come=come,
        code=_code(found),
        orders_url=url_for("buyer.orders"),
        cancel_url=url_for("buyer.cancel", number=first.number),
    )


def told(found: Instructions) -> tuple[Told, ...]:
    """Return what to write on the transfer, in the order in which banks ask for it."""
    account = found.account
    rows = (
        Told(_("Recipient"), account["holder"]),
        Told(_("IBAN"), in_groups(account["iban"])),
        Told(_("Account number"), account["number"]),
        Told(_("BIC"), account["bic"]),
        Told(_("Bank"), account["bank"]),
        Told(_("Amount"), str(decimal(found.amount.minor, found.amount.currency)), found.amount.currency),
        Told(_("Reference"), in_groups(found.reference), _("Write just this, so that we know whose money it is.")),
    )
    return tuple(row for row in rows if row.copied)


def _code(found: Instructions) -> QrCode | None:
    """Return the code of a SEPA credit transfer (EPC069-12), which is for euros."""
    account = found.account
    if found.amount.currency != "EUR" or not account["iban"]:
        return None
    amount = f"EUR{decimal(found.amount.minor, 'EUR')}"
    lines = ("BCD", "002", "1", "SCT", account["bic"], account["holder"][:70], account["iban"], amount, "")
    return qr.drawn("\n".join((*lines, found.reference)))
