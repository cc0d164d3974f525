"""How the code is cut: short modules, short functions, imports at the top, verbs that say what they do."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Function, Module, assert_holds, found_in, imported, modules

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
# From the top: each may import what stands after it in its own concept.
KINDS = ("flows", "operations", "queries", "models", "rules", "states")
DOCUMENTED = {"flows", "operations", "queries", "rules"}
# Where an import may stand inside a function, and why.
LATE_IMPORTS = {
    ("marketplace/__init__.py", "create_app"): "the only place that knows all parts; each can be imported without it",
}


def is_too_long(module: Module) -> Iterator[str]:
    lines = module.text.count("\n")
    if lines > LONGEST_MODULE:
        yield f"{module.path}: {lines} lines; split by verb"
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            span = (node.end_lineno or node.lineno) - node.lineno + 1
            if span > LONGEST_FUNCTION:
                yield f"{module.at(node)} {node.name}: {span} lines"


def imports_late(module: Module) -> Iterator[str]:
    for function in ast.walk(module.tree):
        if isinstance(function, Function) and (module.path, function.name) not in LATE_IMPORTS:
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.at(node)} import inside {function.name}: the arrows are wrong, turn them"


def climbs(module: Module) -> Iterator[str]:
    """Inside a concept imports go down: flows, operations, queries, models, rules, states."""
    kind = next((part for part in module.parts[2:] if part in KINDS), None)
    if kind is None:
        return
    concept = ".".join(module.parts[:2])
    for node in ast.walk(module.tree):
        for name in imported(node):
            inside = name.removeprefix(f"{concept}.").partition(".")[0] if name.startswith(f"{concept}.") else ""
            if inside in KINDS and KINDS.index(inside) < KINDS.index(kind):
                yield f"{module.at(node)} {kind} imports {inside}: inside a concept arrows point down"


def says_nothing(module: Module) -> Iterator[str]:
    if module.parts[0] != "marketplace" or not DOCUMENTED.intersection(module.parts[2:]):
        return
    for node in module.tree.body:
        if isinstance(node, Function) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.at(node)} {node.name}: a public verb says what it does, returns and raises"


def test_modules_and_functions_are_short() -> None:
    assert_holds(is_too_long, "marketplace")


def test_the_launcher_keeps_to_it_too() -> None:
    assert_holds(is_too_long, "launcher")


def test_imports_stand_at_the_top() -> None:
    assert_holds(imports_late, "marketplace")


def test_inside_a_concept_arrows_point_down() -> None:
    assert_holds(climbs, "marketplace")


def test_public_verbs_are_documented() -> None:
    assert_holds(says_nothing, "marketplace")


def test_exceptions_are_still_needed() -> None:
    """An exception whose function is gone, or imports at the top by now, is deleted."""
    found = {module.path: module for module in modules("marketplace")}
    for path, function in LATE_IMPORTS:
        elsewhere = found_in(imports_late, found[path].text, "marketplace/elsewhere.py")
        assert any(f"import inside {function}:" in offence for offence in elsewhere), f"{path} {function}"


def test_the_length_check_can_fail() -> None:
    assert found_in(is_too_long, "x = 1\n" * 301)
    assert found_in(is_too_long, "def f():\n" + "    x = 1\n" * 40)
    assert found_in(is_too_long, "def f():\n" + "    x = 1\n" * 39) == []


@pytest.mark.parametrize("bad", ["import json", "from marketplace import db"])
def test_the_import_check_can_fail(bad: str) -> None:
    assert found_in(imports_late, f"def f():\n    {bad}\n")
    assert found_in(imports_late, bad) == []


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        ("marketplace/orders/rules.py", "from marketplace.orders.models import Order"),
        ("marketplace/orders/operations.py", "from marketplace.orders import flows"),
        ("marketplace/orders/queries/mine.py", "import marketplace.orders.operations"),
    ],
)
def test_the_arrow_check_can_fail(path: str, bad: str) -> None:
    assert found_in(climbs, bad, path)


def test_arrows_down_and_to_other_concepts_are_left_to_the_contracts() -> None:
    assert found_in(climbs, "from marketplace.orders.models import Order", "marketplace/orders/queries.py") == []
    assert found_in(climbs, "from marketplace.carts.models import Cart", "marketplace/orders/rules.py") == []


def test_the_documentation_check_can_fail() -> None:
    assert found_in(says_nothing, "def settle(session): ...")
    assert found_in(says_nothing, "def _settle(session): ...") == []
    assert found_in(says_nothing, "def settle(session):\n    '''Settle.'''") == []
