"""How postcodes are written: what is taken in which country, what it is made to, and what is refused."""

import pytest

from marketplace.accounts.postcode_rules import WITHOUT, is_asked_for, postcode
from marketplace.errors import Invalid
from marketplace.web import countries


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("SE", "11122", "111 22"),
        ("SE", " se-111  22 ", "111 22"),
        ("SE", "S-413 01", "413 01"),
        ("NO", "0150", "0150"),
        ("NO", "N-0150", "0150"),
        ("DK", "dk-2100", "2100"),
        ("FI", "00100", "00100"),
        ("FI", "FIN-00100", "00100"),
        ("DE", "D-10115", "10115"),
        ("DE", "01067", "01067"),
        ("FR", "75 001", "75001"),
        ("NL", "1012ab", "1012 AB"),
        ("NL", "NL-1012 AB", "1012 AB"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("GB", "ec1a  1bb", "EC1A 1BB"),
        ("GB", "b338th", "B33 8TH"),
        ("GB", "gir0aa", "GIR 0AA"),
        ("US", "62701", "62701"),
        ("US", "62701 1234", "62701-1234"),
        ("US", "62701\u20131234", "62701-1234"),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("CA", "K1A-0B1", "K1A 0B1"),
        ("PL", "00 001", "00-001"),
        ("PL", "pl00001", "00-001"),
        ("ES", "E-28013", "28013"),
        ("IT", "i-00184", "00184"),
        ("AT", "A-1010", "1010"),
        ("CH", "ch-8001", "8001"),
        ("BE", "B-1000", "1000"),
        ("PT", "1100148", "1100-148"),
        ("IE", "d02x285", "D02 X285"),
        ("IE", "D6W XY00", "D6W XY00"),
        ("LV", "1010", "LV-1010"),
        ("LV", "lv 1010", "LV-1010"),
        ("JP", "1000001", "100-0001"),
        ("KR", " 0 4  5 ", "0 4 5"),
        ("AR", " C1002AAQ ", "C1002AAQ"),
        ("HK", "", ""),
        ("AE", "none", ""),
    ],
)
def test_a_postcode_is_written_as_in_its_country(country: str, typed: str, kept: str) -> None:
    assert postcode(typed, country) == kept
    assert postcode(kept, country) == kept, "what is kept is taken again"


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        *((country, "") for country in ("SE", "US", "GB", "KR")),
        ("SE", "1112"), ("SE", "011 22"), ("SE", "111 222"), ("SE", "DE-11122"),
        ("SE", "\u0661\u0661\u0661\u0662\u0662"),
        ("NO", "150"), ("NO", "01500"), ("DK", "21000"), ("FI", "0010"), ("FI", "AX-00100"),
        ("DE", "1011"), ("DE", "101155"), ("DE", "1O115"), ("FR", "7500"), ("FR", "2A004"),
        ("NL", "0123 AB"), ("NL", "1012"), ("NL", "1012 A1"), ("GB", "SW1A"), ("GB", "62701"), ("GB", "SW1A 1CI"),
        ("US", "6270"), ("US", "62701-12"), ("US", "K1A 0B1"), ("CA", "62701"), ("CA", "D1A 0B1"), ("CA", "K1O 0B1"),
        ("PL", "0000"), ("PL", "AB-123"), ("ES", "53001"), ("ES", "00001"), ("IT", "0018"), ("AT", "0101"),
        ("CH", "0801"), ("BE", "0100"), ("PT", "1100"), ("PT", "0100-148"), ("IE", "DUBLIN"), ("IE", "B02 X285"),
        ("KR", "1" * 65),
    ],
)  # fmt: skip
def test_what_is_no_postcode_there_is_refused(country: str, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        postcode(typed, country)
    assert refused.value.field == "postcode"


def test_every_country_of_the_rules_is_a_country_and_its_example_is_taken() -> None:
    assert not any(map(is_asked_for, ("HK", "AE")))
    assert set(WITHOUT) <= set(countries.names())
    for country in countries.names():
        if is_asked_for(country):
            with pytest.raises(Invalid) as refused:
                postcode("?" * 65, country)
            example = refused.value.message.rsplit(": ", 1)
            if len(example) == 2:
                assert postcode(example[1], country) == example[1]
