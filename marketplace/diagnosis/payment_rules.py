"""What can be wrong with a payment, in the order in which it comes about (S4.29). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.bank_transfers.rules import BANK_TRANSFER
from marketplace.diagnosis import rules
from marketplace.diagnosis.rules import CallFact, Deed, EventFact, Finding, Row, RowKind, Verdict, Wires
from marketplace.diagnosis.words import Piece, in_a_row, said
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.money import Money
from marketplace.orders.states import OrderStatus
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.payment_records.states import HAS_MONEY, PaymentStatus
from marketplace.payments.states import ReceiptStatus, TransactionStatus
from marketplace.wallets.rules import WALLET

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
        return Row(
            RowKind.SHARE,
            str(self.id),
            _("Share of order %(order)s: %(status)s", order=self.order_number, status=self.status.label),
        )


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
    has_credits: bool | None = None
    """Of a package of credits whether they were added; None for goods."""

    @property
    def has_money(self) -> bool:
        """Return whether the provider took the money, as far as we know."""
        return self.status in HAS_MONEY


def findings(case: PaymentCase, says: ProviderSays) -> tuple[Finding, ...]:
    """Return every look at a payment, in order."""
    first: tuple[Finding, ...]
    if case.provider == NO_PROVIDER:
        free = (_("Nothing was to be paid, so no provider was asked."),)
        rule = _("A purchase that a code makes free is settled without a provider.")
        first = (Finding(_("Was a payment page opened?"), Verdict.GOOD, free, rule),)
    elif case.provider == WALLET:
        paid = (_("Paid from the buyer's wallet, so no provider was asked."),)
        rule = _("It is agreed and paid in one step, and has no page.")
        first = (Finding(_("Was a payment page opened?"), Verdict.GOOD, paid, rule),)
    elif case.provider == BANK_TRANSFER:
        first = (_transfer(case),)
    else:
        happened = says.is_paid or says.is_clearing or case.has_money or bool(case.declines)
        first = (
            _page(case),
            _tried(case),
            _provider(case, says),
            rules.told(case.events, is_due=happened, what="payment"),
            rules.deliveries(case.wires),
            rules.effects(case.events),
            rules.calls(case.calls),
        )
    return (*first, _books(case), *(_share(share, case.now) for share in case.shares), rules.background(case.wires))


def _transfer(case: PaymentCase) -> Finding:
    question = _("Has the buyer's transfer come?")
    rule = _("A transfer pays by its reference and amount at once; what does not fit waits under Bank transfers.")
    if case.completed_at:
        return Finding(question, Verdict.GOOD, said(_("Paid on %(at)s."), at=case.completed_at), rule)
    if case.status is PaymentStatus.PENDING and case.expires_at:
        waits = said(_("Not yet. The goods are kept until %(at)s."), at=case.expires_at)
        return Finding(question, Verdict.COURSE, waits, rule)
    return Finding(question, Verdict.GOOD, (_("No: %(status)s.", status=case.status.label.lower()),), rule)


def _page(case: PaymentCase) -> Finding:
    question = _("Was a payment page opened?")
    rule = _("The payment is recorded first, then the page is asked for, with a key of its own.")
    made = [call for call in case.calls if call.kind is CallKind.CREATE_CHECKOUT]
    rows = tuple(call.row for call in made)
    if case.session_id:
        return Finding(question, Verdict.GOOD, (_("Yes, as %(session_id)s.", session_id=case.session_id),), rule, rows)
    if not made:
        return Finding(question, Verdict.UNKNOWN, (_("No call that would open one is known."),), rule)
    last = made[-1]
    if last.status is CallStatus.REFUSED:
        return Finding(
            question, Verdict.ACT, (_("The provider refused: %(error)s.", error=last.error),), rule, rows, Deed.OPEN
        )
    verdict = Verdict.ACT if last.status is CallStatus.BLOCKED else Verdict.COURSE
    return Finding(
        question, verdict, (_("Not yet: %(status)s.", status=last.status.label.lower()),), rule, rows, Deed.OPEN
    )


def _tried(case: PaymentCase) -> Finding:
    question = _("Has the buyer paid or tried to?")
    rule = _("A decline ends nothing: while the page is open the buyer may take another card.")
    tries: tuple[Piece, ...] = ()
    if case.declines:
        code, words, at = case.declines[-1]
        declined = ngettext(
            "Declined once, last on %(at)s: %(code)s, %(words)s",
            "Declined %(count)s times, last on %(at)s: %(code)s, %(words)s",
            len(case.declines),
        )
        tries = said(declined, count=str(len(case.declines)), at=at, code=code, words=words)
    if case.completed_at:
        paid = in_a_row(said(_("Paid on %(at)s."), at=case.completed_at), tries)
        return Finding(question, Verdict.GOOD, paid, rule)
    if case.status is PaymentStatus.PROCESSING:
        clears = in_a_row([_("Paid, and it still clears at the buyer's bank.")], tries)
        return Finding(question, Verdict.COURSE, clears, rule)
    if case.status is PaymentStatus.PENDING and case.expires_at:
        waits = in_a_row(said(_("Not yet. The page is open until %(at)s."), at=case.expires_at), tries)
        return Finding(question, Verdict.COURSE, waits, rule)
    found = in_a_row([_("No: %(status)s.", status=case.status.label.lower())], tries)
    return Finding(question, Verdict.GOOD, found, _("The buyer may try again from the order; that is a new payment."))


def _provider(case: PaymentCase, says: ProviderSays) -> Finding:
    question = _("What does the provider say now?")
    rule = _("Paid means that the provider says so, with the amount and the currency of the payment.")
    if not says.was_asked:
        return Finding(question, Verdict.UNKNOWN, (_("Not asked: there is nothing of it there that we know."),), rule)
    if quiet := rules.quiet(says, question, rule, case.next_look_at):
        return quiet
    contradiction = _contradiction(case, says)
    if contradiction is not None:
        return Finding(question, Verdict.ACT, contradiction[0], rule, deed=contradiction[1])
    agrees = _("The same as our row: not paid (%(object)s). So its address and our key work.", object=says.object_id)
    if says.is_paid:
        agrees = _("The same as our row: paid (%(object)s). So its address and our key work.", object=says.object_id)
    elif says.is_clearing:
        agrees = _(
            "The same as our row: clearing at the buyer's bank (%(object)s). So its address and our key work.",
            object=says.object_id,
        )
    return Finding(question, Verdict.GOOD, (agrees,), rule)


def _contradiction(case: PaymentCase, says: ProviderSays) -> tuple[tuple[Piece, ...], Deed] | None:
    """Return what differs between the provider's answer and our row, and what helps; None when they agree."""
    here, there = case.status.label.lower(), says.object_id
    if says.amount is not None and says.amount != case.amount:
        differs = _("%(amount)s there, and %(ours)s here (%(there)s).")
        return said(differs, amount=says.amount, ours=case.amount, there=there), Deed.RECONCILE
    is_over = not (says.is_paid or says.is_clearing or says.is_open)
    if says.is_paid and not case.has_money:
        words, deed = _("It is paid there (%(there)s), and %(here)s here."), Deed.ASK_NOW
    elif case.has_money and not says.is_paid:
        words, deed = _("It is not paid there (%(there)s), and %(here)s here."), Deed.RECONCILE
    elif says.is_clearing and case.status is not PaymentStatus.PROCESSING:
        words, deed = _("It clears at the buyer's bank (%(there)s), and is %(here)s here."), Deed.ASK_NOW
    elif is_over and case.status in {PaymentStatus.PENDING, PaymentStatus.PROCESSING}:
        words, deed = _("Nothing can be paid there any more (%(there)s), and it is %(here)s here."), Deed.ASK_NOW
    else:
        return None
    return said(words, there=there, here=here), deed


