"""One assessed payment: its score sign by sign, who is behind it, and what an admin decides about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace import clock, db
from marketplace.config import Settings
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.orders.states import ORDER
from marketplace.payments import timeline_queries
from marketplace.risk import case_queries, flows, operations, queries
from marketplace.risk.case_queries import CardRow, Linked, LinkedBy, OrderOfPayment, Past
from marketplace.risk.queries import RiskRow
from marketplace.risk.states import RiskLevel
from marketplace.web import countries, guards, wording
from marketplace.web.admin import risk_words
from marketplace.web.auth.forms import blame, typed
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.forms import Form
from marketplace.web.order_parts import Fact
from marketplace.web.pages import date_text, money_text, sentence, time_text
from marketplace.web.providers import providers
from marketplace.web.wording import Badge, TimelineEntry

CLEAR, REFUSE = "clear", "refuse"
_DECISIONS = {
    CLEAR: Text("Clear it: all is well, its sellers may send and its money moves on"),
    REFUSE: Text("Refuse it: cancel what is not sent, and send the money back"),
}
_LINKS = {LinkedBy.CARD: Text("The same card"), LinkedBy.ADDRESS: Text("The same address")}


class DecideRiskForm(Form):
    """What becomes of a payment that waits, and why."""

    decision = RadioField(
        Text("What do you do?"),
        [InputRequired(Text("Choose what you do."))],
        choices=[SelectChoice(value, label) for value, label in _DECISIONS.items()],
    )
    reason = TextAreaField(Text("Why?"))


@dataclass(frozen=True, slots=True)
class Sign:
    """A rule that applied."""

    label: str
    saw: str
    points: str


@dataclass(frozen=True, slots=True)
class CardView:
    """A card that was tried."""

    card: str
    country: str
    charge: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class PersonView:
    """The buyer, a seller, or somebody linked with the buyer."""

    name: str
    note: str
    url: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order of the payment."""

    number: str
    shop: str
    url: str
    badge: Badge
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class RiskPage:
    """What templates/admin/risk.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    badges: tuple[Badge, ...]
    note: str
    facts: tuple[Fact, ...]
    amount: str
    amount_url: str
    payment_url: str
    signs: tuple[Sign, ...]
    orders: tuple[OrderView, ...]
    cards: tuple[CardView, ...]
    linked: tuple[PersonView, ...]
    buyer: PersonView
    sellers: tuple[PersonView, ...]
    decided: str
    """What was decided, by whom and why; "" while nothing is."""
    action: str
    """Where the decision goes; "" where none is asked for."""
    is_own: bool
    """Whether the one who looks bought or sold it, so that another admin decides."""
    sent: str
    """What a refusal leaves as it is; "" where nothing was sent."""
    entries: tuple[TimelineEntry, ...]


@guards.admin_only
def risk_payment(payment_id: int) -> ResponseReturnValue:
    """Show how a payment was assessed, with all that helps to decide."""
    return _show(queries.assessed(payment_id), DecideRiskForm(None))


@guards.admin_only
def decide_risk(payment_id: int) -> ResponseReturnValue:
    """Clear a payment or refuse it; who comes second reads what was decided."""
    row, form = queries.assessed(payment_id), DecideRiskForm()
    if not form.validate():
        return _show(row, form, 422)
    who: dict[str, Any] = {"admin_id": guards.viewer().user_id, "payment_id": payment_id, "reason": typed(form.reason)}
    try:
        if form.decision.data == CLEAR:
            db.atomic(operations.clear, (db.TURN,), **who, now=clock.now())
            said = _("Cleared. Its sellers were told that they may send.")
        else:
            flows.refuse(**who, settings=_settings(), providers=providers(), now=clock.now())
            said = _("Refused. What was not sent is cancelled, and its money goes back.")
    except Invalid as error:
        blame(form, error)
        return _show(row, form, 422)
    except (Conflict, NotAllowed) as error:
        flash(error.message, "wait")
    else:
        flash(said, "ok")
    return redirect(url_for("admin.risk_payment", payment_id=payment_id), code=303)


def _show(row: RiskRow, form: DecideRiskForm, code: int = 200) -> ResponseReturnValue:
    settings, payment_id = _settings(), row.payment_id
    orders, sellers = case_queries.orders(payment_id), case_queries.sellers(payment_id)
    is_own = guards.viewer().user_id in {row.user_id, *(seller.user_id for seller in sellers)}
    shops = {seller.user_id: seller.shop_name for seller in sellers}
    cards_tell = settings.livemode or settings.risk.test_cards_tell
    changes = timeline_queries.changes_of({"risk_review": [row.review_id]}) if row.review_id else ()
    page = RiskPage(
        title=_("Risk of payment %(number)s", number=payment_id),
        console=admin_console("risk"),
        crumbs=(Crumb(_("Fraud checks"), url_for("admin.risks")),),
        badges=risk_words.badges(row),
        note=f"{row.buyer_name}, {row.buyer_email}",
        facts=_facts(row),
        amount=money_text(row.amount_minor, row.currency),
        amount_url=url_for("admin.explain_payment", payment_id=payment_id, figure="amount"),
        payment_url=url_for("admin.payment", payment_id=payment_id),
        signs=tuple(
            Sign(risk_words.rule_label(each), risk_words.saw(each, shops), f"+{each['points']}") for each in row.fired
        ),
        orders=tuple(_order(payment_id, each) for each in orders),
        cards=tuple(_card(each) for each in case_queries.cards(payment_id)),
        linked=tuple(_linked(each) for each in case_queries.linked(payment_id, cards_tell=cards_tell)),
        buyer=_person(case_queries.buyer(payment_id)),
        sellers=tuple(_person(each) for each in sellers),
        decided=_decided(row),
        action=url_for("admin.decide_risk", payment_id=payment_id) if row.is_waiting and not is_own else "",
        is_own=row.is_waiting and is_own,
        sent=_sent(orders),
        entries=wording.audit(changes, {"risk_review": Text("Check")}),
    )
    return render_template("admin/risk.html", page=page, form=form), code


def _facts(row: RiskRow) -> tuple[Fact, ...]:
    waits = _("Yes, until an admin has decided") if row.is_waiting else _("No")
    return (
        Fact(_("Score"), risk_words.score_text(row)),
        Fact(_("Level"), str(row.level.label)),
        Fact(_("Settled"), time_text(row.settled_at)),
        Fact(_("Assessed"), time_text(row.assessed_at)),
        *((Fact(_("Money stands still"), waits),) if row.level is RiskLevel.HIGH else ()),
    )


def _decided(row: RiskRow) -> str:
    if row.status is None or row.decided_at is None:
        return ""
    return _(
        "%(status)s %(at)s by %(admin)s: %(reason)s",
        status=row.status.label,
        at=time_text(row.decided_at),
        admin=row.decided_by,
        reason=row.reason,
    )


def _sent(orders: Sequence[OrderOfPayment]) -> str:
    numbers = [each.number for each in orders if not ORDER.can(each.status, "cancel")]
    if not numbers:
        return ""
    return _(
        "A refusal leaves %(orders)s as it is: sent before anybody looked, or over. Whether its money goes back is"
        " decided under Refunds.",
        orders=", ".join(numbers),
    )


def _order(payment_id: int, each: OrderOfPayment) -> OrderView:
    return OrderView(
        number=each.number,
        shop=each.shop_name,
        url=url_for("admin.purchase", number=each.number),
        badge=wording.badge(each.status),
        amount=money_text(each.gross_minor, each.currency),
        explain_url=url_for("admin.explain_payment", payment_id=payment_id, figure="gross", order=each.number),
    )


def _card(each: CardRow) -> CardView:
    return CardView(
        card=_("Card %(number)s, %(brand)s", number=each.number, brand=sentence(each.brand)),
        country=countries.name(each.country) if each.country else _("Not said"),
        charge=each.charge_id,
        badge=Badge(_("Paid"), "ok") if each.has_paid else Badge(_("Declined"), "bad"),
    )


def _linked(each: Linked) -> PersonView:
    role = _("seller") if each.is_seller else _("buyer")
    url = url_for("admin.user", user_id=each.user_id)
    return PersonView(each.name, f"{_LINKS[each.by]}, {role}, {each.email}", url)


def _person(each: Past) -> PersonView:
    age = ngettext("%(count)s payment", "%(count)s payments", each.payments, count=each.payments)
    return PersonView(
        name=each.shop_name or each.name,
        note=_("Here since %(day)s, %(payments)s", day=date_text(each.since), payments=age),
        url=url_for("admin.user", user_id=each.user_id),
        facts=(
            Fact(_("Charged back"), str(each.disputes)),
            Fact(_("Refunds"), str(each.refunds)),
            Fact(_("Refused before"), str(each.refused)),
        ),
    )


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
