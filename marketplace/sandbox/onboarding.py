"""The onboarding page sellers are sent to, and the small dashboard of their own."""

from collections import defaultdict
from dataclasses import dataclass, field

from flask import Flask, redirect, render_template, request, session
from werkzeug.wrappers import Response

from marketplace.sandbox import account_links, account_state, balance, external_accounts, onboarding_form
from marketplace.sandbox.currencies import display
from marketplace.sandbox.current import current_sandbox
from marketplace.sandbox.dashboard_rows import Badge, badge, when
from marketplace.sandbox.onboarding_form import STEPS, TRADES, Entry, Field
from marketplace.sandbox.security import allow_form_target, check_form_token
from marketplace.sandbox.store import Stored, Work

Answer = Response | str | tuple[str, int]
_SESSION = "setup"


@dataclass(frozen=True)
class Step:
    """One step in the list beside the form."""

    name: str
    title: str
    done: bool
    href: str


@dataclass(frozen=True)
class SetupPage:
    """Everything a page of the onboarding shows."""

    platform: str
    account_id: str
    step: str
    title: str
    steps: list[Step]
    fields: list[Field]
    typed: dict[str, str]
    bank: str
    currency: str
    return_url: str
    asked: list[str]
    problems: dict[str, str] = field(default_factory=dict)


def register(app: Flask) -> None:
    """Add the sellers' pages to the application."""
    app.add_url_rule("/setup/s/<account_id>/<token>", "setup_open", open_link, methods=["GET"])
    app.add_url_rule("/setup/e/<account_id>", "setup", show_setup, methods=["GET"])
    app.add_url_rule("/setup/e/<account_id>/<step>", "setup_step", show_step, methods=["GET"])
    app.add_url_rule("/setup/e/<account_id>/<step>", "setup_submit", submit_step, methods=["POST"])
    app.add_url_rule("/express/<account_id>/<token>", "express", show_express, methods=["GET"])


def open_link(account_id: str, token: str) -> Answer:
    """Let the bearer of an account link in, once; afterwards it only leads back to the platform's refresh address."""
    with current_sandbox().work() as work:
        link, fresh = account_links.open_once(work, account_id, token)
    if link is None:
        return _gone()
    if not fresh:
        return redirect(link.private["refresh_url"], 303)
    session[_SESSION] = {**session.get(_SESSION, {}), account_id: link.id}
    return redirect(f"/setup/e/{account_id}", 303)


def _gone() -> Answer:
    words = "This link has been used or is too old. Go back to the shop and open the setup from there again."
    return render_template("sandbox/refused.html", words=words), 403


def _visitor(work: Work, account_id: str, *, lock: bool = False) -> tuple[Stored, Stored] | None:
    """Return the account and the link its visitor came by, or None for anybody else."""
    link = work.get("account_link", session.get(_SESSION, {}).get(account_id))
    account = work.lock("account", account_id) if lock else work.get("account", account_id)
    return (account, link) if link and account and not account.private.get("deleted") else None


def show_setup(account_id: str) -> Answer:
    """Go to the first step that is not done; when all are, to the last one."""
    with current_sandbox().work() as work:
        found = _visitor(work, account_id)
        if found is None:
            return _gone()
        steps = onboarding_form.steps_of(work, found[0])
    step = next((name for name, done in steps if not done), "review")
    return redirect(f"/setup/e/{account_id}/{step}", 303)


def show_step(account_id: str, step: str) -> Answer:
    """Show one step of the onboarding."""
    with current_sandbox().work() as work:
        found = _visitor(work, account_id)
        if found is None or step not in STEPS:
            return _gone()
        page = _page(work, *found, step, None)
    allow_form_target(page.return_url)
    return render_template("sandbox/setup.html", page=page, trades=TRADES, banks=external_accounts.BANKS)


def submit_step(account_id: str, step: str) -> Answer:
    """Keep what was typed and go on; after the last step, return to the platform."""
    check_form_token()
    with current_sandbox().work() as work:
        found = _visitor(work, account_id, lock=True)
        if found is None or step not in STEPS:
            return _gone()
        account, link = found
        if request.form.get("skip"):
            return redirect(_after(work, account, step), 303)
        entry = onboarding_form.read(account, step, request.form, more=_more(link))
        if entry.problems:
            page = _page(work, account, link, step, entry)
            allow_form_target(page.return_url)
            shown = render_template("sandbox/setup.html", page=page, trades=TRADES, banks=external_accounts.BANKS)
            return shown, 422
        _keep(work, account, step, entry)
        target = link.private["return_url"] if step == "review" else _after(work, account, step)
    return redirect(target, 303)


