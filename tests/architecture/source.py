"""How the checks see the code: modules as syntax trees, names traced to what was imported."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path inside the repository and its syntax tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        return Path(self.path).with_suffix("").parts

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


Check = Callable[[Module], Iterator[str]]


def modules(folder: str) -> list[Module]:
    found = sorted((CHECKOUT / folder).rglob("*.py"))
    return [Module(path.relative_to(CHECKOUT).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def assert_holds(check: Check, folder: str) -> None:
    """Run a check over a folder and fail with every offence. An empty folder would prove nothing, so it fails too."""
    found = modules(folder)
    assert found, f"no modules in {folder}"
    offences = [offence for module in found for offence in check(module)]
    assert not offences, "\n" + "\n".join(offences)


def found_in(check: Check, text: str, path: str = "marketplace/orders/operations.py") -> list[str]:
    """Run a check over a snippet that pretends to stand at a path."""
    return list(check(Module(path, text)))


def names(module: Module) -> dict[str, str]:
    """Map the names a module has imported to what they stand for: `dt` to `datetime.datetime`."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def imported(node: ast.AST) -> list[str]:
    """Return the dotted names that an import statement brings, with the modules they come from."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def meaning(node: ast.expr, known: dict[str, str]) -> str:
    """Return the dotted name an expression stands for, "" when it is no name."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = meaning(node.value, known)
        return f"{before}.{node.attr}" if before else f"?.{node.attr}"
    return ""


def docstrings(tree: ast.AST) -> set[ast.Constant]:
    """Return the constants of a tree that are documentation: strings standing alone as a statement."""
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)
