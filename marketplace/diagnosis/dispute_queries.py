"""What is known here of a dispute, read for the looks of `dispute_rules`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.diagnosis import queries
from marketplace.diagnosis.dispute_rules import DisputeCase, PartFact
from marketplace.diagnosis.rules import Row, RowKind
from marketplace.disputes import case_queries, evidence_rules
from marketplace.disputes import queries as disputes
from marketplace.disputes.case_queries import ShareRow
from marketplace.disputes.page_queries import DisputeRow
from marketplace.disputes.rules import DisputeKind
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound import queries as outbound
from marketplace.outbound.models import WatchKind
from marketplace.payment_records.models import Payment
from marketplace.payments.states import BlockReason
from marketplace.provider_events import queries as provider_events

_PAID = select(Payment.amount_minor, Payment.currency).where(Payment.id == bindparam("payment_id"))
_OURS = frozenset({BlockReason.DISPUTE, BlockReason.REVIEW})


def dispute_case(row: DisputeRow, *, now: datetime, system_now: datetime) -> DisputeCase:
    """Return all that is known here of a dispute."""
    shares = case_queries.shares_of(row.id)
    asking = outbound.asking(WatchKind.DISPUTE, row.id)
    reason = evidence_rules.reason_of(row.reason, is_warning=row.kind is DisputeKind.WARNING)
    [paid] = db.read(_PAID, {"payment_id": row.payment_id})
    return DisputeCase(
        row=Row(
            RowKind.DISPUTE, row.number, _("Dispute %(number)s: %(status)s", number=row.number, status=row.status.label)
        ),
        kind=row.kind,
        status=row.status,
        reason=reason.label,
        amount=Money(row.amount_minor, row.currency),
        paid=Money(paid.amount_minor, paid.currency),
        withdrawn=Money(row.withdrawn_minor, row.currency),
        platform_lost=Money(row.platform_lost_minor, row.currency),
        fee=Money(row.fee_minor, row.fee_currency),
        lines=[each.line_id for each in case_queries.movements_of(row.id)],
        entries=[Row(RowKind.ENTRY, str(each.id), each.description) for each in case_queries.entries_of(row.id)],
        due_by=row.due_by,
        evidence=row.evidence_state,
        evidence_note=row.evidence_note,
        submitted_at=row.submitted_at,
        accepted_at=row.accepted_at,
        is_loss_booked=row.is_loss_booked,
        parts=_parts(row, shares),
        calls=queries.call_facts(outbound.calls_about(disputes.calls_of([row.id]))),
        events=queries.event_facts(provider_events.events_about(row.provider_dispute_id)),
        next_look_at=asking.next_look_at if asking else None,
        wires=queries.wires(system_now),
        now=now,
    )


def _parts(row: DisputeRow, shares: Sequence[ShareRow]) -> list[PartFact]:
    blocks = queries.blocks([each.transaction_id for each in shares])
    return [
        PartFact(
            order_number=each.order_number,
            row=Row(
                RowKind.SHARE,
                str(each.transaction_id),
                _(
                    "Share of order %(order)s: %(status)s",
                    order=each.order_number,
                    status=each.share_status.label,
                ),
            ),
            share_status=each.share_status,
            amount=Money(each.amount_minor, row.currency),
            is_blocked=any(
                reason in _OURS and subject_id == row.id for reason, _note, subject_id in blocks[each.transaction_id]
            ),
            from_seller=Money(each.held_minor + each.available_minor, row.currency),
            from_platform=Money(each.platform_minor, row.currency),
            debt=Money(each.debt_minor, row.currency),
            seller=Row(RowKind.SELLER, str(each.seller_id), each.shop_name),
        )
        for each in shares
    ]
