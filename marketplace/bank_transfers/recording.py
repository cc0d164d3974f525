"""Money that came to the marketplace's account: each line of the bank is one row and one entry of the ledger."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from marketplace import history
from marketplace.bank_transfers import rules
from marketplace.bank_transfers.models import IncomingTransfer, OutgoingTransfer
from marketplace.bank_transfers.rules import NewLine, Origin
from marketplace.bank_transfers.states import IncomingStatus
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.history import Actor
from marketplace.language import gettext as _
from marketplace.ledger import operations as ledger
from marketplace.ledger.accounts import Account
from marketplace.ledger.operations import Line
from marketplace.transitions import AlreadyThere


def record(
    session: Session, *, line: NewLine, admin_id: int, needs_second: bool, now: datetime
) -> IncomingTransfer | None:
    """Keep a line of the bank, and book it unless a second admin must confirm it; None for one that is known.

    Raises Invalid for an amount of nothing, Conflict where the known one says another amount.
    """
    if line.amount.minor <= 0:
        raise Invalid(_("Enter an amount above zero."), field="amount")
    known = select(IncomingTransfer).where(
        IncomingTransfer.currency == line.amount.currency, IncomingTransfer.line_id == line.line_id
    )
    found = session.execute(known).scalar_one_or_none()
    if found is not None:
        if found.amount_minor != line.amount.minor:
            raise Conflict(_("Line %(line)s is known with another amount.", line=line.line_id))
        return None
    row = IncomingTransfer(
        origin=line.origin,
        line_id=line.line_id,
        currency=line.amount.currency,
        amount_minor=line.amount.minor,
        booked_on=date.fromisoformat(line.booked_on),
        text=rules.check_text(line.text),
        payer_name=rules.check_text(line.payer_name, rules.LONGEST_NAME),
        payer_account=line.payer_account[:64] or None,
        recorded_by_id=admin_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    actor = Actor.user(admin_id, "admin")
    history.begin(session, IncomingTransfer, [row.id], actor=actor, at=now, because=line.origin.english)
    if not needs_second:
        _book(session, row, actor=actor, now=now)
    return row


def known(session: Session, transfer_id: int) -> IncomingTransfer:
    """Return a transfer that came in; raises NotFound."""
    row = session.get(IncomingTransfer, transfer_id)
    if row is None:
        raise NotFound(_("There is no such transfer."))
    return row


def check_open(row: IncomingTransfer, verb: str) -> None:
    """Raise AlreadyThere once it is decided otherwise: two admins may press different buttons at the same moment."""
    if not row.machine.can(row.status, verb):
        raise AlreadyThere(_("This transfer is decided already: %(status)s.", status=row.status.label.lower()))


def confirm(session: Session, *, transfer_id: int, admin_id: int, now: datetime) -> IncomingTransfer:
    """Book what another admin has recorded by hand. Raises NotAllowed for that admin, AlreadyThere for a replay."""
    row = known(session, transfer_id)
    check_open(row, "book")
    rules.check_other(row.recorded_by_id, admin_id)
    row.decided_by_id = admin_id
    _book(session, row, actor=Actor.user(admin_id, "admin"), now=now)
    return row


def strike(session: Session, *, transfer_id: int, admin_id: int, reason: str, now: datetime) -> None:
    """Strike out what was recorded by hand and does not stand on the bank's statement; its entry is taken back.

    Raises NotAllowed for a line of the bank's own file, AlreadyThere once it is used or on its way back.
    """
    row = known(session, transfer_id)
    if row.origin is not Origin.HAND:
        raise NotAllowed(_("This line comes from the bank's own file. Send it back instead."))
    check_open(row, "strike")
    was_booked = row.status is not IncomingStatus.RECORDED
    history.move(session, row, "strike", actor=Actor.user(admin_id, "admin"), at=now, because=reason)
    row.decided_by_id = admin_id
    if was_booked:
        _book_sides(session, row, key=f"{_key(row)}:struck", sign=-1, now=now)


def encrypt_anew(session: Session) -> int:
    """Write every account of a payer or payee under the first of the keys; return how many."""
    count = 0
    for model, name in ((IncomingTransfer, "payer_account"), (OutgoingTransfer, "account")):
        for row in session.execute(select(model)).scalars():
            if getattr(row, name) is not None:
                flag_modified(row, name)
                count += 1
    session.flush()
    return count


def _book(session: Session, row: IncomingTransfer, *, actor: Actor, now: datetime) -> None:
    history.move(session, row, "book", actor=actor, at=now)
    _book_sides(session, row, key=_key(row), sign=1, now=now)


def _book_sides(session: Session, row: IncomingTransfer, *, key: str, sign: int, now: datetime) -> None:
    ledger.book(
        session,
        key=key,
        description=f"Transfer {row.number} {'received' if sign > 0 else 'struck out'}",
        currency=row.currency,
        lines=[
            Line(Account.BANK_ACCOUNT, sign * row.amount_minor),
            Line(Account.TRANSFERS_RECEIVED, -sign * row.amount_minor),
        ],
        payment_id=None,
        now=now,
    )


def _key(row: IncomingTransfer) -> str:
    return f"incoming_transfer:{row.id}"
