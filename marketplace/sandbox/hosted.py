"""The payment page a buyer is sent to, and the 3-D Secure page behind it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplace.sandbox import attempts, payment_form, saved_methods
from marketplace.sandbox.cards import ACCOUNTS, BEHAVIOURS, Decline, brand_name
from marketplace.sandbox.countries import COUNTRIES
from marketplace.sandbox.currencies import display
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.methods import Payer
from marketplace.sandbox.payment_form import Entry
from marketplace.sandbox.security import allow_form_target, check_form_token
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON

_FIELD_OF_DECLINE = {"expired_card": "expiry", "incorrect_cvc": "cvc"}


@dataclass(frozen=True)
class Line:
    """One line of what is being bought."""

    name: str
    note: str | None
    quantity: int
    unit: str
    amount: str


@dataclass(frozen=True)
class SavedCard:
    """A card of the customer, as the page offers it."""

    id: str
    name: str
    until: str


@dataclass(frozen=True)
class Customer:
    """What is known of who pays before anything is typed."""

    email: str = ""
    cards: tuple[SavedCard, ...] = ()


@dataclass(frozen=True)
class PaymentPage:
    """Everything the payment page shows."""

    merchant: str
    session_id: str
    total: str
    lines: list[Line]
    back_url: str | None
    done_url: str
    state: str
    open_until: str
    methods: list[str]
    free: bool
    method: str
    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    decline: str = ""
    paid_later: bool = False
    card: str = ""
    saved: tuple[SavedCard, ...] = ()
    offers_to_keep: bool = False


def register(app: Flask) -> None:
    """Add the buyer's pages to the application."""
    app.add_url_rule("/c/pay/<session_id>", "pay", show_payment, methods=["GET"])
    app.add_url_rule("/c/pay/<session_id>", "pay_submit", submit_payment, methods=["POST"])
    app.add_url_rule("/c/pay/<session_id>/authenticate", "authenticate", show_authentication, methods=["GET"])
    app.add_url_rule("/c/pay/<session_id>/authenticate", "authenticate_submit", submit_authentication, methods=["POST"])


def show_payment(session_id: str) -> AnyResponse | str | tuple[str, int]:
    """Show the payment page in whatever state its session is."""
    with current_sandbox().singly() as work:
        session = _to_pay(work, session_id)
        if session is None:
            return render_template("sandbox/missing.html"), 404
        decline, customer = _last_decline(work, session), _customer(work, session)
    return _render(session, customer, None, decline)


def submit_payment(session_id: str) -> AnyResponse | str | tuple[str, int]:
    """Try to pay; a second submit of the same form finds the session closed and changes nothing."""
    check_form_token()
    sandbox = current_sandbox()
    with sandbox.singly() as work:
        session = _to_pay(work, session_id)
        if session is None:
            return render_template("sandbox/missing.html"), 404
        customer = _customer(work, session)
    offered = {card.id for card in customer.cards}
    total, now = session.data["amount_total"], sandbox.clock.now()
    entry = payment_form.read(request.form, session.data["payment_method_types"], total, now, offered)
    if entry.problems and session.data["status"] == "open":
        return _render(session, customer, entry, None), 422
    with sandbox.work() as work:
        result = _pay(work, session_id, entry)
    return _go_on(result)


def _pay(work: Work, session_id: str, entry: Entry) -> attempts.Result:
    key = current_sandbox().settings.cookie_key
    if entry.method == "free":
        return attempts.confirm_free(work, session_id, entry.payer)
    if entry.method == "debit" and entry.account:
        return attempts.pay_by_debit(work, session_id, entry.payer, entry.account, key)
    if entry.saved:
        return attempts.pay_by_saved(work, session_id, entry.payer, entry.saved)
    if entry.card is None:
        return attempts.Result("closed", work.need("checkout.session", session_id))
    return attempts.pay_by_card(work, session_id, entry.payer, entry.card, key, is_kept=entry.is_kept)


def _to_pay(work: Work, session_id: str) -> Stored | None:
    session = work.get("checkout.session", session_id)
    return session if session and session.data["mode"] == "payment" else None


def _customer(work: Work, session: Stored) -> Customer:
    """Return what is known of a session's customer: the address, and the cards that the page may offer."""
    customer = work.get("customer", session.data["customer"]) if session.data["customer"] else None
    if customer is None:
        return Customer()
    options = session.data["saved_payment_method_options"] or {}
    found = saved_methods.offered(work, customer.id, options.get("allow_redisplay_filters") or ["always"])
    return Customer(customer.data["email"] or "", tuple(_saved_card(method) for method in found))


def _saved_card(method: Stored) -> SavedCard:
    card = method.data["card"]
    until = f"{card['exp_month']:02d} / {card['exp_year'] % 100:02d}"
    return SavedCard(method.id, f"{brand_name(card['brand'])} •••• {card['last4']}", until)


