"""What calls to providers are called on pages, which row they are for, and what happens to them next."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.outbound import rules
from marketplace.outbound.queries import CallSummary
from marketplace.outbound.states import CallKind, CallStatus
from marketplace.provider_events.rules import HIDDEN
from marketplace.reconciliation.call_subjects import Subject, SubjectKind
from marketplace.web.explaining import Crumb
from marketplace.web.pages import time_text
from marketplace.web.stored_words import as_read

_PERSONAL = frozenset(
    {"customer_email", "email", "success_url", "cancel_url", "evidence", "stored_name", "name", "full_name"}
)
_NO_LINE = "Unexpected error communicating with Stripe"
"""How the provider's library begins its words about a connection that could not be made, was cut or took too long."""
KINDS: Mapping[CallKind, str] = {
    CallKind.CREATE_CHECKOUT: Text("Open a payment page"),
    CallKind.EXPIRE_CHECKOUT: Text("Close a payment page"),
    CallKind.CAPTURE_CHECKOUT: Text("Take the money that was agreed to"),
    CallKind.REFUND: Text("Refund"),
    CallKind.RETURN: Text("Send unused money back"),
    CallKind.CREATE_ACCOUNT: Text("Open a seller's account"),
    CallKind.TRANSFER: Text("Transfer to a seller"),
    CallKind.BANK_PAYOUT: Text("Pay a seller's bank"),
    CallKind.REVERSAL: Text("Take a transfer back"),
    CallKind.UPLOAD_FILE: Text("Upload evidence"),
    CallKind.SUBMIT_EVIDENCE: Text("Submit evidence"),
    CallKind.ACCEPT_DISPUTE: Text("Accept a dispute"),
    CallKind.CREATE_CUSTOMER: Text("Make a customer"),
    CallKind.DETACH_METHOD: Text("Remove a saved card"),
    CallKind.DEFAULT_METHOD: Text("Set a default card"),
}


def subject_link(subject: Subject | None) -> Crumb:
    """Return the name and the address of the row that a call is for; "" where it is gone."""
    if subject is None:
        return Crumb(_("Not there any more"), "")
    if subject.kind is SubjectKind.REFUND:
        return Crumb(_("Refund %(number)s", number=subject.name), url_for("admin.refunds", refund=subject.name))
    if subject.kind is SubjectKind.PAYOUT:
        return Crumb(_("Payout %(number)s", number=subject.name), url_for("admin.payout", number=subject.name))
    if subject.kind is SubjectKind.DISPUTE:
        return Crumb(_("Dispute %(number)s", number=subject.name), url_for("admin.dispute", number=subject.name))
    if subject.kind is SubjectKind.USER:
        return Crumb(subject.name, url_for("admin.user", user_id=subject.id))
    if subject.kind is SubjectKind.SELLER:
        return Crumb(_("Seller %(name)s", name=subject.name), url_for("admin.user", user_id=subject.id))
    return Crumb(_("Payment %(number)s", number=subject.id), url_for("admin.payment", payment_id=subject.id))


def request_text(request: Mapping[str, Any]) -> str:
    """Return a frozen request as indented text: all that we ask for; what names a person or opens a page is hidden."""
    return json.dumps(_shown(request), indent=2, sort_keys=True, ensure_ascii=False)


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: HIDDEN if key in _PERSONAL and inner else _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def answer_text(message: str) -> str:
    """Return what came back of a call in words: where the line broke, that instead of what the program says of it."""
    return _("The connection broke before there was an answer.") if message.startswith(_NO_LINE) else as_read(message)


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
        return _("It is sent with the next tick, if the request that planned it does not send it first.")
    if call.status is CallStatus.SENDING:
        return _("It is being sent. Without an answer it is looked after again at %(at)s.", at=at)
    if call.status is CallStatus.UNKNOWN:
        is_sent = call.first_sent_at is None or not rules.must_look_up(
            call.first_sent_at, call.next_attempt_at or now, call.provider
        )
        if is_sent:
            return _("It is sent again with the same key at %(at)s.", at=at)
        return _("It is looked up at the provider at %(at)s.", at=at)
    if call.status is CallStatus.BLOCKED:
        return _("Nothing is sent again. It is looked up once a day, next at %(at)s, and waits for a person.", at=at)
    if call.status is CallStatus.DONE:
        return _("Nothing is left to do.")
    if call.status is CallStatus.REFUSED:
        return _("This attempt has ended. Another try is a new call with a new key.")
    return _("Nothing. It was not wanted any more, and never sent.")


def later_steps(call: CallSummary) -> tuple[str, ...]:
    """Return what comes after the next step of a call whose outcome is unknown, each with its time."""
    if call.status is not CallStatus.UNKNOWN or call.first_sent_at is None or call.next_attempt_at is None:
        return ()
    sends = rules.coming_sends(call.sends, call.next_attempt_at, call.first_sent_at, call.provider)
    found = [_("%(at)s: sent again with the same key", at=time_text(moment)) for moment in sends]
    looked_up = time_text(rules.looked_up_from(call.first_sent_at, call.provider))
    return (
        *found,
        _("From %(at)s on: only looked up, because the provider may forget the key", at=looked_up),
        _("Then: a person"),
    )