def _books(case: PaymentCase) -> Finding:
    question = _("Is the money in the books?")
    rule = _("Sellers' shares sum to the payment; what can't be used goes back to the buyer by itself.")
    rows = tuple(share.row for share in case.shares)
    if case.receipt is not None:
        status, cause = case.receipt
        found = (f"{cause} {status.label}.",)
        if status is ReceiptStatus.FAILED:
            return Finding(question, Verdict.ACT, found, rule, deed=Deed.RETURN_AGAIN)
        verdict = Verdict.GOOD if status is ReceiptStatus.RETURNED else Verdict.COURSE
        return Finding(question, verdict, found, rule)
    if not case.has_money:
        return Finding(question, Verdict.GOOD, (_("Nothing is booked, because nothing was paid."),), rule, rows)
    if case.has_credits is not None:
        if case.has_credits:
            return Finding(question, Verdict.GOOD, (_("Yes, and the credits of its package were added."),), rule, rows)
        missing = (_("It is paid, and the credits of its package were not added."),)
        return Finding(question, Verdict.ACT, missing, rule, rows, Deed.RECONCILE)
    total = Money.total([share.gross for share in case.shares if share.status not in _UNPAID], case.amount.currency)
    if total != case.amount:
        found_here = said(_("The shares come to %(total)s of %(amount)s."), total=total, amount=case.amount)
        return Finding(question, Verdict.ACT, found_here, rule, rows, Deed.RECONCILE)
    return Finding(question, Verdict.GOOD, said(_("Yes, all of it: %(total)s."), total=total), rule, rows)


def _share(share: ShareFact, now: datetime) -> Finding:
    question = _("Where is the money of order %(order)s?", order=share.order_number)
    rule = _("It is released when its day has come, the order has arrived, and nothing blocks it.")
    row = (share.row,)
    if share.status in _UNPAID:
        return Finding(question, Verdict.GOOD, (_("Nowhere yet: this payment has not brought it."),), rule, row)
    if share.blocks and share.status in {TransactionStatus.HELD, TransactionStatus.AVAILABLE}:
        found = (
            _(
                "%(status)s, and it may not move: %(blocks)s.",
                status=share.status.label,
                blocks="; ".join(share.blocks),
            ),
        )
        return Finding(question, Verdict.COURSE, found, rule, row, Deed.OPEN)
    day = share.planned_release_date
    if share.status is TransactionStatus.HELD and day is not None:
        if day > now:
            return Finding(question, Verdict.COURSE, said(_("Held until %(at)s."), at=day), rule, row, Deed.OPEN)
        if share.order_status in _NOT_ARRIVED:
            waits = _("Its day was %(at)s; the seller has not sent the order.")
            if share.order_status is OrderStatus.SHIPPED:
                waits = _("Its day was %(at)s; nobody has said yet that the order has arrived.")
            return Finding(question, Verdict.COURSE, said(waits, at=day), rule, row, Deed.OPEN)
        released = said(_("Its day was %(at)s; the next tick releases it."), at=day)
        return Finding(question, Verdict.COURSE, released, rule, row)
    ended = {
        TransactionStatus.AVAILABLE: _("Released: the seller's next payout takes it up."),
        TransactionStatus.TRANSFERRING: _("A payout has taken it up and is on its way."),
        TransactionStatus.PAID_OUT: _("The seller has been paid."),
        TransactionStatus.REFUNDED: _("It has gone back to the buyer."),
    }.get(share.status, share.status.label)
    return Finding(question, Verdict.GOOD, (ended,), rule, row)
