"""No card number and no security code rests anywhere: not in the shop's tables, not in the sandbox's (S4.25)."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from bs4 import BeautifulSoup

from tests import builders_methods as cards
from tests.builders import Bought, World

# As typed by people: with blanks, with dashes, without; paid, declined, unknown to the sandbox (a real card, perhaps)
# and mistyped. Each with a security code of its own; the last three signs where the card has only three.
_CARDS = {
    "4242 4242 4242 4242": "8431",
    "5555-5555-5555-4444": "8432",
    "378282246310005": "8433",
    "6011 1111 1111 1117": "8434",
    "30569309025904": "8435",
    "4000000000000002": "8436",
    "4000 0000 0000 9995": "8437",
    "4242424242424241": "8438",
}
_RUN = re.compile(
    r"(?<![0-9A-Za-z_])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5})(?![0-9A-Za-z])"
)


def is_card_number(digits: str) -> bool:
    """Return whether the digits carry a right check digit (Luhn, ISO/IEC 7812-1)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def card_numbers(text: str) -> list[str]:
    """Return what in a text may be a card number."""
    runs = (re.sub(r"\D", "", found[0]) for found in _RUN.finditer(text))
    return [digits for digits in runs if is_card_number(digits)]


def everything(url: str) -> Iterator[tuple[str, str]]:
    """Return every row of every table and queue as text, with its table; bytes as the text they may be."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                parts = (bytes(value).decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)
                yield str(table), "\n".join(parts)


def type_card(world: World, bought: Bought, number: str, code: str) -> int:
    """Type a card into the hosted page as a buyer would; return the answer's status."""
    browser = world.sandbox.app.test_client()
    path = f"/c/pay/{bought.session_id}"
    page = BeautifulSoup(browser.get(path, base_url=world.sandbox.base_url).text, "html.parser")
    fields = {field["name"]: field.get("value", "") for field in page.select("form input[type=hidden][name]")}
    fields |= {"method": "card", "number": number, "expiry": "12/39", "cvc": code, "email": "bo@example.com"}
    fields |= {"name": "Bo Buyer", "country": "US"}
    return browser.post(path, base_url=world.sandbox.base_url, data=fields).status_code


def test_the_search_finds_what_it_looks_for() -> None:
    for number in ("4242424242424242", "card 4242 4242 4242 4242.", '{"n": "3782-822463-10005"}', "(30569309025904)"):
        assert card_numbers(number), number
    for other in ("4242424242424241", "1795094071.123456", "cs_test_4242424242424242", "2026-11-21 13:50:20"):
        assert not card_numbers(other), other


@pytest.mark.covers("S2.32", "S2.35", "S4.25")
def test_no_card_number_and_no_security_code_is_kept(world: World) -> None:
    statuses = set()
    for number, code in _CARDS.items():
        bought = world.open_purchase(10_000)
        short = code if number.startswith("37") else code[1:]
        statuses.add(type_card(world, bought, number, short))
    assert cards.type_in(world, bought.buyer_id, "5555555555554444").outcome == "paid"
    world.settle_down()
    world.advance(hours=25)
    world.settle_down()
    assert statuses == {303, 422}
    assert world.rows("SELECT count(*) FROM payment WHERE completed_at IS NOT NULL") == [(3,)]
    assert world.rows("SELECT count(*) >= 4 FROM payment_failure") == [(True,)]

    typed = {re.sub(r"\D", "", number) for number in _CARDS}
    rows = 0
    for url in (world.urls.superuser, world.urls.sandbox):
        for table, text in everything(url):
            rows += 1
            plain = re.sub(r"[ -]", "", text)
            assert not [number for number in typed if number in plain], f"{table} holds a card number"
            assert not card_numbers(text), f"{table} holds what may be a card number: {card_numbers(text)}"
            named = re.findall(r"'(?:cvc|cvv|cvc2|security_code|number|pan)': '?\"?(\d[\d -]{2,})", text)
            assert not named, f"{table} has a field for cards"
    assert rows > 200


@pytest.mark.covers("S2.32")
def test_no_table_and_no_form_of_ours_has_a_place_for_a_card(world: World) -> None:
    columns = world.rows(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    suspicious = re.compile(r"card|cvc|cvv|\bpan\b|iban|expiry|exp_month|account_number", re.IGNORECASE)
    assert not [name for (name,) in columns if suspicious.search(str(name))]
    buyer = world.person()
    world.put_in_cart(buyer, world.listing(world.seller(), 10_000))
    page = BeautifulSoup(world.client(buyer).get("/checkout/USD").text, "html.parser")
    names = [
        f"{field.get('name', '')} {field.get('autocomplete', '')}" for field in page.select("input, select, textarea")
    ]
    assert not [name for name in names if suspicious.search(name) or "cc-" in name]
