"""The large shop's pages as people read them, and what decides the verdict: never how long something took."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.bulk_pages import Page

_LISTS = frozenset({("buyer", "orders"), ("seller", "orders"), ("seller", "transactions")})


@dataclass(frozen=True)
class Result:
    """What a run found. `small` is how many queries each page took in the seed's small shop."""

    pages: tuple[Page, ...]
    small: Mapping[tuple[str, str], int]
    rows: Mapping[str, int]
    gigabytes: float
    seconds: Mapping[str, float]
    books_agree: bool | None
    """None: not checked."""
    commit: str

    @property
    def errors(self) -> list[str]:
        """Return what is wrong, in words."""
        found = [f"{page.role}, {page.name}: answers {page.status}" for page in self.pages if page.status != 200]
        found += [
            f"{page.role}, {page.name}: {page.queries} queries, in the small shop {self.small[page.role, page.name]}"
            for page in self.pages
            if page.queries > self.small[page.role, page.name]
        ]
        found += ["the books do not agree"] if self.books_agree is False else []
        return found

    @property
    def faults(self) -> list[str]:
        """Return which lists of the issue are not answered by indexes alone."""
        return [
            f"{page.role}, {page.name}: {', '.join(found)}"
            for page in self.pages
            if must_be_indexed(page) and (found := faults_of(page))
        ]

    @property
    def exit_code(self) -> int:
        """Return 1 when something is wrong."""
        return 1 if self.errors or self.faults else 0


def must_be_indexed(page: Page) -> bool:
    """Tell whether issue 6 names this list: search, category, orders, transactions."""
    return page.role == "visitor" or (page.role, page.name.partition(",")[0]) in _LISTS


def faults_of(page: Page) -> tuple[str, ...]:
    """Return what in the plans of a page grows with the shop."""
    return tuple(dict.fromkeys(fault for plan in page.plans for fault in plan.faults))


def table(result: Result) -> str:
    """Return the run as a page of Markdown."""
    return "\n".join([*_head(result), "", *_rows(result), "", *_dearest(result), *_tail(result)]) + "\n"


def write_plans(result: Result, path: Path) -> None:
    """Write every statement with its whole plan."""
    with path.open("w", encoding="utf-8") as file:
        for page in result.pages:
            for number, plan in enumerate(page.plans, start=1):
                note = f" [{', '.join(plan.faults)}]" if plan.faults else ""
                file.write(f"## {page.role}, {page.name}, statement {number}: {plan.ms:.1f} ms{note}\n")
                file.write(f"{page.path}\n{plan.statement}\n{plan.text}\n\n")


def _head(result: Result) -> Iterator[str]:
    largest = ", ".join(f"{name} {count:,}" for name, count in list(result.rows.items())[:12])
    yield f"Commit {result.commit}. {result.gigabytes:.1f} GB: {largest}."
    took = "; ".join(f"{name} {seconds:.0f} s" for name, seconds in result.seconds.items())
    yield f"Took {sum(result.seconds.values()) / 60:.0f} minutes: {took}."
    words = {True: "The books agree.", False: "THE BOOKS DO NOT AGREE.", None: "The books were not checked."}
    yield words[result.books_agree]


def _rows(result: Result) -> Iterator[str]:
    yield "| who | page | queries (small shop) | wall ms | app ms | database ms | rows looked at | what grows |"
    yield "|---|---|---|---|---|---|---|---|"
    for page in result.pages:
        figures = f"{page.queries} ({result.small[page.role, page.name]})"
        times = f"{page.wall_ms:.0f} | {page.app_ms:.0f} | {page.database_ms:.0f}"
        read = sum(plan.rows_read for plan in page.plans)
        yield f"| {page.role} | {page.name} | {figures} | {times} | {read:,} | {'; '.join(faults_of(page))} |"


def _dearest(result: Result) -> Iterator[str]:
    yield "The dearest statement of each page and its dearest steps:"
    yield ""
    for page in result.pages:
        plan = max(page.plans, key=lambda each: each.ms, default=None)
        if plan:
            yield f"- {page.role}, {page.name}: {plan.ms:.1f} ms; {'; '.join(plan.top)}"


def _tail(result: Result) -> Iterator[str]:
    for words in (*result.errors, *result.faults):
        yield f"! {words}"
