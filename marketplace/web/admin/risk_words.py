"""What the fraud checks saw, in words for admins: levels, signs and people's pasts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.language import Text, ngettext
from marketplace.language import gettext as _
from marketplace.risk.queries import RiskRow
from marketplace.risk.rules import Rule
from marketplace.risk.states import RiskLevel
from marketplace.web import countries
from marketplace.web.pages import money_text
from marketplace.web.wording import Badge, badge


@dataclass(frozen=True, slots=True)
class RiskLink:
    """How risky a payment looked, and where that is told in full."""

    score: str
    badges: tuple[Badge, ...]
    url: str


_TONES = {RiskLevel.LOW: "ok", RiskLevel.ELEVATED: "wait", RiskLevel.HIGH: "bad"}
_NOBODY = Text("a seller")


def level_badge(level: RiskLevel) -> Badge:
    """Return how risky a payment looks."""
    return Badge(level.label, _TONES[level])


def badges(row: RiskRow) -> tuple[Badge, ...]:
    """Return how risky a payment looks, what was decided, and whether the bank took it back."""
    found = [level_badge(row.level)]
    if row.status is not None:
        found.append(badge(row.status))
    return (*found, Badge(_("Charged back"), "bad")) if row.is_disputed else tuple(found)


def link(row: RiskRow) -> RiskLink:
    """Return what other pages say of a payment's risk."""
    return RiskLink(score_text(row), badges(row), url_for("admin.risk_payment", payment_id=row.payment_id))


def score_text(row: RiskRow) -> str:
    """Return a score of a hundred."""
    return _("%(score)s of 100", score=row.score)


def rule_label(fired: Mapping[str, Any]) -> str:
    """Return what a sign is called."""
    return str(Rule(fired["rule"]).label)


def saw(fired: Mapping[str, Any], shops: Mapping[int, str]) -> str:
    """Return what a rule saw, as a sentence; `shops` are the names of the payment's sellers."""
    facts = fired["facts"]
    if "sellers" in facts:
        names = ", ".join(str(shops.get(seller, _NOBODY)) for seller in facts["sellers"])
        return _(_SHARED[Rule(fired["rule"])], shops=names)
    return _WORDS[Rule(fired["rule"])](facts)


def _new_account(facts: Mapping[str, Any]) -> str:
    return ngettext(
        "The account was %(hours)s hour old, and the payment is of %(amount)s.",
        "The account was %(hours)s hours old, and the payment is of %(amount)s.",
        facts["hours"],
        hours=facts["hours"],
        amount=_amount(facts, "amount_minor"),
    )


def _declines(facts: Mapping[str, Any]) -> str:
    return _("%(count)s tries were declined within the hour before.", count=facts["count"])


def _cards(facts: Mapping[str, Any]) -> str:
    return _("%(count)s different cards were tried for this purchase.", count=facts["count"])


def _delivery_abroad(facts: Mapping[str, Any]) -> str:
    delivery, billing = (countries.name(facts[name]) for name in ("delivery", "billing"))
    return _("It goes to %(delivery)s and is billed to %(billing)s.", delivery=delivery, billing=billing)


def _card_abroad(facts: Mapping[str, Any]) -> str:
    card, billing = (countries.name(facts[name]) for name in ("card", "billing"))
    return _("The card is of a bank in %(card)s, the bill goes to %(billing)s.", card=card, billing=billing)


def _velocity(facts: Mapping[str, Any]) -> str:
    return _("It is one of %(count)s purchases within an hour.", count=facts["count"])


def _unusual(facts: Mapping[str, Any]) -> str:
    return _(
        "%(amount)s, where %(usual)s is usual.",
        amount=_amount(facts, "amount_minor"),
        usual=_amount(facts, "usual_minor"),
    )


def _lost_disputes(facts: Mapping[str, Any]) -> str:
    return ngettext(
        "%(count)s earlier payment was charged back and lost.",
        "%(count)s earlier payments were charged back and lost.",
        facts["count"],
        count=facts["count"],
    )


def _strikes(facts: Mapping[str, Any]) -> str:
    return ngettext(
        "%(count)s earlier suspension or refused payment.",
        "%(count)s earlier suspensions or refused payments.",
        facts["count"],
        count=facts["count"],
    )


def _wash(facts: Mapping[str, Any]) -> str:
    return _(
        "Within %(days)s days: refunds to the wallet %(wallet)s, to the card %(card)s.",
        days=facts["days"],
        wallet=facts["wallet"],
        card=facts["card"],
    )


def _amount(facts: Mapping[str, Any], name: str) -> str:
    return money_text(int(facts[name]), str(facts["currency"]))


_SHARED: Mapping[Rule, str] = {
    Rule.SHARED_ADDRESS: Text("The buyer's delivery or billing address is one of %(shops)s."),
    Rule.SHARED_CARD: Text("A card of this purchase has paid for %(shops)s before."),
    Rule.SHARED_DEVICE: Text("The buyer has signed in from the same network, with the same browser, as %(shops)s."),
    Rule.SHARED_NETWORK: Text("The buyer has signed in from the same network as %(shops)s."),
}
_WORDS: Mapping[Rule, Callable[[Mapping[str, Any]], str]] = {
    Rule.NEW_ACCOUNT: _new_account,
    Rule.DECLINES: _declines,
    Rule.CARDS: _cards,
    Rule.DELIVERY_ABROAD: _delivery_abroad,
    Rule.CARD_ABROAD: _card_abroad,
    Rule.VELOCITY: _velocity,
    Rule.UNUSUAL: _unusual,
    Rule.LOST_DISPUTES: _lost_disputes,
    Rule.STRIKES: _strikes,
    Rule.WASH: _wash,
}
