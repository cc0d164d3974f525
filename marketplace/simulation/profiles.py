"""What the weather is like: how often each actor acts, and how often what goes wrong goes wrong (reliability.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "buyer fills a basket": 10,
    "buyer checks out": 9,
    "buyer uses a code": 4,
    "buyer buys": 14,
    "buyer pays": 8,
    "buyer is declined, then pays": 4,
    "buyer pays by debit": 2,
    "buyer leaves": 2,
    "buyer goes back": 2,
    "buyer opens a second page": 3,
    "buyer clicks twice": 3,
    "buyer checks the payment": 2,
    "buyer asks for money back": 4,
    "buyer takes the request back": 1,
    "buyer cancels an order": 1,
    "buyer confirms receipt": 6,
    "seller sends": 10,
    "seller says it has arrived": 2,
    "seller changes price or stock": 3,
    "seller cancels an order": 1,
    "seller withdraws": 1,
    "seller's account changes": 1,
    "admin approves a refund": 5,
    "two admins approve at once": 2,
    "admin rejects a refund": 1,
    "admin starts a refund": 1,
    "admin decides about a hold": 1,
    "admin looks after a payout": 1,
    "admin answers a dispute": 1,
    "provider: refund in the dashboard": 1,
    "provider: reversal in the dashboard": 0.5,
    "provider: debit ends": 2,
    "provider: dispute": 1.5,
    "provider: dispute goes on": 1,
    "provider: refund fails": 0.3,
    "provider: payout fails": 0.3,
    "webhooks travel": 22,
    "time: seconds": 8,
    "time: hours": 4,
    "time: days": 3,
    "time: a month": 0.4,
    "jobs: tick": 9,
    "jobs: queue": 4,
    "many want the last one": 0.3,
    "keys are forgotten": 1,
    "the shop's clock jumps": 1,
    "something comes as money is released": 1,
}


MISHAPS = frozenset(
    {
        "many want the last one",
        "keys are forgotten",
        "the shop's clock jumps",
        "something comes as money is released",
    }
)
"""Deeds that are faults themselves, or that depend on the second in which they happen."""


@dataclass(frozen=True)
class Webhooks:
    """How likely each thing befalls one delivery."""

    lost: float = 0.1
    """F05: for good; the provider thinks it has arrived."""
    doubled: float = 0.2
    """F01."""
    second_id: float = 0.02
    """F02: the same fact under another event id."""
    shuffled: float = 0.3
    """F03: a whole batch in a random order."""
    delayed: float = 0.2
    """F04: it stays due and comes with a later batch."""
    stale: float = 0.05
    """F07: the payload shows an older state of the object."""
    wrong_door: float = 0.02
    """F08: it also arrives at the other endpoint."""
    forged: float = 0.05
    """F09: something that the provider did not sign comes before it."""
    refused: float = 0.05
    """F10: our endpoint is down."""


@dataclass(frozen=True)
class Line:
    """How likely each thing befalls one request to the provider."""

    lost_after: float = 0.03
    """F11: it has had its effect, and no answer comes."""
    lost_before: float = 0.03
    """F12: it never arrived."""
    error_after: float = 0.015
    """F13."""
    error_before: float = 0.015
    """F14."""
    in_progress: float = 0.015
    """F15: 409, another request with this key is running."""
    too_many: float = 0.015
    """F16: 429."""
    garbled: float = 0.01
    """F17: HTML instead of JSON, after the effect."""
    early: float = 0.05
    """F06, of a POST: what it causes is delivered before it is answered."""
    refused: float = 0.03
    """F18, of a POST that moves money: a refusal, which the provider keeps under the request's key."""


@dataclass(frozen=True)
class Profile:
    """One kind of weather. Probabilities are of one delivery, one request or one step."""

    name: str
    words: str
    steps: int = 80
    width: int = 4
    """How many are on their way at once."""
    switching: float = 0.3
    """How likely somebody gives the baton back at a step."""
    crash: float = 0.004
    """F21, F22: how likely a process dies at a step."""
    collision: float = 0.02
    """F23: how likely the database makes a unit of work start over."""
    commit_lost: float = 0.002
    """F24: how likely the connection breaks in the moment of COMMIT, half of the time after it."""
    outage_hours: int = 0
    """F20: how long the provider is down, once in the run."""
    ships_at_end: bool = True
    settles: bool = False
    """Whether a quarter of an hour passes after each deed, until shop and provider have heard of each other."""
    webhooks: Webhooks = Webhooks()
    line: Line = Line()
    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)


_RUSH = {
    "buyer buys": 40.0,
    "buyer pays": 14.0,
    "buyer opens a second page": 6.0,
    "buyer clicks twice": 8.0,
    "webhooks travel": 20.0,
    "jobs: tick": 8.0,
    "time: seconds": 6.0,
    "time: hours": 2.0,
    "buyer goes back": 4.0,
    "buyer is declined, then pays": 4.0,
    "buyer asks for money back": 2.0,
    "admin approves a refund": 2.0,
    "many want the last one": 2.0,
    "buyer uses a code": 6.0,
}
PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("default", "everything goes wrong a little"),
        Profile("dark", "no webhook ever arrives", webhooks=Webhooks(lost=1.0, refused=0, forged=0.02)),
        Profile(
            "storm",
            "every webhook comes several times and in any order",
            webhooks=Webhooks(lost=0.0, doubled=1.0, second_id=0.1, shuffled=1.0, delayed=0.4, stale=0.1, refused=0.1),
        ),
        Profile("outage", "the provider is down for thirty hours", outage_hours=30),
        Profile(
            "variants",
            "parts come in variants, which change while they are bought",
            weights={**DEFAULT_WEIGHTS, "seller sells in variants": 8.0, "seller changes a variant": 8.0},
        ),
        Profile(
            "wallets",
            "buyers have money in wallets, and spend it",
            weights={
                **DEFAULT_WEIGHTS,
                "admin changes a wallet": 9.0,
                "buyer pays from the wallet": 12.0,
                "buyer spends a wallet twice": 4.0,
            },
        ),
        Profile(
            "fraud",
            "card after card is tried, and admins look at what looks like fraud",
            weights={**DEFAULT_WEIGHTS, "buyer tries many cards": 9.0, "admin looks at a risky payment": 9.0},
        ),
        Profile("rush", "many buyers, few goods, everybody at once", width=8, switching=0.7, weights=_RUSH),
    )
}
CALM = replace(
    PROFILES["default"],
    name="calm",
    words="nothing goes wrong",
    weights={name: weight for name, weight in DEFAULT_WEIGHTS.items() if name not in MISHAPS},
    crash=0,
    collision=0,
    commit_lost=0,
    webhooks=Webhooks(*([0.0] * 9)),
    line=Line(*([0.0] * len(fields(Line)))),
)
TWIN = replace(CALM, name="twin", words="deed after deed, in peace", width=1, switching=0, settles=True)
DARK_TWIN = replace(
    TWIN, name="dark twin", words="the same, and no webhook ever arrives", webhooks=replace(CALM.webhooks, lost=1.0)
)