def show_authentication(session_id: str) -> AnyResponse | str | tuple[str, int]:
    """Show the bank's question whether it is really the buyer."""
    with current_sandbox().singly() as work:
        session = _to_pay(work, session_id)
        intent = work.get("payment_intent", session.data["payment_intent"]) if session else None
        method = work.get("payment_method", intent.data["payment_method"]) if intent else None
    if session is None:
        return render_template("sandbox/missing.html"), 404
    if intent is None or method is None or intent.data["status"] != "requires_action":
        return redirect(f"/c/pay/{session_id}", 303)
    allow_form_target(session.data["success_url"])
    return render_template(
        "sandbox/authenticate.html", page=_page(session, Customer(), None, None, card=method.data["card"]["last4"])
    )


def submit_authentication(session_id: str) -> AnyResponse | str | tuple[str, int]:
    """Go on after the bank's question."""
    check_form_token()
    with current_sandbox().work() as work:
        if _to_pay(work, session_id) is None:
            return render_template("sandbox/missing.html"), 404
        result = attempts.authenticate(work, session_id, passed=request.form.get("answer") == "complete")
    return _go_on(result)


def _go_on(result: attempts.Result) -> AnyResponse:
    session = result.session
    if result.outcome == "authenticate":
        return redirect(f"/c/pay/{session.id}/authenticate", 303)
    if session.data["status"] != "complete":
        return redirect(f"/c/pay/{session.id}", 303)
    current_sandbox().wait_until_answered(result.completed_event)
    return redirect(_done_url(session), 303)


def _render(session: Stored, customer: Customer, entry: Entry | None, decline: Decline | None) -> str:
    allow_form_target(session.data["success_url"])
    page = _page(session, customer, entry, decline)
    template = "sandbox/pay.html" if page.state == "open" else "sandbox/closed.html"
    return render_template(template, page=page, cards=BEHAVIOURS, accounts=ACCOUNTS, countries=COUNTRIES)


def _page(
    session: Stored, customer: Customer, entry: Entry | None, decline: Decline | None, card: str = ""
) -> PaymentPage:
    data, sandbox = session.data, current_sandbox()
    problems = dict(entry.problems) if entry else {}
    if decline:
        problems[_FIELD_OF_DECLINE.get(decline.code, "number")] = decline.plain
    options = data["saved_payment_method_options"] or {}
    over = data["status"] == "open" and data["expires_at"] <= sandbox.clock.now()
    return PaymentPage(
        merchant=sandbox.settings.merchant_name,
        session_id=session.id,
        total=display(data["amount_total"], data["currency"]),
        lines=_lines(session),
        back_url=data["cancel_url"],
        done_url=_done_url(session),
        state="expired" if over else data["status"],
        open_until=datetime.fromtimestamp(data["expires_at"], UTC).strftime("%-d %B %Y, %H:%M UTC"),
        methods=data["payment_method_types"],
        free=data["amount_total"] == 0,
        method=_method(customer, entry, decline),
        typed=_typed(session, customer, entry.payer if entry else None),
        problems=problems,
        decline=decline.plain if decline else "",
        paid_later=data["payment_status"] == "unpaid",
        card=card,
        saved=customer.cards,
        offers_to_keep=options.get("payment_method_save") == "enabled",
    )


def _method(customer: Customer, entry: Entry | None, decline: Decline | None) -> str:
    """Return which way to pay is chosen when the page opens: a saved card, unless another way was tried last."""
    if entry:
        return entry.saved or entry.method
    return customer.cards[0].id if customer.cards and decline is None else "card"


def _lines(session: Stored) -> list[Line]:
    notes = session.private["notes"]
    return [_line(item, note) for item, note in zip(session.private["line_items"], notes, strict=True)]


def _line(item: JSON, note: str | None) -> Line:
    currency = item["currency"]
    return Line(
        item["description"],
        note,
        item["quantity"],
        display(item["price"]["unit_amount"], currency),
        display(item["amount_total"], currency),
    )


def _typed(session: Stored, customer: Customer, payer: Payer | None) -> dict[str, str]:
    """Return what the form shows again; the card number is never sent back."""
    if payer:
        return {"email": payer.email, "name": payer.name, "country": payer.country}
    before = session.private.get("payer") or {}
    return {
        "email": before.get("email") or session.data["customer_email"] or customer.email,
        "name": before.get("name") or "",
        "country": before.get("country") or "US",
    }


def _last_decline(work: Work, session: Stored) -> Decline | None:
    intent = work.get("payment_intent", session.data["payment_intent"])
    return attempts.last_decline(intent) if intent else None


def _done_url(session: Stored) -> str:
    return str(session.data["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)
