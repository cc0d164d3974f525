"""The draft of the evidence: what the rows of the desk's page say, handed to the rule that writes it."""

from collections.abc import Sequence

from marketplace.disputes import drafting
from marketplace.disputes.case_queries import LineRow, ParcelRow, ShareRow, StatementRow
from marketplace.disputes.drafting import Case, DraftLine, DraftOrder, DraftParcel
from marketplace.disputes.evidence_rules import EvidenceText
from marketplace.disputes.page_queries import DisputeRow
from marketplace.language import ENGLISH, reading
from marketplace.messages.case_queries import CaseMessage
from marketplace.orders.states import DeliveredBy
from marketplace.refunds.queries import RefundRow
from marketplace.web.admin import case_talk
from marketplace.web.pages import money_text

FIELDS = tuple(EvidenceText)
_WORDS = {
    DeliveredBy.BUYER: "The buyer confirmed that it has arrived.",
    DeliveredBy.SELLER: "The seller reported the delivery, and the buyer did not object.",
    DeliveredBy.TIME: "The buyer never said that it was missing.",
}


@reading(ENGLISH)  # the bank reads it
def draft(
    row: DisputeRow,
    shares: Sequence[ShareRow],
    lines: Sequence[LineRow],
    further: Sequence[ParcelRow],
    refunds: Sequence[RefundRow],
    statements: Sequence[StatementRow],
    messages: Sequence[CaseMessage],
) -> dict[EvidenceText, str]:
    """Return a first text for each field."""
    concerned = [share for share in shares if share.amount_minor]
    first = concerned[0] if concerned else None
    return drafting.draft(
        Case(
            buyer_name=row.buyer_name,
            buyer_email=row.buyer_email,
            billing_address=first.billing_address if first else {},
            delivery_address=first.delivery_address if first else {},
            paid_at=first.paid_at if first else None,
            orders=tuple(_order(row, share, lines, further, refunds, statements, messages) for share in concerned),
        )
    )


def _order(
    row: DisputeRow,
    share: ShareRow,
    lines: Sequence[LineRow],
    further: Sequence[ParcelRow],
    refunds: Sequence[RefundRow],
    statements: Sequence[StatementRow],
    messages: Sequence[CaseMessage],
) -> DraftOrder:
    return DraftOrder(
        number=share.order_number,
        shop_name=share.shop_name,
        total=money_text(share.gross_minor, row.currency),
        lines=tuple(
            DraftLine(line.title, line.quantity, money_text(line.unit_price_minor, row.currency))
            for line in lines
            if line.order_id == share.order_id
        ),
        ordered_at=share.ordered_at,
        parcels=_parcels(share, further),
        delivered_at=share.delivered_at,
        delivered_word=_WORDS[share.delivered_by] if share.delivered_by else "",
        returns_policy=share.returns_policy,
        refunds=tuple(_refund(refund) for refund in refunds if refund.order_id == share.order_id),
        messages=case_talk.sentences(messages, share.order_id),
        statement=next((each.text for each in statements if each.seller_id == share.seller_id), ""),
    )


def _parcels(share: ShareRow, further: Sequence[ParcelRow]) -> tuple[DraftParcel, ...]:
    if share.shipped_at is None:
        return ()
    first = DraftParcel(share.carrier or "", share.tracking_number or "", share.shipped_at)
    rest = [each for each in further if each.order_id == share.order_id]
    return (first, *(DraftParcel(each.carrier_name, each.tracking_number, each.sent_at) for each in rest))


def _refund(refund: RefundRow) -> str:
    amount = money_text(refund.amount_minor, refund.currency)
    return f"{refund.asked_at.date().isoformat()}: refund {refund.number} of {amount}, {refund.status.label.lower()}."