def _after(work: Work, account: Stored, step: str) -> str:
    names = [name for name, _ in onboarding_form.steps_of(work, account)]
    later = [name for name in names if list(STEPS).index(name) > list(STEPS).index(step)]
    return f"/setup/e/{account.id}/{later[0] if later else 'review'}"


def _keep(work: Work, account: Stored, step: str, entry: Entry) -> None:
    if step == "bank":
        currency = account.data["default_currency"]
        bank = external_accounts.add(work, account, entry.given["number"], currency=currency)
        external_accounts.replace(work, account, bank)
    elif step == "review":
        terms = {"date": work.now, "ip": request.remote_addr or "127.0.0.1"}
        account.data["tos_acceptance"] |= terms
        account_state.answer(account, {f"tos_acceptance.{name}": str(value) for name, value in terms.items()})
    else:
        account_state.answer(account, entry.given)
        for name in ("mcc", "product_description"):
            profile = account.data["business_profile"]
            profile[name] = account.private["given"].get(f"business_profile.{name}") or profile[name]
        account.data["business_type"] = account.private["given"].get("business_type")
    account_state.refresh(work, account)


def _more(link: Stored) -> bool:
    return bool(link.private["collect"] == "eventually_due")


def _page(work: Work, account: Stored, link: Stored, step: str, entry: Entry | None) -> SetupPage:
    steps = onboarding_form.steps_of(work, account)
    banks = work.find("bank_account", account=account.id)
    return SetupPage(
        platform=account.private["platform"],
        account_id=account.id,
        step=step,
        title=STEPS[step],
        steps=[Step(name, STEPS[name], done, f"/setup/e/{account.id}/{name}") for name, done in steps],
        fields=onboarding_form.person_fields(account, more=_more(link)) if step == "person" else [],
        typed=_typed(account, typed_now=entry is not None),
        bank=f"•••• {banks[-1].data['last4']}" if banks else "",
        currency=str(account.data["default_currency"]).upper(),
        return_url=link.private["return_url"],
        asked=[STEPS[name] for name, done in steps if not done and name != "review"],
        problems=entry.problems if entry else {},
    )


def _typed(account: Stored, *, typed_now: bool) -> dict[str, str]:
    """Return what the forms show again, empty for what is not known: what was given, and what was typed now."""
    given, found = account.private["given"], defaultdict[str, str](str)
    for name, value in given.items():
        inside, _, last = name.rpartition(".")
        if value != "provided":
            found[f"dob_{last}" if inside.endswith("dob") else last] = value
    found["company_name"] = given.get("company.name", "")
    found["email"] = given.get(f"{account_state.person_prefix(account)}.email") or account.data["email"] or ""
    if typed_now:
        found.update((name, value) for name, value in request.form.items() if name != "account")
    return found


@dataclass(frozen=True)
class ExpressPage:
    """What a seller sees of their account at the provider."""

    platform: str
    account_id: str
    badge: Badge | None
    purses: list[tuple[str, str, str]]
    payouts: list[tuple[str, Badge | None, str]]
    bank: str
    schedule: str


def show_express(account_id: str, token: str) -> Answer:
    """Show a seller their balance, payouts and bank account, once for each login link."""
    with current_sandbox().work() as work:
        if not account_links.open_login_once(work, account_id, token):
            return _gone()
        account = work.need("account", account_id)
        payouts = work.find("payout", account=account_id)[::-1][:10]
        banks = work.find("bank_account", account=account_id)
        purses = balance.purses(work, account_id)
    page = ExpressPage(
        platform=account.private["platform"],
        account_id=account_id,
        badge=Badge("payouts on", "ok") if account.data["payouts_enabled"] else Badge("payouts off", "bad"),
        purses=[(name.upper(), display(free, name), display(held, name)) for name, (free, held) in purses.items()],
        payouts=[(display(one.data["amount"], one.data["currency"]), badge(one.data["status"]),
                  when(one.data["arrival_date"])) for one in payouts],
        bank=f"•••• {banks[-1].data['last4']}" if banks else "none yet",
        schedule=account.data["settings"]["payouts"]["schedule"]["interval"],
    )  # fmt: skip
    return render_template("sandbox/express.html", page=page)
