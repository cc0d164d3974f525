"""Texts, numbers, money and days in the language that is read."""

import json
from datetime import UTC, date, datetime

from marketplace.language import Text, current, gettext, ngettext, pgettext, read_in, reading, remembered
from marketplace.numerals import kilograms_text, number_text, percent
from marketplace.web.pages import date_text, money_text, month_text, time_text

SAVE = Text("Save")


def test_a_text_is_english_to_the_program_and_reads_in_the_readers_language() -> None:
    with reading("sv"):
        assert SAVE == "Save"
        assert {"Save": 1}[SAVE] == 1
        assert json.dumps([SAVE]) == '["Save"]'
        assert (str(SAVE), f"{SAVE}!", f"{SAVE:>6}") == ("Spara", "Spara!", " Spara")
        assert (SAVE + ".", "1. " + SAVE, SAVE.lower()) == ("Spara.", "1. Spara", "spara")
    assert (str(SAVE), SAVE + ".") == ("Save", "Save.")


def test_a_block_reads_in_its_language_and_an_unknown_one_is_english() -> None:
    with reading("sv"):
        with reading("xx"):
            assert current() == "en"
        assert current() == "sv"
    assert current() == "en"
    with reading("en"):
        read_in("sv")
        assert gettext("Save") == "Spara"


def test_places_counts_and_contexts() -> None:
    with reading("sv"):
        assert gettext("Order %(number)s", number="MK-1") == "Order MK-1"
        assert ngettext("%(number)s order", "%(number)s orders", 2, number=2) == "2 ordrar"
        assert gettext("") == "", "a catalogue keeps its own facts under no words"
        assert gettext("Nobody has said this 100 %") == "Nobody has said this 100 %"
        assert pgettext("of nobody", "Nobody has said this") == "Nobody has said this"
    assert ngettext("one", "many", 1) == "one"
    assert gettext("100 %") == "100 %"
    assert gettext("100 %% of %(what)s", what="it") == "100 % of it"


def test_what_is_remembered_is_remembered_by_language() -> None:
    calls = []

    @remembered(9)
    def save(times: int) -> str:
        calls.append(times)
        return f"{SAVE}" * times

    with reading("sv"):
        assert (save(1), save(1), save(2)) == ("Spara", "Spara", "SparaSpara")
    assert (save(1), save(1)) == ("Save", "Save")
    assert calls == [1, 2, 1]


def test_numbers_money_and_days() -> None:
    moment = datetime(2026, 10, 5, 14, 5, tzinfo=UTC)
    assert (number_text(12_500), percent(725), percent(2500), kilograms_text(12_500)) == (
        "12,500",
        "7.25 %",
        "25 %",
        "12.5",
    )
    assert kilograms_text(100_000) == "100"
    with reading("sv"):
        assert (number_text(12_500), percent(725), kilograms_text(1_500)) == ("12\xa0500", "7,25 %", "1,5")
        assert money_text(-123_450, "USD") == "\N{MINUS SIGN}1\xa0234,50\xa0US$"
        assert money_text(500, "JPY") == "500\xa0JPY"
        assert money_text(99_900, "SEK") == "999,00\xa0kr"
        assert date_text(date(2026, 10, 5)) == "5 okt. 2026"
        assert month_text(moment) == "okt. 2026"
        assert time_text(moment) == "5 okt. 2026, 14:05 UTC"
    assert (money_text(-123_450, "USD"), time_text(moment)) == ("\N{MINUS SIGN}$1,234.50", "5 Oct 2026, 14:05 UTC")
