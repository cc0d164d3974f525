"""What is known here of a payout, read for the looks of `payout_rules`."""

from datetime import datetime

from sqlalchemy import bindparam, select

from marketplace import db
from marketplace.diagnosis import queries
from marketplace.diagnosis.payout_rules import LineFact, PayoutCase
from marketplace.diagnosis.rules import Row, RowKind
from marketplace.language import gettext as _
from marketplace.money import Money
from marketplace.outbound import queries as outbound
from marketplace.outbound.models import WatchKind
from marketplace.outbound.states import CallKind
from marketplace.payouts import account_queries, admin_queries
from marketplace.payouts.admin_queries import PayoutRow
from marketplace.payouts.models import PayoutPause
from marketplace.payouts.states import AccountStatus
from marketplace.provider_events import queries as provider_events

_IN_DOUBT = select(PayoutPause.id).where(
    PayoutPause.seller_id == bindparam("seller_id"), PayoutPause.ended_at.is_(None)
)
_KINDS = (CallKind.TRANSFER, CallKind.BANK_PAYOUT)


def payout_case(row: PayoutRow, *, now: datetime, system_now: datetime) -> PayoutCase:
    """Return all that is known here of a payout."""
    stops = [stop.reason for stop in admin_queries.stops_of(row.seller_id) if stop.lifted_at is None]
    account = account_queries.account_of(row.seller_id)
    asking = outbound.asking(WatchKind.PAYOUT, row.id)
    objects = [object_id for object_id in (row.transfer_id, row.provider_payout_id) if object_id]
    events = [event for object_id in objects for event in provider_events.events_about(object_id)]
    calls = outbound.calls_about({kind: [row.id] for kind in _KINDS})
    entries = admin_queries.entries_of(row.id, row.number)
    return PayoutCase(
        row=Row(
            RowKind.PAYOUT, row.number, _("Payout %(number)s: %(status)s", number=row.number, status=row.status.label)
        ),
        status=row.status,
        amount=Money(row.amount_minor, row.currency),
        reversed=Money(row.reversed_minor, row.currency),
        lines=_lines(row),
        seller=Row(RowKind.SELLER, str(row.seller_id), row.shop_name),
        stop=stops[0] if stops else "",
        is_in_doubt=db.read_one(_IN_DOUBT, {"seller_id": row.seller_id}) is not None,
        account=account.status if account else AccountStatus.STARTED,
        may_receive=bool(account and account.transfers_enabled),
        may_be_paid=bool(account and account.payouts_enabled),
        bank=_("%(bank)s ending in %(last4)s", bank=row.bank_name, last4=row.bank_last4)
        if row.bank_name and row.bank_last4
        else "",
        transfer_id=row.transfer_id,
        bank_payout_id=row.provider_payout_id,
        failure=row.failure_reason or "",
        next_attempt_at=row.next_attempt_at,
        arrives_at=row.arrives_at,
        calls=queries.call_facts(calls),
        entries=[Row(RowKind.ENTRY, str(each.id), each.description) for each in entries],
        events=queries.event_facts(sorted(events, key=lambda event: event.id)),
        next_look_at=asking.next_look_at if asking else None,
        wires=queries.wires(system_now),
        now=now,
    )


def _lines(row: PayoutRow) -> list[LineFact]:
    lines = admin_queries.lines_of(row.id)
    blocks = queries.blocks([line.share_id for line in lines])
    return [
        LineFact(
            Row(
                RowKind.SHARE,
                str(line.share_id),
                _(
                    "Share of order %(order)s: %(status)s",
                    order=line.order_number,
                    status=line.share_status.label,
                ),
            ),
            Money(line.amount_minor, row.currency),
            [note for _reason, note, _subject in blocks[line.share_id]],
        )
        for line in lines
    ]
