"""The dashboard: see and steer the sandbox. It is meant for one machine and has no sign-in."""

from dataclasses import dataclass

from flask import Flask, flash, redirect, render_template, request
from psycopg.errors import LockNotAvailable
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from marketplace.sandbox import (
    account_links,
    balance,
    dashboard_connect,
    dashboard_deeds,
    dashboard_faults,
    dashboard_webhooks,
    evidence,
)  # fmt: skip
from marketplace.sandbox.currencies import display
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.dashboard_connect import Deed, Form
from marketplace.sandbox.dashboard_deeds import RefundForm
from marketplace.sandbox.dashboard_frame import Answer, ListPage, missing, older
from marketplace.sandbox.dashboard_rows import (
    ONE,
    ROWS_ON_A_PAGE,
    SECTIONS,
    Badge,
    Piece,
    Row,
    badge,
    event_rows,
    href,
    json_pieces,
    list_rows,
    related,
    standing,
    statuses,
    when,
)  # fmt: skip
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.reading import show
from marketplace.sandbox.security import check_form_token
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import Reader

STEPS = {"hour": (3_600, "1 hour"), "day": (86_400, "1 day"), "month": (30 * 86_400, "30 days")}


@dataclass(frozen=True)
class Purse:
    """The balance in one currency."""

    currency: str
    available: str
    pending: str
    total: str


@dataclass(frozen=True)
class ObjectPage:
    """One object with everything around it."""

    id: str
    kind: str
    name: str
    badge: Badge | None
    amount: str
    created: str
    pieces: list[Piece]
    related: list[Row]
    events: list[Row]
    deeds: list[Deed]
    refund: RefundForm | None
    pay_url: str
    forms: list[Form]
    purses: list[Purse]
    facts: list[tuple[str, str]]
    file_url: str


def register(app: Flask) -> None:
    """Add the dashboard to the application."""
    get, post = ["GET"], ["POST"]
    app.add_url_rule("/", "home", lambda: redirect("/dashboard"), methods=get)
    app.add_url_rule("/dashboard", "overview", overview, methods=get)
    app.add_url_rule("/dashboard/search", "search", search, methods=get)
    app.add_url_rule("/dashboard/clock", "clock", show_clock, methods=get)
    app.add_url_rule("/dashboard/clock", "move_clock", move_clock, methods=post)
    app.add_url_rule("/dashboard/objects/<object_id>", "object", show_object, methods=get)
    app.add_url_rule("/dashboard/objects/<object_id>/<deed>", "object_deed", do_deed, methods=post)
    app.add_url_rule("/dashboard/files/<file_id>", "file", show_file, methods=get)
    app.add_url_rule("/dashboard/<section>", "section", list_section, methods=get)
    dashboard_webhooks.register(app)
    dashboard_faults.register(app)
    app.register_error_handler(404, lambda _: missing())
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(LockNotAvailable, lambda _: refused(ServiceUnavailable(_BUSY)))
    app.context_processor(lambda: {"now_shown": when(current_sandbox().clock.now()), "sections": SECTIONS})


_BUSY = "Another request is still working on this. Wait a moment, then load the page again."


def refused(error: HTTPException) -> Answer:
    """Show in the sandbox's own look why a request was refused or failed."""
    if request.path.startswith("/static/"):
        return error.get_response()
    return render_template("sandbox/refused.html", words=error.description), error.code or 500


def overview() -> Answer:
    """Show the balance, the latest payments and events, and what could not be delivered."""
    with current_sandbox().work() as work:
        purses = _purses(work)
        payments = list_rows(work, "payment_intent", status="", before=0)[:6]
        latest = event_rows(work)[:8]
        stuck = work.row("SELECT count(*) AS n FROM deliveries WHERE state <> 'delivered' AND attempts > 0")
        planned = work.rows("SELECT what, object_id, at FROM due ORDER BY at, seq LIMIT 6")
    coming = [(_PLANS[row["what"]], row["object_id"], href(row["object_id"]), when(row["at"])) for row in planned]
    return render_template(
        "sandbox/overview.html", purses=purses, payments=payments, events=latest, stuck=stuck["n"] if stuck else 0,
        coming=coming,
    )  # fmt: skip


_PLANS = {
    "expire": "Session expires",
    "debit_ends": "Bank debit ends",
    "fee": "Fee becomes known",
    "refund_succeeds": "Refund succeeds",
    "refund_fails": "Refund fails",
    "verify_account": "Seller is checked",
    "deadline": "Seller's deadline",
    "payout_day": "Seller is paid out",
    "payout_leaves": "Payout goes to the bank",
    "payout_arrives": "Payout arrives",
    "payout_bounces": "Payout fails",
    "dispute_due": "Evidence is due",
    "dispute_decided": "Bank decides a dispute",
    "inquiry_closes": "Inquiry closes",
    "collect": "Debt is collected",
    "fault_refund_fails": "Refund fails (fault)",
    "fault_payout_fails": "Payout fails after all (fault)",
    "fault_account_disabled": "Account is restricted (fault)",
    "fault_dispute_reopens": "Dispute is opened again (fault)",
    "fault_transfer_reversed": "Transfer is taken back (fault)",
}


