"""Tests meet the real thing: nothing is mocked or patched."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, assert_holds, found_in, imported, meaning, names

MOCKS = ("unittest.mock", "mock", "pytest_mock", "flexmock", "responses", "requests_mock", "freezegun", "time_machine")
PATCHES = {"setattr", "delattr", "setitem", "delitem"}  # of monkeypatch; its setenv and chdir are fine


def fakes(module: Module) -> Iterator[str]:
    known = names(module)
    for node in ast.walk(module.tree):
        if any(name == mock or name.startswith(f"{mock}.") for name in imported(node) for mock in MOCKS):
            yield f"{module.at(node)} imports a mock"
        elif isinstance(node, ast.Attribute) and node.attr in PATCHES and meaning(node.value, known) == "monkeypatch":
            yield f"{module.at(node)} monkeypatch.{node.attr}: build the real thing instead"
        elif isinstance(node, ast.arg) and node.arg in {"mocker", "mock"}:
            yield f"{module.at(node)} asks for a mock"


def test_nothing_is_mocked() -> None:
    assert_holds(fakes, "tests")


@pytest.mark.parametrize(
    "bad",
    [
        "from unittest.mock import patch",
        "from unittest import mock",
        "import unittest.mock as m",
        "def test_x(mocker): ...",
        "def test_x(monkeypatch):\n    monkeypatch.setattr(clock, 'now', lambda: 1)",
        "import freezegun",
    ],
)
def test_the_check_can_fail(bad: str) -> None:
    assert found_in(fakes, bad, "tests/test_x.py")


def test_the_environment_may_be_set() -> None:
    assert found_in(fakes, "def test_x(monkeypatch):\n    monkeypatch.setenv('CI', '1')", "tests/test_x.py") == []
