"""Bank transfers in words: badges, why one pays nothing by itself, and what the pages of admins show of a row."""

from dataclasses import dataclass

from flask import url_for

from marketplace.bank_transfers.awaited_queries import WaitingRow
from marketplace.bank_transfers.outgoing_queries import OutgoingRow
from marketplace.bank_transfers.queries import IncomingRow
from marketplace.bank_transfers.rules import Doubt, in_groups
from marketplace.bank_transfers.states import IncomingStatus, OutgoingStatus
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.web.pages import date_text, money
from marketplace.web.wording import Badge

_I, _O = IncomingStatus, OutgoingStatus
_TONES = {
    _I.RECORDED: "wait",
    _I.TO_MATCH: "wait",
    _I.WAITING: "info",
    _I.MATCHED: "ok",
    _I.TO_RETURN: "hold",
    _I.RETURNED: "mute",
    _I.STRUCK: "mute",
    _O.PLANNED: "wait",
    _O.EXPORTED: "info",
    _O.SENT: "ok",
    _O.FAILED: "bad",
}
DOUBTS = {
    Doubt.NO_REFERENCE: Text("No reference of ours stands in its text."),
    Doubt.SEVERAL: Text("Its text names several payments."),
    Doubt.UNKNOWN: Text("Nobody was given this reference."),
    Doubt.OTHER_CURRENCY: Text("It is in another currency than the payment."),
    Doubt.TOO_LITTLE: Text("It is too little for the payment."),
    Doubt.TOO_MUCH: Text("It is more than the payment."),
    Doubt.PAID: Text("The payment was paid before."),
    Doubt.CANCELLED: Text("The purchase was cancelled before the money came."),
    Doubt.TOO_LATE: Text("It came too late: the purchase was given up."),
}


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A payment that waits for its transfer."""

    purchase: str
    purchase_url: str
    buyer: str
    reference: str
    amount: str
    has_come: str
    due: str
    url: str


@dataclass(frozen=True, slots=True)
class IncomingView:
    """A transfer that came in, as a row of a list."""

    title: str
    url: str
    payer: str
    text: str
    doubt: str
    day: str
    amount: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class OutgoingView:
    """A transfer that goes out, as a row of a list."""

    title: str
    url: str
    what: str
    payee: str
    note: str
    day: str
    amount: str
    badge: Badge


def badge(status: IncomingStatus | OutgoingStatus) -> Badge:
    """Return where a transfer stands."""
    return Badge(status.label, _TONES[status])


def doubt_text(row: IncomingRow) -> str:
    """Return why a transfer pays nothing by itself; "" for one that is decided."""
    if row.status is _I.RECORDED:
        return _("It is not in the books until a second admin has confirmed it.")
    if row.doubt is None:
        return ""
    if row.lacks is not None:
        return _("It is too little for the payment: %(amount)s is missing.", amount=money(row.lacks))
    return str(DOUBTS[row.doubt])


def waiting(row: WaitingRow) -> WaitingView:
    """Return a payment that waits, for the list."""
    come = _("%(amount)s has come", amount=money(row.has_come)) if row.has_come else ""
    return WaitingView(
        purchase=row.purchase_number,
        purchase_url=url_for("admin.purchase", number=row.purchase_number),
        buyer=row.buyer_name,
        reference=in_groups(row.reference),
        amount=money(row.amount),
        has_come=come,
        due=date_text(row.due_at),
        url=url_for("admin.payment", payment_id=row.payment_id),
    )


def incoming(row: IncomingRow) -> IncomingView:
    """Return a transfer that came in, for the list."""
    return IncomingView(
        title=row.number,
        url=url_for("admin.transfer", transfer_id=row.id),
        payer=row.payer_name or _("Unknown sender"),
        text=row.text,
        doubt=doubt_text(row),
        day=date_text(row.booked_on),
        amount=money(row.amount),
        badge=badge(row.status),
    )


def outgoing(row: OutgoingRow) -> OutgoingView:
    """Return a transfer that goes out, for the list."""
    return OutgoingView(
        title=row.number,
        url=url_for("admin.outgoing_transfer", transfer_id=row.id),
        what=row.purpose.label,
        payee=row.payee_name or _("Unknown"),
        note="" if row.has_account else _("The account is not known yet."),
        day=date_text(row.closed_at or row.planned_at),
        amount=money(row.amount),
        badge=badge(row.status),
    )
