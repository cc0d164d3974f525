"""Where a checkout meets the provider: write, call, write. Nothing here runs inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from marketplace import db, failpoints
from marketplace.checkout import attempts, capturing, following, operations, pacing, packages, page, settlement
from marketplace.checkout.attempts import Attempt
from marketplace.checkout.operations import Agreed, OpenedElsewhere
from marketplace.checkout.outcomes import OUTCOMES
from marketplace.checkout.packages import AgreedPackage
from marketplace.checkout.page import Opened
from marketplace.checkout.settlement import Contradiction, PaidReport
from marketplace.config import Settings
from marketplace.errors import Conflict
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
_TABS = 5  # of one buyer may start over at the same moment

Providers = Mapping[str, Provider]
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """Where the buyer goes next: the hosted page, or the return page of `payment_id` when nothing is left to pay."""

    payment_id: int
    redirect_url: str | None


def begin(*, agreed: Agreed, now: datetime, providers: Providers, settings: Settings) -> Outcome:
    """Turn the cart into a purchase and open its payment page (DESIGN 6).

    The same form sent twice is the same purchase, and the same page (scar S62). Raises Conflict in words for the buyer
    when prices or stock changed, or when the provider can't be reached, TooMany to one who buys or fails too fast.
    """
    for _try in range(_TABS):
        known = db.atomic(operations.find_purchase, (), token=agreed.token, buyer_id=agreed.buyer_id)
        if known is not None:
            return go_on(known, agreed.paid_by, now=now, providers=providers, settings=settings)
        pacing.check(buyer_id=agreed.buyer_id, policy=settings.risk, now=now)
        start_over(agreed, now=now, providers=providers, settings=settings)
        try:
            opened = db.atomic(operations.open_purchase, (db.TURN,), agreed=agreed, settings=settings, now=now)
        except OpenedElsewhere:
            continue
        return open_page(opened, now=now, providers=providers, settings=settings)
    raise Conflict(_(following.NO_PAGE))


def try_again(
    *,
    purchase_id: int,
    buyer_id: int,
    now: datetime,
    providers: Providers,
    settings: Settings,
    paid_by: str | None = None,
) -> Outcome:
    """Send the buyer of an unpaid purchase to its open page, or close a failed one and open another (S0.2, C29).

    `paid_by` names the provider that is to be paid now; None for the one before. Another one's page is closed first.
    Raises NotFound for somebody else's purchase, Conflict when it is paid, given up, sold out or clearing, TooMany.
    """
    db.atomic(attempts.check_buyer, (), purchase_id=purchase_id, buyer_id=buyer_id)
    pacing.check_declines(buyer_id=buyer_id, policy=settings.risk, now=now)
    return go_on(purchase_id, paid_by, now=now, providers=providers, settings=settings)


def cancel(*, payment_id: int, buyer_id: int, now: datetime, providers: Providers, settings: Settings) -> None:
    """Cancel an unpaid attempt because its buyer went back; the cart and the purchase stay (S1.23).

    A payment made in the same moment wins. Raises NotFound for somebody else's payment.
    """
    attempt = db.atomic(attempts.of_buyer, (), payment_id=payment_id, buyer_id=buyer_id)
    if attempt.can_be_withdrawn:
        _withdraw(attempt, because=Text("The buyer went back."), now=now, providers=providers, settings=settings)


def cancel_purchase(
    *, purchase_id: int, buyer_id: int, now: datetime, providers: Providers, settings: Settings
) -> None:
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
            _withdraw(attempt, because=because, now=now, providers=providers, settings=settings)
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


def verify(*, payment_id: int, buyer_id: int, now: datetime, providers: Providers, settings: Settings) -> bool:
    """Ask the provider about a payment and put the answer into the books (S1.18); return whether it answered.

    An unknown answer changes nothing. Raises NotFound for somebody else's payment.
    """
    attempt = db.atomic(attempts.of_buyer, (), payment_id=payment_id, buyer_id=buyer_id)
    db.atomic(attempts.count_verification, (), payment_id=payment_id, now=now)
    actor = Actor.user(buyer_id, "check my payment")
    return follow(attempt, actor=actor, now=now, providers=providers, settings=settings) is not None


def follow(
    attempt: Attempt, *, actor: Actor, now: datetime, providers: Providers, settings: Settings
) -> Checkout | None:
    """Read a payment's page at the provider and put it into the books; None when it can't be read now."""
    try:
        return ask(attempt, actor=actor, now=now, providers=providers, settings=settings)
    except (Unknown, Refused, Contradiction) as error:
        log.info("payment not followed", payment_id=attempt.payment_id, because=str(error))
        return None


def ask(attempt: Attempt, *, actor: Actor, now: datetime, providers: Providers, settings: Settings) -> Checkout | None:
    """Read a payment's page at the provider and put it into the books; None while there is no page.

    Raises Unknown and Refused as the port does, Contradiction when the answer does not fit the payment.
    """
    if attempt.session_id is None:
        return None
    db.forbid_open_transaction()
    provider = providers[attempt.provider]
    checkout = provider.get_checkout(attempt.session_id)
    if checkout.is_approved:
        checkout = _take(attempt, checkout, actor=actor, now=now, providers=providers, settings=settings)
    if checkout.payment_id is None and not checkout.is_open:
        # It is not there any more, so that it can't say whose it was.
        checkout = replace(checkout, payment_id=attempt.payment_id)
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


def _same_way(attempt: Attempt, providers: Providers) -> str:
    """Return whom an attempt was paid to, or our first provider where that one has no page or can't be asked."""
    known = providers.get(attempt.provider) if attempt.provider in page.WITH_PAGE else None
    return attempt.provider if known is not None and known.is_configured else page.PROVIDER


