"""Every bug of reliability's collection that can happen here has a test, and docs/scars.md says which."""

from pathlib import Path

import pytest

from tests import scars
from tests.mutants import CHECKOUT, DoesNotApply, Edit, Mutant, mutants, record


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


def test_every_scar_of_what_exists_has_a_mutant_and_each_still_applies() -> None:
    found = mutants()
    assert [mutant.scar for mutant in found] == [scar.number for scar in scars.scars() if not scar.waits]
    for mutant in found:
        for name, text in mutant.changed(CHECKOUT).items():
            compile(text, name, "exec")


def test_a_mutant_whose_place_is_gone_does_not_apply(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a = 1\na = 1\n")
    for before in ("a = 2", "a = 1"):
        with pytest.raises(DoesNotApply):
            Mutant("S01", "", (Edit("one.py", before, ""),)).changed(tmp_path)
    twice = Mutant("S01", "", (Edit("one.py", "a = 1\na = 1\n", "a = 1\n"), Edit("one.py", "a = 1\n", "b = 2\n")))
    assert twice.changed(tmp_path) == {"one.py": "b = 2\n"}


def test_the_last_run_of_all_mutants_is_kept_and_each_of_them_was_in_it() -> None:
    kept = record.PAGE.read_text(encoding="utf-8")
    assert [mutant.scar for mutant in mutants() if record.row(mutant) not in kept] == [], "run `make mutants`"


def test_the_record_names_who_noticed_and_who_survived() -> None:
    one, other = (Mutant(number, "A bug.", ()) for number in ("S01", "S02"))
    page = record.render([record.Judged(one, "test_s01_x"), record.Judged(other, "", "NOT NOTICED")], "abc")
    assert "**1 of 2 killed (50 %)**, in one run on commit `abc`" in page
    assert page.endswith("| S01 | A bug. | test_s01_x |\n| S02 | A bug. | **NOT NOTICED** |\n")