def _purses(work: Work, account: str = "") -> list[Purse]:
    found = balance.purses(work, account) or ({} if account else {"usd": (0, 0)})
    return [
        Purse(name.upper(), display(free, name), display(held, name), display(free + held, name))
        for name, (free, held) in found.items()
    ]


def list_section(section: str) -> Answer:
    """Show one list of objects."""
    if section not in SECTIONS:
        return missing()
    kind, title = SECTIONS[section]
    chosen = request.args.get("status", "")
    with current_sandbox().work() as work:
        rows = list_rows(work, kind, status=chosen, before=request.args.get("before", 0, int))
        tabs = statuses(work, kind)
    page = ListPage(section, title, rows[:ROWS_ON_A_PAGE], tabs, chosen, older(rows, status=chosen))
    return render_template("sandbox/list.html", page=page)


def show_object(object_id: str) -> Answer:
    """Show one object, what belongs to it and what can be done with it."""
    with current_sandbox().work() as work:
        stored = _find(work, object_id)
        if stored is None:
            return missing()
        if stored.kind == "webhook_endpoint":
            return render_template("sandbox/endpoint.html", page=dashboard_webhooks.endpoint_page(work, stored))
        data = show(work, stored)
        amount = data.get("amount_total", data.get("amount"))
        page = ObjectPage(
            id=stored.id,
            kind=ONE[stored.kind],
            name=_name(stored),
            badge=standing(stored) if stored.kind == "account" else badge(data.get("status")),
            amount=display(amount, data["currency"]) if isinstance(amount, int) else "",
            created=when(stored.created),
            pieces=json_pieces(data),
            related=related(work, stored),
            events=event_rows(work, object_id=object_id)[:ROWS_ON_A_PAGE],
            deeds=dashboard_deeds.deeds_for(work, stored),
            refund=dashboard_deeds.refund_form(work, stored) if stored.kind in ("payment_intent", "charge") else None,
            pay_url=data.get("url") or "" if stored.kind == "checkout.session" else "",
            forms=dashboard_connect.forms_for(work, stored),
            purses=_purses(work, stored.id) if stored.kind == "account" else [],
            facts=dashboard_connect.account_facts(stored) if stored.kind == "account" else [],
            file_url=f"/dashboard/files/{stored.id}" if stored.kind == "file" else "",
        )
    return render_template("sandbox/object.html", page=page)


def _name(stored: Stored) -> str:
    """Return what an object without an amount is called, empty when it has no name."""
    if stored.kind == "account":
        return str(stored.data["business_profile"]["name"] or stored.data["email"] or "")
    return str(stored.data.get("filename") or "")


def do_deed(object_id: str, deed: str) -> Answer:
    """Press one of an object's buttons."""
    check_form_token()
    try:
        with current_sandbox().work() as work:
            stored = _find(work, object_id)
            if stored is None:
                return missing()
            if deed == "setup":
                return _open_setup(work, stored.id)
            flash(dashboard_deeds.do(work, stored, deed, request.form), "ok")
    except ApiError as error:
        flash(error.message, "bad")
    return redirect(href(object_id), 303)


def show_file(file_id: str) -> Answer:
    """Answer with an uploaded file."""
    with current_sandbox().work() as work:
        if work.get("file", file_id) is None:
            return missing()
        content, kind = evidence.contents(work, file_id)
    return Response(content, content_type=kind, headers={"Content-Disposition": "attachment"})


def _open_setup(work: Work, account_id: str) -> Answer:
    """Go to the onboarding page as the seller would, by a fresh link."""
    base_url = current_sandbox().settings.base_url
    back = dict.fromkeys(("refresh_url", "return_url"), f"{base_url}{href(account_id)}")
    link = account_links.create(work, Reader({"account": account_id, "type": "account_onboarding", **back}), base_url)
    return redirect(link.data["url"].removeprefix(base_url), 303)


def show_clock() -> Answer:
    """Show virtual time and the buttons that move it forward."""
    ahead = current_sandbox().clock.offset()
    return render_template("sandbox/clock.html", days=ahead // 86_400, hours=ahead % 86_400 // 3_600, steps=STEPS)


def move_clock() -> Answer:
    """Move virtual time forward and do what became due."""
    check_form_token()
    step = STEPS.get(request.form.get("step", ""))
    if step is None:
        return missing()
    current_sandbox().clock.advance(step[0])
    done = current_sandbox().run_due()
    flash(f"It is {step[1]} later. {done} planned {'thing' if done == 1 else 'things'} happened.", "ok")
    return redirect("/dashboard/clock", 303)


def search() -> Answer:
    """Go straight to the object or event with the id that was typed."""
    wanted = request.args.get("q", "").strip()
    with current_sandbox().work() as work:
        event = work.row("SELECT id FROM events WHERE id = %(id)s", id=wanted)
        found = event or _find(work, wanted)
    if found:
        return redirect(href(wanted), 303)
    flash(f"Nothing has the id {wanted[:60]}." if wanted else "Type an id to find.", "bad")
    return redirect("/dashboard", 303)


def _find(work: Work, object_id: str) -> Stored | None:
    row = work.row("SELECT kind FROM objects WHERE id = %(id)s", id=object_id)
    return work.get(row["kind"], object_id) if row else None
