"""What the project says of itself is true: flows, licence, how to contribute, and what a check consists of."""

import configparser
import re

import pytest

from launcher import check
from tests import flow_diagrams
from tests.architecture.source import CHECKOUT
from tests.flow_diagrams import Step


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


@pytest.mark.covers("S4.28")
def test_the_flows_are_drawn_from_the_code_and_types_are_checked_in_ci() -> None:
    page = read("docs/flows.md")
    assert page == flow_diagrams.render(), "run `python -m tests.flow_diagrams`"
    assert page.count("sequenceDiagram") == 6
    assert page.count("stateDiagram-v2") == 9
    assert "| `Conflict` | 409 |" in page, "how errors are handled stands there as well"
    assert "mypy" in check.STATIC_CHECKS
    assert "make test" in read(".ci/run")
    settings = configparser.ConfigParser()
    settings.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    assert settings.getboolean("mypy", "strict"), "types are hinted everywhere, or the check fails"


def test_a_step_whose_function_is_gone_is_an_error() -> None:
    for gone in ("checkout.flows:no_such_function", "checkout.no_such_module:begin"):
        with pytest.raises((AttributeError, ImportError)):
            flow_diagrams._checked(Step("Buyer", "Shop", "agrees", gone).function)


@pytest.mark.covers("S4.31")
def test_licence_and_contributing_are_there_and_name_what_exists() -> None:
    settings = configparser.ConfigParser()
    settings.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    licence, contributing, readme = read("LICENSE"), read("CONTRIBUTING.md"), read("README.md")
    assert licence.startswith("GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3")
    assert "END OF TERMS AND CONDITIONS" in licence, "all of it"
    assert settings["metadata"]["license"] == "AGPL-3.0-or-later"
    for page in (readme, contributing):
        assert "AGPL-3.0-or-later" in page
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"^make (\w+)", contributing, re.MULTILINE))
    assert commands, "it says how to start"
    assert commands <= targets
    named = re.findall(r"`((?:tests|docs|marketplace|requirements)/[\w./-]+)`", contributing)
    assert named
    assert [name for name in named if "*" not in name and not (CHECKOUT / name).exists()] == []
    for words in ("A test that fails without it", "One idea, one commit", "What keeps the house"):
        assert words in contributing
