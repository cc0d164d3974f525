"""What is known here of a payment or a refund, read for the looks of `rules`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.config import MoneyPolicy
from marketplace.diagnosis import notes, rules
from marketplace.diagnosis.payment_rules import PaymentCase, ShareFact
from marketplace.diagnosis.refund_rules import RefundCase
from marketplace.diagnosis.rules import CallFact, EventFact, Finding, Row, RowKind, Wires
from marketplace.disputes import page_queries as dispute_pages
from marketplace.disputes import queries as disputes
from marketplace.errors import DomainError
from marketplace.job_runs import queries as job_runs
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound import queries as outbound
from marketplace.outbound.models import WatchKind
from marketplace.outbound.queries import CallSummary
from marketplace.outbound.states import CallKind
from marketplace.payments import admin_queries, queries
from marketplace.payments.admin_queries import Call, PaymentRecord
from marketplace.payments.models import PaymentBlock
from marketplace.payments.rules import needs_second_approver
from marketplace.payments.states import BlockReason
from marketplace.payouts import account_queries
from marketplace.provider_events import queries as provider_events
from marketplace.provider_events import refusals
from marketplace.provider_events.queries import EventSummary
from marketplace.refunds import planning_queries
from marketplace.refunds.planning_queries import Preview
from marketplace.refunds.queries import RefundRow

_LATELY = timedelta(days=1)
_BLOCKS = (
    select(PaymentBlock.transaction_id, PaymentBlock.reason, PaymentBlock.note, PaymentBlock.subject_id)
    .where(PaymentBlock.transaction_id.in_(bindparam("share_ids", expanding=True)), PaymentBlock.lifted_at.is_(None))
    .order_by(PaymentBlock.id)
)


def payment_case(record: PaymentRecord, *, now: datetime, system_now: datetime) -> PaymentCase:
    """Return all that is known here of a payment."""
    shares = admin_queries.seller_shares(record.id)
    blocked = blocks([each.share.id for each in shares])
    receipts = queries.receipts_of(record.id)
    asking = outbound.asking(WatchKind.PAYMENT, record.id)
    return PaymentCase(
        status=record.status,
        amount=Money(record.amount_minor, record.currency),
        provider=record.provider,
        session_id=record.provider_session_id,
        intent_id=record.provider_payment_id,
        expires_at=record.expires_at,
        completed_at=record.completed_at,
        declines=[(each.code, each.reason, each.failed_at) for each in queries.declines_of([record.id])],
        calls=call_facts(admin_queries.calls(record.id, [], {})),
        events=event_facts(provider_events.events_of_payment(record.id)),
        shares=[
            ShareFact(
                id=each.share.id,
                order_number=each.order_number,
                order_status=each.order_status,
                status=each.share.status,
                gross=Money(each.share.gross_minor, each.share.currency),
                planned_release_date=each.share.planned_release_date,
                blocks=[note for _reason, note, _subject in blocked[each.share.id]],
            )
            for each in shares
        ],
        receipt=(receipts[0].status, receipts[0].cause) if receipts else None,
        next_look_at=asking.next_look_at if asking else None,
        wires=wires(system_now),
        now=now,
        has_credits=record.credits_added_at is not None if record.credits_to_add else None,
    )


def refund_case(row: RefundRow, policy: MoneyPolicy, *, now: datetime, system_now: datetime) -> RefundCase:
    """Return all that is known here of a refund."""
    amount = Money(row.amount_minor, row.currency)
    share = queries.shares_of_orders([row.order_id])[row.order_id]
    blocked = blocks([row.transaction_id])[row.transaction_id]
    preview, problem = _preview(row, amount, policy)
    left = preview.standing.left if preview else planning_queries.asking(row.order_id, row.currency, now=now).left
    debt = preview.plan.from_debt if preview else Money(row.debt_minor, row.currency)
    account = account_queries.account_of(row.seller_id)
    asking = outbound.asking(WatchKind.REFUND, row.id)
    about = provider_events.events_about(row.provider_refund_id) if row.provider_refund_id else ()
    return RefundCase(
        number=row.number,
        origin=row.origin,
        status=row.status,
        amount=amount,
        left=left if row.can_be_approved else None,
        problem=problem,
        asked_at=row.asked_at,
        paid_at=share.payment_received_date,
        share=_share_row(row, share),
        share_status=share.status,
        blocks=[note for _reason, note, _subject in blocked],
        dispute=_dispute([subject_id for reason, _note, subject_id in blocked if reason is BlockReason.DISPUTE]),
        was_disputed=bool(dispute_pages.disputes_of_payment(row.payment_id)),
        first_approver=row.first_approver or "",
        needs_second=needs_second_approver(amount, policy.second_approver_above_minor),
        decided=row.decided_by or "",
        notes=row.admin_notes,
        debt=debt or None,
        account=account.status if account else None,
        seller=Row(RowKind.SELLER, str(row.seller_id), row.shop_name),
        provider_refund_id=row.provider_refund_id,
        calls=call_facts(outbound.calls_for(CallKind.REFUND, row.id)),
        events=event_facts(about),
        next_look_at=asking.next_look_at if asking else None,
        wires=wires(system_now),
        now=now,
        elsewhere=_elsewhere(row),
    )


def _elsewhere(row: RefundRow) -> Finding | None:
    """Return where a refund goes that no provider sends."""
    if row.is_to_wallet:
        return rules.in_wallet()
    return rules.by_bank() if row.is_by_bank else None


def _share_row(row: RefundRow, share: queries.Share) -> Row:
    words = _("Share of order %(order)s: %(status)s", order=row.order_number, status=share.status.label)
    return Row(RowKind.SHARE, str(share.id), words)


def wires(system_now: datetime) -> Wires:
    """Return how messages and work get through in general, as of `system_now`."""
    tick = job_runs.last_runs().get("tick")
    refused = refusals.refused_since(system_now - _LATELY)
    return Wires(
        refused=[(each.cause, each.count, each.last_at) for each in refused],
        last_stored_at=provider_events.last_received_at(),
        last_tick_at=tick.started_at if tick else None,
        tick_error=tick.error if tick else "",
        system_now=system_now,
    )


def _preview(row: RefundRow, amount: Money, policy: MoneyPolicy) -> tuple[Preview | None, str]:
    """Return the plan that approving would execute, or why it would be refused; neither once it is decided."""
    if not row.can_be_approved:
        return None, ""
    try:
        return planning_queries.preview(row, amount, policy), ""
    except DomainError as error:
        return None, error.message


def blocks(share_ids: Sequence[int]) -> Mapping[int, list[tuple[BlockReason, str, int]]]:
    """Return what keeps each share where it is: for which reason, in words, and the row that set it."""
    found: dict[int, list[tuple[BlockReason, str, int]]] = defaultdict(list)
    for row in db.read(_BLOCKS, {"share_ids": share_ids}) if share_ids else ():
        found[row.transaction_id].append((row.reason, notes.read(row.note), row.subject_id))
    return found


def _dispute(dispute_ids: Sequence[int]) -> Row | None:
    numbers = list(disputes.numbers_of(dispute_ids).values()) if dispute_ids else []
    return Row(RowKind.DISPUTE, numbers[0], _("dispute %(number)s", number=numbers[0])) if numbers else None


def event_facts(events: Iterable[EventSummary]) -> list[EventFact]:
    """Return stored messages as looks read them."""
    return [EventFact(each.id, each.type, each.status, notes.read(each.note), each.received_at) for each in events]


def call_facts(calls: Iterable[Call | CallSummary]) -> list[CallFact]:
    """Return calls to the provider as looks read them."""
    return [
        CallFact(
            id=each.id,
            kind=each.kind,
            status=each.status,
            attempt=each.attempt,
            error=f"{each.error_code}: {each.error_message or ''}" if each.error_code else "",
            next_attempt_at=each.next_attempt_at,
        )
        for each in calls
    ]
