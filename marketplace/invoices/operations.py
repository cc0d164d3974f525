"""Documents are made with their numbers, handed over, opened, settled, overdue, cancelled. Nothing else changes one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from marketplace import history
from marketplace.accounts.models import User
from marketplace.errors import NotFound
from marketplace.history import Actor
from marketplace.invoices import crediting, drafting, rules, telling
from marketplace.invoices.crediting import GoneBack
from marketplace.invoices.drafting import Draft, FeeMonth, SoldOrder
from marketplace.invoices.models import Invoice, InvoiceDelivery, InvoiceMark, InvoiceSeries
from marketplace.invoices.rules import InvoiceKind
from marketplace.invoices.states import InvoiceStatus
from marketplace.language import gettext as _

SWEEP = Actor.job("tick")
_LIVE = Invoice.status != InvoiceStatus.CANCELLED


def invoice_orders(session: Session, *, orders: Sequence[SoldOrder], now: datetime) -> list[int]:
    """Make the invoices of orders of one seller, leaving out those that have one; return the new ones' ids."""
    ids = [order.order_id for order in orders]
    known = _known(session, Invoice.order_id, ids, kind=InvoiceKind.INVOICE)
    drafts = [drafting.invoice_of(order, now) for order in orders if order.order_id not in known]
    return _issue(session, drafts, now=now)


def credit(session: Session, *, gone: Sequence[GoneBack], now: datetime) -> list[int]:
    """Make the credit notes for money of one seller's orders that went back, once each; return the new ones' ids."""
    refunds = _known(session, Invoice.refund_id, [each.refund_id for each in gone])
    disputes = _known(session, Invoice.dispute_share_id, [each.dispute_share_id for each in gone])
    drafts: list[Draft] = []
    credited = _credited(session, [each.invoice_id for each in gone])
    for each in gone:
        if each.refund_id in refunds or each.dispute_share_id in disputes:
            continue
        before = credited.get(each.invoice_id, 0)
        drafts.append(crediting.credit_note_of(each, json.loads(each.invoice_content), before, now))
        credited[each.invoice_id] = before + each.amount_minor
    return _issue(session, drafts, now=now)


def bill_commissions(session: Session, *, months: Sequence[FeeMonth], now: datetime) -> list[int]:
    """Make the marketplace's invoices for sellers' months of fees, once each; return the new ones' ids."""
    billed = {
        tuple(row)
        for row in session.execute(
            select(Invoice.recipient_id, Invoice.currency, Invoice.month).where(
                Invoice.kind == InvoiceKind.COMMISSION, Invoice.month.in_({found.month for found in months})
            )
        )
    }
    drafts = [
        drafting.commission_of(found, now)
        for found in months
        if (found.seller.seller_id, found.currency, found.month) not in billed
    ]
    return _issue(session, drafts, now=now)


def hand_over(session: Session, *, ids: Sequence[int], now: datetime) -> int:
    """Hand drafts over to who has to have them and tell them; what is paid already is paid from then on (C22)."""
    sent = history.move_many(session, Invoice, list(ids), "send", actor=SWEEP, at=now, values={"sent_at": now})
    _deliver(session, sent, asked_by_id=None, now=now)
    nothing_due = session.execute(
        select(Invoice.id).where(Invoice.id.in_(sent), Invoice.paid_minor == Invoice.total_minor)
    ).scalars()
    history.move_many(session, Invoice, list(nothing_due), "settle", actor=SWEEP, at=now)
    return len(sent)


def settle(session: Session, *, paid: Sequence[tuple[int, datetime]], now: datetime) -> int:
    """Write down that all of these documents was paid, and when; return how many that is news of."""
    for invoice_id, paid_at in paid:
        statement = update(Invoice).where(Invoice.id == invoice_id)
        session.execute(statement.values(paid_minor=Invoice.total_minor, paid_at=paid_at))
    ids = [invoice_id for invoice_id, _day in paid]
    return len(history.move_many(session, Invoice, ids, "settle", actor=SWEEP, at=now, because="The money arrived."))


def move(session: Session, *, ids: Sequence[int], verb: str, because: str | None, now: datetime) -> int:
    """Move documents by `lapse` or `cancel`; return how many were moved."""
    return len(history.move_many(session, Invoice, list(ids), verb, actor=SWEEP, at=now, because=because))


def view(session: Session, *, user_id: int, invoice_id: int, now: datetime) -> None:
    """Remember that the recipient has opened a document, the first time; anybody else's look changes nothing."""
    theirs = (Invoice.id == invoice_id, Invoice.recipient_id == user_id, Invoice.viewed_at.is_(None))
    found = session.execute(select(Invoice).where(*theirs, Invoice.sent_at.is_not(None))).scalar_one_or_none()
    if found is None:
        return
    found.viewed_at = now
    if found.machine.can(found.status, "view"):
        history.move(session, found, "view", actor=Actor.user(user_id), at=now)


