"""Rules that are made ready late build what Werkzeug's build."""

from collections.abc import Callable

import pytest
from werkzeug.routing import Map, Rule

from marketplace.sandbox.late_rules import LateRule as SandboxRule
from marketplace.web.late_rules import LateRule

ASKED = (
    ("one", {"number": 7, "_rule": "x", "self": "y"}),
    ("one", {"number": 7, "text": "å/b c", "many": [1, 2]}),
    ("path", {"rest": "a/b c.css", "v": "1"}),
    ("page", {"page": 1}),
    ("page", {"page": 2}),
    ("plain", {}),
)


def built(kind: type[Rule]) -> list[str]:
    rules = [
        kind("/one/<int:number>", endpoint="one"),
        kind("/static/<path:rest>", endpoint="path"),
        kind("/pages/", defaults={"page": 1}, endpoint="page"),
        kind("/pages/<int:page>", endpoint="page"),
        kind("/plain", endpoint="plain"),
    ]
    addresses = Map(rules).bind("localhost")
    return [addresses.build(endpoint, values) for _ in range(2) for endpoint, values in ASKED]


@pytest.mark.parametrize("kind", [LateRule, SandboxRule])
def test_each_address_is_the_one_of_an_ordinary_rule(kind: type[Rule]) -> None:
    assert built(kind) == built(Rule)


class Ordinary(Rule):
    """Counts what Werkzeug compiles."""

    compiled = 0

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        Ordinary.compiled += 1
        return super()._compile_builder(append_unknown)


class ShopsOne(LateRule, Ordinary):
    """The shop's rule on top of one that counts."""


class SandboxsOne(SandboxRule, Ordinary):
    """The sandbox's."""


@pytest.mark.parametrize("kind", [ShopsOne, SandboxsOne])
def test_nothing_is_compiled_before_an_address_is_asked_for(kind: type[Rule]) -> None:
    before = Ordinary.compiled
    addresses = Map([kind("/one/<int:number>", endpoint="one"), kind("/two", endpoint="two")]).bind("localhost")
    assert addresses.match("/one/3") == ("one", {"number": 3})
    assert Ordinary.compiled == before
    assert [addresses.build("one", {"number": 3}) for _ in range(3)] == ["/one/3"] * 3
    assert Ordinary.compiled == before + 1
