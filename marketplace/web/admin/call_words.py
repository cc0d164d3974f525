"""What calls to providers are called on pages, which row they are for, and what happens to them next."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.outbound import rules
from marketplace.outbound.queries import CallSummary
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.provider_events.rules import HIDDEN
from marketplace.reconciliation.call_subjects import Subject, SubjectKind
from marketplace.web.explaining import Crumb
from marketplace.web.pages import time_text

_PERSONAL = frozenset({"customer_email", "email", "success_url", "cancel_url", "evidence", "stored_name", "name"})
_NO_LINE = "Unexpected error communicating with Stripe"
"""How the provider's library begins its words about a connection that could not be made, was cut or took too long."""
KINDS: Mapping[CallKind, str] = {
    CallKind.CREATE_CHECKOUT: "Open a payment page",
    CallKind.EXPIRE_CHECKOUT: "Close a payment page",
    CallKind.REFUND: "Refund",
    CallKind.RETURN: "Send unused money back",
    CallKind.CREATE_ACCOUNT: "Open a seller's account",
    CallKind.TRANSFER: "Transfer to a seller",
    CallKind.BANK_PAYOUT: "Pay a seller's bank",
    CallKind.REVERSAL: "Take a transfer back",
    CallKind.UPLOAD_FILE: "Upload evidence",
    CallKind.SUBMIT_EVIDENCE: "Submit evidence",
    CallKind.ACCEPT_DISPUTE: "Accept a dispute",
}


def subject_link(subject: Subject | None) -> Crumb:
    """Return the name and the address of the row that a call is for; "" where it is gone."""
    if subject is None:
        return Crumb("Not there any more", "")
    if subject.kind is SubjectKind.REFUND:
        return Crumb(f"Refund {subject.name}", url_for("admin.refunds", refund=subject.name))
    if subject.kind is SubjectKind.PAYOUT:
        return Crumb(f"Payout {subject.name}", url_for("admin.payout", number=subject.name))
    if subject.kind is SubjectKind.DISPUTE:
        return Crumb(f"Dispute {subject.name}", url_for("admin.dispute", number=subject.name))
    if subject.kind is SubjectKind.SELLER:
        return Crumb(f"Seller {subject.name}", url_for("admin.user", user_id=subject.id))
    return Crumb(f"Payment {subject.id}", url_for("admin.payment", payment_id=subject.id))


def request_text(request: Mapping[str, Any]) -> str:
    """Return a frozen request as indented text: all that we ask for; what names a person or opens a page is hidden."""
    return json.dumps(_shown(request), indent=2, sort_keys=True, ensure_ascii=False)


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: HIDDEN if key in _PERSONAL and inner else _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def answer_text(message: str) -> str:
    """Return what came back of a call in words: where the line broke, that instead of what the program says of it."""
    return "The connection broke before there was an answer." if message.startswith(_NO_LINE) else message


def last_words(call: CallSummary, most: int = 90) -> str:
    """Return what came back last of a call that is not done, at most `most` characters; "" for nothing."""
    words = ": ".join(filter(None, (call.error_code, answer_text(call.error_message or ""))))
    if call.status is CallStatus.DONE or not words:
        return ""
    return words if len(words) <= most else f"{words[:most].rstrip()}…"


def next_step(call: CallSummary, now: datetime) -> str:
    """Return in one sentence what happens to a call next, and when."""
    at = time_text(call.next_attempt_at) if call.next_attempt_at else ""
    if call.status is CallStatus.PLANNED:
        return "It is sent with the next tick, if the request that planned it does not send it first."
    if call.status is CallStatus.SENDING:
        return f"It is being sent. Without an answer it is looked after again at {at}."
    if call.status is CallStatus.UNKNOWN:
        is_sent = call.first_sent_at is None or not rules.must_look_up(call.first_sent_at, call.next_attempt_at or now)
        return f"It is {'sent again with the same key' if is_sent else 'looked up at the provider'} at {at}."
    if call.status is CallStatus.BLOCKED:
        return f"Nothing is sent again. It is looked up once a day, next at {at}, and waits for a person."
    if call.status is CallStatus.DONE:
        return "Nothing is left to do."
    if call.status is CallStatus.REFUSED:
        return "This attempt has ended. Another try is a new call with a new key."
    return "Nothing. It was not wanted any more, and never sent."


def later_steps(call: CallSummary) -> tuple[str, ...]:
    """Return what comes after the next step of a call whose outcome is unknown, each with its time."""
    if call.status is not CallStatus.UNKNOWN or call.first_sent_at is None or call.next_attempt_at is None:
        return ()
    sends = rules.coming_sends(call.sends, call.next_attempt_at, call.first_sent_at)
    found = [f"{time_text(moment)}: sent again with the same key" for moment in sends]
    looked_up = time_text(rules.looked_up_from(call.first_sent_at))
    return (*found, f"From {looked_up} on: only looked up, because the provider may forget the key", "Then: a person")
