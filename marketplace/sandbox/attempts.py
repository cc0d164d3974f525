"""The buyer's tries to pay: the one place where session, intent, charge and money move together."""

from dataclasses import dataclass, replace

from marketplace.sandbox import charges, disputes, events, intents, methods, reversals, saved_methods, sessions
from marketplace.sandbox.cards import AUTHENTICATION_FAILED, DECLINES, Decline, bank_decline
from marketplace.sandbox.methods import CardEntry, Payer
from marketplace.sandbox.store import Stored, Work

DEBIT_SECONDS = 2 * 86_400
"""How long a bank debit takes, in virtual seconds."""


@dataclass(frozen=True)
class Result:
    """How a try ended: `paid`, `processing`, `authenticate`, `declined` or `closed` (the session was not open)."""

    outcome: str
    session: Stored
    decline: Decline | None = None
    completed_event: str = ""


def pay_by_card(
    work: Work, session_id: str, payer: Payer, card: CardEntry, fingerprint_key: str, *, is_kept: bool = False
) -> Result:
    """Try to pay an open session by card; `is_kept` when its buyer wants it saved for next time."""
    session = _open(work, session_id)
    if session.data["status"] != "open":
        return Result("closed", session)
    options = session.data["saved_payment_method_options"] or {}
    session.private["keeps"] = is_kept and options.get("payment_method_save") == "enabled"
    _remember(work, session, payer)
    intent = _intent(work, session)
    return _use_card(work, session, intent, methods.add_card(work, payer, card, fingerprint_key), payer)


def pay_by_saved(work: Work, session_id: str, payer: Payer, method_id: str) -> Result:
    """Try to pay an open session by a card that its customer has saved; one taken away meanwhile is declined."""
    session = _open(work, session_id)
    if session.data["status"] != "open":
        return Result("closed", session)
    method = work.get("payment_method", method_id)
    if method is None or method.data["customer"] is None or method.data["customer"] != session.data["customer"]:
        return Result("declined", session)
    billing = method.data["billing_details"]
    payer = Payer(payer.email, billing["name"] or "", billing["address"]["country"] or "")
    session.private["keeps"] = False
    _remember(work, session, payer)
    return _use_card(work, session, _intent(work, session), method, payer)


def _use_card(work: Work, session: Stored, intent: Stored, method: Stored, payer: Payer) -> Result:
    behaviour = method.private["behaviour"]
    if behaviour["authenticate"]:
        intents.require_action(work, intent, method, f"{session.data['url']}/authenticate")
        return Result("authenticate", session)
    return _charge_card(work, session, intent, method, payer)


def authenticate(work: Work, session_id: str, *, passed: bool) -> Result:
    """Go on after the 3-D Secure page; asking again after the end changes nothing."""
    session = _open(work, session_id)
    intent = work.lock("payment_intent", session.data["payment_intent"])
    if session.data["status"] != "open" or intent is None:
        return Result("closed", session)
    if intent.data["status"] != "requires_action":
        return Result("declined", session, last_decline(intent))
    method = work.need("payment_method", intent.data["payment_method"])
    if not passed:
        intents.decline(work, intent, method, AUTHENTICATION_FAILED, None)
        return Result("declined", session, AUTHENTICATION_FAILED)
    return _charge_card(work, session, intent, method, Payer(**session.private["payer"]))


def pay_by_debit(work: Work, session_id: str, payer: Payer, account: str, fingerprint_key: str) -> Result:
    """Order a bank debit for an open session: the session completes now, the money comes later or not at all."""
    session = _open(work, session_id)
    if session.data["status"] != "open":
        return Result("closed", session)
    _remember(work, session, payer)
    intent = _intent(work, session)
    method = methods.add_account(work, payer, account, session.data["currency"], fingerprint_key)
    charge = charges.attempt(work, intent, method, status="pending")
    events.emit(work, "charge.pending", charge)
    intents.process(work, intent, charge)
    if not method.private["account"]["never_ends"]:
        work.plan("debit_ends", session.id, work.now + DEBIT_SECONDS)
    return Result("processing", session, completed_event=sessions.complete(work, session, payer, "unpaid"))


