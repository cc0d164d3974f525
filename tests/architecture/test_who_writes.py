"""One write boundary and one writer of statuses: commit and rollback in db.py, `.status` in history.py."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import Module, assert_holds, docstrings, found_in, modules

WRITE_BOUNDARY = "marketplace/db.py"
LAST_BATCH = "marketplace/batches.py"  # its COMMIT travels with the last statements of an `atomic`
STATUS_WRITER = "marketplace/history.py"
# The hot statements of the webhook: statuses and history come from history.py, a test compares them with the clear way.
HOT_STATEMENTS = "marketplace/checkout/ordinary.py"
SANDBOX = "marketplace/sandbox/"  # another company's server, with its own books and its own states
TRANSACTION_IN_SQL = re.compile(r"\s*(commit|rollback)\s*;?\s*", re.IGNORECASE)
STATUS_IN_SQL = re.compile(
    r"\bupdate\s+\S+\s+set\b[^;]*?\bstatus\s*=[^=]|\binsert\s+into\s+\S+\s*\([^)]*\bstatus\b", re.IGNORECASE | re.DOTALL
)


def ends_transaction(module: Module) -> Iterator[str]:
    if module.path in {WRITE_BOUNDARY, LAST_BATCH} or module.path.startswith(SANDBOX):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
            yield f"{module.at(node)} .{node.attr}: only {WRITE_BOUNDARY} ends transactions"
        elif isinstance(node, ast.Constant) and TRANSACTION_IN_SQL.fullmatch(str(node.value)):
            yield f"{module.at(node)} {node.value!r}: only {WRITE_BOUNDARY} ends transactions"


def writes_status(module: Module) -> Iterator[str]:
    if module.path in {STATUS_WRITER, HOT_STATEMENTS} or module.path.startswith(SANDBOX):
        return
    documentation = docstrings(module.tree)
    for node in ast.walk(module.tree):
        written = (
            _assigns_status(node)
            or (isinstance(node, ast.Call) and _passes_status(node))
            or (isinstance(node, ast.Constant) and node not in documentation and _sql_writes_status(node))
        )
        if written:
            yield f"{module.at(node)} writes a status: only {STATUS_WRITER} does"


def _assigns_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        targets = [inner for target in node.targets for inner in ast.walk(target)]
    elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value):
        targets = [node.target]
    else:
        return False
    return any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets)


def _passes_status(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "setattr":
        return any(isinstance(argument, ast.Constant) and argument.value == "status" for argument in call.args)
    if name not in {"values", "update", *models_with_status()}:
        return False
    mappings = [keyword.value for keyword in call.keywords if keyword.arg is None] + call.args
    keys = [key for mapping in mappings if isinstance(mapping, ast.Dict) for key in mapping.keys]
    return any(keyword.arg == "status" for keyword in call.keywords) or any(
        isinstance(key, ast.Constant) and key.value == "status" for key in keys
    )


def _sql_writes_status(node: ast.Constant) -> bool:
    return isinstance(node.value, str) and bool(STATUS_IN_SQL.search(node.value))


@cache
def models_with_status() -> frozenset[str]:
    """Find the mapped classes that have a status column."""
    found = set()
    for module in modules("marketplace"):
        if module.path.startswith(SANDBOX):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(column, ast.AnnAssign)
                and ast.unparse(column.target) == "status"
                and ast.unparse(column.annotation).startswith("Mapped")
                for column in node.body
            ):
                found.add(node.name)
    return frozenset(found)


def test_only_db_ends_transactions() -> None:
    assert_holds(ends_transaction, "marketplace")


def test_only_history_writes_statuses() -> None:
    assert_holds(writes_status, "marketplace")


def test_models_with_a_status_are_recognised() -> None:
    assert {"Order", "Payment"} <= models_with_status()


@pytest.mark.parametrize("bad", ["session.commit()", "connection.rollback()", "session.execute(text('COMMIT;'))"])
def test_the_transaction_check_can_fail(bad: str) -> None:
    assert found_in(ends_transaction, bad)


@pytest.mark.parametrize(
    "bad",
    [
        "order.status = 'paid'",
        "order.status: str = 'paid'",
        "order.status, other = 'paid', 1",
        "setattr(order, 'status', 'paid')",
        "Order(status=OrderStatus.PAID)",
        "models.Payment(**{'status': 'paid'})",
        "update(Order).values(status='paid')",
        "update(Order).values({'status': 'paid'})",
        "session.execute(text('UPDATE orders SET total = 1, status = :s WHERE id = 1'))",
        "session.execute(text('INSERT INTO orders (id, status) VALUES (1, 2)'))",
    ],
)
def test_the_status_check_can_fail(bad: str) -> None:
    assert found_in(writes_status, bad)


@pytest.mark.parametrize(
    "good",
    [
        "OrderRow(status=order.status)",
        "select(Order).filter_by(status='paid')",
        "session.execute(text('SELECT 1 FROM orders WHERE status = 1'))",
        "def f():\n    '''UPDATE orders SET status = 1'''",
        "response.status_code = 303",
    ],
)
def test_reading_a_status_is_fine(good: str) -> None:
    assert found_in(writes_status, good) == []
