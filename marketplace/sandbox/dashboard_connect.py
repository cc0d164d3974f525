"""What the dashboard's buttons and forms do to sellers' accounts, transfers, payouts and disputes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from marketplace.sandbox import account_state, business_days, disputes, negative_balances, payouts, reversals
from marketplace.sandbox.currencies import check_currency, display
from marketplace.sandbox.dashboard_frame import major, minor
from marketplace.sandbox.dashboard_rows import when
from marketplace.sandbox.errors import ApiError, refused
from marketplace.sandbox.external_accounts import BANKS
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import Reader


@dataclass(frozen=True)
class Deed:
    """A button: its name in the address, its label, and whether it is a danger."""

    name: str
    label: str
    danger: bool = False


def account_facts(account: Stored) -> list[tuple[str, str]]:
    """Return what matters of a connected account, in words."""
    data, needs = account.data, account.data["requirements"]
    schedule = data["settings"]["payouts"]["schedule"]
    days = schedule.get("weekly_payout_days") or [f"day {day}" for day in schedule.get("monthly_payout_days", [])]
    deadline = needs["current_deadline"]
    return [
        (
            "Capabilities",
            ", ".join(f"{name.replace('_', ' ')} {status}" for name, status in data["capabilities"].items()),
        ),
        ("Payouts", f"{'on' if data['payouts_enabled'] else 'off'}, {schedule['interval']} {', '.join(days)}".strip()),
        ("Off because", str(needs["disabled_reason"] or "nothing is off")),
        ("Due now", ", ".join(needs["currently_due"]) or "nothing"),
        ("Deadline", when(deadline) + " UTC" if deadline else "none"),
    ]


@dataclass(frozen=True)
class Input:
    """One field of a form: a text, or a choice when it has options."""

    name: str
    label: str
    value: str = ""
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A button that needs to know more."""

    name: str
    label: str
    inputs: list[Input]
    danger: bool = False


Act = Callable[[Work, Stored, Mapping[str, str]], str]
_NOTHING = "That had ended before. Nothing changed."


def deeds_for(stored: Stored) -> list[Deed]:
    """Return the buttons that make sense for an object as it is now."""
    status = str(stored.data.get("status"))
    if stored.kind == "account" and not stored.private.get("deleted"):
        return _account_deeds(stored)
    if stored.kind == "payout":
        found = [Deed("pay-payout", "Let it arrive now")] if status in ("pending", "in_transit") else []
        if status == "pending":
            found.insert(0, Deed("send-payout", "Hand it to the bank now"))
            found += [] if stored.data["automatic"] else [Deed("cancel-payout", "Cancel it", danger=True)]
        return found
    return _dispute_deeds(status) if stored.kind == "dispute" else []


def _account_deeds(account: Stored) -> list[Deed]:
    private, due = account.private, account.data["requirements"]["currently_due"]
    found = [Deed("setup", "Open the onboarding page")]
    if private["verifying"] or private["asked"] or private["rejected"] or private["paused"]:
        found.append(Deed("verify", "Verify: nothing more is asked"))
    elif due and not account.data["details_submitted"]:
        found.append(Deed("fill", "Fill in everything and verify"))
    if not private["paused"]:
        found.append(Deed("pause", "Pause", danger=True))
    return [*found, Deed("restrict", "Restrict now", danger=True), Deed("disconnect", "Disconnect", danger=True)]


def _dispute_deeds(status: str) -> list[Deed]:
    if status.startswith("warning_") and status != "warning_closed":
        return [Deed("close-inquiry", "Close the inquiry"), Deed("escalate", "Make it a chargeback", danger=True)]
    if status in ("needs_response", "under_review"):
        return [Deed("win", "The shop wins"), Deed("lose", "The buyer wins", danger=True)]
    if status in ("won", "lost"):
        turned = (
            Deed("win", "The shop wins after all") if status == "lost" else Deed("lose", "The buyer wins after all")
        )
        return [turned, Deed("reopen", "Reopen: ask for evidence again", danger=True)]
    return []