def confirm_free(work: Work, session_id: str, payer: Payer) -> Result:
    """Complete an open session whose total is 0; no intent is made."""
    session = _open(work, session_id)
    if session.data["status"] != "open":
        return Result("closed", session)
    return Result("paid", session, completed_event=sessions.complete(work, session, payer, "no_payment_required"))


def end_debit(work: Work, session_id: str, outcome: str = "") -> bool:
    """Let a bank debit succeed or fail; return False when there is none under way.

    `outcome` is `succeeded` or `failed` when the dashboard decides, empty when the account number does.
    """
    session = work.need("checkout.session", session_id, lock=True)
    intent = work.lock("payment_intent", session.data["payment_intent"])
    if intent is None or intent.data["status"] != "processing":
        return False
    charge = work.need("charge", intent.data["latest_charge"], lock=True)
    work.unplan("debit_ends", session_id)
    fails = charge.private["account"]["fails"]
    if outcome == "failed" or (not outcome and fails):
        why = bank_decline(fails or "insufficient_funds")
        charges.mark_failed(work, charge, why)
        events.emit(work, "charge.failed", charge)
        intents.decline(work, intent, work.need("payment_method", charge.data["payment_method"]), why, charge)
        sessions.delayed_payment_ended(work, session, why)
        reversals.reverse_for_failed(work, charge)
        return True
    charges.mark_paid(work, charge)
    events.emit(work, "charge.succeeded", charge)
    intents.succeed(work, intent, charge)
    sessions.delayed_payment_ended(work, session, None)
    charges.settle_fee(work, charge)
    return True


def last_decline(intent: Stored) -> Decline | None:
    """Return why the last try of an intent failed, if it did."""
    error = intent.data["last_payment_error"]
    if not error:
        return None
    if error["code"] == AUTHENTICATION_FAILED.code:
        return AUTHENTICATION_FAILED
    known = [why for why in DECLINES.values() if why.decline_code == error.get("decline_code")]
    return known[0] if known else replace(DECLINES["generic_decline"], message=error["message"])


def _open(work: Work, session_id: str) -> Stored:
    session = sessions.retrieve(work, session_id, lock=True)
    if session.data["status"] == "open" and session.data["expires_at"] <= work.now:
        sessions.close_unpaid(work, session, "expired")
    return session


def _remember(work: Work, session: Stored, payer: Payer) -> None:
    """Keep who pays, for the next page and the next try."""
    session.private["payer"] = {"email": payer.email, "name": payer.name, "country": payer.country}
    work.save(session)


def _intent(work: Work, session: Stored) -> Stored:
    found = work.lock("payment_intent", session.data["payment_intent"])
    if found:
        return found
    intent = intents.create_for_session(work, session, sessions.about(session))
    session.data["payment_intent"] = intent.id
    work.save(session)
    return intent


def _charge_card(work: Work, session: Stored, intent: Stored, method: Stored, payer: Payer) -> Result:
    wrong = method.private["behaviour"]["decline"]
    if wrong:
        why = DECLINES[wrong]
        charge = charges.attempt(work, intent, method, status="failed", decline=why)
        events.emit(work, "charge.failed", charge)
        intents.decline(work, intent, method, why, charge)
        return Result("declined", session, why)
    charge = charges.attempt(work, intent, method, status="succeeded")
    events.emit(work, "charge.succeeded", charge)
    intents.succeed(work, intent, charge)
    completed = sessions.complete(work, session, payer, "paid")
    if session.private.get("keeps") and session.data["customer"]:
        work.need("customer", session.data["customer"], lock=True)
        saved_methods.attach(work, method, session.data["customer"], allow_redisplay="always")
    charges.settle_fee(work, charge)
    disputes.open_from_card(work, charge)
    return Result("paid", session, completed_event=completed)
