"""What the page of one payout shows: its lines, what stood in its way, and what happened to it, as ready texts."""

from dataclasses import dataclass

from flask import url_for

from marketplace import clock
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments import timeline_queries
from marketplace.payouts import kept_queries, refusal_rules
from marketplace.payouts.pot_queries import Pot
from marketplace.payouts.refusal_rules import Again
from marketplace.payouts.seller_queries import Line, Netted, PayoutDetail, PayoutRow
from marketplace.payouts.states import PayoutStatus
from marketplace.web.console import Console, seller_console
from marketplace.web.explaining import Crumb
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text, time_text
from marketplace.web.stored_words import as_read

TONES = {
    PayoutStatus.PENDING: "wait",
    PayoutStatus.REFUSED: "bad",
    PayoutStatus.IN_TRANSIT: "wait",
    PayoutStatus.PAID: "ok",
    PayoutStatus.FAILED: "bad",
    PayoutStatus.CANCELED: "mute",
    PayoutStatus.REVERSED: "mute",
}
_FIXES = {
    Again.NEXT_DAY: Text("You need not do anything."),
    Again.WHEN_ENABLED: Text("Open your payout setup and see what is asked for."),
    Again.WHEN_BANK_CHANGED: Text("Open your payout setup and name another bank account."),
    Again.BY_PERSON: Text("We look after it. You need not do anything."),
}
_STEPS = {
    "begin": Text("Taken up"),
    "refuse": Text("Not sent"),
    "retry": Text("Tried again"),
    "cancel": Text("Called off"),
    "arrive": Text("Transferred"),
    "pay": Text("Your bank has it"),
    "fail": Text("Did not arrive"),
    "resend": Text("Sent again"),
    "reverse": Text("Taken back"),
}
_ARRIVAL = {
    PayoutStatus.PENDING: Text("Arrives"),
    PayoutStatus.IN_TRANSIT: Text("Arrives"),
    PayoutStatus.PAID: Text("Arrived"),
    PayoutStatus.FAILED: Text("Was to arrive"),
}
"""What the day at the bank is called; of any other payout no money is with a bank."""
_TOLD = {"arrive": Text("Your account at the provider has it. The payment to your bank follows by itself."), "pay": ""}
"""What is told in other words to the seller than in the records."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What a payout pays of one order."""

    number: str
    url: str
    net: str
    before: str
    amount: str
    explain_url: str
    back: str


@dataclass(frozen=True, slots=True)
class NettedLine:
    """A debt that was paid before the payout."""

    number: str
    url: str
    note: str
    amount: str
    when: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline."""

    title: str
    when: str
    when_iso: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """What templates/seller/payout.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    status: str
    tone: str
    amount: str
    facts: tuple[Fact, ...]
    problem: str
    fix: str
    lines: tuple[OrderLine, ...]
    total: str
    adds_up: bool
    netted: tuple[NettedLine, ...]
    steps: tuple[Step, ...]
    csv_url: str


def build(found: PayoutDetail) -> PayoutPage:
    """Return the page of one payout."""
    row = found.payout
    refusal = (
        refusal_rules.refusal(row.failure_code, row.failure_reason or "", clock.now()) if row.failure_code else None
    )
    has_problem = row.status in {PayoutStatus.REFUSED, PayoutStatus.FAILED} and refusal is not None
    fix = _FIXES[refusal.again] if refusal is not None else ""
    if row.next_attempt_at and has_problem and refusal is not None and refusal.again is Again.NEXT_DAY:
        fix = fix + " " + _("It is tried again on %(day)s.", day=date_text(row.next_attempt_at))
    return PayoutPage(
        title=_("Payout %(number)s", number=row.number),
        console=seller_console("payouts"),
        crumbs=(Crumb(_("Payouts"), url_for("seller.payouts")),),
        status=row.status.label,
        tone=TONES[row.status],
        amount=money_text(row.amount_minor, row.currency),
        facts=_facts(row),
        problem=as_read(row.failure_reason or (refusal.words if refusal else "")) if has_problem else "",
        fix=fix if has_problem else "",
        lines=tuple(_line(line, row) for line in found.lines),
        total=money_text(found.lines_minor, row.currency),
        adds_up=found.lines_minor == row.amount_minor,
        netted=tuple(_netted(each, row.currency) for each in found.netted),
        steps=_steps(row),
        csv_url=url_for("seller.payout", number=row.number, format="csv"),
    )


def _facts(row: PayoutRow) -> tuple[Fact, ...]:
    arrives = date_text(row.arrives_at) if row.arrives_at else _("Not known yet")
    facts = [
        Fact(_("Bank"), bank(row)),
        *([Fact(_ARRIVAL[row.status], arrives)] if row.status in _ARRIVAL else []),
        Fact(_("Taken up"), date_text(row.started_at)),
        Fact(_("Because"), _("You asked for it") if row.is_requested else _("Its day had come")),
    ]
    if row.rest_minor:
        rest = money_text(row.rest_minor, row.currency)
        facts.append(
            Fact(
                _("For your next payout"),
                _("%(amount)s: banks take whole %(currency)s only", amount=rest, currency=row.currency),
            )
        )
    if row.reversed_minor:
        facts.append(Fact(_("Taken back"), money_text(row.reversed_minor, row.currency)))
    kept_minor = kept_queries.kept_minor(row.id) if row.reversed_minor else 0
    if kept_minor:
        kept = money_text(kept_minor, row.currency)
        facts.append(
            Fact(
                _("Left in your account at the provider"),
                _("%(amount)s: banks take whole %(currency)s only", amount=kept, currency=row.currency),
            )
        )
    if row.transfer_id:
        facts.append(Fact(_("Provider's id"), row.transfer_id))
    return tuple(facts)


def _steps(row: PayoutRow) -> tuple[Step, ...]:
    changes = timeline_queries.changes_of({"payout": [row.id]})
    return tuple(
        Step(
            title=_STEPS.get(change.verb, change.verb),
            when=time_text(change.at),
            when_iso=change.at.isoformat(),
            detail=_TOLD[change.verb] if change.verb in _TOLD else as_read(change.because),
            state="bad" if change.verb in {"refuse", "fail"} else "done",
        )
        for change in changes
    )


def _line(line: Line, row: PayoutRow) -> OrderLine:
    pot = Pot.PAID_OUT if row.status is PayoutStatus.PAID else Pot.ON_ITS_WAY
    return OrderLine(
        number=line.order_number,
        url=url_for("seller.order", number=line.order_number),
        net=money_text(line.net_minor, row.currency),
        before=money_text(line.before_minor, row.currency) if line.before_minor else "",
        amount=money_text(line.amount_minor, row.currency),
        explain_url=url_for("seller.explain_share", pot=pot.value, number=line.order_number),
        back=money_text(line.reversed_minor, row.currency) if line.reversed_minor else "",
    )


def _netted(each: Netted, currency: str) -> NettedLine:
    return NettedLine(
        number=each.debt_order,
        url=url_for("seller.order", number=each.debt_order),
        note=_("Paid by order %(number)s", number=each.paid_by_order),
        amount=money_text(each.amount_minor, currency),
        when=date_text(each.netted_at),
    )


def bank(row: PayoutRow) -> str:
    """Return which bank account a payout goes to."""
    last4 = f"•• {row.bank_last4}" if row.bank_last4 else ""
    return " ".join(filter(None, (row.bank_name, last4))) or _("Your bank")