def forms_for(work: Work, stored: Stored) -> list[Form]:
    """Return the forms that make sense for an object as it is now."""
    if stored.kind == "account" and not stored.private.get("deleted"):
        currency = str(stored.data["default_currency"])
        return [
            Form("require", "Ask for a document", [Input("days", "Days until it is due", "7")]),
            Form("adjust", "Change the balance", [Input("amount", f"Amount in {currency.upper()}, minus to take",
                 major(-10_000, currency)), Input("currency", "Currency", currency)], danger=True),
        ]  # fmt: skip
    if stored.kind == "transfer" and not stored.data["reversed"]:
        left, currency = stored.data["amount"] - stored.data["amount_reversed"], stored.data["currency"]
        amount = Input("amount", f"Reverse, up to {display(left, currency)}", major(left, currency))
        return [Form("reverse", "Reverse", [amount], danger=True)]
    if stored.kind == "payout" and stored.data["status"] not in ("failed", "canceled"):
        codes = {bank.fails: bank.fails.replace("_", " ") for bank in BANKS.values() if bank.fails}
        return [Form("fail-payout", "Let it fail", [Input("code", "Because", options=codes)], danger=True)]
    charge = _charge_of(work, stored)
    most = disputes.disputable(work, charge) if charge and not charge.account else 0
    if charge and most > 0:
        currency = charge.data["currency"]
        return [Form("dispute", "Dispute", [
            Input("kind", "The bank", options={"chargeback": "takes the money", "inquiry": "only asks",
                                               "warning": "warns of fraud"}),
            Input("reason", "Because", options={name: name.replace("_", " ") for name in disputes.REASONS}),
            Input("disputed", f"Amount, up to {display(most, currency)}", major(most, currency)),
        ], danger=True)]  # fmt: skip
    return []


def _charge_of(work: Work, stored: Stored) -> Stored | None:
    if stored.kind == "payment_intent":
        return work.get("charge", stored.data["latest_charge"])
    return stored if stored.kind == "charge" else None


def kind_of(deed: str) -> str:
    """Return the kind of object on whose page a deed is. Raises KeyError for an unknown one."""
    return _ACTS[deed][0]


def do(work: Work, stored: Stored, deed: str, form: Mapping[str, str]) -> str:
    """Carry out a deed and return what happened in plain words. Raises ApiError when it cannot be done now."""
    if deed not in _ACTS:
        raise refused("This cannot be done here.")
    kind, act = _ACTS[deed]
    if kind != ("charge" if stored.kind == "payment_intent" else stored.kind):
        raise refused("This cannot be done here.")
    if stored.kind == "account":
        stored = work.need("account", stored.id, lock=True)
        if stored.private.get("deleted"):
            raise refused("This account is no longer connected.")
    return act(work, stored, form)


def _restrict(work: Work, account: Stored, _: Mapping[str, str]) -> str:
    account_state.require(work, account, work.now)
    return "The account is restricted. It must send a document before it is paid again."


def _require(work: Work, account: Stored, form: Mapping[str, str]) -> str:
    days = form.get("days", "").strip()
    if not days.isdigit() or not 1 <= int(days) <= 365:
        raise ApiError(400, "Type a number of days from 1 to 365.")
    account_state.require(work, account, work.now + int(days) * business_days.DAY_SECONDS)
    return f"A document is asked for. Without it the account is restricted in {days} days."


def _verify(work: Work, account: Stored, _: Mapping[str, str]) -> str:
    account_state.clear(work, account)
    return "Nothing more is asked of the account."


def _fill(work: Work, account: Stored, _: Mapping[str, str]) -> str:
    account_state.fill_in(work, account)
    return "Everything is filled in with made-up facts and verified."


def _pause(work: Work, account: Stored, _: Mapping[str, str]) -> str:
    account.private["paused"] = True
    account_state.refresh(work, account)
    return "The account is paused: it receives nothing and is not paid."


def _disconnect(work: Work, account: Stored, _: Mapping[str, str]) -> str:
    account_state.disconnect(work, account)
    return "The seller has disconnected the account. The shop has no access any more."


