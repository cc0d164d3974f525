"""The page on which a payer agrees to an order, or does not."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplace.sandbox.currencies import display
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.paypal import amounts, orders
from marketplace.sandbox.paypal.errors import Refusal
from marketplace.sandbox.security import allow_form_target, check_form_token
from marketplace.sandbox.store import Stored

_PAYER = "TESTPAYER0001"
Answer = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True)
class ApprovalPage:
    """Everything the approval page shows."""

    merchant: str
    order_id: str
    total: str
    lines: tuple[tuple[str, str], ...]
    fundings: tuple[tuple[str, str], ...]
    done_url: str
    """Where one goes on whose order is approved or paid already; "" while it waits."""
    problem: str


def register(app: Flask) -> None:
    """Add the page to the application."""
    app.add_url_rule("/paypal/checkoutnow", "paypal.approval", show, methods=["GET"])
    app.add_url_rule("/paypal/checkoutnow", "paypal.answer", answer, methods=["POST"])


def show() -> Answer:
    """Show what is to be paid and ask whether the payer agrees."""
    with current_sandbox().singly() as work:
        try:
            order = orders.find(work, request.args.get("token", ""))
        except Refusal:
            return _gone()
    return _page(order)


def answer() -> Answer:
    """Approve the order, or go back to the shop; a second press finds it approved and only goes on."""
    check_form_token()
    order_id, funding = request.form.get("token", ""), request.form.get("funding", "")
    with current_sandbox().work() as work:
        try:
            order = orders.find(work, order_id)
            if request.form.get("answer") == "cancel":
                return _go(order, "cancel_url")
            if funding not in orders.FUNDINGS:
                return _page(order, "Choose what you pay with."), 422
            order = orders.approve(work, order_id, funding)
        except Refusal:
            return _gone()
    return _go(order, "return_url")


def _go(order: Stored, where: str) -> AnyResponse:
    url = order.private["where"][where]
    values = {"token": order.id} | ({"PayerID": _PAYER} if where == "return_url" else {})
    return redirect(f"{url}{'&' if '?' in url else '?'}{urlencode(values)}", 303)


def _gone() -> tuple[str, int]:
    words = "This order is not there any more: it was not agreed to in time. Nothing was paid."
    return render_template("sandbox/paypal_gone.html", words=words), 404


def _page(order: Stored, problem: str = "") -> str:
    allow_form_target(order.private["where"]["return_url"])
    allow_form_target(order.private["where"]["cancel_url"])
    currency, unit = order.private["currency"], order.data["purchase_units"][0]
    waits = order.data["status"] in orders.APPROVABLE
    return render_template(
        "sandbox/paypal.html",
        page=ApprovalPage(
            merchant=order.private["where"]["brand_name"] or current_sandbox().settings.merchant_name,
            order_id=order.id,
            total=_text(order.private["minor"], currency),
            lines=tuple(
                (f"{item['quantity']} × {item['name']}", _text(_cost(item), currency))  # noqa: RUF001  # a times sign is meant
                for item in unit.get("items", ())
            ),
            fundings=tuple(orders.FUNDINGS.items()),
            done_url="" if waits else order.private["where"]["return_url"],
            problem=problem,
        ),
    )


def _cost(item: dict[str, object]) -> int:
    return amounts.minor_of(item["unit_amount"], least=0)[0] * int(str(item["quantity"]))


def _text(minor: int, currency: str) -> str:
    """Return an amount as people write it; HUF and TWD have decimals in Stripe's table and none here."""
    scale = 100 if currency in {"HUF", "TWD"} else 1
    return display(minor * scale, currency.lower())
