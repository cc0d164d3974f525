"""Where a checkout meets the provider: write, call, write. Nothing here runs inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from marketplace import db, failpoints
from marketplace.checkout import attempts, following, operations, pacing, packages, returns, settlement
from marketplace.checkout.attempts import Attempt
from marketplace.checkout.operations import Agreed, OpenedElsewhere
from marketplace.checkout.outcomes import OUTCOMES
from marketplace.checkout.packages import AgreedPackage
from marketplace.checkout.page import Opened
from marketplace.checkout.settlement import Contradiction, PaidReport
from marketplace.config import Settings
from marketplace.errors import Conflict, DomainError
from marketplace.history import Actor
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import flows as outbound
from marketplace.outbound.flows import Sent
from marketplace.providers import patience
from marketplace.providers.base import Checkout, Provider, Refused, Unknown

_PAID = Text("You have paid this purchase already. You find it under your orders.")
_CLEARING = Text("Your payment is on its way. It takes a few days to clear; there is nothing more to do.")
_POLL_SECONDS = 0.1
_BATCH = 50
_TABS = 5  # of one buyer may start over at the same moment

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """Where the buyer goes next: the hosted page, or the return page of `payment_id` when nothing is left to pay."""

    payment_id: int
    redirect_url: str | None


def begin(*, agreed: Agreed, now: datetime, provider: Provider, settings: Settings) -> Outcome:
    """Turn the cart into a purchase and open its payment page (DESIGN 6).

    The same form sent twice is the same purchase, and the same page (scar S62). Raises Conflict in words for the buyer
    when prices or stock changed, or when the provider can't be reached, TooMany to one who buys or fails too fast.
    """
    for _try in range(_TABS):
        known = db.atomic(operations.find_purchase, (), token=agreed.token, buyer_id=agreed.buyer_id)
        if known is not None:
            return go_on(known, now=now, provider=provider, settings=settings)
        pacing.check(buyer_id=agreed.buyer_id, policy=settings.risk, now=now)
        start_over(agreed, now=now, provider=provider, settings=settings)
        try:
            opened = db.atomic(operations.open_purchase, (db.TURN,), agreed=agreed, settings=settings, now=now)
        except OpenedElsewhere:
            continue
        return open_page(opened, now=now, provider=provider, settings=settings)
    raise Conflict(_(following.NO_PAGE))


def try_again(*, purchase_id: int, buyer_id: int, now: datetime, provider: Provider, settings: Settings) -> Outcome:
    """Send the buyer of an unpaid purchase to its open page, or close a failed one and open another (S0.2, C29).

    Raises NotFound for somebody else's purchase, Conflict when it is paid, given up, sold out or clearing, TooMany.
    """
    db.atomic(attempts.check_buyer, (), purchase_id=purchase_id, buyer_id=buyer_id)
    pacing.check_declines(buyer_id=buyer_id, policy=settings.risk, now=now)
    return go_on(purchase_id, now=now, provider=provider, settings=settings)


def cancel(*, payment_id: int, buyer_id: int, now: datetime, provider: Provider, settings: Settings) -> None:
    """Cancel an unpaid attempt because its buyer went back; the cart and the purchase stay (S1.23).

    A payment made in the same moment wins. Raises NotFound for somebody else's payment.
    """
    attempt = db.atomic(attempts.of_buyer, (), payment_id=payment_id, buyer_id=buyer_id)
    if attempt.can_be_withdrawn:
        _withdraw(attempt, because=Text("The buyer went back."), now=now, provider=provider, settings=settings)


def cancel_purchase(*, purchase_id: int, buyer_id: int, now: datetime, provider: Provider, settings: Settings) -> None:
    """Cancel an unpaid purchase with all of its orders: its page is closed first, its goods go back (S4.5).

    A payment made in the same moment wins. Raises NotFound for somebody else's purchase, Conflict when it is paid,
    given up or clearing.
    """
    db.atomic(attempts.check_buyer, (), purchase_id=purchase_id, buyer_id=buyer_id)
    for _try in range(_TABS):
        attempt = db.atomic(attempts.latest, (), purchase_id=purchase_id)
        if attempt.is_settled or attempt.is_clearing:
            raise Conflict(_(_PAID if attempt.is_settled else _CLEARING))
        if attempt.can_be_withdrawn:
            because = Text("The buyer cancelled the purchase.")
            _withdraw(attempt, because=because, now=now, provider=provider, settings=settings)
        try:
            db.atomic(
                operations.cancel_unpaid,
                [f"purchase:{purchase_id}"],
                purchase_id=purchase_id,
                after_payment_id=attempt.payment_id,
                actor=Actor.user(buyer_id),
                now=now,
            )
        except OpenedElsewhere:
            continue
        return
    raise Conflict(_("You are paying for this purchase in another window. Please try again."))


def verify(*, payment_id: int, buyer_id: int, now: datetime, provider: Provider, settings: Settings) -> bool:
    """Ask the provider about a payment and put the answer into the books (S1.18); return whether it answered.

    An unknown answer changes nothing. Raises NotFound for somebody else's payment.
    """
    attempt = db.atomic(attempts.of_buyer, (), payment_id=payment_id, buyer_id=buyer_id)
    db.atomic(attempts.count_verification, (), payment_id=payment_id, now=now)
    actor = Actor.user(buyer_id, "check my payment")
    return follow(attempt, actor=actor, now=now, provider=provider, settings=settings) is not None


def follow(attempt: Attempt, *, actor: Actor, now: datetime, provider: Provider, settings: Settings) -> Checkout | None:
    """Read a payment's page at the provider and put it into the books; None when it can't be read now."""
    try:
        return ask(attempt, actor=actor, now=now, provider=provider, settings=settings)
    except (Unknown, Refused, Contradiction) as error:
        log.info("payment not followed", payment_id=attempt.payment_id, because=str(error))
        return None


def ask(attempt: Attempt, *, actor: Actor, now: datetime, provider: Provider, settings: Settings) -> Checkout | None:
    """Read a payment's page at the provider and put it into the books; None while there is no page.

    Raises Unknown and Refused as the port does, Contradiction when the answer does not fit the payment.
    """
    if attempt.session_id is None:
        return None
    db.forbid_open_transaction()
    checkout = provider.get_checkout(attempt.session_id)
    intent = None
    if checkout.is_complete and not checkout.is_paid and checkout.intent_id:
        # A method that clears later: whether it still does, only the intent says.
        intent = provider.get_intent(checkout.intent_id)
    db.atomic(
        following.follow_page,
        (db.TURN,),
        checkout=checkout,
        intent=intent,
        actor=actor,
        policy=settings.money,
        now=now,
    )
    return checkout


def close_due(attempt: Attempt, *, now: datetime, provider: Provider | None, settings: Settings) -> None:
    """End a payment past its time: its provider's word decides, where it has one; paid wins (scar S61)."""
    job = Actor.job("tick")
    if attempt.session_id is None or provider is None:
        db.atomic(settlement.expired, (), payment_id=attempt.payment_id, actor=job, now=now)
        return
    checkout = follow(attempt, actor=job, now=now, provider=provider, settings=settings)
    if checkout is None or not checkout.is_open:
        return
    call_id = db.atomic(attempts.close, (), payment_id=attempt.payment_id, actor=job, now=now)
    if call_id is not None:
        _send(call_id, provider=provider, now=now)
        follow(attempt, actor=job, now=now, provider=provider, settings=settings)


