"""What a listing and a shop must be."""

import pytest

from marketplace.catalog import rules
from marketplace.demo.cars import CARS
from marketplace.errors import Invalid
from marketplace.money import Money


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Front brake discs, vented, 300 mm", "front-brake-discs-vented-300-mm"),
        ("Göteborg Klassiker", "goteborg-klassiker"),
        ("  --A  ", "a"),
        ("日本", ""),
        ("x" * 80, "x" * 60),
    ],
)
def test_slugs_are_plain(text: str, slug: str) -> None:
    assert rules.slug_of(text) == slug


@pytest.mark.parametrize(
    ("price", "delivery", "field"),
    [
        (Money(-1, "USD"), Money(0, "USD"), "price"),
        (Money(100_000_000, "USD"), Money(0, "USD"), "price"),
        (Money(0, "USD"), Money(-1, "USD"), "delivery"),
        (Money(100, "USD"), Money(100, "EUR"), "delivery"),
        (Money(100, "XYZ"), Money(0, "XYZ"), "currency"),
    ],
)
def test_wrong_prices_are_refused_by_field(price: Money, delivery: Money, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_price(price, delivery)
    assert refused.value.field == field


def test_free_things_have_a_price_too() -> None:
    rules.check_price(Money(0, "SEK"), Money(0, "SEK"))


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "5GZCZ43D13S812715", "1HGCM82633A004352"])
def test_published_chassis_numbers_are_taken(vin: str) -> None:
    assert rules.clean_vin(vin.lower()) == vin


@pytest.mark.parametrize("vin", ["1M8GDM9A1KP042788", "1M8GDM9AXKP04278", "IM8GDM9AXKP042788", ""])
def test_mistyped_chassis_numbers_are_refused(vin: str) -> None:
    with pytest.raises(Invalid):
        rules.clean_vin(vin)


def test_every_demo_car_has_a_valid_chassis_number() -> None:
    numbers = [car.facts().vin for car in CARS]
    assert len(set(numbers)) == len(numbers)
    for vin in numbers:
        assert rules.clean_vin(vin)[8] == rules.vin_check_digit(vin)


@pytest.mark.parametrize(
    ("units", "text", "low"),
    [(0, "Sold out", False), (1, "Only 1 left", True), (3, "Only 3 left", True), (4, "4 in stock", False)],
)
def test_stock_is_told_in_words(units: int, text: str, *, low: bool) -> None:
    stock = rules.stock_of(units, is_car=False)
    assert (stock.text, stock.is_low, stock.is_sold_out) == (text, low, units == 0)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1234.50", 123_450),
        ("1,234.5", 123_450),
        ("1 234", 123_400),
        (" 0 ", 0),
        ("0.05", 5),
        ("999,999.99", 99_999_999),
    ],
)
def test_amounts_are_read_as_typed(typed: str, minor: int) -> None:
    assert rules.typed_amount(typed, "USD", field="price") == Money(minor, "USD")


@pytest.mark.parametrize("typed", ["", "12,50", "1,2345", "1.005", "1.", ".5", "-1", "+1", "1e3", "$1", "٣", "9" * 10])
def test_amounts_that_could_mean_something_else_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.typed_amount(typed, "USD", field="price")
    assert refused.value.field == "price"
