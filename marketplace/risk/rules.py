"""What makes a payment look like fraud, sign by sign, and what the signs come to. Pure; bounds are `RiskPolicy`'s."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, NamedTuple

from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.risk.states import RiskLevel
from marketplace.risk_policy import RiskPolicy

HOUR = timedelta(hours=1)
_MOST = 100


class Rule(Labelled):
    """A sign of fraud, by the word that is stored."""

    NEW_ACCOUNT = "new_account", Text("Large amount from a new account")
    DECLINES = "declines", Text("Many declines")
    CARDS = "cards", Text("Several cards for one purchase")
    DELIVERY_ABROAD = "delivery_abroad", Text("Delivered to another country than billed")
    CARD_ABROAD = "card_abroad", Text("Card of another country")
    VELOCITY = "velocity", Text("Many purchases within an hour")
    UNUSUAL = "unusual", Text("Far above what is usual")
    SHARED_ADDRESS = "shared_address", Text("Buyer and seller share an address")
    SHARED_CARD = "shared_card", Text("Buyer and seller share a card")
    SHARED_DEVICE = "shared_device", Text("Buyer and seller share a device")
    SHARED_NETWORK = "shared_network", Text("Buyer and seller share a network")
    LOST_DISPUTES = "lost_disputes", Text("Earlier payments were charged back")
    STRIKES = "strikes", Text("Suspended or refused before")
    WASH = "wash", Text("Money in circles between wallet and card")


class Usual(NamedTuple):
    """An amount and what is usual for it; minor units of the payment's currency."""

    amount_minor: int
    usual_minor: int
    """The median of the earlier ones; 0 where too few are known to say."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a payment at the moment it was settled; counts are up to then."""

    currency: str
    amount_minor: int
    account_age: timedelta
    declines: int = 0
    """Within the hour before, on this purchase or any other of the buyer's."""
    cards: int = 0
    """Different cards that were tried for the purchase."""
    delivery_country: str = ""
    """ISO 3166-1 alpha-2, as are the next two; "" where it is not known."""
    billing_country: str = ""
    card_country: str = ""
    purchases: int = 0
    """Begun within the hour before, this one included."""
    usual_of_buyer: Usual | None = None
    usual_of_shops: Sequence[Usual] = ()
    shares_address: Sequence[int] = ()
    """The sellers with whom the buyer shares it, as are the next three."""
    shares_card: Sequence[int] = ()
    shares_device: Sequence[int] = ()
    shares_network: Sequence[int] = ()
    lost_disputes: int = 0
    strikes: int = 0
    """Suspensions as a buyer, and payments that were refused."""
    refunds_to_wallet: int = 0
    """Within the days that the policy names, as is the next."""
    refunds_to_card: int = 0


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that applied, with its points and what it saw."""

    rule: Rule
    points: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """What all rules come to: 0 to 100, and the level that makes."""

    points: int
    level: RiskLevel
    fired: tuple[Fired, ...]


def assess(found: Circumstances, policy: RiskPolicy) -> Score:
    """Return the score of a payment: the points of every rule that applies, at most 100."""
    fired = []
    for rule, look in RULES.items():
        points, facts = getattr(policy, f"{rule.value}_points"), look(found, policy)
        if points and facts:
            fired.append(Fired(rule, points, facts))
    total = min(_MOST, sum(each.points for each in fired))
    return Score(total, level_of(total, policy), tuple(fired))


def level_of(points: int, policy: RiskPolicy) -> RiskLevel:
    """Return the level that a score makes."""
    if points >= policy.high_from:
        return RiskLevel.HIGH
    return RiskLevel.ELEVATED if points >= policy.elevated_from else RiskLevel.LOW


def tells_apart(ip: str) -> bool:
    """Return whether an address of the network says anything: those of a house's own network are everybody's."""
    try:
        return ip_address(ip).is_global
    except ValueError:
        return False


def _new_account(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    is_new = found.account_age < timedelta(hours=policy.new_account_hours)
    if not is_new or found.amount_minor < policy.large_minor:
        return {}
    hours = max(found.account_age, timedelta()) // HOUR
    return {"hours": hours, "amount_minor": found.amount_minor, "currency": found.currency}


def _declines(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    return {"count": found.declines} if found.declines >= policy.declines else {}


def _cards(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    return {"count": found.cards} if found.cards >= policy.cards else {}


def _delivery_abroad(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
    countries = {"delivery": found.delivery_country, "billing": found.billing_country}
    return countries if all(countries.values()) and len(set(countries.values())) > 1 else {}


def _card_abroad(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
    at_home = {found.delivery_country, found.billing_country} - {""}
    is_abroad = found.card_country and at_home and found.card_country not in at_home
    return {"card": found.card_country, "billing": found.billing_country} if is_abroad else {}


def _velocity(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    return {"count": found.purchases} if found.purchases >= policy.purchases_an_hour else {}


def _unusual(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    """Everything that is known to be usual must be exceeded: a dealer's cars are dear, and so is a buyer's second."""
    known = [each for each in (found.usual_of_buyer, *found.usual_of_shops) if each and each.usual_minor]
    if not known or any(each.amount_minor < policy.unusual_times * each.usual_minor for each in known):
        return {}
    highest = max(each.usual_minor for each in known)
    return {"amount_minor": found.amount_minor, "usual_minor": highest, "currency": found.currency}


def _shared(name: str) -> "Look":
    def look(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
        sellers = sorted(getattr(found, name))
        return {"sellers": sellers} if sellers else {}

    return look


def _shared_network(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
    """Look for networks of which no device is shared: that says it all, and is not counted twice."""
    sellers = sorted(set(found.shares_network) - set(found.shares_device))
    return {"sellers": sellers} if sellers else {}


def _lost_disputes(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
    return {"count": found.lost_disputes} if found.lost_disputes else {}


def _strikes(found: Circumstances, _policy: RiskPolicy) -> dict[str, Any]:
    return {"count": found.strikes} if found.strikes else {}


def _wash(found: Circumstances, policy: RiskPolicy) -> dict[str, Any]:
    sides = (found.refunds_to_wallet, found.refunds_to_card)
    if not all(sides) or sum(sides) < policy.wash_refunds:
        return {}
    return {"wallet": sides[0], "card": sides[1], "days": policy.wash_days}


Look = Callable[[Circumstances, RiskPolicy], Mapping[str, Any]]
"""Looks for one sign: what it saw, or nothing where it does not apply."""
RULES: Mapping[Rule, Look] = {
    Rule.NEW_ACCOUNT: _new_account,
    Rule.DECLINES: _declines,
    Rule.CARDS: _cards,
    Rule.DELIVERY_ABROAD: _delivery_abroad,
    Rule.CARD_ABROAD: _card_abroad,
    Rule.VELOCITY: _velocity,
    Rule.UNUSUAL: _unusual,
    Rule.SHARED_ADDRESS: _shared("shares_address"),
    Rule.SHARED_CARD: _shared("shares_card"),
    Rule.SHARED_DEVICE: _shared("shares_device"),
    Rule.SHARED_NETWORK: _shared_network,
    Rule.LOST_DISPUTES: _lost_disputes,
    Rule.STRIKES: _strikes,
    Rule.WASH: _wash,
}
