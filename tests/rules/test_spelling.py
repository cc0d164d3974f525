"""Words that are spelt alike: which share a key, how far apart they are, and which one was meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.catalog import spelling_rules

_WORDS = st.text("abcdefghilmnoprstuvy", min_size=4, max_size=14)


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("volvo", "volvo", 0),
        ("volov", "volvo", 1),
        ("altenator", "alternator", 1),
        ("brke", "brake", 1),
        ("brakke", "brake", 1),
        ("brale", "brake", 1),
        ("citreon", "citroen", 1),
        ("carburator", "carburetor", 1),
        ("mecreds", "mercedes", 2),
        ("ca", "abc", 3),
        ("", "abc", 3),
    ],
)
def test_an_error_is_a_letter_more_less_other_or_swapped(one: str, other: str, errors: int) -> None:
    assert spelling_rules.distance(one, other) == spelling_rules.distance(other, one) == errors


@settings(max_examples=300, deadline=None)
@given(_WORDS, st.integers(0, 13), st.sampled_from("delete insert change swap".split()), st.sampled_from("aeikz"))
def test_whoever_makes_one_error_still_shares_a_key(word: str, at: int, how: str, letter: str) -> None:
    at %= len(word) - 1
    typed = {
        "delete": word[:at] + word[at + 1 :],
        "insert": word[:at] + letter + word[at:],
        "change": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[how]
    assert set(spelling_rules.keys_to_ask(typed)) & set(spelling_rules.keys_to_keep(word))
    assert spelling_rules.distance(typed, word) <= 1


@given(st.text("abcdefgh", min_size=3, max_size=24))
def test_a_word_has_few_keys_however_long(word: str) -> None:
    for keys in (spelling_rules.keys_to_keep(word), spelling_rules.keys_to_ask(word)):
        assert 1 <= len(keys) <= 29
        assert max(map(len, keys)) <= 7


def test_what_was_meant_has_few_errors_the_same_beginning_and_is_frequent() -> None:
    known = {"brake": 90, "broke": 2, "bracket": 40, "rake": 900, "lamp": 7}
    assert spelling_rules.nearest("brke", known, most=3) == ("brake", "broke", "rake")[:2]
    assert spelling_rules.nearest("brake", known, most=3) == ("rake",)  # ten times as frequent
    assert spelling_rules.nearest("gearbox", known, most=3) == ()


@given(st.text("abcdefgh", min_size=4, max_size=24), st.integers(0, 20), st.integers(4, 24))
def test_whoever_types_a_part_of_a_word_has_only_keys_of_it(word: str, first: int, length: int) -> None:
    part = word[first : first + length]
    kept = spelling_rules.parts_to_keep(word)
    assert len(kept) <= 22
    assert set(spelling_rules.parts_to_ask(part)) <= set(kept)


def test_of_longer_words_the_frequent_ones_stand_first() -> None:
    known = {"headlamp": 5, "lamp": 0, "taillamp": 9, "clamp": 9, "lambda": 90, "lam": 3}
    assert spelling_rules.longer("lamp", known, most=3) == ("clamp", "taillamp", "headlamp")
    assert spelling_rules.longer("lam", known, most=3) == (), "too short to tell much"
    assert spelling_rules.longer("lamp", known | {"lamp": 1}, most=3) == (), "it stands there by itself"


def test_of_three_letters_only_swapped_ones_are_told() -> None:
    assert spelling_rules.nearest("bwm", {"bmw": 3, "bum": 9}, most=3) == ("bmw",)
    assert spelling_rules.nearest("kai", {"kia": 3, "kaa": 9}, most=3) == ("kia",)


def test_numbers_fillers_and_short_words_are_not_spelt() -> None:
    found = spelling_rules.words_in(["Brake disc for the Citroën C4, 27060-0V210", None, "of x"])
    assert found == {"brake", "disc", "citroen"}
