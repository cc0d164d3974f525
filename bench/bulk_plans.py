"""How PostgreSQL answered one statement, and what of it grows with the shop."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

LARGE_ROWS = 5_000
"""From so many rows on a table is large: reading all of it is no way to answer a page."""
_SORTED_ROWS = 10_000
_EXPLAIN = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
_SIZES = "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_LEVEL = re.compile(r"\s+")


@dataclass(frozen=True)
class Plan:
    """The plan of one statement."""

    statement: str
    ms: float
    top: tuple[str, ...]
    """Its dearest steps in words, dearest first."""
    faults: tuple[str, ...]
    """Sequential scans of large tables, and sorts of more than 10,000 rows."""
    rows_read: int
    """How many rows all its scans together looked at."""
    text: str
    """The whole plan."""


def explain(reader: psycopg.Connection, statement: str, parameters: Any) -> Plan:
    """Run a statement and return how it was answered. Raises what PostgreSQL raises."""
    [(found,)] = reader.execute(_EXPLAIN + statement.encode(), parameters or None).fetchall()
    sizes = {str(name): int(rows) for name, rows in reader.execute(_SIZES.encode()).fetchall()}
    plan, ms = found[0]["Plan"], found[0]["Execution Time"]
    nodes = list(_nodes(plan))
    dearest = sorted(nodes, key=_own_ms, reverse=True)
    return Plan(
        statement=_LEVEL.sub(" ", statement).strip(),
        ms=ms,
        top=tuple(dict.fromkeys(_words(node) for node in dearest[:3])),
        faults=tuple(dict.fromkeys(words for node in nodes if (words := _fault(node, sizes)))),
        rows_read=sum(_looked_at(node) for node in nodes),
        text="\n".join(_lines(plan, 0)),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _own_ms(node: dict[str, Any]) -> float:
    below = sum(child["Actual Total Time"] * child["Actual Loops"] for child in node.get("Plans", ()))
    return float(node["Actual Total Time"] * node["Actual Loops"] - below)


def _passed(node: dict[str, Any]) -> int:
    return round(node["Actual Rows"] * node["Actual Loops"])


def _looked_at(node: dict[str, Any]) -> int:
    if "Relation Name" not in node:
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node["Actual Rows"] + removed) * node["Actual Loops"])


def _fault(node: dict[str, Any], sizes: dict[str, int]) -> str:
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if kind == "Seq Scan" and sizes.get(table, 0) >= LARGE_ROWS and node["Actual Loops"]:
        return f"reads all of {table}"
    if "Sort" in kind and (rows := max(map(_passed, node["Plans"]))) > _SORTED_ROWS:
        return f"sorts {rows:,} rows"
    return ""


def _words(node: dict[str, Any]) -> str:
    what = node.get("Index Name") or node.get("Relation Name") or node.get("CTE Name") or ""
    return f"{node['Node Type']}{' ' + what if what else ''} ({_passed(node):,} rows, {_own_ms(node):.1f} ms)"


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    where = [f"{name}: {node[name]}" for name in ("Index Cond", "Recheck Cond", "Filter", "Sort Key") if name in node]
    pages = node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0)
    name = node.get("Relation Name", "")
    label = f"{node['Node Type']} {node.get('Index Name', '')} {name}".strip()
    yield (
        f"{'  ' * depth}{label}: {node['Actual Rows']:g} rows x {node['Actual Loops']}, expected {node['Plan Rows']},"
        f" {node['Actual Total Time'] * node['Actual Loops']:.1f} ms, {pages} pages {'; '.join(where)[:400]}"
    )
    for child in node.get("Plans", ()):
        yield from _lines(child, depth + 1)
