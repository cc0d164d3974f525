"""docs/features.md tells what works, so it must be written anew whenever tests, pages or the checklist change."""

from pathlib import Path

import pytest

from tests import features


def test_features_doc_is_fresh() -> None:
    assert features.FEATURES.read_text(encoding="utf-8") == features.render(), "run `python -m tests.features`"


def test_all_140_rows_are_read() -> None:
    assert len(features.known_rows()) == 140


def test_pages_name_known_rows() -> None:
    assert set(features.pages()) <= features.known_rows()


def test_markers_on_functions_classes_and_modules_are_found(tmp_path: Path) -> None:
    module = tmp_path / "tests" / "test_example.py"
    module.parent.mkdir()
    module.write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.covers('S0.1')]\n"
        "@pytest.mark.covers('S0.2', 'S0.3')\n"
        "def test_one(): ...\n"
        "@pytest.mark.covers('S0.4')\n"
        "class TestGroup:\n"
        "    def test_two(self): ...\n"
    )
    found = features.covering_tests(module.parent)
    assert found == {
        "S0.1": ["[test_one](../tests/test_example.py)", "[test_two](../tests/test_example.py)"],
        "S0.2": ["[test_one](../tests/test_example.py)"],
        "S0.3": ["[test_one](../tests/test_example.py)"],
        "S0.4": ["[test_two](../tests/test_example.py)"],
    }


def test_a_marker_takes_strings_only() -> None:
    with pytest.raises(TypeError, match="strings"):
        features.rows_of([1])
