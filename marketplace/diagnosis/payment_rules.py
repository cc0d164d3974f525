"""What can be wrong with a payment, in the order in which it comes about (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.diagnosis import rules
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Piece, Row, RowKind, Verdict, Wires
from marketplace.money import Money
from marketplace.orders.states import OrderStatus
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.payment_records.states import HAS_MONEY, PaymentStatus
from marketplace.payments.states import ReceiptStatus, TransactionStatus

NO_PROVIDER = "none"
_UNPAID = frozenset({TransactionStatus.PENDING, TransactionStatus.FAILED})
_NOT_ARRIVED = frozenset({OrderStatus.CONFIRMED, OrderStatus.SHIPPED})


@dataclass(frozen=True)
class ProviderSays:
    """What the provider said when it was asked just now."""

    silence: str = ""
    """Why there is no answer; "" when there is one."""
    refusal: str = ""
    """Why it would not say; "" otherwise."""
    was_asked: bool = True
    is_paid: bool = False
    is_clearing: bool = False
    is_open: bool = False
    amount: Money | None = None
    object_id: str = ""


@dataclass(frozen=True)
class ShareFact:
    """One seller's share: how far it is, and what blocks it."""

    id: int
    order_number: str
    order_status: OrderStatus
    status: TransactionStatus
    gross: Money
    planned_release_date: datetime | None
    blocks: Sequence[str]

    @property
    def row(self) -> Row:
        """Return it as a row that was looked at."""
        return Row(RowKind.SHARE, str(self.id), f"Share of order {self.order_number}: {self.status.label}")


@dataclass(frozen=True)
class PaymentCase:
    """All that is known here of one payment."""

    status: PaymentStatus
    amount: Money
    provider: str
    session_id: str | None
    intent_id: str | None
    expires_at: datetime | None
    completed_at: datetime | None
    declines: Sequence[tuple[str, str, datetime]]
    """Each refused try: code, the provider's words, when."""
    calls: Sequence[CallFact]
    events: Sequence[EventFact]
    shares: Sequence[ShareFact]
    receipt: tuple[ReceiptStatus, str] | None
    """What became of money that counts for nothing, and why it does."""
    next_look_at: datetime | None
    """When the sweeper asks the provider by itself; None when it will not."""
    wires: Wires
    now: datetime

    @property
    def has_money(self) -> bool:
        """Return whether the provider took the money, as far as we know."""
        return self.status in HAS_MONEY