def _adjust(work: Work, account: Stored, form: Mapping[str, str]) -> str:
    currency = check_currency(form.get("currency", "").strip(), "currency")
    typed = form.get("amount", "").strip().replace("\N{MINUS SIGN}", "-")
    amount = minor(typed.removeprefix("-"), currency) * (-1 if typed.startswith("-") else 1)
    negative_balances.adjust(work, account, amount, currency, "Adjusted on the dashboard")
    return f"The balance changed by {display(amount, currency)}."


def _reverse(work: Work, transfer: Stored, form: Mapping[str, str]) -> str:
    amount = minor(form.get("amount", ""), transfer.data["currency"])
    reversals.create(work, transfer.id, Reader({"amount": str(amount)}))
    return f"{display(amount, transfer.data['currency'])} taken back."


def _send(work: Work, payout: Stored, _: Mapping[str, str]) -> str:
    return "The payout is on its way." if payouts.leave(work, payout.id) else _NOTHING


def _arrive(work: Work, payout: Stored, _: Mapping[str, str]) -> str:
    return "The payout has ended." if payouts.arrive(work, payout.id) else _NOTHING


def _cancel(work: Work, payout: Stored, _: Mapping[str, str]) -> str:
    work.account = payout.account
    payouts.cancel(work, payout.id, Reader({}))
    return "The payout is cancelled. The money is back on the balance."


def _fail(work: Work, payout: Stored, form: Mapping[str, str]) -> str:
    code = form.get("code", "")
    known = {bank.fails for bank in BANKS.values() if bank.fails}
    done = payouts.fail(work, payout.id, code if code in known else "could_not_process")
    return "The payout failed. The money is back on the balance." if done else _NOTHING


def _dispute(work: Work, stored: Stored, form: Mapping[str, str]) -> str:
    found = _charge_of(work, stored)
    charge = work.lock("charge", found.id) if found else None
    if charge is None or charge.account:
        raise refused("There is no payment to dispute.")
    if form.get("kind") == "warning":
        disputes.warn(work, charge)
        return "The bank has warned of fraud."
    reason = form.get("reason", "")
    if reason not in disputes.REASONS or form.get("kind") not in ("chargeback", "inquiry"):
        raise ApiError(400, "Choose what the bank does and why.")
    amount = minor(form.get("disputed", ""), charge.data["currency"])
    disputes.open_dispute(work, charge, reason, amount, inquiry=form["kind"] == "inquiry")
    return f"{display(amount, charge.data['currency'])} disputed."


def _decide(outcome: str, words: str) -> Act:
    def act(work: Work, dispute: Stored, _: Mapping[str, str]) -> str:
        return words if disputes.decide(work, dispute.id, outcome) else _NOTHING

    return act


def _reopen(work: Work, dispute: Stored, _: Mapping[str, str]) -> str:
    return "The dispute is open again." if disputes.reopen(work, dispute.id) else _NOTHING


def _escalate(work: Work, dispute: Stored, _: Mapping[str, str]) -> str:
    return "The inquiry is a chargeback now." if disputes.escalate(work, dispute.id) else _NOTHING


_ACTS: dict[str, tuple[str, Act]] = {
    "restrict": ("account", _restrict),
    "require": ("account", _require),
    "verify": ("account", _verify),
    "fill": ("account", _fill),
    "pause": ("account", _pause),
    "disconnect": ("account", _disconnect),
    "adjust": ("account", _adjust),
    "reverse": ("transfer", _reverse),
    "send-payout": ("payout", _send),
    "pay-payout": ("payout", _arrive),
    "cancel-payout": ("payout", _cancel),
    "fail-payout": ("payout", _fail),
    "dispute": ("charge", _dispute),
    "win": ("dispute", _decide("won", "The shop has won. The money is back.")),
    "lose": ("dispute", _decide("lost", "The buyer has won.")),
    "close-inquiry": ("dispute", _decide("warning_closed", "The inquiry is closed.")),
    "reopen": ("dispute", _reopen),
    "escalate": ("dispute", _escalate),
}
