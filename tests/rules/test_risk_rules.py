"""Each sign of fraud by itself: what sets it off, what just does not, and what all of them come to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.config import ConfigurationError, load
from marketplace.risk.rules import Circumstances, Rule, Usual, assess, level_of, tells_apart
from marketplace.risk.states import RiskLevel
from marketplace.risk_policy import RiskPolicy

POLICY = RiskPolicy()
QUIET = Circumstances(
    currency="USD",
    amount_minor=100_000,
    account_age=timedelta(days=400),
    declines=3,
    cards=2,
    delivery_country="US",
    billing_country="US",
    card_country="US",
    purchases=7,
    usual_of_buyer=Usual(100_000, 10_001),
    usual_of_shops=(Usual(90_000, 0),),
    refunds_to_wallet=9,
)
"""Nothing of it is a sign, and most of it is next to one."""
NEW = timedelta(hours=23)


@pytest.mark.covers("S4.16")
@pytest.mark.parametrize(
    ("changes", "rule", "facts"),
    [
        ({"account_age": NEW}, Rule.NEW_ACCOUNT, {"hours": 23, "amount_minor": 100_000, "currency": "USD"}),
        ({"account_age": NEW, "amount_minor": 99_999}, None, {}),
        ({"account_age": timedelta(hours=24)}, None, {}),
        ({"declines": 4}, Rule.DECLINES, {"count": 4}),
        ({"cards": 3}, Rule.CARDS, {"count": 3}),
        ({"delivery_country": "SE"}, Rule.DELIVERY_ABROAD, {"delivery": "SE", "billing": "US"}),
        ({"delivery_country": ""}, None, {}),
        ({"card_country": "SE"}, Rule.CARD_ABROAD, {"card": "SE", "billing": "US"}),
        ({"card_country": ""}, None, {}),
        ({"purchases": 8}, Rule.VELOCITY, {"count": 8}),
        (
            {"usual_of_buyer": Usual(100_000, 10_000)},
            Rule.UNUSUAL,
            {"amount_minor": 100_000, "usual_minor": 10_000, "currency": "USD"},
        ),
        ({"usual_of_buyer": Usual(100_000, 10_000), "usual_of_shops": (Usual(90_000, 10_000),)}, None, {}),
        ({"usual_of_buyer": Usual(100_000, 0)}, None, {}),
        ({"shares_address": (7, 5)}, Rule.SHARED_ADDRESS, {"sellers": [5, 7]}),
        ({"shares_card": (7,)}, Rule.SHARED_CARD, {"sellers": [7]}),
        ({"shares_device": (7,), "shares_network": (7,)}, Rule.SHARED_DEVICE, {"sellers": [7]}),
        ({"shares_network": (7,)}, Rule.SHARED_NETWORK, {"sellers": [7]}),
        ({"lost_disputes": 1}, Rule.LOST_DISPUTES, {"count": 1}),
        ({"strikes": 2}, Rule.STRIKES, {"count": 2}),
        ({"refunds_to_wallet": 2, "refunds_to_card": 1}, Rule.WASH, {"wallet": 2, "card": 1, "days": 30}),
        ({"refunds_to_wallet": 1, "refunds_to_card": 1}, None, {}),
    ],
)
def test_each_sign_by_itself(changes: dict[str, object], rule: Rule | None, facts: dict[str, object]) -> None:
    score = assess(replace(QUIET, **changes), POLICY)  # type: ignore[arg-type]
    assert [(each.rule, dict(each.facts)) for each in score.fired] == ([(rule, facts)] if rule else [])
    assert score.points == (getattr(POLICY, f"{rule.value}_points") if rule else 0)
    if rule:
        off = replace(POLICY, **{f"{rule.value}_points": 0})
        assert assess(replace(QUIET, **changes), off).fired == (), "without points it says nothing"  # type: ignore[arg-type]


def test_signs_add_up_to_a_hundred_and_to_a_level() -> None:
    assert assess(QUIET, POLICY).level is RiskLevel.LOW
    both = replace(QUIET, cards=4, declines=5)
    assert (assess(both, POLICY).points, assess(both, POLICY).level) == (65, RiskLevel.HIGH)
    everything = replace(both, shares_card=(1,), lost_disputes=1, strikes=1)
    assert assess(everything, POLICY).points == 100
    levels = [level_of(points, POLICY) for points in (29, 30, 59, 60)]
    assert levels == [RiskLevel.LOW, RiskLevel.ELEVATED, RiskLevel.ELEVATED, RiskLevel.HIGH]


def test_private_networks_say_nothing() -> None:
    found = [tells_apart(ip) for ip in ("8.8.4.4", "2a00:1450:400f::1", "10.0.0.7", "127.0.0.1", "::1", "")]
    assert found == [True, True, False, False, False, False]


@pytest.mark.parametrize("section", ["cards: -1", "cards: 0", "cards_points: 101", "elevated_from: 60", "card: 3"])
def test_bounds_that_say_nothing_are_refused(section: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("settings") / "shop.yaml"
    file.write_text(f"risk:\n  {section}\n", "utf-8")
    known = ("DATABASE_URL", "SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    with pytest.raises(ConfigurationError, match="risk in the configuration file"):
        load({**dict.fromkeys(known, "x"), "MARKETPLACE_CONFIG": str(file)})
