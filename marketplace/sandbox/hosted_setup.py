"""The page on which a buyer saves a card without paying, and the 3-D Secure page behind it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplace.sandbox import payment_form, setup_sessions
from marketplace.sandbox.cards import ACCOUNTS, BEHAVIOURS, Decline
from marketplace.sandbox.countries import COUNTRIES
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.payment_form import Entry
from marketplace.sandbox.security import allow_form_target, check_form_token
from marketplace.sandbox.store import Stored, Work

_FIELD_OF_DECLINE = {"expired_card": "expiry", "incorrect_cvc": "cvc"}
_Page = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True)
class SavingPage:
    """Everything the page shows."""

    merchant: str
    session_id: str
    back_url: str | None
    done_url: str
    state: str
    open_until: str
    typed: dict[str, str]
    methods: list[str] = field(default_factory=lambda: ["card"])
    problems: dict[str, str] = field(default_factory=dict)
    decline: str = ""
    card: str = ""


def register(app: Flask) -> None:
    """Add the pages to the application."""
    app.add_url_rule("/c/setup/<session_id>", "save", show_saving, methods=["GET"])
    app.add_url_rule("/c/setup/<session_id>", "save_submit", submit_card, methods=["POST"])
    app.add_url_rule("/c/setup/<session_id>/authenticate", "save_authenticate", show_question, methods=["GET"])
    app.add_url_rule("/c/setup/<session_id>/authenticate", "save_answer", submit_answer, methods=["POST"])


def show_saving(session_id: str) -> _Page:
    """Show the page in whatever state its session is."""
    with current_sandbox().singly() as work:
        session = _session(work, session_id)
        if session is None:
            return render_template("sandbox/missing.html"), 404
        decline = setup_sessions.last_decline(work.need("setup_intent", session.data["setup_intent"]))
        email = _email(work, session)
    return _render(session, email, None, decline)


def submit_card(session_id: str) -> _Page:
    """Try to save a card; a second submit of the same form finds the session closed and changes nothing."""
    check_form_token()
    sandbox = current_sandbox()
    with sandbox.singly() as work:
        session = _session(work, session_id)
        if session is None:
            return render_template("sandbox/missing.html"), 404
        email = _email(work, session)
    entry = payment_form.read_card(request.form, sandbox.clock.now())
    if session.data["status"] == "open" and (entry.problems or entry.card is None):
        return _render(session, email, entry, None), 422
    if entry.card is None:
        return redirect(f"/c/setup/{session_id}", 303)
    with sandbox.work() as work:
        saved = setup_sessions.save_card(work, session_id, entry.payer, entry.card, sandbox.settings.cookie_key)
    return _go_on(saved)


def show_question(session_id: str) -> _Page:
    """Show the bank's question whether it is really the buyer."""
    with current_sandbox().singly() as work:
        session = _session(work, session_id)
        intent = work.get("setup_intent", session.data["setup_intent"]) if session else None
        method = work.get("payment_method", intent.data["payment_method"]) if intent else None
    if session is None:
        return render_template("sandbox/missing.html"), 404
    if intent is None or method is None or intent.data["status"] != "requires_action":
        return redirect(f"/c/setup/{session_id}", 303)
    allow_form_target(session.data["success_url"])
    page = _page(session, "", None, None, card=method.data["card"]["last4"])
    return render_template("sandbox/save_authenticate.html", page=page)


def submit_answer(session_id: str) -> _Page:
    """Go on after the bank's question."""
    check_form_token()
    with current_sandbox().work() as work:
        if _session(work, session_id) is None:
            return render_template("sandbox/missing.html"), 404
        saved = setup_sessions.authenticate(work, session_id, passed=request.form.get("answer") == "complete")
    return _go_on(saved)


def _session(work: Work, session_id: str) -> Stored | None:
    session = work.get("checkout.session", session_id)
    return session if session and session.data["mode"] == "setup" else None


def _email(work: Work, session: Stored) -> str:
    customer = work.get("customer", session.data["customer"])
    known = customer.data["email"] if customer else None
    return str(session.data["customer_email"] or known or "")


def _go_on(saved: setup_sessions.Saved) -> AnyResponse:
    session = saved.session
    if saved.outcome == "authenticate":
        return redirect(f"/c/setup/{session.id}/authenticate", 303)
    if session.data["status"] != "complete":
        return redirect(f"/c/setup/{session.id}", 303)
    current_sandbox().wait_until_answered(saved.completed_event)
    return redirect(_done_url(session), 303)


def _render(session: Stored, email: str, entry: Entry | None, decline: Decline | None) -> str:
    allow_form_target(session.data["success_url"])
    page = _page(session, email, entry, decline)
    template = "sandbox/save.html" if page.state == "open" else "sandbox/save_closed.html"
    return render_template(template, page=page, cards=BEHAVIOURS, accounts=ACCOUNTS, countries=COUNTRIES)


def _page(session: Stored, email: str, entry: Entry | None, decline: Decline | None, card: str = "") -> SavingPage:
    data, sandbox = session.data, current_sandbox()
    problems = dict(entry.problems) if entry else {}
    if decline:
        problems[_FIELD_OF_DECLINE.get(decline.code, "number")] = decline.plain
    over = data["status"] == "open" and data["expires_at"] <= sandbox.clock.now()
    before = session.private.get("payer") or {}
    known = {"email": email, "name": "", "country": "US", **before}
    payer = entry.payer if entry else None
    return SavingPage(
        merchant=sandbox.settings.merchant_name,
        session_id=session.id,
        back_url=data["cancel_url"],
        done_url=_done_url(session),
        state="expired" if over else data["status"],
        open_until=datetime.fromtimestamp(data["expires_at"], UTC).strftime("%-d %B %Y, %H:%M UTC"),
        typed={"email": payer.email, "name": payer.name, "country": payer.country} if payer else known,
        problems=problems,
        decline=decline.plain if decline else "",
        card=card,
    )


def _done_url(session: Stored) -> str:
    return str(session.data["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)