def _take(
    attempt: Attempt, approved: Checkout, *, actor: Actor, now: datetime, providers: Providers, settings: Settings
) -> Checkout:
    """Take the money of a page whose buyer has agreed, unless that must not be; return the page as it stands then."""
    grace = settings.money.reservation_grace_minutes
    call_id = db.atomic(
        capturing.plan, (db.TURN,), payment_id=attempt.payment_id, grace_minutes=grace, actor=actor, now=now
    )
    sent = _send(call_id, providers=providers, now=now) if call_id is not None else None
    return sent.answer if sent is not None and isinstance(sent.answer, Checkout) else approved


def go_on(purchase_id: int, paid_by: str | None, *, now: datetime, providers: Providers, settings: Settings) -> Outcome:
    """Send the buyer to the page of a purchase that is open, or open another; raises as `try_again` does."""
    attempt = db.atomic(attempts.latest, (), purchase_id=purchase_id)
    if attempt.is_settled or attempt.awaits_transfer:
        return Outcome(attempt.payment_id, None)
    if attempt.is_clearing:
        raise Conflict(_(_CLEARING))
    if attempt.awaits_page:
        return Outcome(attempt.payment_id, _await_page(attempt.payment_id, settings))
    if attempt.is_page_open(now) and paid_by in {None, attempt.provider}:
        return Outcome(attempt.payment_id, attempt.checkout_url)
    if attempt.can_be_withdrawn:
        _withdraw(attempt, because=Text("The buyer tries again."), now=now, providers=providers, settings=settings)
    opened = db.atomic(
        operations.reopen_purchase,
        [f"purchase:{purchase_id}"],
        purchase_id=purchase_id,
        after_payment_id=attempt.payment_id,
        settings=settings,
        actor=Actor.user(attempt.buyer_id),
        now=now,
        paid_by=paid_by or _same_way(attempt, providers),
    )
    return open_page(opened, now=now, providers=providers, settings=settings)


def start_over(agreed: Agreed | AgreedPackage, *, now: datetime, providers: Providers, settings: Settings) -> None:
    """Give up earlier unpaid purchases of this cart: their lines are still in it and are about to be bought again."""
    for attempt in db.atomic(packages.earlier, (), agreed=agreed):
        if attempt.can_be_withdrawn:
            _withdraw(attempt, because=Text("The buyer started over."), now=now, providers=providers, settings=settings)
        db.atomic(
            operations.give_up,
            (),
            purchase_id=attempt.purchase_id,
            actor=Actor.user(agreed.buyer_id),
            now=now,
            because=Text("The buyer started over."),
        )


def _withdraw(attempt: Attempt, *, because: str, now: datetime, providers: Providers, settings: Settings) -> None:
    """Cancel an attempt and close its page. Refused means that somebody has paid: the provider is asked, paid wins."""
    actor = Actor.user(attempt.buyer_id)
    call_id = db.atomic(attempts.withdraw, (), payment_id=attempt.payment_id, actor=actor, because=because, now=now)
    if call_id is None:
        return
    sent = _send(call_id, providers=providers, now=now)
    if sent.refusal is None:
        return
    checkout = follow(attempt, actor=actor, now=now, providers=providers, settings=settings)
    if checkout is not None and checkout.is_complete:
        raise Conflict(_(_PAID))


def open_page(opened: Opened, *, now: datetime, providers: Providers, settings: Settings) -> Outcome:
    """Open the payment page that was planned; what costs nothing is settled at once."""
    if opened.is_known:
        return go_on(opened.purchase_id, None, now=now, providers=providers, settings=settings)
    if opened.call_id is None:
        nothing = PaidReport(opened.payment_id, 0, opened.currency, None, None)
        actor = Actor.user(opened.buyer_id)
        db.atomic(settlement.settle, (db.TURN,), paid=nothing, actor=actor, policy=settings.money, now=now)
        return Outcome(opened.payment_id, None)
    sent = _send(opened.call_id, providers=providers, now=now)
    if sent.is_unknown and not sent.is_elsewhere:
        sent = _send(opened.call_id, providers=providers, now=now)
    if sent.is_elsewhere:
        # The janitor was faster: the tick may come right between the plan and the call.
        return Outcome(opened.payment_id, _await_page(opened.payment_id, settings))
    if isinstance(sent.answer, Checkout) and sent.answer.url:
        return Outcome(opened.payment_id, sent.answer.url)
    if sent.is_unknown:
        db.atomic(attempts.abandon, (), payment_id=opened.payment_id, actor=Actor.user(opened.buyer_id), now=now)
    too_small = sent.refusal is not None and sent.refusal.code == "amount_too_small"
    raise Conflict(_(following.TOO_SMALL if too_small else following.NO_PAGE))


def _send(call_id: int, *, providers: Providers, now: datetime) -> Sent:
    return outbound.send(call_id, providers=providers, outcomes=OUTCOMES, now=now)


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