def send_again(session: Session, *, seller_id: int, number: str, now: datetime) -> int:
    """Hand a seller's own document over once more; a draft for the first time. Returns the delivery's id.

    Raises NotFound for another seller's, Conflict when it is cancelled or was sent just now.
    """
    wanted = select(Invoice).where(Invoice.number == number, Invoice.issuer_id == seller_id)
    found = session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no document with this number among yours."))
    last = session.execute(
        select(func.max(InvoiceDelivery.at)).where(InvoiceDelivery.invoice_id == found.id)
    ).scalar_one()
    rules.check_can_send_again(found.status, last, now)
    actor = Actor.user(seller_id)
    if found.machine.can(found.status, "send"):
        found.sent_at = now
        history.move(session, found, "send", actor=actor, at=now)
        if found.paid_minor == found.total_minor:
            history.move(session, found, "settle", actor=actor, at=now)
    [delivery_id] = _deliver(session, [found.id], asked_by_id=seller_id, now=now)
    return delivery_id


def reach(session: Session, *, name: str, at: datetime) -> None:
    """Remember that the sweep `name` has looked at everything until `at`."""
    found = session.get(InvoiceMark, name)
    if found is None:
        session.add(InvoiceMark(name=name, reached_at=at))
    else:
        found.reached_at = at


def _issue(session: Session, drafts: Sequence[Draft], *, now: datetime) -> list[int]:
    """Write documents of one series with the numbers that follow, which are taken last of all (scar S60)."""
    if not drafts:
        return []
    series = _series(session, drafts[0])
    taken = update(InvoiceSeries).where(InvoiceSeries.id == series.id)
    last = session.execute(
        taken.values(last_position=InvoiceSeries.last_position + len(drafts)).returning(InvoiceSeries.last_position)
    ).scalar_one()
    first = last - len(drafts) + 1
    invoices = [_document(draft, series, first + place, now) for place, draft in enumerate(drafts)]
    session.add_all(invoices)
    session.flush()
    ids = [invoice.id for invoice in invoices]
    history.begin(session, Invoice, ids, actor=SWEEP, at=now, because=f"{drafts[0].kind.label} made.")
    return ids


def _series(session: Session, draft: Draft) -> InvoiceSeries:
    key = rules.series_key(draft.kind, draft.issuer_id)
    found = session.execute(select(InvoiceSeries).where(InvoiceSeries.key == key)).scalar_one_or_none()
    if found is None:
        prefix = rules.series_prefix(draft.kind, draft.issuer_id)
        found = InvoiceSeries(key=key, kind=draft.kind, issuer_id=draft.issuer_id, prefix=prefix, last_position=0)
        session.add(found)
        session.flush()
    return found


def _document(draft: Draft, series: InvoiceSeries, position: int, now: datetime) -> Invoice:
    number = rules.number(series.prefix, position)
    amounts = {**asdict(draft.amounts), "total_minor": draft.amounts.total_minor}
    content = rules.sealed(
        {
            **draft.content,
            **amounts,
            "kind": draft.kind.value,
            "number": number,
            "currency": draft.currency,
            "issued_on": now.date().isoformat(),
            "due_on": draft.due_at.date().isoformat(),
        }
    )
    frozen = {name: getattr(draft, name) for name in _COPIED}
    return Invoice(
        series_id=series.id,
        position=position,
        number=number,
        content=content,
        content_hash=rules.content_hash(content),
        issued_at=now,
        **amounts,
        **frozen,
    )


_COPIED = (
    "kind", "issuer_id", "recipient_id", "order_id", "credits_id", "refund_id", "dispute_share_id", "month",
    "currency", "paid_minor", "paid_at", "due_at",
)  # fmt: skip


def _known(
    session: Session, column: object, ids: Iterable[int | None], kind: InvoiceKind | None = None
) -> set[int | None]:
    wanted = [each for each in ids if each is not None]
    conditions = [_LIVE] if kind is None else [_LIVE, Invoice.kind == kind]
    statement = select(column).where(column.in_(wanted), *conditions)  # type: ignore[call-overload, attr-defined]
    return set(session.execute(statement).scalars()) if wanted else set()


def _credited(session: Session, invoice_ids: Sequence[int]) -> dict[int | None, int]:
    """Return what live credit notes give back of each invoice, minor units, positive."""
    rows = session.execute(
        select(Invoice.credits_id, -func.sum(Invoice.total_minor).cast(Invoice.total_minor.type))
        .where(Invoice.credits_id.in_(invoice_ids), _LIVE)
        .group_by(Invoice.credits_id)
    )
    return dict(map(tuple, rows))


def _deliver(session: Session, ids: Sequence[int], *, asked_by_id: int | None, now: datetime) -> list[int]:
    """Write down that documents are handed over, and tell their recipients (the kind INVOICE_READY)."""
    if not ids:
        return []
    rows = session.execute(
        select(Invoice, User.email).join(User, User.id == Invoice.recipient_id).where(Invoice.id.in_(ids))
    ).all()
    values = [
        {"invoice_id": invoice.id, "asked_by_id": asked_by_id, "email": email, "at": now} for invoice, email in rows
    ]
    made = insert(InvoiceDelivery).returning(InvoiceDelivery.id, sort_by_parameter_order=True)
    delivery_ids = list(session.execute(made, values).scalars())
    told = zip((invoice for invoice, _rest in rows), delivery_ids, strict=True)
    telling.ready(session, told, now=now)
    return delivery_ids
