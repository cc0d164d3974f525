"""Every bug of reliability's collection that can happen here has a test, and docs/scars.md says which."""

from pathlib import Path

from tests import scars


def test_every_scar_of_what_exists_has_a_test() -> None:
    found = scars.proofs()
    assert [scar.number for scar in scars.scars() if not scar.waits and scar.number not in found] == []


def test_the_page_of_scars_is_fresh() -> None:
    assert scars.PAGE.read_text(encoding="utf-8") == scars.render(), "run `python -m tests.scars`"


def test_no_test_names_a_scar_that_is_not_in_the_table() -> None:
    assert scars.proofs().keys() <= {scar.number for scar in scars.scars()}


def test_tests_are_found_by_name_and_by_marker(tmp_path: Path) -> None:
    module = tmp_path / "tests" / "test_example.py"
    module.parent.mkdir()
    module.write_text(
        "import pytest\n"
        "def test_s19_by_name(): ...\n"
        "@pytest.mark.scar('S20', 'S21')\n"
        "def test_by_marker(): ...\n"
        "def test_neither(): ...\n"
    )
    found = scars.proofs(module.parent)
    assert {number: [proof.name for proof in tests] for number, tests in found.items()} == {
        "S19": ["test_s19_by_name"],
        "S20": ["test_by_marker"],
        "S21": ["test_by_marker"],
    }
