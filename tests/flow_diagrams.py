"""How money moves, as diagrams: who asks whom in which order, and what each thing can be.

`python -m tests.flow_diagrams` writes docs/flows.md. The states come from the machines that rule them; each step of a
flow names the function that does it, and naming one that is gone is an error.
"""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marketplace.history import Ruled
from marketplace.transitions import Machine
from marketplace.web.admin.state_words import MACHINES
from marketplace.web.errors import STATUS_OF

CHECKOUT = Path(__file__).parent.parent
FLOWS = CHECKOUT / "docs" / "flows.md"
_SHOWN = (
    "payment", "payment_tracker", "payment_transaction", "refund", "payout", "dispute", "unapplied_receipt",
    "outbound_call", "provider_event",
)  # fmt: skip
_HEAD = """# Flows

How money moves through the shop. Written by `python -m tests.flow_diagrams` from the code: a test fails when this page
is stale, when a step names a function that is gone, or when a machine has changed.

Every flow that meets the provider is *write, call, write*: the intention is committed first, the call carries a key
made from that row, the answer is a second transaction. Silence is a state (`unknown`), never a failure.
"""


@dataclass(frozen=True)
class Step:
    """One arrow: from whom, to whom, what, and the function that does it, as `module:name` below `marketplace`."""

    source: str
    target: str
    text: str
    function: str


_FLOWS = {
    "Purchase": (
        Step("Buyer", "Shop", "agrees", "checkout.flows:begin"),
        Step("Shop", "Books", "orders, payment pending, call planned", "checkout.operations:open_purchase"),
        Step("Shop", "Provider", "open a payment page, with its key", "outbound.flows:send"),
        Step("Shop", "Books", "session and address of the page", "checkout.page:page_opened"),
        Step("Buyer", "Provider", "pays", "web.checkout.returning:came_back"),
        Step("Provider", "Shop", "signed message", "provider_events.flows:receive"),
        Step("Shop", "Books", "stored, then settled: shares held, orders confirmed", "checkout.settlement:settle"),
    ),
    "The three other roads to the same settlement": (
        Step("Buyer", "Shop", "comes back, or checks the payment", "checkout.flows:verify"),
        Step("Worker", "Provider", "asks about all that is not final", "provider_events.sweeping:look_due"),
        Step("Admin", "Provider", "diagnoses, and takes up what it says", "diagnosis.flows:take_up_payment"),
        Step("Shop", "Books", "settled once, whoever comes first", "checkout.settlement:settle"),
    ),
    "Purchase from a wallet": (
        Step("Admin", "Books", "goodwill into the wallet, with a reason", "wallets.operations:add"),
        Step("Buyer", "Shop", "agrees, and the wallet covers all of it", "checkout.wallet_flows:buy"),
        Step("Shop", "Books", "orders, payment and shares, paid at once", "checkout.wallet_operations:buy"),
        Step("Shop", "Books", "what is refunded fills the wallet again", "refunds.sending:send"),
    ),
    "Purchase by bank transfer": (
        Step("Buyer", "Shop", "agrees, and is told what to transfer", "checkout.transfer_flows:buy"),
        Step("Shop", "Books", "orders wait, invoice sent, goods set aside", "checkout.transfer_operations:place"),
        Step("Admin", "Shop", "records a line of the bank, or its file", "checkout.transfer_flows:take_in"),
        Step("Shop", "Books", "each line booked once, matched and settled", "checkout.transfer_matching:receive"),
        Step("Admin", "Books", "what does not fit: matched, kept or sent back", "checkout.transfer_matching:match"),
        Step("Shop", "Books", "a refund is a transfer to be sent", "bank_transfers.outgoing:plan_refund"),
        Step("Admin", "Books", "the bank has sent it: refund completed", "refunds.transfers:sent"),
    ),
    "Refund": (
        Step("Buyer", "Shop", "asks, with a reason", "refunds.operations:request"),
        Step("Shop", "Books", "the seller's share stands still", "refunds.booking:block"),
        Step("Admin", "Shop", "approves the plan that was shown", "refunds.flows:approve_and_send"),
        Step("Shop", "Books", "plan frozen and booked, call planned", "refunds.operations:approve"),
        Step("Shop", "Provider", "send it back, with its key", "outbound.flows:send"),
        Step("Provider", "Shop", "signed message", "provider_events.flows:receive"),
        Step("Shop", "Books", "completed, or walked back when it failed", "refunds.following:follow"),
    ),
    "Release and payout": (
        Step("Worker", "Books", "day come, order arrived, nothing blocks", "payments.holds:release_due"),
        Step("Worker", "Books", "payout takes the shares up", "payouts.operations:take_up"),
        Step("Worker", "Provider", "transfer, then to the bank, each with its key", "payouts.flows:send"),
        Step("Provider", "Shop", "signed message", "provider_events.flows:receive"),
        Step("Worker", "Provider", "asks when no message comes", "payouts.flows:follow_due"),
    ),
}


def render() -> str:
    """Return the page."""
    parts = [_HEAD]
    for name, steps in _FLOWS.items():
        parts += [f"## {name}", "```mermaid\nsequenceDiagram", *map(_arrow, steps), "```"]
        parts += ["| step | function |", "|---|---|"]
        parts += [f"| {step.text} | `{_checked(step.function)}` |" for step in steps]
        parts.append("")
    parts += ["## What goes wrong, and who is told", _errors()]
    for machine in _machines():
        title, meaning = MACHINES[machine.name]
        parts += [f"## {title}", meaning, "```mermaid\nstateDiagram-v2", *_states(machine), "```"]
        parts += ["| verb | why |", "|---|---|", *(f"| {verb} | {move.why} |" for verb, move in machine.moves.items())]
        parts.append("")
    return "\n".join(parts)


def _arrow(step: Step) -> str:
    return f"    {step.source}->>{step.target}: {step.text}"


def _checked(function: str) -> str:
    """Return the name of a step's function; raises AttributeError or ImportError for one that is gone."""
    module, _, name = function.partition(":")
    found = getattr(importlib.import_module(f"marketplace.{module}"), name)
    if not callable(found):
        raise TypeError(f"{function} is no function")
    return f"{module}.{name}"


def _errors() -> str:
    rows = [f"| `{kind.__name__}` | {code} | {str(kind.__doc__).splitlines()[0]} |" for kind, code in STATUS_OF.items()]
    return "\n".join((
        "Rules answer with one of four errors, and one file makes pages of them (`web/errors.py`). The provider's port",
        "raises `Refused` (a definite no, told in words) or `Unknown` (no answer that counts: tried again with the",
        "same key). Everything else is a bug: a page with a number that stands in the log, and nothing half done.",
        "",
        "| error | HTTP | meaning |",
        "|---|---|---|",
        *rows,
        "",
    ))  # fmt: skip


def _machines() -> Iterator[Machine]:
    known = {model.machine.name: model.machine for model in Ruled.ruled}
    return (known[name] for name in _SHOWN)


def _states(machine: Machine) -> Iterator[str]:
    yield f"    [*] --> {machine.initial.value}"
    for verb, move in machine.moves.items():
        for source in sorted(move.sources):
            yield f"    {source} --> {move.target}: {verb}"


if __name__ == "__main__":
    FLOWS.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{FLOWS.relative_to(CHECKOUT)} written\n")