def findings(case: PaymentCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a payment, in order."""
    if case.provider == NO_PROVIDER:
        free = ("Nothing was to be paid, so no provider was asked.",)
        rule = "A purchase that a code makes free is settled without a provider."
        first: tuple[Finding, ...] = (Finding("Was a payment page opened?", Verdict.GOOD, free, rule),)
    else:
        happened = says.is_paid or says.is_clearing or case.has_money or bool(case.declines)
        first = (
            _page(case),
            _tried(case),
            _provider(case, says),
            rules.told(case.events, is_due=happened, what="this payment"),
            rules.deliveries(case.wires),
            rules.effects(case.events),
            rules.calls(case.calls),
        )
    return (*first, _books(case), *(_share(share, case.now) for share in case.shares), rules.background(case.wires))


def _page(case: PaymentCase) -> Finding:
    question = "Was a payment page opened?"
    rule = "The payment is recorded first, then the page is asked for, with a key of its own."
    made = [call for call in case.calls if call.kind is CallKind.CREATE_CHECKOUT]
    rows = tuple(call.row for call in made)
    if case.session_id:
        return Finding(question, Verdict.GOOD, (f"Yes, as {case.session_id}.",), rule, rows)
    if not made:
        return Finding(question, Verdict.UNKNOWN, ("No call that would open one is known.",), rule)
    last = made[-1]
    if last.status is CallStatus.REFUSED:
        return Finding(question, Verdict.ACT, (f"The provider refused: {last.error}.",), rule, rows, Deed.OPEN)
    verdict = Verdict.ACT if last.status is CallStatus.BLOCKED else Verdict.COURSE
    return Finding(question, verdict, (f"Not yet: {last.status.label.lower()}.",), rule, rows, Deed.OPEN)


def _tried(case: PaymentCase) -> Finding:
    question = "Has the buyer paid or tried to?"
    rule = "A decline ends nothing: while the page is open the buyer may take another card."
    tries: tuple[Piece, ...] = ()
    if case.declines:
        code, words, at = case.declines[-1]
        times = "once" if len(case.declines) == 1 else f"{len(case.declines)} times"
        tries = (f" Declined {times}, last on ", at, f": {code}, {words}")
    if case.completed_at:
        return Finding(question, Verdict.GOOD, ("Paid on ", case.completed_at, ".", *tries), rule)
    if case.status is PaymentStatus.PROCESSING:
        return Finding(question, Verdict.COURSE, ("Paid, and it still clears at the buyer's bank.", *tries), rule)
    if case.status is PaymentStatus.PENDING and case.expires_at:
        waits: tuple[Piece, ...] = ("Not yet. The page is open until ", case.expires_at, ".", *tries)
        return Finding(question, Verdict.COURSE, waits, rule)
    found = (f"No: {case.status.label.lower()}.", *tries)
    return Finding(question, Verdict.GOOD, found, "The buyer may try again from the order; that is a new payment.")


def _provider(case: PaymentCase, says: ProviderSays) -> Finding:
    question = "What does the provider say now?"
    rule = "Paid means that the provider says so, with the amount and the currency of the payment."
    if not says.was_asked:
        return Finding(question, Verdict.UNKNOWN, ("Not asked: there is nothing of it there that we know.",), rule)
    if says.silence:
        return rules.silence(question, says.silence, case.next_look_at)
    if says.refusal:
        return rules.would_not_say(question, says.refusal, rule)
    contradiction = _contradiction(case, says)
    if contradiction is not None:
        return Finding(question, Verdict.ACT, contradiction[0], rule, deed=contradiction[1])
    words = "paid" if says.is_paid else "clearing at the buyer's bank" if says.is_clearing else "not paid"
    agrees = f"The same as our row: {words} ({says.object_id}). So its address and our key work."
    return Finding(question, Verdict.GOOD, (agrees,), rule)


def _contradiction(case: PaymentCase, says: ProviderSays) -> tuple[tuple[Piece, ...], Deed] | None:
    """Return what differs between the provider's answer and our row, and what helps; None when they agree."""
    here, there = case.status.label.lower(), says.object_id
    if says.amount is not None and says.amount != case.amount:
        return (says.amount, " there, and ", case.amount, f" here ({there})."), Deed.RECONCILE
    if says.is_paid and not case.has_money:
        return (f"It is paid there ({there}), and {here} here.",), Deed.ASK_NOW
    if case.has_money and not says.is_paid:
        return (f"It is not paid there ({there}), and {here} here.",), Deed.RECONCILE
    if says.is_clearing and case.status is not PaymentStatus.PROCESSING:
        return (f"It clears at the buyer's bank ({there}), and is {here} here.",), Deed.ASK_NOW
    is_over = not (says.is_paid or says.is_clearing or says.is_open)
    if is_over and case.status in {PaymentStatus.PENDING, PaymentStatus.PROCESSING}:
        return (f"Nothing can be paid there any more ({there}), and it is {here} here.",), Deed.ASK_NOW
    return None


def _books(case: PaymentCase) -> Finding:
    question = "Is the money in the books?"
    rule = "Sellers' shares sum to the payment; what can't be used goes back to the buyer by itself."
    rows = tuple(share.row for share in case.shares)
    if case.receipt is not None:
        status, cause = case.receipt
        found = (f"{cause} {status.label}.",)
        if status is ReceiptStatus.FAILED:
            return Finding(question, Verdict.ACT, found, rule, deed=Deed.RETURN_AGAIN)
        verdict = Verdict.GOOD if status is ReceiptStatus.RETURNED else Verdict.COURSE
        return Finding(question, verdict, found, rule)
    if not case.has_money:
        return Finding(question, Verdict.GOOD, ("Nothing is booked, because nothing was paid.",), rule, rows)
    total = Money.total([share.gross for share in case.shares if share.status not in _UNPAID], case.amount.currency)
    if total != case.amount:
        found_here: tuple[Piece, ...] = ("The shares come to ", total, " of ", case.amount, ".")
        return Finding(question, Verdict.ACT, found_here, rule, rows, Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, ("Yes, all of it: ", total, "."), rule, rows)


def _share(share: ShareFact, now: datetime) -> Finding:
    question = f"Where is the money of order {share.order_number}?"
    rule = "It is released when its day has come, the order has arrived, and nothing blocks it."
    row = (share.row,)
    if share.status in _UNPAID:
        return Finding(question, Verdict.GOOD, ("Nowhere yet: this payment has not brought it.",), rule, row)
    if share.blocks and share.status in {TransactionStatus.HELD, TransactionStatus.AVAILABLE}:
        found = (f"{share.status.label}, and it may not move: {'; '.join(share.blocks)}.",)
        return Finding(question, Verdict.COURSE, found, rule, row, Deed.OPEN)
    day = share.planned_release_date
    if share.status is TransactionStatus.HELD and day is not None:
        if day > now:
            return Finding(question, Verdict.COURSE, ("Held until ", day, "."), rule, row, Deed.OPEN)
        if share.order_status in _NOT_ARRIVED:
            is_sent = share.order_status is OrderStatus.SHIPPED
            words = "nobody has said yet that the order has arrived" if is_sent else "the seller has not sent the order"
            found_here: tuple[Piece, ...] = ("Its day was ", day, f"; {words}.")
            return Finding(question, Verdict.COURSE, found_here, rule, row, Deed.OPEN)
        return Finding(question, Verdict.COURSE, ("Its day was ", day, "; the next tick releases it."), rule, row)
    ended = {
        TransactionStatus.AVAILABLE: "Released: the seller's next payout takes it up.",
        TransactionStatus.TRANSFERRING: "A payout has taken it up and is on its way.",
        TransactionStatus.PAID_OUT: "The seller has been paid.",
        TransactionStatus.REFUNDED: "It has gone back to the buyer.",
    }.get(share.status, share.status.label)
    return Finding(question, Verdict.GOOD, (ended,), rule, row)