def close_overdue(*, providers: Mapping[str, Provider], settings: Settings, now: datetime) -> int:
    """End every payment whose page is past its time; return how many were looked at (S1.22)."""
    overdue = db.atomic(attempts.overdue, (), now=now, limit=_BATCH)
    for attempt in overdue:
        try:
            close_due(attempt, now=now, provider=providers.get(attempt.provider), settings=settings)
        except DomainError as error:
            log.info("payment ended otherwise", payment_id=attempt.payment_id, outcome=error.message)
    return len(overdue)


def return_receipts(*, providers: Mapping[str, Provider], now: datetime) -> int:
    """Send every receipt that can't be used back to its buyer; return how many calls were made (DESIGN 4.11)."""
    calls = [
        db.atomic(returns.plan_return, (), receipt_id=receipt_id, actor=Actor.job("tick"), now=now)
        for receipt_id in db.atomic(returns.waiting, ())
    ]
    planned = [call_id for call_id in calls if call_id is not None]
    for call_id in planned:
        outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)
    return len(planned)


def return_again(*, receipt_id: int, admin_id: int, providers: Mapping[str, Provider], now: datetime) -> Sent:
    """Send money that did not reach its buyer back once more, because an admin says so.

    However the call ends, it stands: the janitor goes on with what is unknown. Raises Conflict when it is under way or
    back already, NotAllowed while nobody knows what its last call has done.
    """
    actor = Actor.user(admin_id, "admin")
    call_id = db.atomic(returns.plan_return, [f"receipt:{receipt_id}"], receipt_id=receipt_id, actor=actor, now=now)
    if call_id is None:
        raise Conflict(_("This money is on its way back already, or has arrived."))
    return outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)


