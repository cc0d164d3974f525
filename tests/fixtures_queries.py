"""Counts the statements that a piece of work sends to the database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Engine, event

CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def count_queries() -> CountQueries:
    """A context manager that yields the list of statements this thread executes in the block, by any engine."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        here, statements = threading.get_ident(), list[str]()

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if threading.get_ident() == here:
                statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counted
