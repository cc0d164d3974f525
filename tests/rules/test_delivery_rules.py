"""Where a seller sends, what it costs there, and when it arrives."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.delivery.rules import (
    EUROPEAN_UNION,
    Agreed,
    Arrival,
    Band,
    Load,
    Method,
    Profile,
    Zone,
    agreed,
    can_collect,
    check_together,
    check_zone,
    countries_of,
    price_of,
    working_days_after,
    zone_for,
)
from marketplace.errors import Invalid
from marketplace.money import Money

NAMES = {"SE": "Sweden", "NO": "Norway", "US": "United States"}
BANDS = (Band(1_000, 500), Band(5_000, 900), Band(30_000, 2_400))


def zone(*countries: str, method: Method = Method.FLAT, price: int = 900, free: int | None = None) -> Zone:
    bands = BANDS if method is Method.BY_WEIGHT else ()
    return Zone(1, countries, method, price if method is Method.FLAT else 0, free, 1, 3, bands)


def profile(*zones: Zone, profile_id: int = 1, name: str = "Parcel", handling: int = 2) -> Profile:
    return Profile(profile_id, 7, name, "SEK", handling, zones)


def test_a_named_country_comes_before_all_others_whatever_their_order() -> None:
    others, sweden = zone(), zone("SE", price=100)
    assert zone_for(profile(others, sweden), "SE") is sweden
    assert zone_for(profile(others, sweden), "NO") is others
    assert zone_for(profile(sweden), "NO") is None
    assert zone_for(profile(sweden, others), "") is sweden
    assert zone_for(profile(), "SE") is None


@pytest.mark.parametrize(
    ("grams", "minor"),
    [(0, 500), (1, 500), (1_000, 500), (1_001, 900), (5_000, 900), (5_001, 2_400), (30_000, 2_400), (30_001, None)],
)
def test_weight_is_charged_by_the_first_band_that_holds_it(grams: int, minor: int | None) -> None:
    found = price_of(zone(method=Method.BY_WEIGHT), Money(10_000, "SEK"), grams)
    assert found == (None if minor is None else Money(minor, "SEK"))


@pytest.mark.parametrize(("goods", "minor"), [(9_999, 900), (10_000, 0), (10_001, 0)])
def test_it_is_free_from_the_price_on_that_was_said(goods: int, minor: int) -> None:
    assert price_of(zone(free=10_000), Money(goods, "SEK"), 0) == Money(minor, "SEK")


def test_goods_worth_free_delivery_are_still_too_heavy_for_it() -> None:
    assert price_of(zone(method=Method.BY_WEIGHT, free=100), Money(10_000, "SEK"), 30_001) is None


def test_collecting_costs_nothing() -> None:
    assert price_of(zone(method=Method.PICKUP), Money(1, "SEK"), 2_000_000) == Money(0, "SEK")


def test_what_goes_together_is_there_when_the_slowest_is() -> None:
    collected = profile(zone(method=Method.PICKUP), profile_id=2, name="Yard", handling=9)
    loads = [Load(profile(zone("SE")), Money(5, "SEK"), 700), Load(collected, Money(5, "SEK"), 90)]
    assert agreed(loads, "SE") == Agreed("Parcel, Yard", False, 790, 9, 1, 3)
    assert agreed(loads[1:], "SE") == Agreed("Yard", True, 90, 9, 1, 3)
    assert agreed([], "SE") is None


def test_weekends_do_not_count() -> None:
    friday = date(2026, 11, 20)
    assert working_days_after(friday, 0) == friday
    assert working_days_after(friday, 1) == date(2026, 11, 23)
    assert working_days_after(date(2026, 11, 21), 1) == date(2026, 11, 23)
    arrival = Agreed("Parcel", False, 0, 1, 1, 4).arrival(friday)
    assert arrival == Arrival(date(2026, 11, 24), date(2026, 11, 27))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_it_never_arrives_on_a_weekend(day: date, count: int) -> None:
    found = working_days_after(day, count)
    assert found.weekday() < 5
    assert (found - day).days >= count


def test_countries_are_typed_by_name_code_and_union() -> None:
    assert countries_of(" sweden,NO;  united   states\n", NAMES) == ("SE", "NO", "US")
    assert set(countries_of("EU", NAMES)) == set(EUROPEAN_UNION)
    assert countries_of("", NAMES) == ()
    assert countries_of("SE, Sweden", NAMES) == ("SE",)
    with pytest.raises(Invalid, match="Swedn"):
        countries_of("Swedn", NAMES)


@pytest.mark.parametrize(
    "wrong",
    [
        Zone(0, ("Sweden",), Method.FLAT, 0, None, 0, 0),
        Zone(0, (), Method.FLAT, -1, None, 0, 0),
        Zone(0, (), Method.FLAT, 0, 10**9, 0, 0),
        Zone(0, (), Method.FLAT, 0, None, 5, 4),
        Zone(0, (), Method.FLAT, 0, None, 0, 61),
        Zone(0, (), Method.BY_WEIGHT, 0, None, 0, 0),
        Zone(0, (), Method.BY_WEIGHT, 0, None, 0, 0, (Band(500, 1), Band(500, 2))),
        Zone(0, (), Method.BY_WEIGHT, 0, None, 0, 0, (Band(0, 1),)),
        Zone(0, (), Method.BY_WEIGHT, 0, None, 0, 0, (Band(1, -1),)),
        Zone(0, (), Method.FLAT, 0, None, 0, 0, (Band(1, 1),)),
    ],
)
def test_a_zone_that_makes_no_sense_is_refused(wrong: Zone) -> None:
    with pytest.raises(Invalid):
        check_zone(wrong)


def test_a_country_is_in_one_zone_only() -> None:
    check_together([zone("SE"), zone("NO"), zone()])
    for twice in ([zone("SE", "NO"), zone("NO")], [zone(), zone()], [_yard("SE"), _yard("SE")], [_yard(), _yard()]):
        with pytest.raises(Invalid):
            check_together(twice)


def _yard(*countries: str) -> Zone:
    return zone(*countries, method=Method.PICKUP)


def test_a_country_may_be_sent_to_and_collected_from() -> None:
    check_together([zone("SE"), _yard("SE"), zone(), _yard()])
    both = profile(zone("SE"), _yard("SE"), zone("NO"), zone(), _yard())
    assert [zone_for(both, "SE", collects=collects).method for collects in (False, True)] == [
        Method.FLAT,
        Method.PICKUP,
    ]
    # What is named comes before the zones for all others, one of which is to collect.
    assert [zone_for(both, "NO", collects=collects).method for collects in (False, True)] == [Method.FLAT] * 2
    assert zone_for(both, "DE", collects=True) == _yard()
    assert [can_collect(both, country) for country in ("SE", "NO", "DE", "")] == [True, False, True, False]
    only = profile(_yard("SE"))
    assert zone_for(only, "SE") == zone_for(only, "SE", collects=True) == _yard("SE")