def go_on(purchase_id: int, *, now: datetime, provider: Provider, settings: Settings) -> Outcome:
    """Send the buyer to the page of a purchase that is open, or open another; raises as `try_again` does."""
    attempt = db.atomic(attempts.latest, (), purchase_id=purchase_id)
    if attempt.is_settled or attempt.awaits_transfer:
        return Outcome(attempt.payment_id, None)
    if attempt.is_clearing:
        raise Conflict(_(_CLEARING))
    if attempt.awaits_page:
        return Outcome(attempt.payment_id, _await_page(attempt.payment_id, settings))
    if attempt.is_page_open(now):
        return Outcome(attempt.payment_id, attempt.checkout_url)
    if attempt.can_be_withdrawn:
        _withdraw(attempt, because=Text("The buyer tries again."), now=now, provider=provider, settings=settings)
    opened = db.atomic(
        operations.reopen_purchase,
        [f"purchase:{purchase_id}"],
        purchase_id=purchase_id,
        after_payment_id=attempt.payment_id,
        settings=settings,
        actor=Actor.user(attempt.buyer_id),
        now=now,
    )
    return open_page(opened, now=now, provider=provider, settings=settings)


def start_over(agreed: Agreed | AgreedPackage, *, now: datetime, provider: Provider, settings: Settings) -> None:
    """Give up earlier unpaid purchases of this cart: their lines are still in it and are about to be bought again."""
    for attempt in db.atomic(packages.earlier, (), agreed=agreed):
        if attempt.can_be_withdrawn:
            _withdraw(attempt, because=Text("The buyer started over."), now=now, provider=provider, settings=settings)
        db.atomic(
            operations.give_up,
            (),
            purchase_id=attempt.purchase_id,
            actor=Actor.user(agreed.buyer_id),
            now=now,
            because=Text("The buyer started over."),
        )


def _withdraw(attempt: Attempt, *, because: str, now: datetime, provider: Provider, settings: Settings) -> None:
    """Cancel an attempt and close its page. Refused means that somebody has paid: the provider is asked, paid wins."""
    actor = Actor.user(attempt.buyer_id)
    call_id = db.atomic(attempts.withdraw, (), payment_id=attempt.payment_id, actor=actor, because=because, now=now)
    if call_id is None:
        return
    sent = _send(call_id, provider=provider, now=now)
    if sent.refusal is None:
        return
    checkout = follow(attempt, actor=actor, now=now, provider=provider, settings=settings)
    if checkout is not None and checkout.is_complete:
        raise Conflict(_(_PAID))


def open_page(opened: Opened, *, now: datetime, provider: Provider, settings: Settings) -> Outcome:
    """Open the payment page that was planned; what costs nothing is settled at once."""
    if opened.is_known:
        return go_on(opened.purchase_id, now=now, provider=provider, settings=settings)
    if opened.call_id is None:
        nothing = PaidReport(opened.payment_id, 0, opened.currency, None, None)
        actor = Actor.user(opened.buyer_id)
        db.atomic(settlement.settle, (db.TURN,), paid=nothing, actor=actor, policy=settings.money, now=now)
        return Outcome(opened.payment_id, None)
    sent = _send(opened.call_id, provider=provider, now=now)
    if sent.is_unknown and not sent.is_elsewhere:
        sent = _send(opened.call_id, provider=provider, now=now)
    if sent.is_elsewhere:
        # The janitor was faster: the tick may come right between the plan and the call.
        return Outcome(opened.payment_id, _await_page(opened.payment_id, settings))
    if isinstance(sent.answer, Checkout) and sent.answer.url:
        return Outcome(opened.payment_id, sent.answer.url)
    if sent.is_unknown:
        db.atomic(attempts.abandon, (), payment_id=opened.payment_id, actor=Actor.user(opened.buyer_id), now=now)
    too_small = sent.refusal is not None and sent.refusal.code == "amount_too_small"
    raise Conflict(_(following.TOO_SMALL if too_small else following.NO_PAGE))


def _send(call_id: int, *, provider: Provider, now: datetime) -> Sent:
    return outbound.send(call_id, providers={provider.name: provider}, outcomes=OUTCOMES, now=now)


def _await_page(payment_id: int, settings: Settings) -> str:
    """Return the page that another request is opening for this payment; raises Conflict when it does not come."""
    for _try in range(int(2 * settings.provider_timeout_seconds / _POLL_SECONDS)):
        row = db.read_one(attempts.PAGE, {"payment_id": payment_id})
        if row is not None and row.checkout_url:
            return str(row.checkout_url)
        if patience.is_over(settings.provider_timeout_seconds):
            break
        failpoints.wait(_POLL_SECONDS, "payment page")
    raise Conflict(_(following.NO_PAGE))
