"""Diagnose: all that can be wrong with a payment, refund, dispute or payout, the provider asked now (S4.29).

Each look says what was found, the rule behind it, the rows it looked at, and the one thing that helps.
"""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.checkout.settlement import Contradiction
from marketplace.config import Settings
from marketplace.diagnosis import (
    dispute_flows,
    dispute_queries,
    dispute_rules,
    flows,
    payment_rules,
    payout_flows,
    payout_queries,
    payout_rules,
    queries,
    refund_rules,
)
from marketplace.disputes import page_queries as disputes
from marketplace.errors import DomainError
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.payments import admin_queries
from marketplace.payouts import admin_queries as payouts
from marketplace.providers.base import Refused, Unknown
from marketplace.refunds import queries as refunds
from marketplace.web import guards, lists
from marketplace.web.admin import diagnose_page
from marketplace.web.providers import providers
from marketplace.web.stored_words import as_read

_TAKEN_UP = Text("What the provider says is in the books now.")


@guards.admin_only
def diagnose_payment(payment_id: int) -> ResponseReturnValue:
    """Walk the list for a payment; reads only, here and at the provider."""
    record = admin_queries.payment(payment_id)
    case = queries.payment_case(record, now=clock.now(), system_now=clock.system_now())
    found = payment_rules.findings(case, flows.ask_payment(record, providers=providers()))
    return render_template("admin/diagnose.html", page=diagnose_page.of_payment(record, found))


@guards.admin_only
def diagnose_refund(number: str) -> ResponseReturnValue:
    """Walk the list for a refund: may it be, by which rule, and what has become of it."""
    row = refunds.refund(lists.number(number))
    record = admin_queries.payment(row.payment_id)
    case = queries.refund_case(row, _settings().money, now=clock.now(), system_now=clock.system_now())
    found = refund_rules.findings(case, flows.ask_refund(row, record, providers=providers()))
    return render_template("admin/diagnose.html", page=diagnose_page.of_refund(row, found))


@guards.admin_only
def diagnose_dispute(number: str) -> ResponseReturnValue:
    """Walk the list for a dispute: what the bank says, what it took, whose money stands still, who bears it."""
    row = disputes.dispute(lists.number(number))
    case = dispute_queries.dispute_case(row, now=clock.now(), system_now=clock.system_now())
    found = dispute_rules.findings(case, dispute_flows.ask_dispute(row, providers=providers()))
    return render_template("admin/diagnose.html", page=diagnose_page.of_dispute(row, found))


@guards.admin_only
def diagnose_payout(number: str) -> ResponseReturnValue:
    """Walk the list for a payout: may the seller be paid, what has the provider, when does the bank have it."""
    row = payouts.payout(lists.number(number))
    case = payout_queries.payout_case(row, now=clock.now(), system_now=clock.system_now())
    found = payout_rules.findings(case, payout_flows.ask_payout(row, providers=providers()))
    payments = {str(line.share_id): line.payment_id for line in payouts.lines_of(row.id)}
    return render_template("admin/diagnose.html", page=diagnose_page.of_payout(row, payments, found))


@guards.admin_only
def take_up_payment(payment_id: int) -> ResponseReturnValue:
    """Settle a payment by what the provider says now."""
    admin_queries.payment(payment_id)
    try:
        flows.take_up_payment(
            payment_id,
            admin_id=guards.viewer().user_id,
            providers=providers(),
            settings=_settings(),
            now=clock.now(),
        )
    except (Unknown, Refused, Contradiction, DomainError) as error:
        flash(_problem(error), "wait")
    else:
        flash(str(_TAKEN_UP), "ok")
    return redirect(url_for("admin.diagnose_payment", payment_id=payment_id), code=303)


@guards.admin_only
def take_up_refund(number: str) -> ResponseReturnValue:
    """Follow a refund by what the provider says now."""
    row = refunds.refund(lists.number(number))
    try:
        note = flows.take_up_refund(row, providers=providers(), settings=_settings(), now=clock.now())
    except (Unknown, Refused, Contradiction, DomainError) as error:
        flash(_problem(error), "wait")
    else:
        flash(as_read(note), "ok")
    return redirect(url_for("admin.diagnose_refund", number=row.number), code=303)


@guards.admin_only
def take_up_dispute(number: str) -> ResponseReturnValue:
    """Follow a dispute by what the provider says now."""
    row = disputes.dispute(lists.number(number))
    try:
        note = dispute_flows.take_up_dispute(row, providers=providers(), settings=_settings(), now=clock.now())
    except (Unknown, Refused, Contradiction, DomainError) as error:
        flash(_problem(error), "wait")
    else:
        flash(as_read(note), "ok")
    return redirect(url_for("admin.diagnose_dispute", number=row.number), code=303)


@guards.admin_only
def take_up_payout(number: str) -> ResponseReturnValue:
    """Follow a payout by what the provider says now."""
    row = payouts.payout(lists.number(number))
    try:
        note = payout_flows.take_up_payout(row, providers=providers(), settings=_settings(), now=clock.now())
    except (Unknown, Refused, Contradiction, DomainError) as error:
        flash(_problem(error), "wait")
    else:
        flash(as_read(note), "ok")
    return redirect(url_for("admin.diagnose_payout", number=row.number), code=303)


def _problem(error: Exception) -> str:
    if isinstance(error, Unknown):
        return _("The provider did not answer. Nothing has changed; it is asked again by itself.")
    why = error.message if isinstance(error, (Refused, DomainError)) else error
    return _("It can't be taken up: %(why)s", why=why)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
