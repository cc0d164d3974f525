"""When a payment looks like fraud, and how much each sign of it weighs: what an operator may change (S4.16).

Points are added up to 100. Amounts are minor units of whatever currency is paid in; 0 points turn a rule off.
"""

from dataclasses import dataclass, fields

_POINTS = "_points"
_MOST = 100


@dataclass(frozen=True)
class RiskPolicy:
    """Bounds and points of the fraud checks."""

    elevated_from: int = 30
    """From which score on a payment is listed as elevated."""
    high_from: int = 60
    """From which score on its money waits until an admin has looked."""
    most_purchases_an_hour: int = 30
    """How many purchases one buyer may begin within an hour before the checkout stops them; 0: as many as they like."""
    most_declines_an_hour: int = 12
    """How many declines one buyer may have within an hour before no payment page opens; 0: as many as they like."""
    new_account_hours: int = 24
    large_minor: int = 100_000
    new_account_points: int = 25
    declines: int = 4
    declines_points: int = 25
    cards: int = 3
    cards_points: int = 40
    delivery_abroad_points: int = 10
    card_abroad_points: int = 15
    purchases_an_hour: int = 8
    velocity_points: int = 20
    unusual_times: int = 10
    """How many times what is usual an amount must be."""
    unusual_after: int = 5
    """How many settled payments it takes to know what is usual."""
    unusual_points: int = 20
    shared_address_points: int = 35
    shared_card_points: int = 60
    shared_device_points: int = 35
    shared_network_points: int = 15
    test_cards_tell: bool = False
    """Whether two people with one card are told apart in the provider's test mode, where all type the same numbers."""
    lost_disputes_points: int = 30
    strikes_points: int = 25
    wash_refunds: int = 3
    wash_days: int = 30
    wash_points: int = 25

    def __post_init__(self) -> None:
        """Refuse bounds that say nothing; raises ValueError."""
        wrong = [each.name for each in fields(self) if getattr(self, each.name) < 0]
        if wrong:
            raise ValueError(f"{wrong[0]} is 0 or more")
        if any(getattr(self, each.name) > _MOST for each in fields(self) if each.name.endswith(_POINTS)):
            raise ValueError("points are from 0 to 100")
        if not 0 < self.elevated_from < self.high_from <= _MOST:
            raise ValueError("elevated_from is more than 0 and less than high_from, and that is at most 100")
        at_least_one = ("new_account_hours", "declines", "cards", "purchases_an_hour", "unusual_times", "wash_refunds")
        if not all(getattr(self, name) for name in at_least_one):
            raise ValueError(f"{', '.join(at_least_one)} are at least 1")
